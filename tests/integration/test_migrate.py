"""quern-worker migrate: what a database needs is applied once, in order, or refused by name."""
import hashlib
import json
import subprocess

import case
import servers

FILES = sorted((servers.ROOT / "tasks/migrations").glob("*.sql"))
NAMES = [file.stem for file in FILES]
LONG = 30  # seconds that nothing here should take
AT_ONCE = 4


def told(state):
    return "".join(f"{name} {state}\n" for name in NAMES)


class MigrateCase(case.Case):
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


class Migrate(MigrateCase):
    def test_an_empty_database_gets_all_and_a_second_call_changes_nothing(self):
        self.assertEqual(self.states("--check"), ["missing"] * len(NAMES))
        self.assertEqual(self.server.psql("SELECT to_regnamespace('quern')"), "")
        done = self.migrate()
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (0, told("applied"), ""))
        before = self.server.psql("SELECT * FROM quern.migrations ORDER BY number")
        self.assertEqual([row.split("|")[:3] for row in before.splitlines()],
                         [[str(int(file.stem[:4])), file.stem[5:],
                           hashlib.sha256(file.read_bytes()).hexdigest()] for file in FILES])
        done = self.migrate()
        self.assertEqual((done.returncode, done.stdout), (0, told("there")))
        self.assertEqual(self.migrate("--check").returncode, 0)
        self.assertEqual(self.server.psql("SELECT * FROM quern.migrations ORDER BY number"),
                         before)

    def test_check_tells_what_is_missing_by_its_exit_code(self):
        done = self.migrate("--check")
        self.assertEqual((done.returncode, done.stdout), (1, told("missing")))

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
        self.assertEqual(
            sorted(line for call in calls for line in call.log().splitlines()),
            sorted([f"{name} applied" for name in NAMES]
                   + [f"{name} there" for name in NAMES] * (AT_ONCE - 1)))

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
        number = len(NAMES) + 1
        self.server.psql("INSERT INTO quern.migrations VALUES"
                         f" ({number}, 'tomorrow', repeat('0', 64))")
        self.refused(f"{number:04d}_tomorrow", "newer quern-worker")
        self.assertEqual(self.verdict()["state"], "wrong")

    def test_a_gap_is_refused(self):
        self.migrate()
        self.server.psql("DELETE FROM quern.migrations WHERE number = 1")
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


class TablesOfTheShop(MigrateCase):
    """Migration 2 gives identities to tables that may come after it."""
    order = "INSERT INTO orders (total) VALUES (1) RETURNING id"

    def make_tables(self):
        self.server.psql("CREATE TABLE orders (id int PRIMARY KEY, total int);"
                         "CREATE TABLE order_items (id bigint PRIMARY KEY);"
                         "INSERT INTO orders SELECT i * 2, i FROM generate_series(1, 21) AS i")

    def state(self, *words):
        return self.states(*words)[1]

    def test_rows_keep_their_ids_and_new_ones_come_behind_the_largest(self):
        self.make_tables()
        self.assertEqual(self.state(), "applied")
        before = self.server.psql("SELECT count(*), sum(id) FROM orders")
        self.assertEqual(before, "21|462")
        self.assertEqual(self.server.psql(self.order), "43")
        self.assertEqual(self.server.psql("INSERT INTO order_items DEFAULT VALUES RETURNING id"),
                         "1")
        self.server.psql("INSERT INTO orders (id) VALUES (100)")  # who names an id still may
        self.assertEqual(self.state(), "there")
        self.assertEqual(self.server.psql(self.order), "44")

    def test_tables_that_come_later_are_missing_until_the_next_call(self):
        self.assertEqual(self.migrate().returncode, 0)
        self.assertEqual(self.state("--check"), "there")
        self.make_tables()
        self.assertEqual(self.state("--check"), "missing")
        self.assertEqual(self.verdict()["do"], "quern-worker migrate")
        self.assertEqual((self.state(), self.state(), self.state("--check")),
                         ("applied", "there", "there"))
        self.assertEqual(self.server.psql(self.order), "43")

    def test_ids_that_come_by_themselves_are_left_as_they_are(self):
        self.server.psql("CREATE TABLE orders (id serial PRIMARY KEY, total int);"
                         "CREATE TABLE order_items"
                         " (id uuid PRIMARY KEY DEFAULT gen_random_uuid())")
        self.assertEqual(self.migrate().returncode, 0)
        self.assertEqual(self.server.psql(self.order), "1")
        self.assertEqual(self.server.psql(
            "SELECT count(*) FROM pg_attribute WHERE attname = 'id' AND attidentity <> ''"
            " AND attrelid IN ('orders'::regclass, 'order_items'::regclass)"), "0")

    def test_a_view_of_that_name_is_left_as_it_is(self):
        self.server.psql("CREATE VIEW orders AS SELECT 1 AS id")
        self.assertEqual(self.migrate().stdout, told("applied"))

    def test_tables_of_somebody_else_are_refused_by_name_and_all_else_is_there(self):
        self.make_tables()
        self.server.psql("CREATE USER poor; GRANT CREATE ON DATABASE postgres TO poor;"
                         "GRANT SELECT ON orders, order_items TO poor")
        self.env["QUERN_DATABASE_URL"] = self.server.url.replace("postgres@", "poor@")
        done = self.migrate()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("migration 0002_orders, orders, order_items: PostgreSQL: permission denied"
                      " for table orders", done.stderr)
        self.assertEqual(self.server.psql("SELECT count(*) FROM quern.migrations"),
                         str(len(NAMES)))
        self.env["QUERN_DATABASE_URL"] = self.server.url
        self.assertEqual(self.state(), "applied")

    def test_a_table_in_use_is_given_up_soon(self):
        self.make_tables()
        psql = subprocess.Popen(["psql", "-XAtq", "-d", self.server.url], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True, bufsize=1,
                                preexec_fn=servers.die_with_parent)
        psql.stdin.write("BEGIN; SELECT count(*) FROM order_items;\n")
        self.assertEqual(psql.stdout.readline(), "0\n")
        done = self.migrate()
        self.assertEqual(done.returncode, 1)
        self.assertIn("lock timeout", done.stderr)
        self.assertEqual(self.server.psql(
            "SELECT count(*) FROM pg_attribute WHERE attname = 'id' AND attidentity <> ''"
            " AND attrelid IN ('orders'::regclass, 'order_items'::regclass)"), "0")
        psql.communicate("ROLLBACK;\n", timeout=LONG)
        self.assertEqual(self.state(), "applied")

    def test_several_at_once_make_one_identity(self):
        self.make_tables()
        calls = [self.program("quern-worker", "migrate", env=self.env, label=f"m{i}")
                 for i in range(AT_ONCE)]
        self.assertEqual([call.popen.wait(LONG) for call in calls], [0] * AT_ONCE)
        self.assertEqual(self.server.psql(self.order), "43")


if __name__ == "__main__":
    case.main()
