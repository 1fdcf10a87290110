"""quern-worker migrate: what a database needs is applied once, in order, or refused by name."""
import hashlib
import json
import subprocess

import case
import servers

FILE = servers.ROOT / "tasks/migrations/0001_once.sql"
LONG = 30  # seconds that nothing here should take
AT_ONCE = 4


class Migrate(case.Case):
    def setUp(self):
        self.server = self.postgres()
        self.env = {"QUERN_DATABASE_URL": self.server.url}

    def migrate(self, *words):
        return servers.run("quern-worker", "migrate", *words, env=self.env)

    def states(self, *words):
        done = self.migrate("--json", *words)
        self.assertEqual(done.stderr, "")
        return [one["state"] for one in json.loads(done.stdout)["migrations"]]

    def refused(self, *names, ways=((), ("--check",), ("--json",))):
        """With these words."""
        for words in ways:
            done = self.migrate(*words)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            for name in names:
                self.assertIn(name, done.stderr)

    def verdict(self):
        done = servers.run("quern-worker", "check", env=self.env)
        found = {one["check"]: one for one in json.loads(done.stdout)}
        return found["db-migrations"]

    def test_an_empty_database_gets_all_and_a_second_call_changes_nothing(self):
        self.assertEqual(self.states("--check"), ["missing"])
        self.assertEqual(self.server.psql("SELECT to_regnamespace('quern')"), "")
        done = self.migrate()
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (0, "0001_once applied\n", ""))
        before = self.server.psql("SELECT * FROM quern.migrations")
        self.assertEqual(before.split("|")[:3],
                         ["1", "once", hashlib.sha256(FILE.read_bytes()).hexdigest()])
        done = self.migrate()
        self.assertEqual((done.returncode, done.stdout), (0, "0001_once there\n"))
        self.assertEqual(self.migrate("--check").returncode, 0)
        self.assertEqual(self.server.psql("SELECT * FROM quern.migrations"), before)

    def test_check_tells_what_is_missing_by_its_exit_code(self):
        done = self.migrate("--check")
        self.assertEqual((done.returncode, done.stdout), (1, "0001_once missing\n"))

    def test_several_at_once_apply_each_once(self):
        psql = subprocess.Popen(["psql", "-XAtq", "-d", self.server.url], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True, bufsize=1,
                                preexec_fn=servers.die_with_parent)
        psql.stdin.write("BEGIN; SELECT pg_advisory_xact_lock(8175330416); SELECT 'locked';\n")
        self.assertEqual([psql.stdout.readline() for _ in range(2)], ["\n", "locked\n"])
        calls = [self.program("quern-worker", "migrate", env=self.env, label=f"m{i}")
                 for i in range(AT_ONCE)]
        self.wait_until(lambda: self.server.psql(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'") == str(AT_ONCE),
            LONG, "all of them to wait")
        psql.communicate("ROLLBACK;\n", timeout=LONG)
        codes = [call.popen.wait(LONG) for call in calls]
        self.assertEqual(codes, [0] * AT_ONCE)
        self.assertEqual(sorted(call.log() for call in calls),
                         ["0001_once applied\n"] + ["0001_once there\n"] * (AT_ONCE - 1))

    def test_one_that_fails_leaves_nothing_behind(self):
        self.server.psql("CREATE SCHEMA quern; CREATE TABLE quern.once (theirs text)")
        self.refused("migration 0001_once", '"once" already exists', ways=[()])
        self.assertEqual(self.server.psql("SELECT to_regclass('quern.migrations')"), "")

    def test_a_changed_file_is_refused(self):
        self.migrate()
        self.server.psql("UPDATE quern.migrations SET sha256 = repeat('0', 64)")
        self.refused("0001_once", "checksum")
        self.assertEqual(self.verdict()["state"], "wrong")

    def test_a_newer_database_is_refused_and_named(self):
        self.migrate()
        self.server.psql("INSERT INTO quern.migrations VALUES (2, 'tomorrow', repeat('0', 64))")
        self.refused("0002_tomorrow", "newer quern-worker")
        self.assertEqual(self.verdict()["state"], "wrong")

    def test_a_gap_is_refused(self):
        self.migrate()
        self.server.psql("UPDATE quern.migrations SET number = 2")
        self.refused("gap", "number 1 is not there, 2 is")

    def test_the_check_of_an_installation_tells_of_it(self):
        self.assertEqual((self.verdict()["state"], self.verdict()["do"]),
                         ("warning", "quern-worker migrate"))
        self.migrate()
        self.assertEqual(self.verdict()["state"], "ok")
        self.server.psql("CREATE USER poor")
        self.env["QUERN_DATABASE_URL"] = self.server.url.replace("postgres@", "poor@")
        self.assertIn("GRANT", self.verdict()["do"])

    def test_a_user_without_the_right_is_told_so(self):
        self.server.psql("CREATE USER poor")
        self.env["QUERN_DATABASE_URL"] = self.server.url.replace("postgres@", "poor@")
        done = self.migrate()
        self.assertEqual(done.returncode, 1)
        self.assertIn("permission denied for database", done.stderr)

    def test_wrong_words_and_no_database_are_told(self):
        self.assertEqual(self.migrate("--chek").returncode, 2)
        self.env["QUERN_DATABASE_URL"] = ""
        self.refused("database-url is not set")


if __name__ == "__main__":
    case.main()
