"""actions.py - what is done to the stack: phases, faults, and what ends them.

A phase draws an action several times a second. An action begins at once and leaves on the
agenda what ends it, so faults overlap. Redis suffers one thing at a time.

    storm       everything
    executors   executors are killed, nothing else: how long until a job runs again?
    workers     the same for supervisors
    lines       connections of workers are cut; the last phase, so that no death of a worker
                hides what reconciling should have mended
"""
import collections
import heapq
import itertools
import os
import pathlib
import signal
import subprocess
import time

import fault_proxy
from ledger import now_ms
from stack import children_of

TAIL_MS = 2000  # of the AOF, that an operating system may take with it under everysec
TAIL_EVERY_S = 15  # at most: what it excuses must stay the exception
CYCLE = (("storm", 12), ("executors", 3), ("workers", 5))
LAST = ("lines", 4)
LINE_MOST = 6
CALM_MOST_S = 20


def quietly(pid, signo):
    try:
        os.kill(pid, signo)
        return True
    except ProcessLookupError:
        return False


class Aof:
    """How long the append-only file was at each of the last moments."""

    def __init__(self, redis):
        self.redis = redis
        self.samples = collections.deque(maxlen=400)

    def path(self):
        found = list(pathlib.Path(self.redis.folder).glob("appendonlydir/*.incr.aof"))
        return found[0] if len(found) == 1 else None

    def sample(self):
        path = self.path()
        if path and (not self.samples or now_ms() - self.samples[-1][0] >= 20):
            self.samples.append((now_ms(), path, path.stat().st_size))

    def before(self, ms):
        """The last sample not after ms: whatever was acknowledged by its time is in it."""
        old = [sample for sample in self.samples if sample[0] <= ms]
        return old[-1] if old and old[-1][1] == self.path() else None

    def forget(self):
        self.samples.clear()


