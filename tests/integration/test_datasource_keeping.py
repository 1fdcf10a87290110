"""quern datasource: whose a role is, who may make one, and what is told of it."""
import json
import pathlib
import subprocess

import case
import servers
from datasource_case import LONG, DatasourceCase



class Keeping(DatasourceCase):
    def test_several_are_listed_changed_and_removed_one_by_one(self):
        self.add()
        self.add("--zone", "Europe/Berlin", name="sales-2")
        self.assertEqual(self.names(), ["sales-2", "shop"])
        self.fails(4, "is there already", "add", "shop", url=self.admin)
        shown = self.json("set", "shop", "--zone", "Asia/Shanghai", "--max-rows", "50")
        self.assertEqual((shown["time_zone"], shown["max_rows"], shown["query_ms"]),
                         ("Asia/Shanghai", 50, 10000))
        self.assertEqual(self.json("show", "sales-2")["time_zone"], "Europe/Berlin")
        self.ok("set", "shop", "--connections", "1", url=self.admin)
        self.assertEqual(self.server.psql("SELECT rolconnlimit FROM pg_roles"
                                          " WHERE rolname = 'quern_shop'"), "3")
        self.json("remove", "sales-2", url=self.admin)
        self.assertEqual((self.names(), self.roles()), (["shop"], ["quern_shop"]))
        self.assertEqual(self.as_role("SELECT id FROM users"), ("", "1"))

    def test_tasks_find_it_by_its_name_with_its_limits(self):
        self.add("--schema", "sales", "--exclude", "x*", "--max-rows", "7")
        probe = servers.run("model_probe", "source", self.env["QUERN_DATABASE_URL"], "shop")
        zone, globs, *limits = probe.stdout.strip().split("|")
        self.assertEqual((zone, json.loads(globs), limits),
                         ("UTC", {"include": [], "exclude": ["x*"], "schemas": ["sales"]},
                          ["10000", "30000", "8", "7"]))
        for word, code in (("nosuch", "NOTFOUND"), (self.admin, "INVAL"), ("no such", "INVAL")):
            probe = servers.run("model_probe", "source", self.env["QUERN_DATABASE_URL"], word)
            self.assertEqual((probe.returncode, probe.stderr.split()[0]), (1, code))
            self.assertNotIn(str(self.server.folder), probe.stderr)

    def test_without_an_administrator_the_sql_that_drops_the_role_is_told(self):
        self.add()
        sql = self.json("remove", "shop")["sql"]
        self.assertEqual((self.names(), self.roles()), ([], ["quern_shop"]))
        self.server.psql(sql)
        self.nothing_is_left()
        self.add()
        self.assertEqual(self.json("remove", "shop", "--keep-role", url=self.admin)["sql"], "")
        self.assertEqual(self.roles(), ["quern_shop"])

    def test_a_role_of_somebody_else_is_never_touched(self):
        self.server.psql("CREATE ROLE theirs LOGIN")
        self.fails(4, "role theirs is there", "add", "shop", "--role", "theirs", "--replace",
                   url=self.admin)
        self.assertEqual((self.names(), self.roles()), ([], ["theirs"]))
        self.add()
        self.server.psql("COMMENT ON ROLE quern_shop IS 'mine'")
        self.fails(4, "is not of datasource shop", "remove", "shop", url=self.admin)
        self.assertEqual((self.names(), self.roles()), (["shop"], ["quern_shop", "theirs"]))

    def test_a_role_is_dropped_only_where_its_database_is(self):
        self.add()
        self.fails(1, "is of database home", "remove", "shop",
                   url=self.server.database_url("home"))
        self.assertEqual((self.names(), self.roles()), (["shop"], ["quern_shop"]))

    def test_a_url_is_kept_where_no_role_may_be_made(self):
        self.server.psql("CREATE ROLE poor LOGIN PASSWORD 'secret1';"
                         "GRANT SELECT ON users TO poor", "shop")
        url = self.admin.replace("postgres@", "poor:secret1@")
        self.fails(1, "permission denied", "add", "shop", url=url)
        self.assertEqual((self.names(), self.roles()), ([], ["poor"]))
        added = self.add("--use-role-of-url", url=url)
        self.assertEqual((added["role"], added["role_made"]), ("poor", False))
        self.assertEqual(self.check()["hidden"], "warning")
        self.assertEqual(self.as_role("SELECT name FROM users"), ("", "Ann"))
        self.json("remove", "shop", url=self.admin)
        self.assertEqual((self.names(), self.roles()), ([], ["poor"]))
        self.add("--use-role-of-url")
        self.assertEqual(self.check()["role"], "warning")

    def test_an_administrator_who_is_no_superuser_makes_and_drops_roles(self):
        self.server.psql("CREATE ROLE owner LOGIN CREATEROLE; CREATE TABLE theirs (id int);"
                         "ALTER TABLE users OWNER TO owner; ALTER TABLE orders OWNER TO owner;"
                         "ALTER SCHEMA sales OWNER TO owner;"
                         "ALTER TABLE sales.deals OWNER TO owner", "shop")
        url = self.admin.replace("postgres@", "owner@")
        added = self.add("--exclude", "log_*", url=url)
        told = {one["check"]: one["what"] for one in added["verdicts"] if one["state"] != "ok"}
        self.assertIn("temp_file_limit", told["limits"])
        self.assertIn("theirs", told["tables"])
        self.assertEqual(self.as_role("SELECT name FROM users"), ("", "Ann"))
        self.assertEqual(self.as_role("SELECT password_hash FROM users")[0], "42501")
        self.add("--replace", "--hide", "users.name", url=url)
        self.assertEqual(self.as_role("SELECT name FROM users")[0], "42501")
        self.assertEqual(self.server.psql("SELECT count(*) FROM pg_auth_members"
                                          " WHERE member = 'owner'::regrole"), "0")
        self.json("remove", "shop", url=url)
        self.assertEqual((self.names(), self.roles()), ([], ["owner"]))

    def test_words_that_are_wrong_are_told_and_change_nothing(self):
        for words in (["add"], ["add", "Shop"], ["add", "shop"], ["add", "../x", "--url", "x"],
                      ["add", "shop", "--url", "x", "--max-rows", "0"],
                      ["add", "shop", "--url", "x", "--query-timeout", "soon"],
                      ["add", "shop", "more", "--url", "x"], ["list", "more"], ["check", "a", "b"],
                      ["add", "shop", "--url", "x", "--role", ""],
                      ["add", "shop", "--url", "x", "--role", "a", "--use-role-of-url"],
                      ["set", "shop", "--hide", "x"]):
            with self.subTest(words=words):
                self.assertEqual(self.call(*words).returncode, 2)
        self.fails(1, "libpq", "add", "shop", url="no url")
        for verb in ("show", "check", "set", "remove"):
            self.fails(3, "no datasource nosuch", verb, "nosuch")
        done = self.call("show", "nosuch", "--json")
        self.assertEqual(json.loads(done.stderr), {
            "error": "no datasource nosuch; quern datasource list shows them",
            "code": "not_found", "exit": 3})
        self.fails(1, "Mars", "add", "shop", "--zone", "Mars", url=self.admin)
        path = self.folder / "hints.json"
        for text in ("{", "[]", '{"tables": 1}', "x" * 5000000):
            path.write_text(text)
            self.assertNotEqual(self.call("add", "shop", "--hints", path, url=self.admin)
                                .returncode, 0)
        self.nothing_is_left()

    def test_a_database_that_was_not_migrated_is_told(self):
        self.env["QUERN_DATABASE_URL"] = self.server.url
        self.fails(4, "quern-worker migrate", "list")
        self.env["QUERN_DATABASE_URL"] = ""
        self.fails(1, "database-url is not set", "list")


