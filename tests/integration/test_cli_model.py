#!/usr/bin/env python3
"""quern model: what is published is shown to people and programs, whatever a database calls its
things; what changes a model is a job that is waited for."""
import json
import os
import sys

import case
import cli_case
from models import Published
from terminal import Terminal

REVIEW = """#!%s
import json, os, sys
quern = os.fdopen(3, "w", buffering=1)
args = json.load(sys.stdin)
print(json.dumps({"progress": {"done": 1, "total": 2, "text": "half of it"}}), file=quern)
if args["database"] == "broken":
    print(json.dumps({"rejected": "the newest version has another hash"}), file=quern)
    sys.exit(100)
more = {"newest": 4, "new": args["database"] == "shop"}
if args["database"] == "part":
    more["model"] = {"stored": False}
if args.get("approve"):
    more["approved"] = args["approve"]
print(json.dumps({"result": {**args, **more}}), file=quern)
""" % sys.executable

TASKS = """[task metadata.review]
command = ./review.py
summary = A double
[param database]
doc = One
required = yes
[param edits]
doc = One
type = object
[param approve]
doc = One
type = integer
[param if_hash]
doc = One

[task metadata.analyze]
command = ./review.py
summary = A double
[param database]
doc = One
required = yes
[param depth]
doc = One
choices = catalogue|statistics|sample|exact
[param language]
doc = One
[param relations]
doc = One
[param include]
doc = One
type = array
[param exclude]
doc = One
type = array
[param full]
doc = One
type = boolean
"""


def said(text, source="rule"):
    return {"text": text, "source": source}


def shop():
    """A model in the form quern-model/1."""
    return {
        "state": "draft", "hash": "ab" * 32, "database": "shop", "language": "en",
        "tables": [
            {"schema": "public", "name": "orders", "kind": "table", "purpose": "fact",
             "rows": 1234567, "description": said("One row for each order."), "label": "number",
             "time": "created_at", "synonyms": {"en": ["order", "purchase"], "zh": ["订单"]},
             "columns": [
                 {"name": "id", "type": "bigint", "family": "integer", "role": "key"},
                 {"name": "user_id", "type": "bigint", "family": "integer", "role": "foreign_key",
                  "min": "1", "max": "900"},
                 {"name": "status", "type": "text", "family": "text", "role": "dimension",
                  "description": said("Where the order is."), "values_complete": True,
                  "values": [{"value": "paid", "share": 0.75}, {"value": "new", "share": 0.25}]}],
             "keys": [{"primary": True, "columns": ["id"]}]},
            {"schema": "public", "name": "users", "kind": "table", "purpose": "dimension",
             "rows": 900, "description": said("Customers."),
             "columns": [
                 {"name": "id", "type": "bigint", "family": "integer", "role": "key"},
                 {"name": "email", "type": "text", "family": "text", "role": "personal",
                  "pii": "email"},
                 {"name": "password_hash", "type": "text", "family": "text", "role": "text",
                  "hidden": True}]},
            {"schema": "audit", "name": "log", "kind": "view", "purpose": "other", "columns": []}],
        "relations": [
            {"child_schema": "public", "child_table": "orders", "child_columns": ["user_id"],
             "parent_schema": "public", "parent_table": "users", "parent_columns": ["id"],
             "score": 0.987, "source": "inferred", "verdict": "accepted",
             "evidence": "named after users, all 2,000 values are there"},
            {"child_schema": "audit", "child_table": "log", "child_columns": ["a", "b"],
             "parent_schema": "public", "parent_table": "orders", "parent_columns": ["id", "x"],
             "score": 0.6, "source": "inferred", "verdict": "suggested"},
            {"child_schema": "audit", "child_table": "log", "child_columns": ["no"],
             "parent_schema": "public", "parent_table": "users", "parent_columns": ["id"],
             "score": 0.9, "source": "inferred", "verdict": "rejected"}],
        "metrics": [{"name": "revenue", "source": "hints", "expr": "sum(orders.total)",
                     "filter": "orders.status = 'paid'"}],
        "conditions": [], "warnings": ["hints: there is no table baskets"]}


