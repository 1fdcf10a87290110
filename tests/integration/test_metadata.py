"""metadata.analyze and metadata.review: a datasource is analysed by jobs, people decide, and
nothing is read or lost twice, whatever is killed."""
import contextlib
import fcntl
import json
import os
import pathlib
import signal
import subprocess
import tempfile

import case
import servers
import worker_case
from worker_case import LONG

SHOP = """
CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, name text NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, user_id int NOT NULL, status text NOT NULL,
                     created_at timestamptz NOT NULL, total numeric(10,2) NOT NULL);
CREATE TABLE payments (id int PRIMARY KEY, order_id int NOT NULL, paid numeric(10,2));
INSERT INTO users SELECT i, 'u' || i || '@example.org', 'User ' || i FROM generate_series(1, 50) i;
INSERT INTO orders SELECT i, 1 + i % 50, (ARRAY['new', 'paid'])[1 + i % 2],
    timestamptz '2025-01-01' + i * interval '1 hour', i FROM generate_series(1, 300) i;
INSERT INTO payments SELECT i, i, i FROM generate_series(1, 200) i;
COMMENT ON TABLE orders IS 'What was bought.';
"""
# Whoever reads the view waits while somebody holds the lock.
SLOW = """
CREATE FUNCTION wait() RETURNS int LANGUAGE sql AS
    'SELECT pg_advisory_xact_lock_shared(7); SELECT 1';
CREATE VIEW zz_slow AS SELECT wait() AS waited, id FROM users;
"""


