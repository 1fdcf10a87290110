"""Relations of real databases: what data proves, and what it must not stop."""
import pathlib
import subprocess
import tempfile
import unittest

import servers


def connected(url):
    """A psql that runs what is written to it, line by line."""
    return subprocess.Popen(["psql", "-XAtq", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            text=True, preexec_fn=servers.die_with_parent)


class Relations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        room = tempfile.TemporaryDirectory(prefix="qrel")
        cls.addClassCleanup(room.cleanup)
        pathlib.Path(room.name).chmod(0o711)
        cls.postgres = servers.start_postgres(pathlib.Path(room.name) / "postgres")
        cls.addClassCleanup(cls.postgres.stop)

    def name(self):
        return self.id().rpartition(".")[2][:60]

    def database(self, sql):
        name = self.name()
        self.postgres.psql(f"CREATE DATABASE {name}")
        self.postgres.psql(sql + "\nANALYZE;", name)
        return self.postgres.database_url(name)

    def find(self, url, *words):
        """{(child, columns, parent, columns): (score, evidence)} and the summary."""
        done = servers.run("relations_probe", url, *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        return {tuple(row[:4]): (float(row[4]), row[6]) for row in rows}, done.stderr

    def test_values_decide_between_two_names_as_good(self):
        url = self.database("""
            CREATE TABLE web_users (id int PRIMARY KEY);
            CREATE TABLE app_users (id int PRIMARY KEY);
            CREATE TABLE logins (no int PRIMARY KEY, user_id int);
            INSERT INTO web_users SELECT generate_series(1, 20);
            INSERT INTO app_users SELECT generate_series(1, 400);
            INSERT INTO logins SELECT i, 1 + i % 400 FROM generate_series(1, 900) i;""")
        found, _ = self.find(url)
        self.assertEqual(list(found), [("logins", "user_id", "app_users", "id")])

    def test_names_alone_ask_nothing_of_the_data(self):
        url = self.database("""
            CREATE TABLE teams (id int PRIMARY KEY);
            CREATE TABLE players (id int PRIMARY KEY, team_id int);
            INSERT INTO players SELECT i, 7000 + i FROM generate_series(1, 50) i;
            INSERT INTO teams SELECT generate_series(1, 9);""")
        found, summary = self.find(url, "names")
        self.assertIn(("players", "team_id", "teams", "id"), found)
        self.assertIn("probes 0,", summary)
        found, summary = self.find(url)
        self.assertEqual(found, {})
        self.assertNotIn("probes 0,", summary)

    def test_a_text_key_is_found_whatever_the_column_is_called(self):
        url = self.database("""
            CREATE TABLE stock (sku text PRIMARY KEY);
            CREATE TABLE moves (id int PRIMARY KEY, what text, how_many int);
            INSERT INTO stock SELECT 'A-' || i * 7 FROM generate_series(1, 300) i;
            INSERT INTO moves SELECT i, 'A-' || (1 + i % 300) * 7, i % 90
              FROM generate_series(1, 800) i;""")
        found, _ = self.find(url)
        self.assertEqual(list(found), [("moves", "what", "stock", "sku")])
        self.assertGreaterEqual(found["moves", "what", "stock", "sku"][0], 0.8)

    def test_two_columns_refer_to_a_key_that_nobody_declared(self):
        url = self.database("""
            CREATE TABLE lines (order_no int, line_no int, amount int);
            CREATE TABLE refunds (id int, order_no int, line_no int);
            INSERT INTO lines SELECT i, k, i % 5 FROM generate_series(1, 400) i,
              generate_series(1, 1 + i % 3) k;
            INSERT INTO refunds SELECT row_number() OVER (), order_no, line_no FROM lines
              WHERE order_no % 4 = 0;""")
        found, _ = self.find(url)
        one = ("refunds", "order_no,line_no", "lines", "order_no,line_no")
        self.assertIn(one, found)
        self.assertGreaterEqual(found[one][0], 0.8)

    def accepted(self, url):
        return {one for one, (score, _) in self.find(url)[0].items() if score >= 0.8}

    def test_numbered_tables_are_told_apart_by_their_numbers(self):
        url = self.database("\n".join(
            f"CREATE TABLE zone{i} (id int PRIMARY KEY, zone{(i + 7) % 60}_id int);"
            f"INSERT INTO zone{i} SELECT k, 1 + k % 20 FROM generate_series(1, 20) k;"
            f"CREATE TABLE t_{i} (id int PRIMARY KEY, t_{(i + 7) % 60}_id int);"
            f"INSERT INTO t_{i} SELECT k, 1 + k % 20 FROM generate_series(1, 20) k;"
            for i in range(60)))
        self.assertEqual(self.accepted(url), {
            (f"{name}{i}", f"{name}{(i + 7) % 60}_id", f"{name}{(i + 7) % 60}", "id")
            for name in ("zone", "t_") for i in range(60)})

    def test_own_numbers_of_unrelated_tables_are_no_shared_key(self):
        url = self.database("\n".join(
            f"CREATE TABLE {name} (customer_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
            " x text);"
            f"INSERT INTO {name} (x) SELECT 'a' FROM generate_series(1, {30 + 7 * i});"
            for i, name in enumerate("alpha bravo cargo delta echo fox golf hotel".split())))
        self.assertEqual(self.accepted(url), set())
        self.postgres.psql("CREATE TABLE customers (customer_id int PRIMARY KEY, name text);"
                           "INSERT INTO customers SELECT i FROM generate_series(1, 200) i;"
                           "ANALYZE", self.name())
        self.assertEqual({one[2:] for one in self.accepted(url)}, {("customers", "customer_id")})

    def test_names_shared_by_chance_make_no_composite_reference(self):
        url = self.database("""
            CREATE TABLE t1 (c1 text, c2 int, PRIMARY KEY (c1, c2));
            CREATE TABLE t2 (c1 text, c2 int, c3 int);
            INSERT INTO t1 SELECT 'S-' || i * 17, k FROM generate_series(1, 30) i,
              generate_series(1, 9) k;
            INSERT INTO t2 SELECT 'S-' || (1 + i % 30) * 17, 1 + i % 9, i
              FROM generate_series(1, 80) i;""")
        self.assertEqual(self.accepted(url), set())

    def test_a_name_of_one_letter_refers_to_no_undeclared_key(self):
        url = self.database("""
            CREATE TABLE gen (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
            CREATE TABLE dropped (a int, c text);
            CREATE TABLE notes (id int PRIMARY KEY, c text, d int);
            CREATE TABLE marks (c text);
            CREATE TABLE codes (d int);
            INSERT INTO gen SELECT i FROM generate_series(1, 50) i;
            INSERT INTO dropped SELECT i, 'x' FROM generate_series(1, 100) i;
            INSERT INTO notes SELECT i, 'x' || i, 7 * i FROM generate_series(1, 40) i;
            INSERT INTO marks SELECT 'x' || i FROM generate_series(1, 60) i;
            INSERT INTO codes SELECT 7 * i FROM generate_series(1, 60) i;""")
        self.assertEqual(self.accepted(url), set())

    def test_several_columns_refer_in_a_role_each_time(self):
        url = self.database("""
            CREATE TABLE place (hall int, aisle int, slot int, PRIMARY KEY (hall, aisle, slot));
            CREATE TABLE move (id int PRIMARY KEY, from_hall int, from_aisle int, from_slot int,
                               hall_to int, aisle_to int, slot_to int);
            INSERT INTO place SELECT h, a, s FROM generate_series(1, 4) h,
              generate_series(1, 6) a, generate_series(1, 9) s;
            INSERT INTO move SELECT i, 1 + i % 4, 1 + i % 6, 1 + i % 9, 1 + i % 3, 1 + i % 5,
              1 + i % 8 FROM generate_series(1, 300) i;""")
        self.assertEqual(self.accepted(url), {
            ("move", "from_hall,from_aisle,from_slot", "place", "hall,aisle,slot"),
            ("move", "hall_to,aisle_to,slot_to", "place", "hall,aisle,slot")})

    def test_the_subtype_that_holds_all_values_is_meant(self):
        url = self.database("""
            CREATE TABLE party (party_ref text PRIMARY KEY);
            CREATE TABLE person (party_ref text PRIMARY KEY, born date);
            CREATE TABLE card (id int PRIMARY KEY, bearer text, payer text, from_party text);
            INSERT INTO party SELECT 'P-' || i * 37 FROM generate_series(1, 400) i;
            INSERT INTO person SELECT 'P-' || i * 37 FROM generate_series(1, 200) i;
            INSERT INTO card SELECT i, 'P-' || (1 + i % 190) * 37, 'P-' || (1 + i % 390) * 37,
              'P-' || (1 + i % 190) * 37 FROM generate_series(1, 600) i;""")
        self.assertEqual(self.accepted(url), {
            ("person", "party_ref", "party", "party_ref"),
            ("card", "bearer", "person", "party_ref"),
            ("card", "payer", "party", "party_ref"),
            ("card", "from_party", "party", "party_ref")})

    def test_a_column_that_says_it_refers_to_something_gets_the_one_table_that_fits(self):
        url = self.database("""
            CREATE TABLE lecturer (lecno int PRIMARY KEY);
            CREATE TABLE room (roomno int PRIMARY KEY);
            CREATE TABLE unit (unitno int PRIMARY KEY, fkspokesman int, spokesman int);
            INSERT INTO lecturer SELECT i FROM generate_series(1, 90) i;
            INSERT INTO room SELECT i FROM generate_series(1, 40) i;
            INSERT INTO unit SELECT i, 91 - i, 91 - i FROM generate_series(1, 60) i;""")
        self.assertEqual(self.accepted(url), {("unit", "fkspokesman", "lecturer", "lecno")})

    def test_a_locked_table_is_told_and_stops_nothing(self):
        url = self.database("""
            CREATE TABLE users (id int PRIMARY KEY);
            CREATE TABLE groups (id int PRIMARY KEY);
            CREATE TABLE members (user_id int, group_id int, PRIMARY KEY (user_id, group_id));
            INSERT INTO users SELECT generate_series(1, 50);
            INSERT INTO groups SELECT generate_series(1, 50);
            INSERT INTO members SELECT i, i FROM generate_series(1, 50) i;""")
        with connected(url) as holder:
            holder.stdin.write("BEGIN; LOCK TABLE groups IN ACCESS EXCLUSIVE MODE;\n")
            holder.stdin.flush()
            servers.wait_until(lambda: self.postgres.psql(
                "SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted "
                "AND relation IS NOT NULL AND pid <> pg_backend_pid()"), 10, "the lock")
            found, summary = self.find(url)
        self.assertIn("members was not probed", summary)
        self.assertIn("50 of 50", found["members", "user_id", "users", "id"][1])
        self.assertIn("not looked at", found["members", "group_id", "groups", "id"][1])

    def test_hostile_names_are_quoted(self):
        url = self.database('''
            CREATE TABLE "user""s; DROP TABLE x; --" (id int PRIMARY KEY);
            CREATE TABLE "a'b\\%s" ("user""s; DROP TABLE x; --_id" int, "{}" text);
            INSERT INTO "user""s; DROP TABLE x; --" SELECT generate_series(1, 40);
            INSERT INTO "a'b\\%s" SELECT i FROM generate_series(1, 40) i;''')
        found, summary = self.find(url)
        (one, (score, evidence)), = found.items()
        self.assertEqual(one[2], 'user"s; DROP TABLE x; --')
        self.assertGreaterEqual(score, 0.8)
        self.assertIn("40 of 40", evidence)
        self.assertNotIn("not probed", summary)


if __name__ == "__main__":
    unittest.main()
