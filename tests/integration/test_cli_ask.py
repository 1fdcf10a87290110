"""quern ask: a question in words, its statement and rows in a terminal; a no says what could be."""
import json
import os
import pathlib
import tempfile
import unittest

import case
import servers
import worker_case

SHOP = """
CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, city text NOT NULL);
INSERT INTO users SELECT i, 'User ' || i, (ARRAY['Paris', E'Ly\\x1bon', 'Berlin'])[1 + i % 3]
    FROM generate_series(1, 90) i;
REVOKE TEMPORARY ON DATABASE shop FROM PUBLIC;
"""


def setUpModule():
    folder = tempfile.TemporaryDirectory(prefix="qca", dir="/tmp")
    unittest.addModuleCleanup(folder.cleanup)
    os.chmod(folder.name, 0o711)
    AskCase.postgres = servers.start_postgres(pathlib.Path(folder.name) / "pg")
    unittest.addModuleCleanup(AskCase.postgres.stop)
    for name in ("home", "shop"):
        AskCase.postgres.psql(f"CREATE DATABASE {name}", "template1")
    AskCase.postgres.psql(SHOP, "shop")


class AskCase(worker_case.WorkerCase):
    worker_program = "quern-worker"
    postgres = None

    def setUp(self):
        super().setUp()
        self.env |= {"QUERN_DATABASE_URL": self.postgres.database_url("home"),
                     "QUERN_CONCURRENCY": "1"}
        self.run_ok("quern-worker", "migrate")
        self.run_ok("quern", "datasource", "add", "shop", "--replace", "--url",
                    self.postgres.database_url("shop"))
        self.worker()

    def run_ok(self, *words):
        done = servers.run(*words, env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def ask(self, *words):
        return servers.run("quern", "ask", "shop", *words, env=self.env)

    def test_a_question_without_quotes_shows_statement_rows_and_meaning(self):
        done = self.ask("how", "many", "users", "are", "there", "in", "each", "city")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("  how many users are there in each city\n", done.stdout)
        self.assertIn("\n  by rules, confidence ", done.stdout)
        self.assertIn("    SELECT u.city, count(*) AS users\n", done.stdout)
        self.assertRegex(done.stdout, r"\n  Paris +30\n")
        self.assertIn("picture: bar", done.stdout)
        self.assertNotIn("\x1b", done.stdout)

    def test_rows_that_are_not_shown_are_counted(self):
        done = self.ask("list all users", "--rows", "3")
        self.assertIn("... and 87 more rows", done.stdout)
        answer = json.loads(self.ask("list all users", "--json").stdout)["result"]
        self.assertEqual((answer["answered"], answer["row_count"]), (True, 90))

    def test_no_is_told_with_its_reason_and_an_exit_code_of_its_own(self):
        done = self.ask("delete all users")
        self.assertEqual(done.returncode, 3)
        self.assertIn("no answer (write): ", done.stdout)
        self.assertEqual(self.postgres.psql("SELECT count(*) FROM users", "shop").strip(), "90")

    def test_what_is_wrong_is_told_before_there_is_a_job(self):
        for words, text in ((["--max-rows", "x", "a question"], "--max-rows"),
                            (["--translator", "magic", "a question"], "translator")):
            done = self.ask(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(text, done.stderr)

    def test_dry_run_and_files(self):
        answer = json.loads(
            self.ask("list all users", "--dry-run", "--json").stdout)["result"]
        self.assertEqual((answer["answered"], answer.get("rows", [])), (True, []))
        done = self.ask("list all users", "--export", "csv", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    case.main()