class Secrets(DatasourceCase):
    def test_passwords_are_in_no_answer_no_log_and_no_argument(self):
        self.server.psql("ALTER ROLE postgres PASSWORD 'adminpass'")
        url = self.admin.replace("postgres@", "postgres:adminpass@")
        said = self.ok("add", "shop", url=url)
        kept = self.url_of()
        password = kept.split("password='")[1].split("'")[0]
        self.assertRegex(password, "^[0-9a-f]{32}$")
        for verb in ("list", "show", "check", "set"):
            for words in ([], ["--json"]):
                said += self.ok(verb, *([] if verb == "list" else ["shop"]), *words)
        said += self.ok("add", "shop", "--replace", url=url)
        said += self.ok("remove", "shop", url=url)
        for secret in (password, "adminpass"):
            self.assertNotIn(secret, said)
        # all statements are in it; the row of Quern's own database is a parameter there
        log = self.server.process.log()
        self.assertEqual([line for line in log.splitlines()
                          if password in line and "parameters: $1 = 'shop'" not in line], [])
        self.assertIn("PASSWORD 'SCRAM-SHA-256$", log)

    def test_an_address_is_not_among_the_arguments_while_it_runs(self):
        url = self.admin.replace("postgres@", "postgres:adminpass@")
        psql = subprocess.Popen(["psql", "-XAtq", "-d", self.env["QUERN_DATABASE_URL"]],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                bufsize=1, preexec_fn=servers.die_with_parent)
        psql.stdin.write("BEGIN; LOCK TABLE quern.datasources; SELECT 'locked';\n")
        psql.stdout.readline()
        for name, program in (("a", "quern"), ("b", "quern-worker")):
            call = self.program(program, "datasource", "add", name, "--url", url, env=self.env,
                                label=name)
            self.wait_until(lambda: int(self.server.psql(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND query ~ 'FROM quern.datasources'")) > ord(name) - ord("a"), LONG,
                "it to wait")
            process = pathlib.Path(f"/proc/{call.pid}")
            self.assertIn(b"datasource", (process / "cmdline").read_bytes())
            for file in ("cmdline", "environ"):
                self.assertNotIn(b"adminpass", (process / file).read_bytes())
        psql.communicate("ROLLBACK;\n", timeout=LONG)

    def test_an_address_comes_from_a_file_or_stdin(self):
        path = self.folder / "admin.url"
        path.write_text(self.admin + "\n")
        self.ok("add", "one", "--url-file", path)
        self.ok("add", "two", "--url-file", "-", stdin=self.admin)
        self.assertEqual(self.names(), ["one", "two"])
        self.fails(2, "No such file", "add", "three", "--url-file", self.folder / "nosuch")


if __name__ == "__main__":
    case.main()