class Models(cli_case.Cli):
    def setUp(self):
        self.env = {"QUERN_BROKER_URL": f"unix://{self.folder}/none.sock", "QUERN_NAMESPACE": "t",
                    "QUERN_ARTIFACT_DIR": str(self.folder / "artifacts"),
                    "QUERN_CONFIG": "/dev/null"}
        (self.folder / "artifacts").mkdir()

    def published(self, name="shop"):
        return Published(self.folder / "artifacts", name)

    def lines(self, *words):
        return self.ok(*words).splitlines()

    def line(self, begin, *words):
        found = [line for line in self.lines(*words) if line.strip().startswith(begin)]
        self.assertEqual(len(found), 1, found)
        return " ".join(found[0].split())


class Looking(Models):
    """None of these asks the broker: there is none."""

    def test_the_list_tells_which_version_answers(self):
        self.assertIn("quern model analyze", self.ok("model", "list"))
        self.assertEqual(self.json("model", "list"), {"models": []})
        model = self.published()
        model.add(shop(), approved=True)
        model.add(shop())
        self.published("crm").add()
        self.assertEqual(self.line("shop", "model", "list"),
                         "shop 1 approved 2 3 0 2026-11-21 10:00:00")
        self.assertEqual([one["datasource"] for one in self.json("model", "list")["models"]],
                         ["crm", "shop"])

    def test_a_damaged_index_hides_no_other_model(self):
        self.published("crm").add()
        (self.folder / "artifacts/models/bad").mkdir()
        (self.folder / "artifacts/models/bad/index.json").write_text("{")
        done = self.quern("model", "list")
        self.assertEqual(done.returncode, 0)
        self.assertIn("crm", done.stdout)
        self.assertIn("bad", done.stderr)
        self.fails(1, "damaged", "model", "show", "bad")

    def test_a_model_is_shown_with_tables_relations_and_metrics(self):
        self.published().add(shop())
        show = ("model", "show", "shop")
        self.assertEqual(self.lines(*show)[0], "shop  version 1, draft, abababababababa")
        self.assertEqual(self.line("orders ", *show),
                         "orders fact 1,234,567 3 One row for each order.")
        self.assertEqual(self.line("audit.log  ", *show), "audit.log view 0")
        self.assertEqual(self.line("orders.user_id", *show),
                         "orders.user_id → users.id 0.99 accepted "
                         "named after users, all 2,000 values are there")
        self.assertEqual(self.line("audit.log.(", *show),
                         "audit.log.(a, b) → orders.(id, x) 0.60 suggested inferred")
        self.assertNotIn("audit.log.no", self.ok(*show))
        self.assertEqual(self.line("revenue", *show),
                         "revenue sum(orders.total) orders.status = 'paid'")
        self.assertIn("there is no table baskets", self.ok(*show))

    def test_a_table_is_shown_with_its_columns_and_relations(self):
        self.published().add(shop())
        show = ("model", "show", "shop", "orders")
        self.assertEqual(self.line("status", *show),
                         "status dimension text Where the order is. paid 75 %, new 25 %")
        self.assertEqual(self.line("user_id", *show), "user_id foreign_key bigint 1 … 900")
        self.assertEqual(self.line("label", *show), "label number")
        self.assertIn("order, purchase", self.ok(*show))
        self.assertIn("订单", self.ok(*show))
        self.assertEqual(self.line("orders.user_id", *show)[:34],
                         "orders.user_id → users.id 0.99 acc")
        users = ("model", "show", "shop", "public.users")
        self.assertEqual(self.line("email", *users), "email personal, email text")
        self.assertEqual(self.line("password_hash", *users), "password_hash text, hidden text")
        self.assertNotIn("audit.log", self.ok(*users))
        self.fails(3, 'no table "basket"', "model", "show", "shop", "basket")

    def test_a_name_that_several_schemas_have_wants_its_schema(self):
        model = shop()
        model["tables"] += [dict(model["tables"][2], schema="old"),
                            dict(model["tables"][1], schema="old")]
        self.published().add(model)
        self.fails(2, "2 schemas", "model", "show", "shop", "log")
        self.assertEqual(self.lines("model", "show", "shop", "old.log")[0], "old.log")
        self.assertEqual(self.lines("model", "show", "shop", "users")[0], "users")

    def test_programs_get_the_document_itself(self):
        model = self.published()
        model.add(shop())
        text = (model.folder / "1.json").read_text()
        self.assertEqual(self.ok("model", "show", "shop", "--json"), text)
        self.assertEqual(self.ok("model", "versions", "shop", "--json"),
                         (model.folder / "index.json").read_text())

    def test_programs_get_one_table_of_it(self):
        self.published().add(shop())
        self.assertEqual(self.json("model", "show", "shop", "orders"), shop()["tables"][0])

    def test_versions_are_named_by_number_or_by_what_they_are(self):
        model = self.published()
        for approved in (True, False, False):
            model.add(shop(), approved=approved)
        for words, number in (((), 1), (("--version", "newest"), 3), (("--version", "2"), 2),
                              (("--version", "approved"), 1), (("--version", "current"), 1)):
            self.assertEqual(self.json("model", "show", "shop", *words)["version"], number)
        self.fails(3, "no version 9", "model", "show", "shop", "--version", "9")
        self.fails(2, "a number", "model", "show", "shop", "--version", "latest")
        self.assertIn("version 1, approved", self.lines("model", "show", "shop")[0])
        self.assertEqual([line.split()[:2] for line in self.lines("model", "versions", "shop")[1:]],
                         [["3", "draft"], ["2", "draft"], ["1", "approved"]])

    def test_a_form_is_exported_byte_for_byte(self):
        model = self.published()
        model.add(html=b"<p>\x1b[31m \xff</p>")
        for form, suffix in (("html", "html"), ("yaml", "yaml"), ("markdown", "md"),
                             ("mermaid", "mmd"), ("json", "json")):
            target = self.folder / f"out.{suffix}"
            self.ok("model", "export", "shop", "--format", form, "--output", target)
            self.assertEqual(target.read_bytes(), (model.folder / f"1.{suffix}").read_bytes())
        self.assertEqual(self.ok("model", "export", "shop", "--format", "yaml"), "yaml of 1")
        self.fails(2, "mermaid or html", "model", "export", "shop", "--format", "pdf")
        (model.folder / "1.html").unlink()
        self.fails(3, "not published as .html", "model", "export", "shop", "--format", "html")

    def test_a_model_that_is_not_there_says_what_to_do(self):
        self.fails(3, "quern model analyze none", "model", "show", "none")
        self.fails(3, str(self.folder / "artifacts"), "model", "versions", "none")
        for name in ("../x", "Shop", "a/b", "1a", ""):
            self.fails(2, "a letter first", "model", "show", name)
        os.symlink(self.folder, self.folder / "artifacts" / "models")
        self.fails(3, "quern model analyze", "model", "show", "artifacts")

    def test_nothing_of_a_database_controls_a_terminal(self):
        evil = "e\x1b[2J\x07\x9b31m\x7f"
        model = shop()
        table = model["tables"][0]
        table["name"] = table["description"]["text"] = table["label"] = evil
        column = table["columns"][2]
        column["name"] = column["type"] = column["role"] = column["pii"] = evil
        column["values"][0]["value"] = evil
        model["tables"][1]["schema"] = evil
        model["relations"][0]["evidence"] = model["relations"][1]["child_table"] = evil
        model["metrics"][0]["expr"] = model["warnings"][0] = evil
        published = self.published()
        published.add(shop())
        published.add(model, md=f"# {evil}\nnext\n".encode())
        name = "public." + evil
        for words in (("show", "shop"), ("show", "shop", name), ("show", "shop", "--json"),
                      ("diff", "shop", "1", "2"), ("versions", "shop"), ("list",),
                      ("export", "shop", "--format", "markdown")):
            more = ("--version", "newest") if words[0] in ("show", "export") else ()
            terminal = Terminal("quern", "model", *words, *more, env=self.env, width=200)
            self.addCleanup(terminal.close)
            self.assertEqual(terminal.end(), 0, words)
            for bad in ("\x1b[2J", "\x07", "\x9b", "\x7f"):
                self.assertNotIn(bad, terminal.raw, words)


