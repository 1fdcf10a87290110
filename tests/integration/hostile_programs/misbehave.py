"""misbehave.py NAME - a program that does to its executor what it can."""
import json
import os
import signal
import sys
import time


def trace():
    """One line for each process that is begun: nothing of it may be left."""
    line = f"{os.environ['QUERN_JOB_ID']} {os.getpid()}\n"
    with open(os.environ["HOSTILE_TRACE"], "a", encoding="utf-8") as file:
        file.write(line)


def say(**message):
    os.write(3, json.dumps(message).encode() + b"\n")


def for_ever():
    while True:
        time.sleep(60)


def ok(_):
    say(result={"executor": os.getppid()})


def exits(args):
    for message in args.get("say", []):
        say(**message)
    return args.get("code", 0)


def signals(args):
    print("about to go", flush=True)
    say(progress={"done": 1, "total": 2})
    os.kill(os.getpid(), args["signal"])
    for_ever()


def endless_output(_):
    while True:
        os.write(1, b"y\n" * 8192)


def endless_messages(_):
    while True:
        os.write(3, b'{"log":"y"}\n' * 1000)


def large_result(_):
    os.write(3, b'{"result":"')
    for _ in range(1024):
        os.write(3, b"x" * (1 << 20))
    os.write(3, b'"}\n')


def garbage(_):
    os.write(3, b"\0\xff no JSON\n")
    for_ever()


def binary(_):
    os.write(1, bytes(range(256)) * 3 + b"\n")
    os.write(2, b"\xff" * 10000 + b"\n" + b"without an end")


def closes_everything(args):
    os.closerange(0, 1024)
    time.sleep(0.1)
    os._exit(args.get("code", 0))


def many_progress(_):
    for i in range(1000):
        os.write(3, b"".join(b'{"progress":{"done":%d,"total":1000000}}\n' % (i * 1000 + j + 1)
                             for j in range(1000)))
    say(result="all")


def child(work):
    """A child, and one of its that is nobody's, both in sessions of their own."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
        trace()
        work()
        os._exit(0)


def deaf_for_ever():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    for_ever()


def wait_for_traces(count):
    job = os.environ["QUERN_JOB_ID"]
    while True:
        with open(os.environ["HOSTILE_TRACE"], encoding="utf-8") as file:
            if sum(line.startswith(job) for line in file) >= count:
                return
        time.sleep(0.01)


def grandchildren(args):
    for _ in range(3):
        child(deaf_for_ever)
    wait_for_traces(7)
    say(result={"executor": os.getppid()})
    if args.get("wait"):
        deaf_for_ever()


def flee():
    """Each generation lives for a moment only."""
    while True:
        if os.fork() != 0:
            os._exit(0)
        os.setsid()


def forks(_):
    if os.fork() == 0:
        flee()


def generations(_):
    """Each process is hidden behind the one before it."""
    for number in range(200):
        if os.fork() != 0:
            if number == 0:
                wait_for_traces(201)
                return
            deaf_for_ever()
        os.setsid()
        trace()
    deaf_for_ever()


def deaf(_):
    child(deaf_for_ever)
    wait_for_traces(3)
    deaf_for_ever()


def sleeps(_):
    for_ever()


def asleep(_):
    os.kill(os.getpid(), signal.SIGSTOP)
    for_ever()


def listens(_):
    def finish(*_):
        say(result="half of it")
        sys.exit(0)
    signal.signal(signal.SIGTERM, finish)
    for_ever()


def reads_nothing(_):
    say(result="did not ask")


WORK = {"exit": exits, "signal": signals}

if __name__ == "__main__":
    trace()
    name = sys.argv[1]
    args = {} if name == "reads_nothing" else json.load(sys.stdin)
    sys.exit(WORK.get(name, globals().get(name))(args))
