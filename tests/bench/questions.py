"""questions.py - questions that wait for a language model: how many a host answers, and with what.
"""
import pathlib
import shutil
import subprocess
import threading
import time

import room
import servers
import slow_server

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXECUTORS = 500
SETTINGS = {"QUERN_LLM_MODEL": "slow", "QUERN_LLM_CONCURRENCY": "0", "QUERN_LLM_RPM": "0"}


class Connections:
    """The most that were open at a time, of all but the one that looks."""

    def __init__(self, postgres):
        self.postgres, self.most, self.over = postgres, 0, threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def look(self):
        while not self.over.wait(0.25):
            count = self.postgres.psql(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND pid <> pg_backend_pid()")
            self.most = max(self.most, int(count))


def shop(place, postgres):
    """A datasource with its own role, and its model."""
    postgres.psql("CREATE DATABASE home; CREATE DATABASE shop")
    subprocess.run([shutil.which("psql"), "-X", "-q", "-v", "scale=1", "-v", "seed=0", "-d",
                    postgres.database_url("shop"), "-f", ROOT / "tasks/sample/shop.sql"],
                   check=True, stdout=subprocess.DEVNULL)
    place.env["QUERN_DATABASE_URL"] = postgres.database_url("home")
    for name, *words in (("quern-worker", "migrate"),
                         ("quern", "datasource", "add", "shop", "--url",
                          postgres.database_url("shop"), "--hints",
                          str(ROOT / "tasks/sample/shop_hints.json")),
                         ("quern-worker", "run", "metadata.analyze", "database=shop")):
        done = servers.run(name, *words, env=place.env, seconds=120)
        if done.returncode != 0:
            raise room.Failure(f"{name} {words[0]}: {room.last_line(done.stdout + done.stderr)}")


def questions(size):
    """questions to a language model that takes 3 s for each, answered from PostgreSQL"""
    executors = EXECUTORS // 10 if size.quick else EXECUTORS
    jobs = 6 * executors
    with room.Room() as place, slow_server.SlowServer(3, slow_server.statement) as model:
        place.folder.chmod(0o711)
        postgres = servers.start_postgres(place.folder / "pg")
        cache = servers.start_redis(place.folder / "cache")
        try:
            place.env |= SETTINGS | {"QUERN_LLM_URL": model.url, "QUERN_CACHE_URL": cache.url}
            shop(place, postgres)
            worker = place.worker(executors)
            place.enqueue([{"task": "nl2sql.ask", "args": {
                "database": "shop", "translator": "llm", "key": "bench",
                "question": f"How many orders have an amount over {i}?"}} for i in range(jobs)])
            with Connections(postgres) as connections:
                place.wait_for(2 * executors)
                begin, first = time.monotonic(), place.ended()
                place.wait_for(jobs - 2 * executors)
                rate = (place.ended() - first) / (time.monotonic() - begin)
                memory = room.pss_mb(worker.pid)
                place.wait_for(jobs)
        finally:
            cache.stop()
            postgres.stop()
    yield f"questions_{executors}_rate", rate, "jobs/s"
    yield f"questions_{executors}_memory", memory, "MB"
    yield f"questions_{executors}_connections", connections.most, "connections"
