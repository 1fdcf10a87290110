#!/usr/bin/env python3
"""Kill beats at random; each planned time makes one job.

Three beats, each behind a fault proxy, and 200 schedules of all kinds that catch up everything,
some of them changed, paused and removed meanwhile, others added.
Beats are killed and stopped, their lines cut, Redis killed and stopped; it keeps what it
acknowledged (AOF "always"). A task writes each run down outside of Redis. At the end every planned
time has one run, none two. See tests/README.md.
"""
import argparse
import functools
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import servers  # noqa: E402
from actions import Actions  # noqa: E402
from beats_live import Live  # noqa: E402
from beats_plan import Plan  # noqa: E402
from beats_verdict import Life, end_all, judge, missing  # noqa: E402
from ledger import Ledger  # noqa: E402
from stack import MOVING, NAMESPACE, Stack, tag  # noqa: E402

BEATS = 3
LEASE_S = 1
PATIENCE_S = 40  # until what is late has been made
FEWEST_JOBS = 200


class Beats(Stack):
    """Beats, a worker, and a Redis."""

    def __init__(self, folder, ledger, plan):
        self.folder, self.ledger, self.plan = folder, ledger, plan
        self.redis = servers.start_redis(
            folder / "redis", options=["--appendfsync", "always", "--enable-debug-command", "yes",
                                       "--auto-aof-rewrite-percentage", "0"])
        self.programs, self.proxies, self.surprises = {}, {}, []
        (folder / "schedule.conf").write_text(plan.text())
        self.commands = {f"beat{n}": [servers.BIN / "quern-beat"] for n in range(BEATS)}
        self.commands["worker"] = [servers.BIN / "chaos_worker"]
        self.env = dict(
            os.environ, QUERN_NAMESPACE=NAMESPACE, QUERN_BEAT_LEASE=f"{LEASE_S}s",
            QUERN_QUEUES="beat:1", QUERN_CONCURRENCY="4", QUERN_BROKER_TIMEOUT="1s",
            QUERN_ACCEPT_UNKNOWN="true", QUERN_CONFIG="/dev/null", QUERN_TIMEZONE="UTC",
            QUERN_ARTIFACT_DIR=str(folder), QUERN_SCHEDULE=str(folder / "schedule.conf"),
            CHAOS_RUNS=str(ledger.runs_path))
        for label in ("worker", "beat0"):
            self.start(label)
        servers.wait_until(lambda: len(self.definitions()) == len(plan.schedules), 20,
                           "all schedules to be there")
        for n in range(1, BEATS):
            self.start(f"beat{n}")

    def definitions(self):
        """Name -> definition as the broker has it."""
        words = self.redis.cli("--json", "HGETALL", f"{{{NAMESPACE}}}:schedules")
        return {name: json.loads(text) for name, text in json.loads(words or "{}").items()}

    @property
    def beats(self):
        return [f"beat{n}" for n in range(BEATS)]

    def effects(self):
        return [event.id for event in self.ledger.runs() if event.verb == "effect"]

    def is_drained(self):
        return self.redis.cli("EVAL", MOVING, "0", tag("beat"), "1") == "0"

    def end(self):
        for program in self.programs.values():
            if program.running:
                program.kill9()
        for proxy in self.proxies.values():
            proxy.stop()
        self.redis.stop()


class BeatActions(Actions):
    """The storm, for beats and Redis only: the worker is left in peace, so that a job which runs
    twice was made twice."""

    def __init__(self, stack, dice, live):
        super().__init__(stack, dice)
        self.tables = {"beats": [
            (10, self.kill_beat), (6, self.kill_leader), (8, self.stop_beat),
            (6, self.stop_leader), (3, self.kill_redis), (2, self.stop_redis),
            (2, self.sleep_redis), (4, self.kill_client), (14, self.break_line),
            *((weight, functools.partial(self.speak, verb)) for verb, weight in (
                (live.add, 8), (live.change, 6), (live.pause, 6), (live.resume, 6),
                (live.remove, 3)))]}
        self.pauses = {"beats": (0.1, 0.6)}

    def run(self, seconds):
        self.run_phase("beats", time.monotonic() + seconds)
        self.finish()

    def speak(self, verb):
        """Somebody changes a schedule."""
        if not self.redis_busy:
            verb()
            self.faults.happened(f"schedule {verb.__name__}")

    def leader(self):
        """The label of who leads, or of anybody."""
        said = self.stack.redis.ask("GET", f"{{{NAMESPACE}}}:lead:beat").stdout
        return next((label for label in self.stack.beats
                     if str(self.stack.pid(label)) in said), self.random.choice(self.stack.beats))

    def kill_leader(self):
        if not self.redis_busy:
            self.kill_program("leader", self.leader())

    def stop_leader(self):
        """Two leases and more: it wakes up as one who has lost."""
        if not self.redis_busy:
            self.stop_process("leader", self.stack.pid(self.leader()),
                              self.random.uniform(LEASE_S, 4 * LEASE_S))

    def break_line(self):
        label = self.random.choice(self.stack.beats)
        self.break_line_of(label)


def first_lives(stack):
    """From when the broker has them on."""
    return {name: [Life(stack.plan.schedules[name], (each["changed_at"] / 1000,) * 2)]
            for name, each in stack.definitions().items()}


def settle(stack, lives):
    """Peace, until what is due has been made; what went wrong."""
    stack.calm()
    calm = time.time()
    end_all(lives, calm, calm + 2 * PATIENCE_S)
    try:
        servers.wait_until(lambda: not missing(lives, stack.effects()), PATIENCE_S,
                           "all planned times to be made up for")
        wrong = []
    except AssertionError as fault:
        wrong = [str(fault)]
    wrong += stack.stop(stack.beats)
    try:
        servers.wait_until(stack.is_drained, PATIENCE_S, "the queue to drain")
    except AssertionError as fault:
        wrong.append(str(fault))
    return wrong + stack.stop(["worker"])


def run(folder, seconds, seed):
    """The whole: what is wrong, one line each."""
    dice = random.Random(seed)
    ledger = Ledger(folder)
    plan = Plan(dice, int(time.time()))
    stack = Beats(folder, ledger, plan)
    try:
        lives = first_lives(stack)
        BeatActions(stack, dice, Live(stack, dice, lives)).run(seconds)
        wrong = settle(stack, lives)
        wrong = stack.surprises + wrong
    finally:
        stack.end()
    effects = stack.effects()
    wrong += judge(lives, effects)
    for what, number in sorted(ledger.faults.counts().items()):
        print(f"  {number:6} {what}")
    print(f"  {len(effects):6} jobs of {len(lives)} schedules")
    if len(effects) < FEWEST_JOBS:
        wrong.append(f"too few jobs for a verdict: {len(effects)}")
    return wrong


def main(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    options = parser.parse_args(words)
    print(f"chaos of beats: seed {options.seed}, {options.minutes:g} min", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="qbeats"))
    wrong = run(folder, options.minutes * 60, options.seed)
    for line in wrong:
        print("WRONG", line)
    if wrong:
        print(f"chaos of beats: {len(wrong)} faults; seed {options.seed}, all of it is in {folder}")
        return 1
    shutil.rmtree(folder)
    print("chaos of beats: each planned time made one job")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
