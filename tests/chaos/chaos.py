#!/usr/bin/env python3
"""Kill everything under load, then count.

Producers write a ledger of every acknowledged job, tasks write a ledger of every
effect, both outside Redis. For the time given, executors, supervisors and Redis are
killed (SIGKILL) or stopped for a moment at random. At the end, with everything
running again: every acknowledged job succeeded and left its effect, none is stuck,
no lease, no lock, no process is left over. An effect may stand there more than once,
never more often than runs were killed.
"""
import argparse
import collections
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import servers  # noqa: E402

BIN = pathlib.Path(os.environ.get("QUERN_BIN", "build/bin"))
NAMESPACE = "chaos"
TAG = "{chaos:default}"
WORKERS = 3
LEASE_MS = 500


def children_of(pid):
    """The direct children of a process, [] when it is gone."""
    found = []
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(word) for word in path.read_text().split()]
        except OSError:
            pass
    return found


def quietly_kill(pid, signo):
    try:
        os.kill(pid, signo)
        return True
    except ProcessLookupError:
        return False


class Chaos:
    def __init__(self, folder, seed):
        self.folder = folder
        self.random = random.Random(seed)
        self.seed = seed
        # every job counts: with everysec a kill while the disk is busy loses acknowledged
        # writes (docs/decisions/0005)
        self.redis = servers.start_redis(folder / "redis", persistent=True,
                                         options=["--appendfsync", "always"])
        self.effects = folder / "effects"
        self.ledger = folder / "ledger"
        self.effects.touch()
        self.env = dict(os.environ, QUERN_BROKER_URL=self.redis.url, QUERN_NAMESPACE=NAMESPACE,
                        QUERN_LEASE=f"{LEASE_MS}ms", QUERN_MAX_DEATHS="100",
                        QUERN_CONCURRENCY="4", CHAOS_EFFECTS=str(self.effects))
        self.done = collections.Counter()
        self.workers = [self.start_worker(n) for n in range(WORKERS)]
        self.producers = [self.start_producer(n) for n in range(2)]

    def start(self, name, *words):
        log = open(self.folder / f"{name}.log", "ab")
        return subprocess.Popen([str(BIN / words[0]), *words[1:]], env=self.env, stdout=log,
                                stderr=log, preexec_fn=servers.die_with_parent)

    def start_worker(self, n):
        return self.start(f"worker{n}", "chaos_worker")

    def start_producer(self, n):
        return self.start(f"producer{n}", "chaos_client", "produce", str(self.ledger),
                          str(self.seed * 10 + n))

    def kill_executor(self):
        pids = [pid for worker in self.workers for pid in children_of(worker.pid)]
        if pids and quietly_kill(self.random.choice(pids), signal.SIGKILL):
            self.done["executors killed"] += 1

    def kill_supervisor(self):
        n = self.random.randrange(WORKERS)
        self.workers[n].kill()
        self.workers[n].wait()
        self.workers[n] = self.start_worker(n)
        self.done["supervisors killed"] += 1

    def stop_supervisor(self):
        """Longer than a lease, so that it wakes up as one who has lost."""
        worker = self.random.choice(self.workers)
        quietly_kill(worker.pid, signal.SIGSTOP)
        time.sleep(LEASE_MS / 1000 * self.random.choice([0.5, 1.5]))
        quietly_kill(worker.pid, signal.SIGCONT)
        self.done["supervisors stopped"] += 1

    def kill_redis(self):
        self.redis.kill9()
        time.sleep(self.random.random() * 0.3)
        self.redis.restart()
        self.done["Redis killed"] += 1

    def run(self, seconds):
        actions = [(60, self.kill_executor), (20, self.kill_supervisor),
                   (10, self.stop_supervisor), (10, self.kill_redis)]
        weights = [weight for weight, _ in actions]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.random.choices([action for _, action in actions], weights)[0]()
            time.sleep(0.05 + self.random.random() * 0.2)
        for producer in self.producers:
            producer.terminate()
        for producer in self.producers:
            if producer.wait(timeout=30) != 0:
                raise SystemExit("a producer failed: see its log")

    def count(self, command, key):
        return int(self.redis.cli(command, f"{TAG}:{key}"))

    def left(self):
        lists = sum(self.count("LLEN", f"ready:{p}") for p in range(4))
        sets = sum(self.count("ZCARD", key) for key in ("due", "retry"))
        return lists + sets + self.count("HLEN", "running")

    def settle(self):
        """Everything drains once the killing ends: seconds, not a lease of luck."""
        started = time.monotonic()
        servers.wait_until(lambda: self.left() == 0, 60, "the queue to drain")
        return time.monotonic() - started

    def stop_workers(self):
        for worker in self.workers:
            worker.terminate()
        codes = [worker.wait(timeout=30) for worker in self.workers]
        return [code for code in codes if code != 0]

    def audit(self):
        out = subprocess.run([str(BIN / "chaos_client"), "audit", str(self.ledger)], env=self.env,
                             check=True, capture_output=True, text=True).stdout.splitlines()
        return out[:-1], int(out[-1].split()[1])

    def verdict(self):
        wrong = []
        acknowledged = self.ledger.read_text().split()
        effects = collections.Counter(self.effects.read_text().split())
        bad, checked = self.audit()
        wrong += [f"not succeeded: {line}" for line in bad[:20]]
        if checked != len(acknowledged):
            wrong.append(f"audited {checked} of {len(acknowledged)} acknowledged jobs")
        lost = [job for job in acknowledged if job not in effects]
        wrong += [f"acknowledged without an effect: {job}" for job in lost[:20]]
        meta = dict(zip(*[iter(self.redis.cli("HGETALL", f"{TAG}:meta").split("\n"))] * 2))
        ended = sum(int(meta.get(key, 0))
                    for key in ("succeeded", "failed", "cancelled", "expired"))
        if ended != int(meta.get("enqueued", 0)):
            wrong.append(f"enqueued {meta.get('enqueued')} but ended {ended}: {meta}")
        for command, key in (("ZCARD", "leases"), ("HLEN", "cancel"), ("HLEN", "try"),
                             ("HLEN", "progress"), ("ZCARD", "dead"), ("ZCARD", "failed")):
            if self.count(command, key):
                wrong.append(f"{key} holds {self.count(command, key)} entries at the end")
        again = sum(effects.values()) - len(effects)
        kills = (self.done["executors killed"] + self.done["Redis killed"] * 4 * WORKERS
                 + 4 * (self.done["supervisors killed"] + self.done["supervisors stopped"]))
        if again > kills:
            wrong.append(f"{again} effects repeated, more than runs could be killed ({kills})")
        return wrong, len(acknowledged), len(lost), again, meta


