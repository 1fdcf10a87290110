"""scenes.py - what is measured: each scene yields (name, value, unit).

A scene is a function of a Size; its doc is what is told while it runs. Several runs of it
give medians.
"""
import concurrent.futures
import contextlib
import dataclasses
import datetime
import json
import pathlib
import re
import socket
import tempfile
import time

import room
import servers
import slow_server
from models import Published
from questions import questions

BATCHES = (1, 2, 4, 8, 16, 32, 50, 64, 100)
EXECUTORS = "2,4,16,64,128"
MANY = 64  # executors, where many are asked for
CALL_SECONDS = 3


@dataclasses.dataclass(frozen=True)
class Size:
    quick: bool = False
    full: bool = False

    def jobs(self, count):
        return count // 10 if self.quick else count

    def seconds(self, count):
        return max(count // 4, 2) if self.quick else count


def renamed(figures, names):
    """figures by the names given here, the others left out."""
    return [(names[name], *figures[name]) for name in names if name in figures]


# What Redis pays, without workers.


def of_batch(size, batch, persistent=True):
    suffix = f"batch_{batch}" + ("" if persistent else "_no_aof")
    with room.Room(persistent) as place:
        found = place.bench("bench_scripts", "--batch", batch,
                            "--jobs", size.jobs(40000 if batch < 8 else 100000),
                            "--depth", 100000 if batch == 50 else 1000)
    yield from renamed(found, {
        "redis_us_enqueue": f"redis_enqueue_{suffix}", "redis_us_take": f"redis_take_{suffix}",
        "redis_us_finish": f"redis_finish_{suffix}", "redis_us_life": f"redis_life_{suffix}",
        "take_finish_ceiling": f"take_finish_ceiling_{suffix}"})
    if batch == 50 and persistent:
        yield ("redis_bytes_queued_job", *found["redis_bytes_queued_job"])
    if batch == 50:
        kind = "" if persistent else "_no_aof"
        yield (f"redis_bare_lpush{kind}", *found["redis_us_bare_lpush"])
        yield (f"redis_bare_script{kind}", *found["redis_us_bare_script"])


def scripts(size):
    """CPU of Redis per job, by batch"""
    for batch in BATCHES:
        yield from of_batch(size, batch)
    for batch in (1, 8, 50):
        yield from of_batch(size, batch, persistent=False)


# What users measure on their own Redis.


def quern_bench(*words):
    with room.Room() as place:
        figures = json.loads(place.quern("bench", "--json", "-", "--runs", 1, *words))
    return [(figure["name"], figure["value"], figure["unit"]) for figure in figures]


def drain(size):
    """drain, by executors"""
    return quern_bench("--only", "drain", "--executors", EXECUTORS,
                       "--jobs", size.jobs(100000))


def roundtrip(size):
    """one job on an idle worker, there and back"""
    return quern_bench("--only", "enqueue,roundtrip", "--jobs", size.jobs(50000))


def client(size):
    """enqueue through the C client"""
    for mode, jobs, names in (
            ("one", 20000, {"client_enqueue_one": "client_enqueue_one",
                            "bare_roundtrip": "bare_roundtrip", "ratio": "client_one_of_bare"}),
            ("bulk", 500000, {"client_enqueue_bulk": "client_enqueue_bulk"}),
            ("submit", 200000, {"client_submit": "client_submit"})):
        with room.Room() as place:
            yield from renamed(place.bench("bench_client", "--mode", mode,
                                           "--jobs", size.jobs(jobs)), names)


def http(size):
    """enqueue through one quern-api"""
    for jobs in (1, 100):
        with room.Room() as place:
            place.publish()
            api = place.start("quern-api", port=0)
            port = place.wait_for_line(api, r'"url":"http://[^":]+:(\d+)"')[1]
            for name, figure in room.figures_of(
                    "bench_http", "--port", port, "--jobs-per-request", jobs,
                    "--seconds", size.seconds(5), "--cpu", f"api={api.pid}",
                    "--cpu", f"redis={place.redis.pid}").items():
                yield (name, *figure)


# A worker as users have it.


def memory(size):
    """memory of a worker"""
    for executors in (2, 52, 102):
        with room.Room() as place:
            worker = place.worker(executors)
            yield f"memory_{executors}_idle", room.pss_mb(worker.pid), "MB"
            if executors > 52:
                continue
            jobs = executors * 100
            place.enqueue([{"task": "bench.noop"}] * jobs)
            place.wait_for(jobs)
            yield f"memory_{executors}_used", room.pss_mb(worker.pid), "MB"


def idle(size):
    """a worker that has nothing to do"""
    seconds = size.seconds(20)
    with room.Room() as place:
        worker = place.worker(4)
        place.enqueue([{"task": "bench.noop"}] * 100)
        place.wait_for(100)
        time.sleep(2)
        other = room.Line(place.redis.socket)
        inside = int(place.line.info("stats")["total_commands_processed"])
        cpu = room.cpu_seconds(worker.pid)
        commands = other.watch_others(seconds)
        cpu = room.cpu_seconds(worker.pid) - cpu
        inside = int(place.line.info("stats")["total_commands_processed"]) - inside - 2
        other.close()
    yield "idle_cpu", 100 * cpu / seconds, "%"
    yield "idle_commands", commands / seconds, "1/s"
    yield "idle_commands_with_those_of_scripts", inside / seconds, "1/s"


def slow(size):
    """500 executors that wait for a slow server"""
    executors = 50 if size.quick else 500
    jobs = 3 * executors
    with room.Room() as place, slow_server.SlowServer(CALL_SECONDS) as server:
        worker = place.worker(executors, name="bench_worker")
        begin = time.monotonic()
        place.enqueue([{"task": "bench.call", "args": {"url": server.url}}] * jobs)
        place.wait_for(jobs // 2)
        pss = room.pss_mb(worker.pid)
        place.wait_for(jobs)
        rate = jobs / (time.monotonic() - begin)
    # A tenth of them tells a tenth of the rate, and nothing of the memory of all.
    yield f"slow_{executors}_memory", pss, "MB"
    yield f"slow_{executors}_jobs", rate, "jobs/s"


# Depth and width.

# The rewriting of the file is the work of another process, and would begin at any time.
STILL = ("--auto-aof-rewrite-percentage", "0")


def depths(size):
    """name, queued, delayed"""
    found = [("1000", 1000, 0), ("100000", 100000, 0), ("1000000", 1000000, 0),
             ("delayed", 1000, 1000000)]
    if size.full:
        found.append(("5000000", 5000000, 0))
    return [row for row in found if not size.quick or max(row[1:]) < 1000000]


# From 2^20 keys on, Redis moves them into a larger table: one time in a million jobs, which
# would fall on these few.
DEEP_JOBS = 40000


def depth(size):
    """many jobs in the line, or put off"""
    for name, queued, delayed in depths(size):
        with room.Room(options=STILL) as place:
            yield from renamed(
                place.bench("bench_scripts", "--depth", queued, "--delayed", delayed,
                            "--jobs", size.jobs(DEEP_JOBS)),
                {"redis_us_life": f"depth_{name}_life", "redis_us_take": f"depth_{name}_take",
                 "redis_bytes_delayed_job": "redis_bytes_delayed_job"})
    for name, queued, delayed in depths(size)[1:]:
        with room.Room(options=STILL) as place:
            rate = deep_drain(place, max(queued, DEEP_JOBS), delayed)
            yield f"depth_{name}_drain", rate, "jobs/s"


def deep_drain(place, queued, delayed):
    """The rate of as many jobs, whatever is behind them."""
    place.worker(MANY)
    with place.held():
        if delayed:
            place.enqueue([{"task": "bench.noop", "delay": 86400}] * delayed)
        place.fill(queued)
    return place.watch(DEEP_JOBS // 10, DEEP_JOBS * 9 // 10)["rate"][0]


def scale(size):
    """1 to 100 queues, 1 to 64 workers"""
    for count in (1, 10, 50, 100):
        yield from wide(size, f"scale_queues_{count}", queues=count, workers=1 + count // 64)
    for count in (1, 4, 16, 64):
        yield from wide(size, f"scale_workers_{count}", queues=1, workers=count)


def wide(size, prefix, queues, workers):
    """MANY executors in all; a worker serves 64 queues at most, so several share them."""
    names = [f"q{i}" for i in range(queues)]
    shares = [",".join(names[i::workers]) for i in range(workers)] if queues > 1 else names
    jobs = size.jobs(60000)
    with room.Room() as place:
        place.workers(workers, MANY // workers, shares)
        with place.held():
            place.enqueue([{"task": "bench.noop", "queue": names[i % queues]}
                           for i in range(jobs)])
        for name, figure in place.watch(jobs // 10, jobs * 9 // 10, names).items():
            yield (f"{prefix}_{name}", *figure)


# Fairness: queues a, b and c, of equal weight, and 4 executors.

QUEUES = ("a", "b", "c")
SHORT_MS = 20


def sleeps(queue, count, ms):
    return [{"task": "bench.sleep", "args": {"ms": ms}, "queue": queue}] * count


def third_queue_rate(executors, jobs, long_jobs):
    """Short jobs of c, a second, while a long job of each other queue may be running."""
    with room.Room() as place:
        place.worker(executors, ",".join(QUEUES), "bench_worker")
        if long_jobs:
            place.enqueue(sleeps("a", 1, 600000) + sleeps("b", 1, 600000))
            servers.wait_until(lambda: place.line.ask_all(
                [("HLEN", f"{{{room.NAMESPACE}:{queue}}}:running") for queue in QUEUES])
                == [1, 1, 0], 10, "two long jobs to run")
        with place.held():
            place.enqueue(sleeps("c", jobs, SHORT_MS))
        return place.watch(jobs // 10, jobs * 9 // 10, "c")["rate"][0]


def flood_share(jobs):
    """Of all that ended while all queues were full, how much c had, of its third."""
    with room.Room() as place:
        place.worker(4, ",".join(QUEUES), "bench_worker")
        with place.held():
            place.enqueue([line for queue in QUEUES for line in sleeps(queue, jobs, SHORT_MS)])
        place.wait_for(jobs // 4, QUEUES)
        begin = [place.ended(queue) for queue in QUEUES]
        place.wait_for(jobs, QUEUES)
        ended = [place.ended(queue) - before for queue, before in zip(QUEUES, begin)]
    return 3 * ended[2] / sum(ended)


def single_waits(jobs):
    """ms from the making of a job in c to its start, one by one, beside floods in a and b."""
    waits = []
    with room.Room() as place:
        place.worker(4, ",".join(QUEUES), "bench_worker")
        flood = 20 * jobs
        with place.held():
            place.enqueue(sleeps("a", flood, SHORT_MS) + sleeps("b", flood, SHORT_MS))
        while len(waits) < jobs and place.ended("ab") < 2 * flood:
            found = json.loads(place.quern("enqueue", "bench.sleep", f"ms={SHORT_MS}", "--queue",
                                           "c", "--json"))
            place.quern("job", "wait", found["id"])
            shown = json.loads(place.quern("job", "show", found["id"], "--json"))
            made, begun = (datetime.datetime.fromisoformat(shown[name])
                           for name in ("enqueued_at", "started_at"))
            waits.append((begun - made).total_seconds() * 1000)
    return sorted(waits)


def fairness(size):
    """a third queue beside two that are busy"""
    jobs = size.jobs(400)
    alone = third_queue_rate(2, jobs, long_jobs=False)
    yield "fairness_long", third_queue_rate(4, jobs, long_jobs=True) / alone, "of 1"
    yield "fairness_flood", flood_share(jobs), "of 1"
    waits = single_waits(10 if size.quick else 40)
    # A third of 4 executors ends a job of 20 ms every 15 ms.
    yield "fairness_wait", waits[len(waits) // 2], "ms"
    yield "fairness_wait_longest", waits[-1], "ms"


# Semantic models.

MODEL_BYTES = 1024 * 1024
MODEL_READERS = 8


def served(address, path, until):
    """Whole answers over one connection. They are counted, not looked at."""
    request = f"GET {path} HTTP/1.1\r\nHost: {address[0]}\r\n\r\n".encode()
    buffer, count = bytearray(2 * MODEL_BYTES), 0
    with socket.create_connection(address, timeout=30) as peer:
        while time.monotonic() < until:
            peer.sendall(request)
            have = peer.recv_into(buffer)
            head, found, _ = bytes(buffer[:have]).partition(b"\r\n\r\n")
            length = re.search(rb"\r\nContent-Length: (\d+)", head)
            if not head.startswith(b"HTTP/1.1 200 ") or not found or not length:
                raise room.Failure(f"{path}: {head[:40]}")
            left = len(head) + 4 + int(length[1]) - have
            while left > 0:
                left -= peer.recv_into(buffer) or left + 1
            if left < 0 or int(length[1]) < MODEL_BYTES:
                raise room.Failure(f"{path}: not a whole model")
            count += 1
    return count


def models(size):
    """a published model of 1 MiB, over HTTP"""
    with room.Room() as place:
        shop = Published(place.folder / "artifacts", "shop")
        for _ in range(50):
            shop.add({"tables": [{"name": "x" * MODEL_BYTES}]})
        api = place.start("quern-api", port=0)
        host, port = place.wait_for_line(api, r'"url":"http://([^":]+):(\d+)"').groups()
        cpu, begin = room.cpu_seconds(api.pid), time.monotonic()
        until = begin + size.seconds(5)
        with concurrent.futures.ThreadPoolExecutor(MODEL_READERS) as readers:
            count = sum(readers.map(lambda path: served((host, int(port)), path, until),
                                    ["/v1/models/shop"] * MODEL_READERS))
        seconds = time.monotonic() - begin
        cpu = room.cpu_seconds(api.pid) - cpu
    yield "models_served", count / seconds, "1/s"
    yield "models_cpu_api", 1e6 * cpu / count, "us/request"


# Analyses of databases.

COLUMNS = """i AS id, i * {t} % 97 AS kind, i * 7 % 1000 AS place, md5(i::text) AS token,
    md5((i % 50)::text) AS code, i % 3 = 0 AS done, now() - i * interval '1 hour' AS at,
    (i * 1.5)::numeric(10,2) AS amount, i % 11 * 0.25 AS rate, nullif(i % 20, 5) AS level,
    'x' || i % 7 AS mark, 'user' || i || '@example.org' AS mail, i % 100 AS a, i % 200 AS b,
    i * 2 AS c, sqrt(i) AS root, ln(i) AS log, current_date - i % 400 AS day,
    'words and ' || md5(i::text) AS said, i % 2 AS bit"""


def analyse(postgres, database, **args):
    """(seconds, the result) of a run by hand."""
    begin = time.monotonic()
    done = servers.run("quern-worker", "run", "metadata.analyze",
                       f"database={postgres.database_url(database)}",
                       *[f"{key}={value}" for key, value in args.items()], seconds=600)
    if done.returncode != 0:
        raise room.Failure(f"metadata.analyze: {done.stdout[:200]}")
    return time.monotonic() - begin, json.loads(done.stdout)


def analysis(size):
    """tables of 20 columns: profiled, and their definitions alone"""
    tables, rows, definitions = (20, 1000, 300) if size.quick else (200, 10000, 3000)
    with tempfile.TemporaryDirectory(prefix="qnb") as folder:
        pathlib.Path(folder).chmod(0o711)
        postgres = servers.start_postgres(pathlib.Path(folder) / "pg")
        try:
            postgres.psql("CREATE DATABASE rows; CREATE DATABASE definitions")
            postgres.psql("".join(
                f"CREATE TABLE t{t} AS SELECT {COLUMNS.format(t=t)}"
                f" FROM generate_series(1, {rows}) i;" for t in range(tables)) + "ANALYZE", "rows")
            columns = ", ".join(f"c{i} text" for i in range(19))
            postgres.psql("".join(f"CREATE TABLE t{t} (id int PRIMARY KEY, {columns});"
                                  for t in range(definitions)), "definitions")
            took, _ = analyse(postgres, "rows")
            _, read = analyse(postgres, "definitions", depth="catalogue")
        finally:
            postgres.stop()
    yield "analysis_tables", took * 200 / tables, "s"
    yield "analysis_catalogue", read["ms"]["catalogue"] / 1000 * 3000 / definitions, "s"


# Other queues.


def peers(size):
    """the same jobs on other queues"""
    script = pathlib.Path(__file__).parent / "peers" / "run.py"
    words = ["--runs", 1, *(["--jobs", 2000] if size.quick else [])]
    with tempfile.TemporaryDirectory(prefix="qnb") as folder:
        file = pathlib.Path(folder) / "peers.json"
        process = servers.Process(["python3", "-B", script, "--json", file, *words],
                                  pathlib.Path(folder) / "peers.log")
        process.wait(3600)
        with contextlib.suppress(FileNotFoundError):
            figures = json.loads(file.read_text())
            # What cannot be had, peers says itself.
            for line in re.findall(r"^peers: .*", process.log(), re.M):
                print(line)
            return [(figure["name"], figure["value"], figure["unit"]) for figure in figures]
        raise room.Failure(room.last_line(process.log()))


SCENES = {scene.__name__: scene for scene in (
    scripts, drain, roundtrip, client, http, memory, idle, slow, depth, scale, fairness, models,
    analysis, questions, peers)}
