"""upkeep_case.py - the tasks of upkeep, by the real worker, on a shop, a broker and a cache."""
import itertools
import json
import os
import pathlib
import signal
import subprocess
import tempfile

import servers
import worker_case
from worker_case import LONG, NAMESPACE

SHOP = (servers.ROOT / "tasks/sample/shop.sql").read_text()
# Whoever commits what a table gate() is on waits while somebody holds the lock.
GATE = """
CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER gate AFTER INSERT OR UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION gate();
"""
CLOSE_GATE = "SELECT pg_advisory_lock(1)"


class UpkeepCase(worker_case.WorkerCase):
    """Each test has a database of its own, a copy of the shop of a seed."""
    worker_program = "quern-worker"
    numbers = itertools.count(1)
    seed = 0

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="qu", dir="/tmp")
        cls.addClassCleanup(folder.cleanup)
        pathlib.Path(folder.name).chmod(0o711)
        cls.postgres = servers.start_postgres(pathlib.Path(folder.name) / "pg")
        cls.addClassCleanup(cls.postgres.stop)
        cls.postgres.psql("CREATE DATABASE shop")
        cls.postgres.psql(f"\\set seed {cls.seed}\n{SHOP}", "shop")
        done = servers.run("quern-worker", "migrate", env={
            "QUERN_DATABASE_URL": cls.postgres.database_url("shop")})
        assert done.returncode == 0, done.stderr

    def setUp(self):
        super().setUp()
        self.cache = servers.start_redis(self.folder / "cache", persistent=False)
        self.addCleanup(self.cache.stop)
        self.database = f"t{next(self.numbers)}"
        self.postgres.psql(f"CREATE DATABASE {self.database} TEMPLATE shop")
        self.env |= {"QUERN_DATABASE_URL": self.postgres.database_url(self.database),
                     "QUERN_CACHE_URL": self.cache.url, "QUERN_QUEUES": "upkeep",
                     "QUERN_CONCURRENCY": "2"}

    def sql(self, text):
        return self.postgres.psql(text, self.database)

    def rows(self, text):
        return [line.split("|") for line in self.sql(text).splitlines()]

    def done(self, job):
        """The result of a job that succeeded."""
        return json.loads(self.check_ended(job, "succeeded")["result"])

    def put(self, task, args=None, **options):
        return super().put(task, args, **{"retry": 10, "attempts": 5, **options})

    def run_task(self, task, args=None, **options):
        return self.done(self.put(task, args, **options))

    def session(self, begin):
        """A psql that holds what begin takes, until the answer is called with more SQL."""
        psql = subprocess.Popen(
            ["psql", "-XAtq", "-d", self.postgres.database_url(self.database)], text=True,
            bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            preexec_fn=servers.die_with_parent)
        psql.stdin.write(f"{begin};\n\\echo holds\n")
        while psql.stdout.readline() != "holds\n":
            self.assertIsNone(psql.poll())

        def end(sql=""):
            if psql.poll() is None:
                psql.communicate(sql, timeout=LONG)
        self.addCleanup(end)
        return end

    def waiting(self, query, event):
        """How many sessions of this database wait so, in a statement that holds the words."""
        return int(self.sql(
            f"SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%{query}%'"
            f" AND wait_event = '{event}' AND datname = '{self.database}'"
            " AND pid <> pg_backend_pid()"))

    def wait_for_lock(self, query, event, number=1):
        self.wait_until(lambda: self.waiting(query, event) >= number, LONG,
                        f"{number} of {query} to wait")

    def kill_executors(self, worker):
        """All of them: the one at the job is among them."""
        for pid in worker_case.children_of(worker.pid):
            os.kill(pid, signal.SIGKILL)
            self.wait_until(lambda pid=pid: worker_case.is_over(pid), LONG, "its end")

    def key(self, name, queue=None):
        """Of the cache; with a queue, of the broker."""
        return f"{NAMESPACE}:{name}" if queue is None else super().key(name, queue)
