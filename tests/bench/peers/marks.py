"""marks.py - for the jobs of peers in Python: says how many have ended. See peer.Marks."""
import os
import time

STEP = int(os.environ.get("PEER_STEP", 1))

_since = 0
_file = None


def ended(key=None):
    """A job has ended. key: who works, this process unless given."""
    global _since, _file
    _since += 1
    if _since < STEP:
        return
    if _file is None:
        _file = os.open(os.environ["PEER_MARKS"], os.O_WRONLY | os.O_APPEND)
    os.write(_file, b"%d %d %d\n" % (key or os.getpid(), _since, time.monotonic_ns()))
    _since = 0


def forget():
    """What a parent counted is not a child's."""
    global _since
    _since = 0


def timed(call):
    """Prints the seconds that call took."""
    begun = time.perf_counter()
    call()
    print(time.perf_counter() - begun)


def round_trips(call, count, warm=50):
    """Prints the microseconds of each call, after some that do not count."""
    for number in range(count + warm):
        begun = time.perf_counter()
        call()
        if number >= warm:
            print(round((time.perf_counter() - begun) * 1e6, 1))
