#!/usr/bin/env python3
"""Kill everything under load, then count.

Producers write down every acknowledged job, tasks every effect, both outside Redis. For
the time given, everything is killed, stopped, cut off and slowed down at random. At the
end, with everything running again: accepted = ended, nothing is lost, nothing happened
twice that must not, nothing is left over. See tests/README.md.
"""
import argparse
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import servers  # noqa: E402
from actions import Actions  # noqa: E402
from facts import gather  # noqa: E402
from ledger import Ledger  # noqa: E402
from stack import Stack  # noqa: E402
import beats  # noqa: E402
import recovery  # noqa: E402
import verdict  # noqa: E402

DRAIN_SECONDS = 60
FEWEST_JOBS = 100


def drain(stack):
    """Stops what makes jobs, then waits until all have ended; what went wrong, seconds."""
    wrong = stack.stop(stack.producers)
    wrong += stack.stop(stack.beats)
    started = time.monotonic()
    try:
        servers.wait_until(stack.is_drained, DRAIN_SECONDS, "the queues to drain")
    except AssertionError as fault:
        wrong.append(str(fault))
    drained = time.monotonic() - started
    wrong += stack.stop([*stack.workers, "api"])
    return wrong, drained


def end_orphans(facts):
    for pid, _ in facts.processes:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def run(folder, seconds, seed, lease_ms):
    """The whole: what is wrong, one line each."""
    ledger = Ledger(folder)
    stack = Stack(folder, ledger, seed, lease_ms)
    try:
        Actions(stack, random.Random(seed)).run(seconds)
        stack.calm()
        wrong, drained = drain(stack)
        wrong = stack.surprises + wrong
        facts = gather(stack, ledger)
    finally:
        stack.end()
    end_orphans(facts)
    wrong += verdict.judge(facts)
    lines, slow = recovery.report(facts, lease_ms)
    wrong += slow
    for what, number in sorted(ledger.faults.counts().items()):
        print(f"  {number:6} {what}")
    for what, number in verdict.figures(facts).items():
        print(f"  {number:6} {what}")
    print(f"  drained in {drained:.1f} s", *lines, sep="\n  ")
    if len(facts.accepted) < FEWEST_JOBS:
        wrong.append(f"too few jobs for a verdict: {len(facts.accepted)}")
    return wrong


def main():
    if "--beats" in sys.argv:
        return beats.main([word for word in sys.argv[1:] if word != "--beats"])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0],
                                     epilog="--beats: the chaos of beats instead, see beats.py")
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--lease", type=int, default=200, metavar="MS")
    options = parser.parse_args()
    print(f"chaos: seed {options.seed}, {options.minutes:g} min, lease {options.lease} ms",
          flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="qchaos"))
    folder.chmod(0o711)  # PostgreSQL runs as another user
    wrong = run(folder, options.minutes * 60, options.seed, options.lease)
    for line in wrong:
        print("WRONG", line)
    if wrong:
        print(f"chaos: {len(wrong)} faults; seed {options.seed}, everything is in {folder}")
        return 1
    shutil.rmtree(folder)
    print("chaos: nothing lost, nothing twice, nothing left")
    return 0


if __name__ == "__main__":
    sys.exit(main())
