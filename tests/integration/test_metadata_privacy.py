"""What is hidden, in any of the ways to hide it, is in nothing that leaves a worker: no result, no
file, no published version, no row of Quern's own tables, no log. Canaries are planted and looked
for everywhere; one that is seen on purpose shows that they would be found."""
import json

import case
from test_metadata import MetadataCase

PEOPLE = """
DROP TABLE payments, orders, users;
CREATE TABLE clients (id int PRIMARY KEY, kind text NOT NULL DEFAULT 'CANARYGLOB1',
    plan text NOT NULL CHECK (plan IN ('CANARYHINT1', 'CANARYHINT2')), level text NOT NULL,
    seen text NOT NULL, mail text, code int NOT NULL, doc jsonb,
    kind_made text GENERATED ALWAYS AS ('made ' || kind) STORED);
INSERT INTO clients SELECT i, 'CANARYGLOB' || 1 + i % 2, 'CANARYHINT' || 1 + i % 2,
    'CANARYEDIT' || 1 + i % 2, 'CANARYSEEN' || 1 + i % 2, 'canarymail' || i || '@example.org',
    77770000 + i % 3, jsonb_build_object('call', '+4917655' || 10000 + i % 5)
    FROM generate_series(1, 300) i;
CREATE TABLE secrets (id int PRIMARY KEY, note text);
INSERT INTO secrets SELECT i, 'CANARYTABLE' || 1 + i % 2 FROM generate_series(1, 300) i;
CREATE VIEW client_kinds AS SELECT id, kind AS sort FROM clients;
CREATE VIEW kinds_again AS SELECT sort AS label FROM client_kinds;
CREATE VIEW client_rows AS SELECT id, to_jsonb(c) AS row FROM clients c;
CREATE VIEW broken AS SELECT kind::int AS number FROM clients;
CREATE VIEW broken_mail AS SELECT mail::int AS number FROM clients;
CREATE VIEW clients_seen AS SELECT id, seen FROM clients;
ANALYZE;
"""
HINTS = {"format": "nlq-hints/1", "tables": {
    "clients": {"hidden": ["plan"], "columns": {"code": {"hidden": True}}},
    "secrets": {"hidden": True}}}
HIDDEN = ["CANARYGLOB", "CANARYHINT", "CANARYTABLE", "7777000"]
PERSONAL = ["canarymail", "4917655"]
EDIT = {"tables": {"clients": {"columns": {"level": {"hidden": True}}}}}


class PrivacyCase(MetadataCase):
    def add_by_url(self, *words):
        """Nothing is granted: a strong role that could read it all."""
        self.run_ok("quern", "datasource", "remove", "shop", "--url",
                    self.postgres.database_url("shop"))
        self.add("--use-role-of-url", *words)


