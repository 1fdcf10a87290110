"""The sales report when it is kept: what is a hit, what is not, and that a hit is the report."""
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import unittest

import servers

MAY = {"from": "2025-05-01", "to": "2025-05-31", "tz": "UTC"}
FUTURE = {"from": "2025-05-01", "to": "2029-12-31", "tz": "UTC"}
HIT, MADE = "\nfrom the cache\n", "ms in the database"


class SalesCache(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="qnc", dir="/tmp")
        cls.addClassCleanup(cls.folder.cleanup)
        os.chmod(cls.folder.name, 0o711)
        root = pathlib.Path(cls.folder.name)
        cls.server = servers.start_postgres(root / "pg")
        cls.addClassCleanup(cls.server.stop)
        cls.redis = servers.start_redis(root / "redis", persistent=False)
        cls.addClassCleanup(cls.redis.stop)
        cls.server.psql("CREATE DATABASE shop")
        cls.server.psql((servers.ROOT / "tasks/sample/shop.sql").read_text(), "shop")
        cls.server.psql("CREATE DATABASE other TEMPLATE shop")
        cls.server.psql("UPDATE orders SET total_amount = total_amount + 1", "other")

    def setUp(self):
        self.redis.cli("FLUSHALL")
        kept = tempfile.TemporaryDirectory(prefix="qna", dir="/tmp")
        self.addCleanup(kept.cleanup)
        self.artifacts = pathlib.Path(kept.name)

    def run_task(self, arguments, database="shop", user=None, **env):
        url = self.server.database_url(database)
        if user:
            url = url.replace("postgres@", f"{user}@")
        return servers.run(
            "quern-worker", "run", "report.sales", "--args", json.dumps(arguments), "--artifacts",
            self.artifacts, "--verbose",
            env={"QUERN_DATABASE_URL": url, "QUERN_CACHE_URL": self.redis.url,
                 "QUERN_NAMESPACE": "test", **env})

    def report(self, arguments, says, database="shop", **options):
        """The document as text; says: HIT or MADE, and not the other."""
        done = self.run_task(arguments, database, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        for line in (HIT, MADE):
            self.assertEqual(line in "\n" + done.stderr, line == says, (arguments, done.stderr))
        self.stderr = done.stderr
        return done.stdout

    def files(self):
        return sorted(path for path in self.artifacts.rglob("*") if path.is_file())

    def path_of(self, name):
        """Where the last job's file is."""
        return pathlib.Path(re.search(rf"^file {name} .*: (.*)$", self.stderr, re.M)[1])

    def entry(self):
        keys = [key for key in self.redis.cli("KEYS", "test:kv:*").splitlines()
                if not key.endswith((":lock", ":wake"))]
        self.assertEqual(len(keys), 1, keys)
        return keys[0]

    def test_a_hit_is_the_same_report_with_the_same_files(self):
        made = self.report(MAY, MADE)
        contents = {path: path.read_bytes() for path in self.files()}
        named = re.findall(r"sales\.\w+", self.stderr)
        self.assertEqual(len(contents), 3)
        self.assertEqual(self.report(MAY, HIT), made)
        self.assertEqual({path: path.read_bytes() for path in self.files()}, contents)
        self.assertEqual(re.findall(r"sales\.\w+", self.stderr), named)
        self.assertEqual(json.loads(made), json.loads(
            next(text for text in contents.values() if text.startswith(b"{"))))

    def test_what_is_asked_for_decides_and_not_how_it_is_written(self):
        self.report(MAY, MADE)
        for other in ({"top_n": 9}, {"formats": ["json"]}, {"compare": "year"}, {"group": "week"},
                      {"currency": "EUR"}, {"csv_bom": True}, {"csv_safe": False},
                      {"csv_delimiter": "tab"}, {"statuses": ["paid"]}, {"tz": "Asia/Shanghai"},
                      {"to": "2025-05-30"}, {"from": "2025-05-02"}):
            with self.subTest(other=other):
                self.report({**MAY, **other}, MADE)
                self.report({**MAY, **other}, HIT)
        same = {"top_n": 10, "tz": None, "compare": "none", "to": MAY["to"], "from": MAY["from"],
                "statuses": ["shipped", "paid"], "csv_delimiter": "comma", "force": False}
        self.report(same, HIT, QUERN_TIMEZONE="UTC")

    def test_a_change_of_the_data_makes_it_anew(self):
        first = json.loads(self.report(MAY, MADE))
        for sql in ("UPDATE orders SET status = 'refunded' WHERE id = (SELECT min(id) FROM orders"
                    " WHERE status = 'paid' AND created_at >= '2025-05-02'"
                    " AND created_at < '2025-05-30')",
                    "UPDATE products SET name = name || ' (new)' WHERE id = 1",
                    "DELETE FROM order_items WHERE order_id = (SELECT max(order_id) FROM"
                    " order_items)"):
            self.server.psql(sql, "shop")
            with self.subTest(sql=sql):
                last = json.loads(self.report(MAY, MADE))
                self.report(MAY, HIT)
        self.assertEqual(first["totals"]["total_orders"] - 1, last["totals"]["total_orders"])

    def test_databases_and_roles_are_kept_apart(self):
        self.server.psql("CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public"
                         " TO reader", "shop")
        self.addCleanup(self.server.psql, "DROP OWNED BY reader; DROP ROLE reader", "shop")
        mine = json.loads(self.report(MAY, MADE))
        other = json.loads(self.report(MAY, MADE, "other"))
        self.assertNotEqual(mine["totals"]["total_sales"], other["totals"]["total_sales"])
        self.report(MAY, MADE, user="reader")
        self.report(MAY, HIT, user="reader")
        self.report(MAY, HIT, "other")

    def test_force_makes_it_anew_and_keeps_that(self):
        old = json.loads(self.report(MAY, MADE))
        new = json.loads(self.report({**MAY, "force": True}, MADE))
        self.assertNotEqual(old["generated_at"], new["generated_at"])
        self.assertEqual(json.loads(self.report(MAY, HIT)), new)

    def test_without_one_of_its_files_it_is_no_hit(self):
        for spoil in (pathlib.Path.unlink, lambda path: path.write_bytes(b"something else"),
                      lambda path: path.write_bytes(b"")):
            for name in ("sales.json", "sales.csv", "sales.html"):
                with self.subTest(name=name):
                    self.report(MAY, MADE if name == "sales.json" else HIT)
                    spoil(self.path_of(name))
                    self.report(MAY, MADE)
                    self.assertIn(f"made anew: {name} is not there any more", self.stderr)
            self.redis.cli("FLUSHALL")

    def test_a_period_that_is_past_is_kept_for_a_day_and_others_for_an_hour(self):
        hour = 3600 * 1000
        for arguments, kind, life in ((MAY, "report-closed", 24 * hour), (FUTURE, "report", hour),
                                      ({"preset": "yesterday"}, "report-closed", 24 * hour),
                                      ({"preset": "last_7d"}, "report", hour)):
            with self.subTest(arguments=arguments):
                self.redis.cli("FLUSHALL")
                self.report(arguments, MADE)
                entry = self.entry()
                self.assertTrue(entry.startswith(f"test:kv:{kind}:"), entry)
                left = int(self.redis.cli("PTTL", entry))
                self.assertTrue(life * 0.8 < left <= life, left)

    def test_it_is_made_without_a_cache(self):
        for url in ("", None):
            env = {"QUERN_CACHE_URL": url or ""}
            for _ in range(2):
                self.report(MAY, MADE, **env)
        self.report(MAY, MADE, QUERN_CACHE_URL=f"unix://{self.artifacts}/nobody")
        self.assertIn("the cache cannot be used", self.stderr)
        self.report(MAY, MADE, QUERN_CACHE_URL="http://u:geheim@x")
        self.assertIn("without a cache: cache-url: must begin with", self.stderr)
        self.assertNotIn("geheim", self.stderr)

    def test_a_redis_that_does_not_answer_costs_no_report(self):
        self.redis.pause()
        self.addCleanup(self.redis.resume)
        self.report(MAY, MADE)
        self.redis.resume()
        self.report(MAY, MADE)
        self.report(MAY, HIT)

    def test_errors_are_the_same_as_without_a_cache(self):
        for arguments, database in (({**MAY, "tz": "Mars/Olympus"}, "shop"), (MAY, "postgres"),
                                    ({**MAY, "tz": "x'); DROP TABLE orders; --"}, "shop")):
            with self.subTest(arguments=arguments, database=database):
                cached = self.run_task(arguments, database)
                plain = self.run_task(arguments, database, QUERN_CACHE_URL="")
                self.assertEqual((cached.returncode, cached.stdout), (1, plain.stdout))
        self.assertEqual(self.redis.cli("KEYS", "test:kv:*"), "")

    def test_what_somebody_else_wrote_is_no_report(self):
        self.report(MAY, MADE)
        entry = self.entry()
        for text in ("v", r"v\x01\x07short", r"v\x01\x00", r"v\x01\x01" + "../" * 22 + "{}",
                     r"v\x01\x00no JSON", r"v\x02\x00{}"):
            self.redis.pipe(f'HSET {entry} bytes "\\x01{text}"\n')
            with self.subTest(text=text):
                self.report(MAY, MADE)
                self.report(MAY, HIT)

    def test_six_at_once_make_one(self):
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            futures = [pool.submit(self.start, FUTURE) for _ in range(6)]
            done = [future.result() for future in futures]
        self.assertEqual([process.returncode for process in done], [0] * 6)
        self.assertEqual(sum(MADE in process.stderr for process in done), 1)
        self.assertEqual(sum(HIT in "\n" + process.stderr for process in done), 5)
        self.assertEqual(len({process.stdout for process in done}), 1)

    def start(self, arguments):
        """Like run_task, from another thread: no death signal, which would come with it."""
        env = {**os.environ, "QUERN_DATABASE_URL": self.server.database_url("shop"),
               "QUERN_CACHE_URL": self.redis.url, "QUERN_NAMESPACE": "test"}
        return subprocess.run(
            [servers.BIN / "quern-worker", "run", "report.sales", "--args",
             json.dumps(arguments), "--artifacts", self.artifacts, "--verbose"], env=env,
            text=True, capture_output=True, timeout=120)

    def worker(self):
        """The handler alone: its files go nowhere, so nothing of it can be given again."""
        process = subprocess.Popen(
            [servers.BIN / "sales_worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, bufsize=1, preexec_fn=servers.die_with_parent,
            env={**os.environ, "QUERN_DATABASE_URL": self.server.database_url("shop"),
                 "QUERN_CACHE_URL": self.redis.url, "QUERN_NAMESPACE": "test",
                 "QUERN_ARTIFACT_DIR": str(self.artifacts)})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.stdin.close)
        return process

    def ask(self, worker):
        worker.stdin.write(json.dumps(MAY) + "\n")
        self.assertEqual(worker.stdout.readline(), "begun\n")

    def let_somebody_load(self):
        entry = self.entry()
        self.redis.cli("DEL", entry, f"{entry}:wake")
        self.redis.cli("SET", f"{entry}:lock", "somebody", "PX", 600000)

    def test_who_waits_for_another_job_too_long_comes_again_later(self):
        worker = self.worker()
        self.ask(worker)
        self.assertEqual(worker.stdout.readline().strip(), "DONE 3")
        self.let_somebody_load()
        self.ask(worker)
        self.assertEqual(worker.stdout.readline().strip(), "SNOOZE 0")

    def test_the_soft_limit_ends_the_wait_for_another_job(self):
        worker = self.worker()
        self.ask(worker)
        self.assertEqual(worker.stdout.readline().strip(), "DONE 3")
        self.let_somebody_load()
        self.ask(worker)
        servers.wait_until(lambda: "blocked_clients:1\n" in self.redis.cli("INFO", "clients"), 30,
                           "the handler to wait")
        worker.send_signal(signal.SIGUSR1)
        self.assertEqual(worker.stdout.readline().strip(), "RETRY 0 stopped by the soft limit")


if __name__ == "__main__":
    unittest.main(verbosity=2)
