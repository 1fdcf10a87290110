"""quern datasource: its role may read what it is to see, and nothing else."""
import json

import case
from datasource_case import DatasourceCase



class Rights(DatasourceCase):
    def test_what_is_to_be_seen_is_read_and_what_is_hidden_is_refused(self):
        self.add("--hide", "users.phone", "--exclude", "log_*")
        for sql, state in [
                ("SELECT id, name, token_count FROM users", ""),
                ("SELECT count(*) FROM users", ""),
                ("SELECT * FROM sales.deals", ""),
                ("SELECT id FROM people", ""),
                ("SELECT phone FROM users", "42501"),
                ("SELECT password_hash FROM users", "42501"),
                ("SELECT 1 FROM users WHERE password_hash = 'x'", "42501"),
                ("SELECT * FROM users", "42501"),
                ("SELECT users FROM users", "42501"),
                ("SELECT phone FROM contacts", "42501"),
                ("SELECT id FROM contacts", "42501"),
                ("SELECT id FROM of_contacts", "42501"),
                ("SELECT id FROM log_2025", "42501"),
                ("TABLE pg_authid", "42501")]:
            with self.subTest(sql=sql):
                self.assertEqual(self.as_role(sql)[0], state)

    def test_it_cannot_write_even_when_it_switches_read_only_off(self):
        self.add()
        for sql in ("INSERT INTO orders (id) VALUES (1)", "UPDATE orders SET total = 1",
                    "DELETE FROM orders", "TRUNCATE orders", "CREATE TABLE made (a int)",
                    "CREATE TEMP TABLE made (a int)", "CREATE SCHEMA made", "CREATE ROLE made",
                    "DROP TABLE orders", "SELECT id FROM orders FOR UPDATE",
                    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"):
            with self.subTest(sql=sql):
                self.assertEqual(self.as_role(sql)[0], "25006")
                self.assertEqual(
                    self.as_role(f"SET default_transaction_read_only = off; {sql}")[0], "42501")

    def test_limits_are_those_that_were_said(self):
        self.add("--query-timeout", "2s", "--profile-timeout", "5s", "--connections", "3")
        self.assertEqual(self.server.psql("SELECT rolconnlimit, rolinherit, rolcanlogin,"
                                          " rolsuper OR rolcreatedb OR rolcreaterole"
                                          " FROM pg_roles WHERE rolname = 'quern_shop'"),
                         "5|f|t|f")
        self.assertEqual(
            self.as_role("SHOW statement_timeout; SHOW lock_timeout; SHOW temp_file_limit;"
                         "SHOW idle_in_transaction_session_timeout; SHOW work_mem;"
                         "SHOW search_path")[1].splitlines(),
            ["5s", "1s", "1GB", "1min", "32MB", "public, sales"])

    def test_only_chosen_schemas_are_seen(self):
        self.add("--schema", "sales")
        self.assertEqual(self.as_role("SELECT id FROM sales.deals")[0], "")
        self.assertEqual(self.as_role("SELECT id FROM public.users")[0], "42501")

    def test_hints_hide_columns_and_tables(self):
        path = self.folder / "hints.json"
        path.write_text(json.dumps({"format": "nlq-hints/1", "tables": {
            "users": {"hidden": ["name"], "columns": {"phone": {"hidden": True}}},
            "public.orders": {"hidden": True}}}))
        self.add("--hints", path)
        self.assertEqual(self.as_role("SELECT id FROM users")[0], "")
        for sql in ("SELECT name FROM users", "SELECT phone FROM users", "SELECT id FROM orders"):
            self.assertEqual(self.as_role(sql)[0], "42501")

    def test_a_name_that_looks_secret_is_shown_when_somebody_says_so(self):
        self.add("--show", "users.password_*")
        self.assertEqual(self.as_role("SELECT password_hash FROM users"), ("", "x"))

    def test_tables_that_inherit_a_hidden_column_hide_it_too(self):
        self.server.psql("CREATE TABLE vip (since date) INHERITS (users);"
                         "CREATE TABLE gold () INHERITS (vip);"
                         "CREATE VIEW of_gold AS SELECT phone AS p FROM gold;"
                         "CREATE VIEW golden AS SELECT id FROM gold", "shop")
        self.add("--hide", "users.phone")
        for table in ("vip", "gold"):
            self.assertEqual(self.as_role(f"SELECT id, name, since FROM {table}")[0], "")
            self.assertEqual(self.as_role(f"SELECT phone FROM {table}")[0], "42501")
        self.assertEqual(self.as_role("SELECT p FROM of_gold")[0], "42501")
        self.assertEqual(self.as_role("SELECT id FROM golden")[0], "")

    def test_quern_s_own_tables_are_never_granted(self):
        self.add("--show", "*", url=self.server.database_url("home"), name="home")
        self.assertEqual(self.as_role("SELECT url FROM quern.datasources", "home")[0], "42501")

    def test_hostile_names_are_names(self):
        hostile = ['a"b', "x'y", 'q"; DROP TABLE orders; --', "SELECT", "ümläut", "a.b", "%s%n",
                   "$1", "\\", "tab\there", "üü" * 10]
        quoted = ['"' + name.replace('"', '""') + '"' for name in hostile]
        columns = ", ".join(f"{name} int" for name in quoted)
        self.server.psql("".join(
            f"CREATE SCHEMA {name}; CREATE TABLE {name}.{name} ({columns}, secret_key text);"
            for name in quoted), "shop")
        self.add("--role", 'r"; DROP TABLE orders; --', "--hide", "a.b")
        for name in quoted:
            with self.subTest(name=name):
                self.assertEqual(self.as_role(f"SELECT {name} FROM {name}.{name}")[0],
                                 "42501" if name == '"a.b"' else "")
                self.assertEqual(self.as_role(f"SELECT secret_key FROM {name}.{name}")[0], "42501")
        self.assertEqual(self.server.psql("SELECT count(*) FROM orders", "shop"), "0")
        self.json("remove", "shop", url=self.admin)
        self.nothing_is_left()

    def test_partitions_are_read_through_their_table(self):
        self.server.psql("CREATE TABLE events (at date, api_key text) PARTITION BY RANGE (at);"
                         "CREATE TABLE events_1 PARTITION OF events DEFAULT;"
                         "INSERT INTO events VALUES ('2025-01-01', 'k')", "shop")
        self.add()
        self.assertEqual(self.as_role("SELECT at FROM events"), ("", "2025-01-01"))
        for sql in ("SELECT api_key FROM events", "SELECT at FROM events_1"):
            self.assertEqual(self.as_role(sql)[0], "42501")


class Checks(DatasourceCase):
    def test_all_is_well_after_it_was_added(self):
        self.add()
        self.assertEqual(set(self.check().values()), {"ok"})

    def test_tables_that_came_later_are_told_and_granted_anew(self):
        self.add()
        url = self.url_of()
        self.server.psql("CREATE TABLE fresh (id int); ALTER TABLE users ADD COLUMN born date",
                         "shop")
        self.assertEqual(self.check()["tables"], "warning")
        self.assertEqual(self.as_role("SELECT id FROM fresh")[0], "42501")
        self.add("--replace", "--hide", "users.name")
        self.assertEqual(set(self.check().values()), {"ok"})
        self.assertEqual(self.as_role("SELECT id FROM fresh; SELECT born FROM users")[0], "")
        self.assertEqual(self.as_role("SELECT name FROM users")[0], "42501")
        self.assertEqual(self.url_of(), url)  # who is connected goes on

    def test_rights_that_came_later_are_told(self):
        self.add()
        for sql, check, state in [
                ("GRANT INSERT ON orders TO quern_shop", "writes", "wrong"),
                ("GRANT UPDATE (total) ON orders TO PUBLIC", "writes", "wrong"),
                ("GRANT SELECT ON users TO PUBLIC", "hidden", "wrong"),
                ("GRANT CREATE ON SCHEMA public TO PUBLIC", "creates", "warning"),
                ("GRANT TEMPORARY ON DATABASE shop TO PUBLIC", "temporary", "warning"),
                ("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
                 "functions", "warning"),
                ("ALTER ROLE quern_shop SET default_transaction_read_only = off", "read-only",
                 "warning"),
                ("ALTER ROLE quern_shop CREATEDB", "role", "wrong"),
                ("CREATE ROLE more; GRANT more TO quern_shop", "role", "wrong"),
                ("ALTER ROLE quern_shop SUPERUSER", "role", "wrong"),
                ("ALTER ROLE quern_shop NOLOGIN", "reachable", "wrong")]:
            with self.subTest(sql=sql):
                self.server.psql(sql, "shop")
                self.assertEqual(self.check()[check], state)

    def test_what_mends_it_is_sql_that_mends_it(self):
        self.server.psql("GRANT TEMPORARY ON DATABASE shop TO PUBLIC;"
                         "GRANT CREATE ON SCHEMA public TO PUBLIC;"
                         "GRANT DELETE ON orders TO PUBLIC;"
                         "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER"
                         " AS 'SELECT 1'", "shop")
        self.add()
        done = json.loads(self.call("check", "shop", "--json").stdout)
        for verdict in done["datasources"][0]["verdicts"]:
            if verdict["state"] != "ok":
                self.server.psql(verdict["do"].split(";")[0], "shop")
        self.assertEqual(set(self.check().values()), {"ok"})

    def test_one_that_is_down_is_told_beside_those_that_are_up(self):
        other = self.postgres("other")
        self.add()
        self.add(name="far", url=other.url)
        other.stop()
        done = self.call("check", "--json")
        self.assertEqual(done.returncode, 1)
        found = {one["name"]: one["verdicts"][0]["state"]
                 for one in json.loads(done.stdout)["datasources"]}
        self.assertEqual(found, {"far": "wrong", "shop": "ok"})


if __name__ == "__main__":
    case.main()
