"""stack.py - everything that a chaos run kills, each program behind a fault proxy of its own.

producers -> Redis, HTTP producer -> API -> Redis, beats -> Redis, workers -> Redis. A
program that was killed is started again by start(); one that ended by itself is noted.
"""
import os
import pathlib
import signal
import sys
import time

import fault_proxy
import servers

NAMESPACE = "chaos"
QUEUES = ("default", "beat")
WORKERS = 3
EXECUTORS = 4
BEATS = 2
PRODUCERS = 2
SURPRISES_MOST = 10
LIMITS = {"task:chaos.once": 1, "key:*": 2}
EVERY_S = {"tick": 1, "slow": 3}
HERE = pathlib.Path(__file__).resolve().parent

SCHEDULE = """[schedule {name}]
task = chaos.effect
every = {every}s
args = {{"how": "plain"}}
queue = beat
"""

# What is under way in a queue: entries that wait or run, workers to be buried.
MOVING = """
local n = math.max(0, redis.call('ZCARD', ARGV[1] .. ':leases') - ARGV[2])
for p = 0, 3 do n = n + redis.call('LLEN', ARGV[1] .. ':ready:' .. p) end
for _, key in ipairs({':due', ':retry', ':dead', ':lanes'}) do
    n = n + redis.call('ZCARD', ARGV[1] .. key)
end
return n + redis.call('HLEN', ARGV[1] .. ':running')
"""


def tag(queue):
    return f"{{{NAMESPACE}:{queue}}}"


def children_of(pid):
    """The direct children of a process, [] when it is gone."""
    found = []
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(word) for word in path.read_text().split()]
        except OSError:
            pass
    return found


