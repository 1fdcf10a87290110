"""nl2sql.check over a real shop: what is allowed can be planned, what is refused is, and nothing
is run or left behind."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import servers

ROOT = pathlib.Path(__file__).resolve().parents[2]
HINTS = ROOT / "tasks/sample/shop_hints.json"
CASES = ROOT / "tests/guard"


def cases(name):
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


class ShopCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="qng", dir="/tmp")
        cls.addClassCleanup(folder.cleanup)
        os.chmod(folder.name, 0o711)
        cls.folder = pathlib.Path(folder.name)
        cls.postgres = servers.start_postgres(cls.folder / "pg")
        cls.addClassCleanup(cls.postgres.stop)
        cls.postgres.psql("CREATE DATABASE shop", "template1")
        cls.url = cls.postgres.database_url("shop")
        subprocess.run([shutil.which("psql"), "-X", "-q", "-d", cls.url, "-v", "scale=1",
                        "-v", "seed=0", "-f", ROOT / "tasks/sample/shop.sql"],
                       check=True, stdout=subprocess.DEVNULL)

    def check(self, statements, hints=HINTS, url=None):
        """A verdict for each, in order, and what the program says besides."""
        batch = self.folder / "batch"
        place = {"database": url or self.url} | ({"hints": str(hints)} if hints else {})
        lines = [{"sql": sql} | place for sql in statements]
        batch.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        done = servers.run("quern-worker", "run", "nl2sql.check", "--batch", str(batch))
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(answers), len(statements))
        return [answer.get("result", answer) for answer in answers], done.stderr


class Guard(ShopCase):
    def test_what_is_allowed_can_be_planned(self):
        allowed = cases("allow.jsonl")
        verdicts, _ = self.check([item["sql"] for item in allowed])
        for item, verdict in zip(allowed, verdicts):
            self.assertEqual((verdict["verdict"], verdict["reason"]), ("allow", ""), item["sql"])

    def test_what_is_refused_is_refused_for_its_reason(self):
        denied = cases("deny.jsonl")
        verdicts, _ = self.check([item["sql"] for item in denied])
        for item, verdict in zip(denied, verdicts):
            self.assertEqual((verdict["verdict"], verdict["class"]), ("deny", item["class"]),
                             item["sql"])
            self.assertTrue(verdict["reason"])

    def test_the_cases_are_many_and_half_of_them_legitimate(self):
        allowed, denied = cases("allow.jsonl"), cases("deny.jsonl")
        self.assertGreaterEqual(len(allowed), 90)
        self.assertGreaterEqual(len(allowed) + len(denied), 180)
        self.assertEqual({item["class"] for item in denied},
                         {"statement", "syntax", "node", "relation", "column", "hidden", "function",
                          "operator", "type", "size", "cost"})

    def test_nothing_is_run(self):
        """Each row read would be counted, and a statement that writes would be seen."""
        self.postgres.psql("CREATE TABLE seen (n int); CREATE SEQUENCE calls;"
                           "CREATE VIEW watched AS SELECT nextval('calls') AS n", "shop")
        try:
            verdicts, _ = self.check(["SELECT n FROM watched", "SELECT count(*) FROM watched",
                                      "INSERT INTO seen VALUES (1)", "DROP TABLE seen"])
            self.assertEqual([verdict["verdict"] for verdict in verdicts],
                             ["allow", "allow", "deny", "deny"])
            self.assertEqual(self.postgres.psql("SELECT is_called FROM calls", "shop"), "f")
            self.assertEqual(self.postgres.psql("SELECT count(*) FROM seen", "shop"), "0")
        finally:
            self.postgres.psql("DROP VIEW watched; DROP SEQUENCE calls; DROP TABLE seen", "shop")

    def test_two_connections_serve_a_batch(self):
        """One that reads the names, and one that plans."""
        before = int(self.postgres.psql("SELECT sessions FROM pg_stat_database "
                                       "WHERE datname = 'shop'", "postgres"))
        self.check(["SELECT 1"] * 50)
        servers.wait_until(lambda: int(self.postgres.psql(
            "SELECT numbackends FROM pg_stat_database WHERE datname = 'shop'", "postgres")) == 0,
            10, "the connection to end")
        after = int(self.postgres.psql("SELECT sessions FROM pg_stat_database "
                                      "WHERE datname = 'shop'", "postgres"))
        self.assertLessEqual(after - before, 2)

    def test_a_role_that_may_write_is_warned_of(self):
        done = servers.run("quern-worker", "run", "nl2sql.check", "--verbose", "sql=SELECT 1",
                           f"database={self.url}")
        self.assertEqual(json.loads(done.stdout)["verdict"], "allow", done.stderr)
        self.assertIn("the role is a superuser", done.stderr)

    def test_an_allowed_statement_is_written_in_one_way(self):
        said = ["select  COUNT(*) /* all */ from Orders", "SELECT count(*) FROM orders -- all"]
        verdicts, _ = self.check([*said, "SELECT nothing"])
        self.assertEqual([verdict["sql"] for verdict in verdicts],
                         ["SELECT count(*) FROM orders", "SELECT count(*) FROM orders", None])

    def test_hints_may_be_a_text(self):
        hidden = {"reviews": {"hidden": ["comment"]}}
        hints = json.dumps({"format": "nlq-hints/1", "tables": hidden})
        verdicts, _ = self.check(["SELECT comment FROM reviews"], hints=hints)
        self.assertEqual(verdicts[0]["class"], "hidden")

    def test_what_is_used_is_in_the_log(self):
        done = servers.run("quern-worker", "run", "nl2sql.check", "--verbose",
                           "sql=SELECT max(id) FROM orders", f"database={self.url}")
        self.assertIn('"relations":["orders"],"columns":["orders.id"],"functions":["max"]',
                      done.stderr)

    def test_hints_say_what_is_hidden(self):
        sql = ["SELECT comment FROM reviews", "SELECT * FROM reviews", "SELECT id FROM reviews"]
        hints = self.folder / "hints.json"
        hints.write_text(json.dumps({"format": "nlq-hints/1", "database": "shop", "tables": {
            "reviews": {"hidden": ["comment"]}}}))
        self.assertEqual([verdict["class"] for verdict in self.check(sql, hints=None)[0]],
                         ["allowed"] * 3)
        self.assertEqual([verdict["class"] for verdict in self.check(sql, hints=hints)[0]],
                         ["hidden", "hidden", "allowed"])

    def test_names_in_other_schemas_and_of_any_letters_are_known(self):
        self.postgres.psql('CREATE SCHEMA sales; CREATE TABLE sales.deals (id int, "Big One" int);'
                           'CREATE TABLE "Kunden" ("Größe" int); CREATE TYPE mood AS ENUM (\'ok\');'
                           'CREATE TABLE moods (m mood)', "shop")
        try:
            verdicts, _ = self.check([
                'SELECT "Big One" FROM sales.deals', 'SELECT d."Big One" FROM sales.deals d',
                'SELECT "Größe" FROM "Kunden"', "SELECT m = 'ok'::mood FROM moods",
                'SELECT sales.deals.id FROM sales.deals',
                'SELECT id FROM deals', 'SELECT big FROM sales.deals', 'SELECT 1 FROM Kunden',
                "SELECT 'ok'::sales.mood"])
            self.assertEqual([verdict["class"] for verdict in verdicts],
                             ["allowed"] * 5 + ["relation", "column", "relation", "type"])
        finally:
            self.postgres.psql('DROP SCHEMA sales CASCADE; DROP TABLE "Kunden", moods;'
                               'DROP TYPE mood', "shop")

    def test_a_database_that_is_not_there_is_no_verdict(self):
        batch = self.folder / "batch"
        batch.write_text(json.dumps({"sql": "SELECT 1", "database": "nowhere"}) + "\n")
        done = servers.run("quern-worker", "run", "nl2sql.check", "--batch", str(batch))
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("allow", done.stdout)


class Datasources(ShopCase):
    """Of a datasource its own words hold, and of a stored model those of people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.postgres.psql("CREATE DATABASE home", "template1")
        cls.env = {"QUERN_DATABASE_URL": cls.postgres.database_url("home"),
                   "QUERN_ARTIFACT_DIR": str(cls.folder / "artifacts")}
        cls.run_ok("quern-worker", "migrate")
        cls.run_ok("quern", "datasource", "add", "shop", "--url", cls.url, "--use-role-of-url",
                   "--hide", "reviews.comment", "--exclude", "user_events")

    @classmethod
    def run_ok(cls, *words):
        done = servers.run(*words, env=cls.env)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout) if done.stdout.startswith("{") else None

    def classes(self, *statements):
        """By one process each: nothing is kept from an earlier call."""
        return [self.run_ok("quern-worker", "run", "nl2sql.check", f"sql={sql}",
                            "database=shop")["class"] for sql in statements]

    def test_a_datasource_is_known_by_its_words_and_then_by_its_model(self):
        asked = ("SELECT comment FROM reviews", "SELECT count(*) FROM user_events",
                 "SELECT phone FROM users", "SELECT count(*) FROM orders")
        self.assertEqual(self.classes(*asked), ["hidden", "relation", "allowed", "allowed"])
        self.run_ok("quern-worker", "run", "metadata.analyze", "database=shop", "depth=catalogue")
        edits = {"tables": {"users": {"columns": {"phone": {"hidden": True}}}}}
        self.run_ok("quern-worker", "run", "metadata.review", "database=shop",
                    f"edits={json.dumps(edits)}")
        self.assertEqual(self.classes(*asked), ["hidden", "relation", "hidden", "allowed"])

    def test_jobs_of_a_queue_have_no_hints_of_their_own_and_keep_no_connection(self):
        redis = servers.start_redis(self.folder / "redis")
        self.addCleanup(redis.stop)
        env = {**self.env, "QUERN_BROKER_URL": redis.url}
        worker = servers.Program(self.folder, "quern-worker", env=env)
        self.addCleanup(worker.stop)
        servers.wait_until(lambda: "nl2sql.check" in servers.run(
            "quern", "task", "list", env=env).stdout, 20, "the task to be published")
        done = servers.run("quern", "enqueue", "nl2sql.check", "sql=SELECT 1", "database=shop",
                           "hints=/etc/hosts", "--follow", env=env)
        self.assertEqual((done.returncode, done.stdout.count("allow")), (1, 0))
        self.assertIn("quern-worker run", done.stdout + done.stderr)
        done = servers.run("quern", "enqueue", "nl2sql.check", "sql=SELECT 1", "database=shop",
                           "--follow", env=env)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        servers.wait_until(lambda: self.connections() == 0, 10, "no connection between jobs")

    def connections(self):
        return int(self.postgres.psql("SELECT count(*) FROM pg_stat_activity WHERE datname IN "
                                      "('shop', 'home')", "postgres"))


if __name__ == "__main__":
    unittest.main()
