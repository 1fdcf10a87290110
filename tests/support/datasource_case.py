"""datasource_case.py - a shop, Quern's own database, and quern datasource between them."""
import json
import subprocess

import case
import servers

LONG = 60  # seconds that nothing here should take

SHOP = """
CREATE TABLE users (id bigint PRIMARY KEY, name text, phone text, password_hash text,
                    token_count int);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, total numeric, note text);
CREATE TABLE log_2025 (id bigint, line text);
CREATE VIEW contacts AS SELECT id, phone FROM users;
CREATE VIEW of_contacts AS SELECT id FROM contacts;
CREATE VIEW people AS SELECT id, name FROM users;
CREATE SCHEMA sales;
CREATE TABLE sales.deals (id bigint, value numeric);
INSERT INTO users VALUES (1, 'Ann', '555', 'x', 3);
REVOKE TEMPORARY ON DATABASE shop FROM PUBLIC;
"""


class DatasourceCase(case.Case):
    def setUp(self):
        self.server = self.postgres(options=["log_statement=all"])
        for name in ("home", "shop"):
            self.server.psql(f"CREATE DATABASE {name}")
        self.server.psql(SHOP, "shop")
        self.admin = self.server.database_url("shop")
        self.env = {"QUERN_DATABASE_URL": self.server.database_url("home"),
                    "QUERN_ARTIFACT_DIR": str(self.folder / "artifacts")}
        self.assertEqual(servers.run("quern-worker", "migrate", env=self.env).returncode, 0)

    def call(self, verb, *words, url=None, stdin=""):
        env = {**self.env, **({"QUERN_DATASOURCE_URL": url} if url else {})}
        return servers.run("quern", "datasource", verb, *words, env=env, stdin=stdin)

    def ok(self, verb, *words, url=None, stdin=""):
        done = self.call(verb, *words, url=url, stdin=stdin)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def json(self, verb, *words, url=None):
        return json.loads(self.ok(verb, *words, "--json", url=url))

    def fails(self, code, text, verb, *words, url=None):
        done = self.call(verb, *words, url=url)
        self.assertEqual((done.returncode, done.stdout), (code, ""))
        self.assertIn(text, done.stderr)

    def add(self, *words, name="shop", url=None):
        return self.json("add", name, *words, url=url or self.admin)

    def check(self, name="shop"):
        """The state of each check, the worst one where there are several."""
        done = self.call("check", name, "--json")
        (one,) = json.loads(done.stdout)["datasources"]
        found = {}
        for verdict in one["verdicts"]:
            rank = ("ok", "warning", "wrong").index
            found[verdict["check"]] = max(found.get(verdict["check"], "ok"), verdict["state"],
                                          key=rank)
        self.assertEqual(done.returncode, 1 if "wrong" in found.values() else 0)
        return found

    def url_of(self, name="shop"):
        return self.server.psql(f"SELECT url FROM quern.datasources WHERE name = '{name}'", "home")

    def as_role(self, sql, name="shop"):
        """(SQLSTATE or "", rows) of SQL as the datasource's role, by the address that is kept."""
        done = subprocess.run(
            ["psql", "-XAtq", "-v", "VERBOSITY=verbose", "-v", "ON_ERROR_STOP=1", "-f", "-",
             self.url_of(name)], input=sql, text=True, capture_output=True, timeout=LONG)
        states = [line.split("ERROR:  ")[1].split(":")[0] for line in done.stderr.splitlines()
                  if "ERROR:  " in line]
        return "".join(states), done.stdout.removesuffix("\n")

    def roles(self):
        return self.server.psql("SELECT rolname FROM pg_roles WHERE rolname !~ '^(pg_|postgres$)'"
                                " ORDER BY 1").splitlines()

    def names(self):
        return [one["name"] for one in self.json("list")["datasources"]]

    def nothing_is_left(self):
        self.assertEqual((self.names(), self.roles()), ([], []))