class Actions:
    def __init__(self, stack, random):
        self.stack, self.random = stack, random
        self.faults = stack.ledger.faults
        self.agenda, self.order = [], itertools.count()
        self.aof = Aof(stack.redis)
        self.redis_busy = self.postgres_busy = False
        self.tail_cut_at = -TAIL_EVERY_S
        self.sleepers = []
        self.tables = {
            "storm": [
                (30, self.kill_executor), (8, self.stop_executor), (10, self.kill_worker),
                (8, self.stop_worker), (4, self.kill_api), (3, self.stop_api),
                (4, self.kill_beat), (3, self.stop_beat), (4, self.kill_redis),
                (8, self.cut_aof), (3, self.stop_redis), (3, self.sleep_redis),
                (6, self.kill_client), (2, self.kill_postgres), (4, self.kill_session),
                (15, self.break_line), (15, self.cut_line)],
            "executors": [(1, self.kill_executor)],
            "workers": [(1, self.kill_worker)],
            "lines": [(3, self.cut_line), (1, self.kill_client)]}
        self.pauses = {"storm": (0.05, 0.3), "executors": (0.2, 0.4), "workers": (0.6, 1.0),
                       "lines": (0.1, 0.3)}

    # The clock of it all.

    def later(self, seconds, function, *args):
        heapq.heappush(self.agenda, (time.monotonic() + seconds, next(self.order), function, args))

    def wait(self, seconds):
        """Lets time pass, and does what falls due."""
        end = time.monotonic() + seconds
        while True:
            while self.agenda and self.agenda[0][0] <= time.monotonic():
                _, _, function, args = heapq.heappop(self.agenda)
                function(*args)
            self.aof.sample()
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.02))

    def finish(self):
        """Until every fault that was begun has ended."""
        while self.agenda:
            self.wait(0.02)
        for sleeper in self.sleepers:
            sleeper.wait()
        self.stack.notice_surprises()

    def run(self, seconds):
        end = time.monotonic() + seconds - LAST[1]
        for phase, length in itertools.cycle(CYCLE):
            self.run_phase(phase, min(end, time.monotonic() + length))
            if time.monotonic() >= end:
                break
        self.run_phase(LAST[0], time.monotonic() + LAST[1])
        self.finish()

    def calm_down(self):
        """Until everybody is back and the line of the storm is gone, so that what is measured
        is no wait in line; the seconds it took."""
        started = time.monotonic()
        self.wait(1)
        while self.stack.line() > LINE_MOST and time.monotonic() < started + CALM_MOST_S:
            self.wait(0.1)
        return time.monotonic() - started

    def run_phase(self, phase, until):
        self.finish()
        if phase in ("executors", "workers"):
            until += self.calm_down()
        self.faults.phase = phase
        weights, actions = zip(*self.tables[phase])
        while time.monotonic() < until:
            self.random.choices(actions, weights)[0]()
            self.wait(self.random.uniform(*self.pauses[phase]))
            self.stack.notice_surprises()

    # Processes.

    def kill_executor(self):
        """One that has a job, if possible."""
        pids = self.stack.executors()
        busy = sorted(self.stack.ledger.busy().intersection(pids))
        pid = self.random.choice(busy or pids or [0])
        if pid and quietly(pid, signal.SIGKILL):
            self.faults.happened("kill executor", pid)

    def kill_program(self, kind, label):
        fault = self.faults.begin(f"kill {kind}", self.stack.pid(label))
        self.stack.kill(label)
        self.stack.start(label)
        self.faults.end(fault)

    def stop_process(self, kind, pid, seconds):
        if quietly(pid, signal.SIGSTOP):
            fault = self.faults.begin(f"stop {kind}", pid)
            self.later(seconds, self.go_on, fault, pid)

    def go_on(self, fault, pid):
        quietly(pid, signal.SIGCONT)
        self.faults.end(fault)

    def stop_executor(self):
        pids = self.stack.executors()
        if pids:
            self.stop_process("executor", self.random.choice(pids), self.random.uniform(0.1, 1.0))

    def kill_worker(self):
        self.kill_program("worker", self.random.choice(self.stack.workers))

    def stop_worker(self):
        """Up to a few leases, so that it may wake up as one who has lost."""
        pid = self.stack.pid(self.random.choice(self.stack.workers))
        self.stop_process("worker", pid,
                          self.stack.lease_ms / 1000 * self.random.choice([0.5, 1.5, 4]))

    def kill_api(self):
        self.kill_program("api", "api")

    def stop_api(self):
        self.stop_process("api", self.stack.pid("api"), self.random.uniform(0.1, 1.0))

    def kill_beat(self):
        self.kill_program("beat", self.random.choice(self.stack.beats))

    def stop_beat(self):
        """Longer than its lease at times: it wakes up as a leader who is none."""
        pid = self.stack.pid(self.random.choice(self.stack.beats))
        self.stop_process("beat", pid, self.random.uniform(0.1, 2.5))

    # Redis.

    def take_redis(self, kind, detail=""):
        """The fault, or None when something is being done to Redis already."""
        if self.redis_busy:
            return None
        self.redis_busy = True
        return self.faults.begin(kind, detail)

    def free_redis(self, fault):
        self.redis_busy = False
        self.faults.end(fault)

    def start_redis(self, fault):
        self.stack.redis.start()
        self.aof.forget()
        self.free_redis(fault)

    def kill_redis(self):
        fault = self.take_redis("kill redis")
        if fault:
            self.stack.redis.kill9()
            self.later(self.random.uniform(0, 0.4), self.start_redis, fault)

    def cut_aof(self):
        """The crash of an operating system under everysec: the last two seconds are gone.
        The fault's begin is what the file was cut back to."""
        if self.redis_busy or time.monotonic() - self.tail_cut_at < TAIL_EVERY_S:
            return
        sample = self.aof.before(now_ms() - TAIL_MS)
        if sample is None:
            return
        self.tail_cut_at = time.monotonic()
        fault = self.take_redis("cut aof")
        self.stack.redis.kill9()
        at, path, size = sample
        fault.detail = f"{path.stat().st_size - size} bytes"
        fault.begin = at
        os.truncate(path, size)
        self.later(self.random.uniform(0, 0.2), self.start_redis, fault)

    def stop_redis(self):
        fault = self.take_redis("stop redis")
        if fault:
            self.stack.redis.pause()
            self.later(self.random.uniform(0.05, 1.0), self.resume_redis, fault)

    def resume_redis(self, fault):
        self.stack.redis.resume()
        self.free_redis(fault)

    def sleep_redis(self):
        fault = self.take_redis("sleep redis")
        if fault:
            seconds = self.random.uniform(0.05, 0.8)
            self.sleepers.append(subprocess.Popen(
                ["redis-cli", "-s", str(self.stack.redis.socket), "DEBUG", "SLEEP",
                 f"{seconds:.3f}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            self.later(seconds, self.free_redis, fault)

    def kill_client(self):
        fault = self.take_redis("client kill")
        if fault:
            lines = self.stack.redis.cli("CLIENT", "LIST").splitlines()
            client = self.random.choice(lines).split()[0].removeprefix("id=")
            self.stack.redis.ask("CLIENT", "KILL", "ID", client)
            self.free_redis(fault)

    # PostgreSQL.

    def kill_postgres(self):
        """All of it; nothing that was committed is lost, as the kernel keeps what it wrote."""
        if not self.postgres_busy:
            self.postgres_busy = True
            fault = self.faults.begin("kill postgres")
            left = children_of(self.stack.postgres.pid)
            self.stack.postgres.kill9()
            self.later(0.2, self.start_postgres, fault, left)

    def start_postgres(self, fault, left):
        """When the last of its children has seen that it is gone."""
        if any(pathlib.Path(f"/proc/{pid}").exists() for pid in left):
            self.later(0.1, self.start_postgres, fault, left)
            return
        self.stack.postgres.start()
        self.postgres_busy = False
        self.faults.end(fault)

    def kill_session(self):
        if not self.postgres_busy:
            self.stack.postgres.psql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state <> ''"
                " AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1")
            self.faults.happened("kill session")

    # The lines.

    def cut_line(self):
        """The connections of a worker that are there, each at some byte; new ones are whole,
        so that it is back before its lease is over."""
        label = self.random.choice(self.stack.workers)
        for connection in self.stack.proxies[label].connections():
            connection.set(fault_proxy.cut(self.random.choice(["up", "down"]),
                                           self.random.choice([0, self.random.randint(0, 2000)])))
        self.faults.happened("cut line", label)

    def break_line(self):
        self.break_line_of(self.random.choice(list(self.stack.proxies)))

    def break_line_of(self, label):
        proxy = self.stack.proxies[label]
        what = self.random.choice([
            fault_proxy.delay(self.random.randint(1, 300)), fault_proxy.RESET,
            fault_proxy.cut("up", self.random.randint(0, 2000), self.random.random() < 0.5),
            fault_proxy.cut("down", self.random.randint(0, 500), self.random.random() < 0.5),
            fault_proxy.cut("down", 0), fault_proxy.BLACK_HOLE, fault_proxy.SWALLOW,
            fault_proxy.PAUSE])
        fault = self.faults.begin("line", f"{label} {what.name} {what.direction}")
        proxy.set_all(what)
        self.later(self.random.uniform(0.05, 1.5), self.mend_line, fault, proxy)

    def mend_line(self, fault, proxy):
        proxy.set_all(fault_proxy.PASS)
        self.faults.end(fault)