class Canaries(PrivacyCase):
    def setUp(self):
        super().setUp()
        self.sql(PEOPLE)
        hints = self.folder / "hints.json"
        hints.write_text(json.dumps(HINTS))
        self.add_by_url("--hide", "clients.kind", "--hints", str(hints))
        self.worker()

    def given(self, task, **args):
        """Its number and all that it gave: the whole record, the log, the files."""
        before = set(self.files())
        job = self.put(task, {"database": "shop", **args})
        given = {"info": json.dumps(self.check_ended(job, "succeeded")),
                 "log": self.run_ok("quern", "job", "log", job)}
        return given | {str(path): path.read_bytes().decode()
                        for path in set(self.files()) - before}

    def files(self):
        return [path for path in (self.folder / "artifacts").rglob("*") if path.is_file()]

    def files_of(self, version):
        folder = self.folder / "artifacts/models/shop"
        return {path.name: path.read_text() for path in folder.glob(f"{version}.*")}

    def rows(self, query):
        return {query: self.sql(query, "home")}

    def check_clean(self, texts, canaries):
        for name, text in texts.items():
            for canary in canaries:
                self.assertNotIn(canary, text, name)

    def check_seen(self, given, canary="CANARYSEEN1"):
        """Model in three forms and report, of the job and published; profile.json."""
        self.assertGreaterEqual(sum(canary in text for text in given.values()), 9)

    def kept(self):
        return (self.rows("SELECT profile FROM quern.analysis_profiles")
                | self.rows("SELECT catalog FROM quern.analyses"))

    def test_what_is_hidden_is_in_nothing_that_an_analysis_leaves(self):
        given = self.given("metadata.analyze")
        self.check_seen(given)
        self.check_clean(given, HIDDEN + PERSONAL)
        self.assertIn("CANARYSEEN1", self.files_of(1)["1.json"])
        self.check_clean(self.files_of(1), HIDDEN + PERSONAL)
        self.assertIn("CANARYSEEN1", "".join(self.kept().values()))
        self.check_clean(self.kept() | self.rows("SELECT * FROM quern.models")
                         | self.rows("SELECT * FROM quern.model_edits"), HIDDEN + PERSONAL)

    def test_what_is_hidden_is_in_the_model_by_name_so_that_it_can_be_refused(self):
        self.given("metadata.analyze")
        tables = {each["name"]: each for each in self.model(1)["tables"]}
        hidden = {column["name"]: column.get("hidden_source")
                  for column in tables["clients"]["columns"] if column.get("hidden")}
        self.assertEqual(hidden, {"kind": "datasource", "kind_made": "datasource",
                                  "plan": "hints", "code": "hints"})
        self.assertTrue(all(tables[name]["hidden"] for name in (
            "secrets", "client_kinds", "kinds_again", "client_rows", "broken")))
        self.assertFalse(tables["clients_seen"].get("hidden", False))

    def test_what_the_datasource_hides_no_edit_shows(self):
        self.given("metadata.analyze")
        given = self.given("metadata.review", edits={"tables": {"clients": {"columns": {
            "kind": {"hidden": False}}}}})
        self.assertIn("the datasource hides it", given["log"])
        columns = {each["name"]: each for table in self.model(1)["tables"]
                   for each in table["columns"] if table["name"] == "clients"}
        self.assertTrue(columns["kind"]["hidden"])

    def test_what_an_edit_hides_is_in_no_version_and_no_file_after_it(self):
        self.check_seen(self.given("metadata.analyze"), "CANARYEDIT1")
        given = self.given("metadata.review", edits=EDIT)
        self.assertIn("what is hidden now is in versions and files of jobs before it",
                      given["log"])
        self.check_clean(given | self.files_of(2), ["CANARYEDIT"])
        self.assertIn("2.html", self.files_of(2))
        again = self.given("metadata.review", edits={"tables": {"clients": {"label": "seen"}}})
        self.check_clean(again | self.files_of(3), ["CANARYEDIT"])
        self.assertIn("3.html", self.files_of(3))
        later = self.given("metadata.analyze")
        self.check_seen(later)
        self.check_clean(later | self.kept(), ["CANARYEDIT"])
        for version in range(2, self.index()["newest"] + 1):
            self.check_clean(self.files_of(version), ["CANARYEDIT"])

    def test_what_is_hidden_later_leaves_no_checkpoint_and_is_in_no_comparison(self):
        self.add_by_url()
        self.given("metadata.analyze")
        self.assertIn("CANARYTABLE1", "".join(self.kept().values()))
        self.run_ok("quern", "datasource", "set", "shop", "--hints",
                    str(self.folder / "hints.json"))
        given = self.given("metadata.analyze")
        self.check_seen(given)
        self.check_clean(given | self.kept(), ["CANARYTABLE", "CANARYHINT"])

    def test_by_hand_hints_hide_before_anything_is_read(self):
        done = self.local(f"database={self.postgres.database_url('shop')}",
                          f"hints={self.folder / 'hints.json'}")
        self.assertEqual(done.returncode, 0, done.stderr)
        files = {str(path): path.read_bytes().decode() for path in self.files()}
        self.assertIn("CANARYSEEN1", "".join(files.values()))
        self.check_clean({"out": done.stdout, "err": done.stderr} | files,
                         ["CANARYHINT", "CANARYTABLE", "7777000"])

    def test_the_tables_of_quern_are_nobodys_to_analyse(self):
        done = self.local(f"database={self.postgres.database_url('home')}")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(json.loads(done.stdout)["tables"], [])


class Grants(PrivacyCase):
    def reads(self, table, column):
        return self.sql(f"SELECT has_column_privilege('quern_shop', '{table}', '{column}',"
                        " 'SELECT')") == "t"

    def test_what_is_made_of_a_hidden_column_is_not_granted_wherever_the_column_is(self):
        self.sql("CREATE SCHEMA base; CREATE SCHEMA shown;"
                 "CREATE TABLE base.people (id int, kind text);"
                 "CREATE VIEW shown.kinds AS SELECT kind AS sort FROM base.people;"
                 "CREATE VIEW shown.rows AS SELECT id, to_jsonb(p) AS row FROM base.people p;"
                 "CREATE VIEW shown.ids AS SELECT id FROM base.people;"
                 "CREATE TABLE shown.things (id int, kind text, twice text GENERATED ALWAYS AS"
                 " (kind || kind) STORED)")
        self.add("--schema", "shown", "--hide", "kind")
        self.assertTrue(self.reads("shown.ids", "id"))
        self.assertTrue(self.reads("shown.things", "id"))
        self.assertFalse(self.reads("shown.kinds", "sort"))
        self.assertFalse(self.reads("shown.rows", "row"))
        self.assertFalse(self.reads("shown.things", "kind"))
        self.assertFalse(self.reads("shown.things", "twice"))
        self.assertFalse(self.reads("base.people", "id"))

    def test_schemas_hold_beside_globs_and_are_no_globs(self):
        self.sql('CREATE SCHEMA "a*"; CREATE SCHEMA ab; CREATE TABLE "a*".one (id int);'
                 "CREATE TABLE ab.two (id int); CREATE TABLE ab.one (id int)")
        self.worker()
        for words in ((), ("--include", "o*")):
            self.add_by_url("--schema", "a*", *words)
            self.assertEqual([each["table"] for each in self.analyze()["tables"]], ["one"])


if __name__ == "__main__":
    case.main()