def is_executor(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "quern-executor"
    except OSError:
        return False


class Stack:
    def __init__(self, folder, ledger, seed, lease_ms):
        self.folder, self.ledger, self.lease_ms = folder, ledger, lease_ms
        # "always": what a kill of Redis alone loses is a fault then. What everysec may
        # lose is cut off by us, and accounted for.
        self.redis = servers.start_redis(
            folder / "redis", options=["--appendfsync", "always", "--enable-debug-command", "yes",
                                       "--auto-aof-rewrite-percentage", "0"])
        self.postgres = servers.start_postgres(folder / "postgres")
        self.postgres.psql("CREATE TABLE chaos_effect (job text NOT NULL)")
        self.seed = seed
        self.api_port = servers.free_port()
        self.programs, self.proxies, self.surprises = {}, {}, []
        (folder / "tmp").mkdir()
        self.write_schedules()
        self.commands = self.describe()
        self.env = dict(
            os.environ, QUERN_NAMESPACE=NAMESPACE, QUERN_LEASE=f"{lease_ms}ms",
            QUERN_BEAT_LEASE="1s", QUERN_QUEUES="default:3,beat:1", QUERN_MAX_DEATHS="100",
            QUERN_CONCURRENCY=str(EXECUTORS), QUERN_CANCEL_GRACE="500ms",
            QUERN_BROKER_TIMEOUT="1s", QUERN_ACCEPT_UNKNOWN="true",
            QUERN_FAILED_MAX="1000000", QUERN_ARTIFACT_DIR=str(folder / "artifacts"),
            QUERN_DATABASE_URL=self.postgres.url, QUERN_PORT=str(self.api_port),
            TMPDIR=str(folder / "tmp"),
            QUERN_SCHEDULE=str(folder / "schedule.conf"), CHAOS_RUNS=str(ledger.runs_path))
        self.migrate()
        self.set_limits()
        for label in self.commands:
            self.start(label)

    def migrate(self):
        done = servers.run("quern-worker", "migrate", env=self.env)
        if done.returncode != 0:
            raise AssertionError(f"quern-worker migrate: {done.stdout}{done.stderr}")

    def set_limits(self):
        """Jobs of one task, and those of each tenant, go through lanes."""
        for scope, most in LIMITS.items():
            self.redis.cli("HSET", f"{tag('default')}:limits", scope, f"{most} 0 0 0 o")
        self.redis.cli("HSET", f"{tag('default')}:meta", "lanes", "1")

    def write_schedules(self):
        text = "\n".join(SCHEDULE.format(name=name, every=every)
                         for name, every in EVERY_S.items())
        (self.folder / "schedule.conf").write_text(text)

    def describe(self):
        made = self.ledger.made_path
        commands = {f"worker{n}": [servers.BIN / "chaos_worker"] for n in range(WORKERS)}
        commands |= {f"beat{n}": [servers.BIN / "quern-beat"] for n in range(BEATS)}
        commands["api"] = [servers.BIN / "quern-api"]
        for n in range(PRODUCERS):
            commands[f"producer{n}"] = [servers.BIN / "chaos_client", "produce",
                                        made(f"client{n}"), self.seed * 10 + n]
        commands["http"] = [sys.executable, "-B", HERE / "chaos_http.py", self.api_port,
                            made("http"), self.seed]
        return commands

    @property
    def workers(self):
        return [f"worker{n}" for n in range(WORKERS)]

    @property
    def beats(self):
        return [f"beat{n}" for n in range(BEATS)]

    @property
    def producers(self):
        return [f"producer{n}" for n in range(PRODUCERS)] + ["http"]

    def start(self, label):
        if label not in self.proxies:
            self.proxies[label] = fault_proxy.FaultProxy(
                self.redis.socket, servers.socket_path(self.folder / f"{label}.sock"))
        env = dict(self.env, QUERN_BROKER_URL=self.proxies[label].url)
        self.programs[label] = servers.Process(self.commands[label], self.folder / f"{label}.log",
                                               env=env)

    def pid(self, label):
        return self.programs[label].pid

    def kill(self, label):
        """kill -9; the pid it had."""
        self.programs[label].kill9()
        return self.pid(label)

    def notice_surprises(self):
        """Programs that ended though nobody killed them are noted and started again."""
        for label, program in self.programs.items():
            if not program.running:
                self.surprises.append(f"{label} (pid {program.pid}) ended by itself with "
                                      f"{program.popen.returncode}")
                self.start(label)
        if len(self.surprises) > SURPRISES_MOST:
            raise AssertionError("\n".join([*self.surprises, servers.tail(program.log_path)]))

    def executors(self):
        return [pid for label in self.workers for pid in children_of(self.pid(label))
                if is_executor(pid)]

    def count(self, command, queue, key):
        return int(self.redis.cli(command, f"{tag(queue)}:{key}"))

    def line(self):
        """How many jobs wait for an executor."""
        return (sum(self.count("LLEN", "default", f"ready:{p}") for p in range(4))
                + self.count("ZCARD", "default", "lanes"))

    def is_drained(self):
        """At one moment, nothing waits or runs, and only living workers hold a lease."""
        return all(self.redis.cli("EVAL", MOVING, "0", tag(queue), str(WORKERS)) == "0"
                   for queue in QUEUES)

    def calm(self):
        """No faults from here on."""
        for proxy in self.proxies.values():
            proxy.set_all(fault_proxy.PASS)

    def stop(self, labels, seconds=60):
        """TERM, once, to all; what each ended with, when that is not 0."""
        for label in labels:
            self.programs[label].send(signal.SIGTERM)
        end = time.monotonic() + seconds
        wrong = []
        for label in labels:
            try:
                code = self.programs[label].wait(max(0.1, end - time.monotonic()))
            except AssertionError as fault:
                code = str(fault)
            if code != 0:
                wrong.append(f"{label} ended with {code} at TERM")
        return wrong

    def end(self):
        """Whatever state it is in: nothing is left running."""
        for program in self.programs.values():
            if program.running:
                program.kill9()
        for proxy in self.proxies.values():
            proxy.stop()
        self.redis.stop()
        self.postgres.stop()