class MetadataCase(worker_case.WorkerCase):
    worker_program = "quern-worker"

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="qmd", dir="/tmp")
        cls.addClassCleanup(folder.cleanup)
        os.chmod(folder.name, 0o711)
        cls.postgres = servers.start_postgres(pathlib.Path(folder.name) / "pg")
        cls.addClassCleanup(cls.postgres.stop)

    def setUp(self):
        super().setUp()
        for name in ("home", "shop"):
            self.postgres.psql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", "template1")
            self.postgres.psql(f"CREATE DATABASE {name}", "template1")
        self.sql(SHOP)
        self.env |= {"QUERN_DATABASE_URL": self.postgres.database_url("home"),
                     "QUERN_CONCURRENCY": "1"}
        self.run_ok("quern-worker", "migrate")
        self.add()

    def run_ok(self, *words, **options):
        done = servers.run(*words, env=self.env, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def add(self, *words):
        self.run_ok("quern", "datasource", "add", "shop", "--replace", "--url",
                    self.postgres.database_url("shop"), *words)

    def sql(self, text, database="shop"):
        return self.postgres.psql(text, database)

    def analyze(self, **args):
        return self.result(self.put("metadata.analyze", {"database": "shop", **args}))

    def review(self, **args):
        return self.result(self.put("metadata.review", {"database": "shop", **args}))

    def result(self, job):
        return json.loads(self.check_ended(job, "succeeded")["result"])

    def refused(self, task, text, **args):
        info = self.check_ended(self.put(task, {"database": "shop", **args}), "failed", "rejected")
        self.assertIn(text, info["error"])

    def published(self, name):
        return (self.folder / "artifacts/models/shop" / name).read_text()

    def index(self):
        return json.loads(self.published("index.json"))

    def model(self, version):
        return json.loads(self.published(f"{version}.json"))

    def column(self, version, table, column):
        tables = {each["name"]: each for each in self.model(version)["tables"]}
        return {each["name"]: each for each in tables[table]["columns"]}[column]

    def local(self, *words):
        env = {key: value for key, value in self.env.items() if key != "QUERN_DATABASE_URL"}
        return servers.run("quern-worker", "run", "metadata.analyze", *words, env=env)


class Analyses(MetadataCase):
    def test_a_datasource_is_analysed_stored_and_published(self):
        self.worker()
        result = self.analyze()
        self.assertEqual(result["schema"], "quern.metadata.analysis/1")
        self.assertEqual({(each["child_table"], *each["child_columns"], each["parent_table"],
                           *each["parent_columns"]) for each in result["relations"]
                          if each["score"] >= 0.8},
                         {("orders", "user_id", "users", "id"),
                          ("payments", "order_id", "orders", "id")})
        self.assertEqual([each["table"] for each in result["tables"]],
                         ["orders", "payments", "users"])
        self.assertIn({"table": "users", "column": "email", "what": "email"}, result["personal"])
        self.assertEqual((result["model"]["version"], result["model"]["new"]), (1, True))
        self.assertEqual(result["warnings"], [])
        self.assertNotIn("changes", result)
        self.assertEqual(self.index()["current"], 1)
        self.assertEqual(self.model(1)["hash"], result["model"]["hash"])
        self.assertIn("<svg", self.published("1.html"))
        self.assertNotIn("u1@example.org", self.published("1.html") + self.published("1.json"))

    def test_the_same_again_is_no_new_version_and_reads_no_table_twice(self):
        self.worker()
        first, second = self.analyze(), self.analyze()
        self.assertEqual(second["model"], {**first["model"], "new": False})
        self.assertEqual(second["counts"]["profiles_kept"], 3)
        self.assertEqual(second["changes"], {"added": [], "removed": [], "changed": []})
        self.assertEqual(self.analyze(full=True)["counts"]["profiles_kept"], 0)
        self.assertEqual(len(self.index()["versions"]), 1)

    def test_only_what_changed_is_read_again_and_told(self):
        self.worker()
        self.analyze()
        self.sql("ALTER TABLE payments ADD method text; CREATE TABLE notes (id int, line text)")
        self.add()
        result = self.analyze()
        self.assertEqual(result["counts"]["profiles_kept"], 2)
        self.assertEqual([each["table"] for each in result["changes"]["added"]], ["notes"])
        self.assertEqual([(each["table"], each["columns_added"])
                          for each in result["changes"]["changed"]], [("payments", ["method"])])
        self.assertEqual((result["model"]["version"], result["model"]["new"]), (2, True))

    def test_a_queue_takes_names_of_datasources_only(self):
        self.worker()
        url = self.postgres.database_url("shop")
        self.refused("metadata.analyze", "database", database=url)
        self.refused("metadata.analyze", "no datasource other", database="other")
        self.refused("metadata.analyze", "quern-worker run", hints="/etc/passwd")
        self.assertEqual(self.sql("SELECT count(*) FROM quern.models", "home"), "0")

    def test_the_same_version_again_has_the_numbers_of_today_everywhere(self):
        self.worker()
        self.analyze()
        before = self.published("1.json")
        self.sql("INSERT INTO payments SELECT i, i, i FROM generate_series(201, 290) i")
        result = self.analyze(full=True)
        self.assertEqual((result["model"]["version"], result["model"]["new"]), (1, False))
        rows = {each["name"]: each["rows"] for each in self.model(1)["tables"]}
        self.assertEqual(rows["payments"], 290)
        self.assertNotEqual(self.published("1.json"), before)
        self.review(approve=1)
        rows = {each["name"]: each["rows"] for each in self.model(1)["tables"]}
        self.assertEqual(rows["payments"], 290)

    def test_a_part_of_a_datasource_takes_no_models_place(self):
        self.worker()
        self.analyze()
        before = self.published("index.json") + self.published("1.json")
        part = self.analyze(include=["orders"])
        self.assertEqual(part["model"]["stored"], False)
        self.assertNotIn("version", part["model"])
        self.assertIn("not stored", part["warnings"][0])
        self.assertEqual(self.published("index.json") + self.published("1.json"), before)
        edited = self.review(edits={"tables": {"users": {"label": "name"}}})
        self.assertEqual(edited["newest"], 2)
        self.assertEqual([each["name"] for each in self.model(2)["tables"]],
                         ["orders", "payments", "users"])
        whole = self.analyze()
        self.assertEqual(whole["model"]["stored"], True)
        self.assertEqual(whole["changes"], {"added": [], "removed": [], "changed": []})

    def test_the_globs_of_a_datasource_hold_for_all_its_jobs(self):
        self.add("--exclude", "pay*")
        self.worker()
        seen = self.analyze(include=["payments", "orders"])
        self.assertEqual([each["table"] for each in seen["tables"]], ["orders"])

    def test_a_database_with_nothing_to_see_says_so(self):
        self.worker()
        result = self.analyze(include=["nothing"])
        self.assertEqual((result["tables"], result["relations"]), ([], []))
        self.assertIn("no table is to be seen", result["warnings"][-1])


class Deaths(MetadataCase):
    def wait_for_gate(self):
        self.wait_until(lambda: self.sql("SELECT count(*) FROM pg_stat_activity WHERE"
                                         " wait_event_type = 'Lock' AND datname = 'shop'") == "1",
                        LONG, "the analysis to come to the view")

    @contextlib.contextmanager
    def hold_gate(self):
        """A session that holds the lock until the end."""
        with subprocess.Popen(["psql", "-XAtq", self.postgres.database_url("shop")], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as psql:
            psql.stdin.write("SELECT pg_advisory_lock(7); SELECT 'held';\n")
            psql.stdin.flush()
            while psql.stdout.readline() != "held\n":
                pass
            yield
            psql.stdin.close()

    def test_a_killed_run_is_tried_again_and_reads_no_table_twice(self):
        self.sql(SLOW)
        self.add()
        worker = self.worker()
        with self.hold_gate():
            job = self.put("metadata.analyze", {"database": "shop", "full": True}, retry=10,
                           attempts=3)
            self.wait_for_gate()
            (executor,) = worker_case.children_of(worker.pid)
            os.kill(executor, signal.SIGKILL)
        result = self.result(job)
        self.assertEqual(result["counts"]["profiles_kept"], 3)
        self.assertEqual(len(result["tables"]), 4)

    @contextlib.contextmanager
    def hold_folder(self):
        """Who publishes waits until the end."""
        folder = self.folder / "artifacts/models/shop"
        folder.mkdir(parents=True, exist_ok=True)
        fd = os.open(folder, os.O_RDONLY)
        fcntl.flock(fd, fcntl.LOCK_EX)
        try:
            yield
        finally:
            os.close(fd)

    def wait_for_version(self, version):
        self.wait_until(lambda: self.sql("SELECT max(version) FROM quern.models", "home")
                        == str(version), LONG, "the version to be stored")

    def test_a_run_killed_before_it_published_tells_the_same_changes_again(self):
        worker = self.worker()
        self.analyze()
        self.sql("CREATE TABLE notes (id int, line text)")
        self.add()
        with self.hold_folder():
            job = self.put("metadata.analyze", {"database": "shop"}, retry=10, attempts=3)
            self.wait_for_version(2)
            (executor,) = worker_case.children_of(worker.pid)
            os.kill(executor, signal.SIGKILL)
        result = self.result(job)
        self.assertEqual([each["table"] for each in result["changes"]["added"]], ["notes"])
        self.assertEqual((result["model"]["version"], result["model"]["new"]), (2, True))
        self.assertIn("notes", self.published("2.html"))
        self.assertEqual(self.analyze()["changes"], {"added": [], "removed": [], "changed": []})

    def test_a_datasource_removed_while_it_is_published_leaves_no_files(self):
        self.worker()
        with self.hold_folder():
            job = self.put("metadata.analyze", {"database": "shop"}, attempts=1)
            self.wait_for_version(1)
            self.sql("DELETE FROM quern.datasources", "home")
        self.check_ended(job, "failed", "error")
        self.assertFalse((self.folder / "artifacts/models/shop").exists())

    def test_two_analyses_of_one_datasource_never_run_at_once(self):
        self.worker()
        url = self.postgres.database_url("home")
        with subprocess.Popen(["psql", "-XAtq", url], text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as psql:
            psql.stdin.write("SELECT pg_advisory_lock(hashtextextended('quern.analysis shop', 0));"
                             "SELECT 'held';\n")
            psql.stdin.flush()
            while psql.stdout.readline() != "held\n":
                pass
            job = self.put("metadata.analyze", {"database": "shop"}, attempts=1)
            self.wait_until(lambda: "another analysis of shop is running" in
                            self.run_ok("quern", "job", "log", job), LONG, "its waiting")
            self.assertEqual(self.sql("SELECT count(*) FROM quern.models", "home"), "0")
            psql.stdin.close()
        self.assertEqual(self.result(job)["model"]["version"], 1)
        self.assertEqual(self.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
                                  "home"), "0")

    def test_a_cancelled_analysis_leaves_no_statement_and_no_version(self):
        self.sql(SLOW)
        self.add()
        self.worker()
        with self.hold_gate():
            job = self.put("metadata.analyze", {"database": "shop"})
            self.wait_for_gate()
            self.assertEqual(self.qnctl("cancel", job).returncode, 0)
            self.check_ended(job, "cancelled")
            self.assertEqual(self.sql("SELECT count(*) FROM pg_stat_activity WHERE xact_start IS"
                                      " NOT NULL AND usename = 'quern_shop'"), "0")
            self.wait_until(lambda: self.sql(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
                " (SELECT oid FROM pg_database WHERE datname = 'home')") == "0", LONG,
                "others to be let in")
        self.assertEqual(self.sql("SELECT count(*) FROM quern.models", "home"), "0")


class Reviews(MetadataCase):
    def test_edits_stay_through_an_analysis_and_null_takes_one_back(self):
        self.worker()
        self.analyze()
        edits = {"tables": {"orders": {"columns": {"total": {"description": "What was paid."}}}}}
        edited = self.review(edits=edits)
        self.assertEqual((edited["newest"], edited["new"], edited["state"]), (2, True, "draft"))
        said = {"text": "What was paid.", "source": "human"}
        self.assertEqual(self.column(2, "orders", "total")["description"], said)
        self.sql("ALTER TABLE orders ADD note text")
        self.add()
        self.assertEqual(self.analyze()["model"]["version"], 3)
        self.assertEqual(self.column(3, "orders", "total")["description"], said)
        edits["tables"]["orders"]["columns"]["total"]["description"] = None
        self.assertEqual(self.review(edits=edits)["newest"], 4)
        self.assertEqual(self.column(4, "orders", "total")["description"]["source"], "rule")

    def test_an_edited_version_has_the_report_of_the_analysis(self):
        self.worker()
        self.analyze()
        self.review(edits={"tables": {"orders": {"description": "Sales."}}})
        self.assertEqual(self.published("2.html"), self.published("1.html"))

    def test_what_is_approved_stays_current_until_another_is(self):
        self.worker()
        self.analyze()
        self.assertEqual(self.model(1)["state"], "draft")
        self.assertEqual(self.review(approve=0)["approved"], 1)
        self.assertEqual(self.model(1)["state"], "approved")
        self.assertIn("<svg", self.published("1.html"))
        self.review(edits={"tables": {"orders": {"description": "Sales."}}})
        self.assertEqual([self.index()[key] for key in ("current", "newest", "approved")],
                         [1, 2, 1])
        self.review(approve=2)
        self.assertEqual(self.index()["current"], 2)
        self.assertEqual(self.review(approve=1)["approved"], 1)
        self.assertEqual([self.index()[key] for key in ("current", "newest", "approved")],
                         [1, 2, 1])

    def test_who_was_slower_is_refused(self):
        self.worker()
        first = self.analyze()["model"]["hash"]
        self.review(edits={"tables": {"orders": {"description": "A"}}}, if_hash=first)
        self.refused("metadata.review", "somebody was faster", if_hash=first,
                     edits={"tables": {"orders": {"description": "B"}}})
        self.assertEqual(self.index()["newest"], 2)

    def test_what_is_no_edit_is_refused_with_its_place(self):
        self.worker()
        self.analyze()
        self.refused("metadata.review", "tables.orders", edits={"tables": {"orders": 1}})
        self.refused("metadata.review", "one of them is required")
        self.refused("metadata.review", "no model of version 9", approve=9)
        self.assertEqual(self.index()["newest"], 1)

    def test_a_name_that_is_not_there_is_a_warning(self):
        self.worker()
        self.analyze()
        job = self.put("metadata.review", {"database": "shop",
                                           "edits": {"tables": {"oders": {"label": "id"}}}})
        self.result(job)
        self.assertIn("oders", self.run_ok("quern", "job", "log", job))


class ByHand(MetadataCase):
    def test_a_url_and_hints_are_for_who_starts_the_program(self):
        hints = self.folder / "hints.json"
        hints.write_text(json.dumps({"format": "nlq-hints/1", "tables": {
            "users": {"label": "name", "hidden": ["email"]}}}))
        done = self.local(f"database={self.postgres.database_url('shop')}", f"hints={hints}")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(len(result["relations"]), 2)
        self.assertNotIn("version", result["model"])
        self.assertIn("the role is a superuser", result["warnings"][0])
        self.assertFalse((self.folder / "artifacts/models").exists())

    def test_hints_that_are_none_are_told_with_the_file_or_the_place(self):
        url = f"database={self.postgres.database_url('shop')}"
        hints = self.folder / "hints.json"
        hints.write_text('{"format":"nlq-hints/1","tables":[]}')
        for words, said in (((url, f"hints={hints}"), "tables"),
                            ((url, "hints=/nowhere"), "/nowhere"),
                            (("database=postgresql://x:secret@127.0.0.1:1/x",), "connect"),
                            (("database=shop",), "shop")):
            done = self.local(*words)
            self.assertEqual(done.returncode, 1)
            self.assertIn(said, done.stdout)
            self.assertNotIn("secret", done.stdout + done.stderr)

    def test_a_foreign_server_that_is_down_costs_its_table_only(self):
        self.sql("CREATE EXTENSION postgres_fdw; CREATE SERVER away FOREIGN DATA WRAPPER"
                 " postgres_fdw OPTIONS (host '127.0.0.1', port '1'); CREATE USER MAPPING FOR"
                 " CURRENT_USER SERVER away; CREATE FOREIGN TABLE far (user_id int) SERVER away")
        done = self.local(f"database={self.postgres.database_url('shop')}")
        self.assertEqual(done.returncode, 0, done.stdout)
        tables = {each["table"]: each for each in json.loads(done.stdout)["tables"]}
        self.assertIn("away", tables["far"]["trouble"])
        self.assertEqual(tables["users"]["tier"], "exact")

    def test_a_result_of_very_many_tables_has_a_maximum_and_says_what_is_left_out(self):
        keys = ", ".join(f"k{i} int REFERENCES users" for i in range(16))
        self.sql("".join(f"CREATE TABLE {'t' * 55}{i:03} ({keys});" for i in range(200)))
        done = self.local(f"database={self.postgres.database_url('shop')}", "depth=catalogue",
                          "relations=declared")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess(len(done.stdout), 1024 * 1024)
        result = json.loads(done.stdout)
        self.assertEqual(result["counts"]["tables"], 203)
        self.assertEqual(result["counts"]["relations_accepted"], 200 * 16)
        self.assertGreater(result["left_out"], 0)
        self.assertNotIn("evidence", result["relations"][0])


if __name__ == "__main__":
    case.main()