class Differences(Models):
    def test_what_changed_is_told_by_names(self):
        before, after = shop(), shop()
        orders = after["tables"][0]
        orders["description"] = said("Orders of customers.", "human")
        orders["rows"] = 5
        orders["columns"][2]["values"] = [{"value": "paid", "share": 0.5}, {"value": "gone"}]
        orders["columns"].append({"name": "note", "type": "text", "role": "text"})
        del after["tables"][1]["columns"][1]["pii"]
        after["tables"] = [after["tables"][1], orders]  # an order is no change
        after["relations"] = after["relations"][:2]
        after["relations"][1]["verdict"] = "accepted"
        after["relations"][0]["score"] = 0.5
        after["metrics"].append({"name": "orders", "expr": "count(*)"})
        model = self.published()
        model.add(before, approved=True)
        model.add(after)
        found = self.json("model", "diff", "shop")
        self.assertEqual(found["added"], ["metrics.orders", "tables.orders.columns.note"])
        self.assertEqual(found["removed"],
                         ['relations.audit log ["no"] public users ["id"]', "tables.audit.log"])
        self.assertEqual(found["changed"], [
            {"what": 'relations.audit log ["a", "b"] public orders ["id", "x"].verdict',
             "from": "suggested", "to": "accepted"},
            {"what": "tables.orders.columns.status.values", "from": ["paid", "new"],
             "to": ["paid", "gone"]},
            {"what": "tables.orders.description.source", "from": "rule", "to": "human"},
            {"what": "tables.orders.description.text", "from": "One row for each order.",
             "to": "Orders of customers."},
            {"what": "tables.users.columns.email.pii", "from": "email", "to": None}])
        lines = self.lines("model", "diff", "shop")
        self.assertIn("- tables.audit.log", lines)
        self.assertIn("+ metrics.orders", lines)
        at = lines.index("~ tables.orders.description.text")
        self.assertEqual([line.strip() for line in lines[at + 1:at + 3]],
                         ["One row for each order.", "Orders of customers."])
        self.assertEqual(self.json("model", "diff", "shop", "2", "1")["added"], found["removed"])

    def test_without_versions_the_newest_is_compared_with_what_answers_or_was_before(self):
        model = self.published()
        for approved, day in ((True, "01"), (False, "02"), (False, "03")):
            model.add({**shop(), "reference_day": day}, approved=approved)
        self.assertEqual(self.json("model", "diff", "shop")["changed"][0]["from"], "01")
        model.add({**shop(), "reference_day": "04"}, approved=True)
        self.assertEqual(self.json("model", "diff", "shop")["changed"][0]["from"], "03")

    def test_a_version_does_not_differ_from_itself(self):
        self.published().add(shop())
        self.assertEqual(self.ok("model", "diff", "shop"), "no difference\n")
        self.assertEqual(self.json("model", "diff", "shop", "1", "1"),
                         {"added": [], "removed": [], "changed": []})


