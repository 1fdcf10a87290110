"""room.py - where a figure is measured: a Redis of its own, workers, and what they use.

    with room.Room() as place:
        place.worker(64)
        place.fill(100000)
        ...

Everything in it ends with it.
"""
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import servers

NAMESPACE = "bench"
READY_SECONDS = 60
# A worker that is told to end does not wait for what sleeps; one that is held (see below)
# loses nothing.
SETTINGS = {"QUERN_NAMESPACE": NAMESPACE, "QUERN_STOP_GRACE": "100ms", "QUERN_LEASE": "10m",
            "QUERN_BROKER_TIMEOUT": "60s"}


class Failure(Exception):
    """What could not be measured, and why."""


class Line:
    """A connection to Redis: ask() costs both sides little, so that looking disturbs little."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rb")

    def ask(self, *words):
        return self.ask_all([words])[0]

    def ask_all(self, commands):
        out = b"".join(
            b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word)
                                               for word in (str(w).encode() for w in words))
            for words in commands)
        self.socket.sendall(out)
        return [self._reply() for _ in commands]

    def _reply(self):
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2].decode()
        if kind == b"*":
            return [self._reply() for _ in range(int(rest))]
        if kind == b":":
            return int(rest)
        if kind == b"+":
            return rest.decode()
        raise Failure(f"Redis: {rest.decode() or 'gone'}")

    def info(self, *sections):
        """All fields of these sections, as text."""
        texts = self.ask_all([("INFO", section) for section in sections])
        return dict(line.split(":", 1) for line in "\n".join(texts).splitlines() if ":" in line)

    def watch_others(self, seconds):
        """How many commands clients sent in this time; what scripts call is not counted."""
        self.ask("MONITOR")
        end, count = time.monotonic() + seconds, 0
        while (left := end - time.monotonic()) > 0:
            if select.select([self.socket], [], [], left)[0]:
                count += len(re.findall(rb"^\+[0-9.]+ \[\d+ (?!lua\])", self.socket.recv(65536),
                                        re.M))
        return count

    def close(self):
        self.file.close()
        self.socket.close()


@dataclasses.dataclass(frozen=True)
class Look:
    """What had happened at a moment; two of them tell a rate."""

    seconds: float
    ended: int  # jobs that succeeded
    cpu_us: float  # of the main thread of Redis
    calls: int  # of scripts


class Room:
    def __init__(self, persistent=True, options=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qnb"))
        self.programs = []
        try:
            self.redis = servers.start_redis(self.folder / "redis", persistent, options=options)
            self.line = Line(self.redis.socket)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self.env = {**SETTINGS, "QUERN_BROKER_URL": self.redis.url,
                    "QUERN_ARTIFACT_DIR": str(self.folder / "artifacts")}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for program in self.programs:
            with contextlib.suppress(ProcessLookupError):
                program.send(signal.SIGTERM)
                program.send(signal.SIGCONT)
        for program in self.programs:
            program.stop()
        self.line.close()
        self.redis.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Programs.

    def start(self, name, *words, **settings):
        """settings: as in the environment, without QUERN_."""
        env = {**self.env, **{f"QUERN_{key.upper()}": str(value)
                              for key, value in settings.items()}}
        program = servers.Program(self.folder, name, *words, env=env,
                                  label=f"{name}-{len(self.programs)}")
        self.programs.append(program)
        return program

    def worker(self, executors, queues="default", name="quern-worker"):
        """A worker that takes jobs when this returns."""
        program = self.start(name, concurrency=executors, queues=queues)
        self.wait_for_line(program, r'"msg":"running')
        return program

    def workers(self, count, executors, queues):
        """Many at once; queues: of each, a list of texts."""
        found = [self.start("quern-worker", concurrency=executors, queues=queues[i % len(queues)])
                 for i in range(count)]
        for program in found:
            self.wait_for_line(program, r'"msg":"running')
        return found

    def publish(self):
        """The tasks are known, as after a worker was here once."""
        self.worker(1).stop()

    def wait_for_line(self, program, pattern):
        def found():
            program.require_running()
            return re.search(pattern, program.log())
        return servers.wait_until(found, READY_SECONDS, f"{program.name} to be ready")

    def quern(self, *words, stdin=""):
        done = servers.run("quern", *words, env=self.env, stdin=stdin, seconds=600)
        if done.returncode != 0:
            raise Failure(f"quern {words[0]}: {last_line(done.stderr)}")
        return done.stdout

    def bench(self, name, *words):
        """What a program of this folder measured: name -> (value, unit)."""
        return figures_of(name, "--url", self.redis.url, *words)

    # Jobs.

    def fill(self, count):
        """Jobs that do nothing, in the queue "default": thousands at once, in tens of them."""
        self.bench("bench_client", "--mode", "bulk", "--jobs", count, "--namespace", NAMESPACE)

    def enqueue(self, lines):
        """Jobs in the words of POST /v1/jobs; their tasks are published."""
        self.quern("enqueue", "--batch", "-", "--json",
                   stdin="".join(json.dumps(line) + "\n" for line in lines))

    def ended(self, queues=("default",)):
        """Jobs that succeeded; none may fail here."""
        rows = self.line.ask_all([("HMGET", f"{{{NAMESPACE}:{queue}}}:meta", "succeeded", "failed")
                                  for queue in queues])
        if any(int(failed or 0) for _, failed in rows):
            raise Failure("a job of the bench has failed")
        return sum(int(succeeded or 0) for succeeded, _ in rows)

    def look(self, queues=("default",)):
        ended, now = self.ended(queues), time.monotonic()
        info = self.line.info("cpu", "commandstats")
        calls = sum(int(re.search(r"calls=(\d+)", text)[1]) for name, text in info.items()
                    if name in ("cmdstat_evalsha", "cmdstat_fcall"))
        cpu = sum(float(info[f"used_cpu_{part}_main_thread"]) for part in ("user", "sys"))
        return Look(now, ended, cpu * 1e6, calls)

    def wait_for(self, count, queues=("default",), seconds=120):
        """Returns when that many have ended."""
        servers.wait_until(lambda: self.ended(queues) >= count, seconds, f"{count} jobs to end")

    @contextlib.contextmanager
    def held(self):
        """No worker takes anything meanwhile. Then all that was queued is let go at once."""
        for program in self.programs:
            program.send(signal.SIGSTOP)
        yield
        for program in self.programs:
            program.send(signal.SIGCONT)

    def watch(self, first, last, queues=("default",)):
        """From the end of one job to that of another: rate, redis_cpu, batch."""
        self.wait_for(first, queues)
        before = self.look(queues)
        self.wait_for(last, queues)
        after = self.look(queues)
        jobs = after.ended - before.ended
        if jobs <= 0:
            raise Failure("the jobs were over before anything could be seen")
        return {"rate": (jobs / (after.seconds - before.seconds), "jobs/s"),
                "redis_cpu": ((after.cpu_us - before.cpu_us) / jobs, "us/job"),
                "batch": (2 * jobs / max(after.calls - before.calls, 1), "jobs")}


# Programs that measure.

def last_line(text):
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no word"


def figures_of(name, *words):
    """Runs one of build/bin that prints a line of JSON per figure: name -> (value, unit)."""
    if not (servers.BIN / name).exists():
        raise Failure(f"there is no {name}")
    done = subprocess.run([str(servers.BIN / name), *map(str, words)], text=True, timeout=300,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          preexec_fn=servers.die_with_parent)
    if done.returncode != 0:
        raise Failure(f"{name}: {last_line(done.stderr)}")
    figures = map(json.loads, done.stdout.splitlines())
    return {figure["name"]: (figure["value"], figure["unit"]) for figure in figures}


# Processes.

def family(pid):
    """A process and all below it."""
    found = [pid]
    for one in found:
        for path in pathlib.Path(f"/proc/{one}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, path.read_text().split())
    return found


def pss_mb(pid):
    """Memory of a family, shared pages by their share: million bytes."""
    total = 0
    for one in family(pid):
        text = pathlib.Path(f"/proc/{one}/smaps_rollup").read_text()
        total += int(re.search(r"^Pss: +(\d+) kB", text, re.M)[1]) * 1024
    return total / 1e6


def cpu_seconds(pid):
    """CPU time that the living ones of a family have used."""
    paths = [path for one in family(pid)
             for path in pathlib.Path(f"/proc/{one}/task").glob("*/schedstat")]
    if not paths:
        raise Failure("this kernel has no /proc/PID/schedstat")
    return sum(int(path.read_text().split()[0]) for path in paths) / 1e9


def machine():
    """What the figures are of: lines of text."""
    cpu = re.search(r"^model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    memory = re.search(r"MemTotal: +(\d+)", pathlib.Path("/proc/meminfo").read_text())
    redis = subprocess.run(["redis-server", "--version"], text=True, capture_output=True).stdout
    name = os.uname()
    load = os.getloadavg()[0]
    version = servers.run("quern", "--version").stdout.strip()
    return [f"{os.cpu_count()} cores, {cpu[1] if cpu else name.machine}, "
            f"{int(memory[1]) / 1024 ** 2:.0f} GiB, {name.sysname} {name.release}, "
            f"load {load:.1f} at the start",
            f"{version or 'quern'}, Redis {re.search(r'v=([0-9.]+)', redis)[1]} on a unix socket, "
            "AOF every second unless told"]