def leftovers(env_mark):
    """Processes that still carry this run's environment."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            if env_mark in path.read_bytes() and path.parent.name != str(os.getpid()):
                found.append((path.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            pass
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qchaos") as name:
        folder = pathlib.Path(name)
        print(f"chaos: seed {options.seed}, {options.seconds:.0f} s", flush=True)
        chaos = Chaos(folder, options.seed)
        try:
            chaos.run(options.seconds)
            drained = chaos.settle()
            codes = chaos.stop_workers()
            wrong, acknowledged, lost, again, meta = chaos.verdict()
        except BaseException:
            for log in sorted(folder.glob("*.log")):
                tail = log.read_text(errors="replace").splitlines()[-15:]
                print(f"--- {log.name}", *tail, sep="\n")
            raise
        finally:
            for program in chaos.workers + chaos.producers:
                if program.poll() is None:
                    program.kill()
                    program.wait()
            chaos.redis.stop()
        wrong += [f"a worker ended with {code} at TERM" for code in codes]
        wrong += [f"left running: {line}" for line in leftovers(str(chaos.effects).encode())]
        for what, number in sorted(chaos.done.items()):
            print(f"  {number:5} {what}")
        print(f"  {acknowledged:5} jobs acknowledged, {lost} lost, {again} effects repeated,"
              f" {meta.get('recovered', 0)} recovered, drained in {drained:.1f} s")
        for line in wrong:
            print("WRONG", line)
        if acknowledged < 100:
            wrong.append("too little happened")
            print("WRONG too few jobs for a verdict")
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