class Changing(cli_case.Cli):
    def setUp(self):
        super().setUp()
        tasks = self.folder / "tasks"
        tasks.mkdir()
        (tasks / "review.py").write_text(REVIEW)
        (tasks / "review.py").chmod(0o755)
        (tasks / "metadata.task").write_text(TASKS)
        self.env["QUERN_TASK_PATH"] = str(tasks)
        self.worker()

    def last_args(self):
        jobs = self.json("job", "list")["jobs"]
        shown = [self.json("job", "show", job["id"]) for job in jobs]
        last = max(shown, key=lambda job: job["enqueued_at"])
        return last["task"], last["args"]

    def test_an_edit_is_a_job_that_is_waited_for(self):
        done = self.quern("model", "edit", "shop", "--set", "tables.orders.description=All orders",
                          "--set", "tables.orders.columns.note.hidden=true",
                          "--set", 'tables.users.synonyms={"en":["client"]}',
                          "--set", "tables.users.label=null", "--if-hash", "ab")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("version 4 of shop is a draft", done.stdout)
        self.assertIn("quern model approve shop", done.stdout)
        self.assertEqual(self.last_args(), ("metadata.review", {
            "database": "shop", "if_hash": "ab", "edits": {"tables": {
                "orders": {"description": "All orders", "columns": {"note": {"hidden": True}}},
                "users": {"synonyms": {"en": ["client"]}, "label": None}}}}))

    def test_edits_come_from_a_file_or_stdin_as_they_are(self):
        edits = {"tables": {"orders": {"description": "x"}}}
        path = self.folder / "edits.json"
        path.write_text(json.dumps(edits))
        self.ok("model", "edit", "shop", path)
        self.assertEqual(self.last_args()[1]["edits"], edits)
        result = self.json("model", "edit", "shop", "-", stdin=json.dumps({"tables": {}}))
        self.assertEqual((result["state"], result["result"]["edits"]),
                         ("succeeded", {"tables": {}}))

    def test_an_edit_that_changes_nothing_says_so(self):
        self.assertEqual(self.ok("model", "edit", "same", "--set", "a=b"),
                         "nothing is new: version 4 of same stays the newest\n")

    def test_what_edits_name_and_is_not_there_is_told(self):
        Published(self.folder / "artifacts", "shop").add(shop())
        self.assertIn("hints: there is no table baskets",
                      self.ok("model", "edit", "shop", "--set", "a=b"))

    def test_what_is_no_edit_makes_no_job(self):
        path = self.folder / "edits.json"
        for text, why in (("[]", "one object"), ("{", "no JSON"), ("", "no JSON"),
                          ('{"a":1,"a":2}', "duplicate")):
            path.write_text(text)
            self.fails(2, why, "model", "edit", "shop", path)
        for word in ("x", "=x", "a..b=c", "a.=x", ".a=x"):
            self.fails(2, "--set", "model", "edit", "shop", "--set", word)
        self.fails(2, "given twice", "model", "edit", "shop", "--set", "a.b=1", "--set", "a=2")
        self.fails(2, "given twice", "model", "edit", "shop", "--set", "a.b=1", "--set", "a.b=2")
        self.fails(2, "either FILE", "model", "edit", "shop")
        self.fails(2, "either FILE", "model", "edit", "shop", path, "--set", "a=b")
        self.fails(2, "a letter first", "model", "edit", "Shop", "--set", "a=b")
        self.assertEqual(self.json("job", "list")["jobs"], [])

    def test_an_approval_names_a_version_or_takes_the_newest(self):
        self.assertEqual(self.ok("model", "approve", "shop"),
                         "the newest version of shop is approved\n")
        self.assertEqual(self.last_args()[1], {"database": "shop", "approve": 0})
        self.assertEqual(self.ok("model", "approve", "shop", "3"),
                         "version 3 of shop is approved\n")
        self.assertEqual(self.last_args()[1], {"database": "shop", "approve": 3})
        self.fails(2, "a number from 1", "model", "approve", "shop", "0")

    def test_a_job_that_is_refused_is_a_failure_with_its_reason(self):
        for words in (("edit", "broken", "--set", "a=b"), ("approve", "broken"),
                      ("analyze", "broken")):
            done = self.quern("model", *words)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("another hash", done.stdout)

    def test_an_analysis_is_waited_for_and_shown(self):
        model = Published(self.folder / "artifacts", "shop")
        model.add(shop(), approved=True)
        model.add(shop())
        shown = self.ok("model", "analyze", "shop", "--depth", "exact", "--include", "public.*",
                        "--include", "sales.*", "--exclude", "*_log", "--language", "zh",
                        "--relations", "declared", "--full")
        self.assertTrue(shown.startswith("shop  version 2, draft"), shown)
        self.assertEqual(self.last_args(), ("metadata.analyze", {
            "database": "shop", "depth": "exact", "language": "zh", "relations": "declared",
            "include": ["public.*", "sales.*"], "exclude": ["*_log"], "full": True}))
        self.fails(2, "depth", "model", "analyze", "shop", "--depth", "deep")

    def test_of_a_part_no_version_is_shown(self):
        Published(self.folder / "artifacts", "part").add(shop())
        shown = self.ok("model", "analyze", "part", "--include", "sales.*")
        self.assertEqual(shown, "a part of part was analysed: no version is made of it, and the"
                                " files of the job have it\n")

    def test_a_model_that_is_published_elsewhere_is_no_failure_of_the_job(self):
        done = self.quern("model", "analyze", "far")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("not seen from here", done.stderr)

    def test_names_are_completed(self):
        Published(self.folder / "artifacts", "shop").add()
        Published(self.folder / "artifacts", "crm").add()
        self.assertEqual(self.ok("completion", "words", "--", "model", "show", ""), "crm\nshop\n")
        self.assertEqual(self.ok("completion", "words", "--", "model", "export", "shop",
                                 "--format", "m"), "markdown\nmermaid\n")


if __name__ == "__main__":
    case.main()
