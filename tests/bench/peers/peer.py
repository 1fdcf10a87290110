"""peer.py - what is common to all peers: the interface, private brokers, figures.

A peer is a subclass of Peer: its packages, its settings, its broker and two kinds of
programs: workers, and a producer that is called as

    PRODUCER one N           puts N jobs, one call each, prints the seconds it took
    PRODUCER bulk N          the same in the largest portions that make sense
    PRODUCER roundtrip N     puts a job, waits for its answer, N times; prints microseconds

Programs find in their environment: PEER_BROKER (a socket's path or a port), PEER_MARKS
and PEER_STEP (see Marks), PEER_SETTING (the suffix of the setting that is measured).

Jobs do nothing; each carries PAYLOAD bytes.
"""
import dataclasses
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))
import servers  # noqa: E402

PAYLOAD = 100
STALL_SECONDS = 60  # without any job: the drain has failed


class Failure(Exception):
    """A peer that cannot be measured, and why."""


@dataclasses.dataclass(frozen=True)
class Setting:
    """One way to run the workers of a peer."""

    suffix: str  # of the figures' names, "" for the one that gets them all
    rank: str  # "safest": the safest common setting; "best": the fastest; or ""
    told: str  # in half a line, for the table
    jobs: int  # queued before each drain, some seconds' worth
    workers: int = 1
    only_drain: bool = True


class Marks:
    """The file to which workers append "KEY JOBS NANOSECONDS", a line every PEER_STEP jobs.

    KEY is a process that works, JOBS what it ended since its last line, and the time is of
    the monotonic clock. A worker's last jobs, fewer than a step, have no line.
    """

    def __init__(self, path, step):
        self.path = pathlib.Path(path)
        self.step = step
        self.path.write_text("")

    def lines(self):
        """(key, jobs, seconds) of each complete line."""
        text = self.path.read_text()
        rows = (line.split() for line in text[:text.rfind("\n") + 1].splitlines())
        return [(key, int(jobs), int(ns) / 1e9) for key, jobs, ns in rows]

    def wait(self, jobs, processes, workers):
        """Returns when that many jobs have ended, by that many processes at most."""
        least = max(jobs - (self.step - 1) * processes, 1)
        before, since = 0, time.monotonic()
        while True:
            done = sum(count for _, count, _ in self.lines())
            if done >= least:
                return
            for worker in workers:
                worker.require_running()
            if done != before:
                before, since = done, time.monotonic()
            elif time.monotonic() - since > STALL_SECONDS:
                raise Failure(f"{done} of {jobs} jobs ended, then none in {STALL_SECONDS} s")
            time.sleep(0.05)

    def rate(self):
        """Jobs a second from the moment on when all processes worked."""
        lines = self.lines()
        first = {}
        for key, _, at in lines:
            first.setdefault(key, at)
        begin, end = max(first.values()), max(at for _, _, at in lines)
        if end <= begin:
            raise Failure("too few jobs to tell a rate")
        return sum(count for _, count, at in lines if at > begin) / (end - begin)


def descendants(pid):
    """The process and all below it."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    found = [pid]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found


def pss(pid):
    """Bytes of memory of a process and all below it, shared pages by their share."""
    total = 0
    for one in descendants(pid):
        try:
            text = pathlib.Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in text.splitlines()
                     if line.startswith("Pss:"))
    return total


def stop(process, seconds=10):
    """Ends a process, and what it leaves behind."""
    below = descendants(process.pid)[1:]
    process.stop(seconds)
    for pid in below:
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            pass


class Peer:
    """What run.py asks of a peer."""

    name = ""
    packages = ()  # of Debian
    modules = False  # needs those of package.json, from npm
    settings = ()
    singles = 5000  # jobs put one by one
    roundtrips = 1000
    processes = 1  # of a worker, that run jobs

    def __init__(self, place, folder):
        """place: install.Place. folder: new, empty, short enough for sockets."""
        self.place = place
        self.folder = pathlib.Path(folder)
        self.setting = None
        self.started = 0

    def prepare(self):
        """What is still to be made of the installed packages."""

    def start(self):
        """Starts the broker."""
        raise NotImplementedError

    def stop(self):
        """Stops it, in whatever state it is."""
        raise NotImplementedError

    def address(self):
        """PEER_BROKER."""
        raise NotImplementedError

    def clear(self):
        """Empties the broker."""
        raise NotImplementedError

    def used(self):
        """Bytes that the broker says it uses, None when it does not say."""
        return None

    def server_pss(self):
        """Bytes of the broker, None for Redis, which is the same for several."""
        return None

    def producer(self):
        """Its command line, to which the words above are added."""
        raise NotImplementedError

    def worker(self):
        """The command line of one worker for self.setting."""
        raise NotImplementedError

    def versions(self):
        """Of the peer and what it runs on, as text."""
        return ", ".join(self.place.version(package) for package in self.packages)

    # What all share.

    def environment(self, marks=None):
        env = {**self.place.environment(), "PEER_BROKER": str(self.address()),
               "PEER_SETTING": self.setting.suffix, "PEER_PAYLOAD": str(PAYLOAD)}
        if marks:
            env |= {"PEER_MARKS": str(marks.path), "PEER_STEP": str(marks.step)}
        return env

    def produce(self, what, count):
        """What the producer prints, as numbers."""
        done = subprocess.run([*map(str, self.producer()), what, str(count)], text=True,
                              env=self.environment(), stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=120, cwd=self.folder,
                              preexec_fn=servers.die_with_parent)
        if done.returncode != 0:
            raise Failure(f"{what}: {last_line(done.stderr) or done.returncode}")
        return [float(word) for word in done.stdout.split()]

    def start_worker(self, marks):
        self.started += 1
        return servers.Process(self.worker(), self.folder / f"worker-{self.started}.log",
                               env=self.environment(marks), cwd=self.folder)


def last_line(text):
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""


class RedisPeer(Peer):
    """A peer whose broker is Redis: AOF every second, on a unix socket."""

    def start(self):
        self.redis = servers.start_redis(self.folder / "redis", persistent=True)

    def stop(self):
        self.redis.stop()

    def address(self):
        return self.redis.socket

    def clear(self):
        self.redis.cli("FLUSHALL", "SYNC")

    def used(self):
        lines = self.redis.cli("INFO", "memory").splitlines()
        return next(int(line.split(":")[1]) for line in lines
                    if line.startswith("used_memory:"))


class OwnClient(Peer):
    """A broker with a port of its own, and one program of ours in C for both sides of it.

    Subclasses set program, port and server, and in WORDS what a worker is told, by setting.
    """

    WORDS = {}

    def address(self):
        return self.port

    def server_pss(self):
        return pss(self.server.pid)

    def producer(self):
        return [self.program]

    def worker(self):
        return [self.program, "worker", *self.WORDS[self.setting.suffix]]
