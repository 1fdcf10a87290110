"""The store of semantic models: versions, edits, approval, files, checkpoints."""
import contextlib
import itertools
import json
import os
import subprocess

import case
import servers

LONG = 60  # seconds that nothing here should take
WRITERS, ROUNDS = 4, 5
KEPT = 50

SHOP = """
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, city text);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users,
                     total numeric);
"""


def hints(text):
    return json.dumps({"tables": {"users": {"description": text}}})


class StoreCase(case.Case):
    def setUp(self):
        self.jobs = itertools.count(1)
        self.server = self.postgres()
        for name in ("home", "shop"):
            self.server.psql(f"CREATE DATABASE {name}")
        self.server.psql(SHOP, "shop")
        self.home = self.server.database_url("home")
        self.shop = self.server.database_url("shop")
        self.artifacts = self.folder / "artifacts"
        self.env = {"QUERN_DATABASE_URL": self.home, "QUERN_ARTIFACT_DIR": str(self.artifacts)}
        self.assertEqual(servers.run("quern-worker", "migrate", env=self.env).returncode, 0)
        self.add("shop")

    def add(self, name):
        done = servers.run("quern-worker", "datasource", "add", name,
                           env={**self.env, "QUERN_DATASOURCE_URL": self.shop})
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def call(self, verb, *words, name="shop"):
        return servers.run("model_probe", verb, self.home, name, *words, env=self.env)

    def ok(self, verb, *words, name="shop"):
        done = self.call(verb, *words, name=name)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.removesuffix("\n")

    def fails(self, code, text, verb, *words, name="shop"):
        done = self.call(verb, *words, name=name)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, f"^{code} ")
        self.assertIn(text, done.stderr)

    def job(self):
        """An id that no other call has."""
        return f"job{next(self.jobs)}"

    def store(self, text=None, who=None, name="shop"):
        who = who or self.job()
        return self.ok("store", self.shop, who, *([hints(text)] if text else []), name=name)

    def edit(self, change, who=None, if_hash=""):
        return int(self.ok("edit", json.dumps(change), who or self.job(), if_hash))

    def hash_of(self, version):
        return self.model(version)["hash"]

    def model(self, version=0):
        return json.loads(self.ok("load", version))

    def described(self, version=0, table="users"):
        found = next(one for one in self.model(version)["tables"] if one["name"] == table)
        return found["description"]["text"]

    def versions(self):
        return [(one["version"], one["state"]) for one in json.loads(self.ok("versions"))]

    def log(self):
        return self.server.psql("SELECT action, version, who FROM quern.model_log ORDER BY id",
                                "home").splitlines()


class Versions(StoreCase):
    def test_a_model_that_did_not_change_is_no_version(self):
        self.assertEqual(self.store(), "new 1 draft")
        self.assertEqual(self.store(), "same 1 draft")
        self.server.psql("INSERT INTO users SELECT i, 'n', 'c' FROM generate_series(1, 500) i;"
                         "ANALYZE users", "shop")
        self.assertEqual(self.store(), "same 1 draft")
        self.server.psql("ALTER TABLE users ADD COLUMN born date", "shop")
        self.assertEqual(self.store(), "new 2 draft")
        self.assertEqual([(one["version"], one["made_by"])
                          for one in json.loads(self.ok("versions"))], [(2, "job4"), (1, "job1")])

    def test_the_same_model_again_has_the_newest_numbers(self):
        self.store()
        revision = json.loads(self.ok("index"))["revision"]
        self.store()
        self.assertEqual(json.loads(self.ok("index"))["revision"], revision)
        self.server.psql("INSERT INTO users SELECT i, 'n', 'c' FROM generate_series(1, 500) i;"
                         "ANALYZE users", "shop")
        self.assertEqual(self.store(), "same 1 draft")
        self.assertEqual(next(one["rows"] for one in self.model(1)["tables"]
                              if one["name"] == "users"), 500)
        self.assertGreater(json.loads(self.ok("index"))["revision"], revision)

    def test_a_job_that_is_tried_again_has_made_its_version(self):
        self.assertEqual(self.store(who="one"), "new 1 draft")
        self.assertEqual(self.store(who="one"), "new 1 draft")
        self.assertEqual(self.store(who="other"), "same 1 draft")

    def test_what_was_approved_last_answers_else_the_newest(self):
        self.fails("NOTFOUND", "has no model yet", "load", 0)
        self.fails("NOTFOUND", "has no model yet", "approve", 0, "ann")
        for text in ("one", "two", "three"):
            self.store(text)
        self.assertEqual(self.model(0)["version"], 3)
        self.ok("approve", 2, self.job())
        self.assertEqual((self.model(0)["version"], self.model(0)["state"]), (2, "approved"))
        self.assertEqual(self.model(-1)["version"], 3)
        for version in (1, 2, 1):  # back, forth, and back again
            self.ok("approve", version, self.job())
            self.assertEqual(self.model(0)["version"], version)
            index = json.loads(self.ok("index"))
            self.assertEqual((index["current"], index["approved"], index["newest"]),
                             (version, version, 3))
        self.assertEqual(self.versions(), [(3, "draft"), (2, "approved"), (1, "approved")])
        self.fails("NOTFOUND", "no model of version 4", "approve", 4, "ann")
        self.fails("NOTFOUND", "no model of version 4", "load", 4)

    def test_an_approval_that_is_tried_again_takes_no_later_one_back(self):
        self.store("one")
        self.store("two")
        self.ok("approve", 1, "slow")
        self.ok("approve", 2, "fast")
        self.ok("approve", 1, "slow")
        self.assertEqual(self.model(0)["version"], 2)

    def test_what_is_loaded_is_what_was_stored_byte_for_byte(self):
        self.store()
        loaded = self.ok("load", 1)
        kept = self.server.psql("SELECT model FROM quern.models", "home")
        self.assertEqual(loaded, kept)

    def test_old_drafts_go_and_approved_ones_stay(self):
        self.store("number 1")
        self.ok("approve", 1, "ann")
        # as many as are kept, without an analysis for each
        self.server.psql(
            "INSERT INTO quern.models SELECT datasource, v, v::text, model, tables, relations,"
            f" made_at, made_by FROM quern.models, generate_series(2, {KEPT + 3}) v", "home")
        self.store("the next")
        numbers = [version for version, _ in self.versions()]
        newest = KEPT + 4
        self.assertEqual(numbers, [*range(newest, newest - KEPT, -1), 1])

    def test_writers_at_once_make_distinct_versions(self):
        calls = [subprocess.Popen(
            ["sh", "-c", 'i=0; while [ $i -lt "$1" ]; do i=$((i+1)); '
             '"$2" store "$3" shop "$4" "$5" \'{"tables":{"users":{"description":"\'"$5-$i"\'"}}}\''
             " || exit 1; done", "sh", str(ROUNDS), str(servers.BIN / "model_probe"), self.home,
             self.shop, f"writer{i}"], stdout=subprocess.PIPE, text=True,
            preexec_fn=servers.die_with_parent) for i in range(WRITERS)]
        said = [line for call in calls for line in call.communicate(timeout=LONG)[0].splitlines()]
        self.assertEqual([call.returncode for call in calls], [0] * WRITERS)
        made = sorted(int(line.split()[1]) for line in said)
        self.assertEqual(made, [*range(1, WRITERS * ROUNDS + 1)])
        self.assertEqual(len(self.log()), WRITERS * ROUNDS)

    def test_models_go_with_their_datasource_and_no_other(self):
        self.add("other")
        self.store()
        self.store(name="other")
        self.ok("publish", str(self.artifacts))
        done = servers.run("quern-worker", "datasource", "remove", "shop", env=self.env)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.server.psql("SELECT datasource FROM quern.models", "home"), "other")
        self.assertFalse((self.artifacts / "models/shop").exists())
        self.fails("NOTFOUND", "no datasource shop", "store", self.shop, "analysis")


class Edits(StoreCase):
    def test_an_edit_survives_every_later_analysis(self):
        self.store("by a rule")
        self.assertEqual(self.edit({"tables": {"users": {"description": "people"}}}), 2)
        self.assertEqual(self.described(), "people")
        self.server.psql("ALTER TABLE users ADD COLUMN born date", "shop")
        self.assertEqual(self.store("another rule"), "new 3 draft")
        self.assertEqual(self.described(), "people")

    def test_edits_are_merged_member_by_member_and_taken_back_by_null(self):
        self.store("by a rule")
        self.edit({"tables": {"users": {"description": "people"}}})
        self.edit({"tables": {"orders": {"description": "sales"}}})
        self.assertEqual((self.described(), self.described(table="orders")), ("people", "sales"))
        self.edit({"tables": {"users": {"description": None}}})
        self.assertEqual((self.described(), self.described(table="orders")),
                         ("by a rule", "sales"))
        self.assertEqual(json.loads(self.server.psql(
            "SELECT edits FROM quern.model_edits", "home")),
            {"tables": {"users": {}, "orders": {"description": "sales"}}})

    def test_an_edit_taken_back_shows_what_the_last_analysis_said(self):
        self.store("old rule")
        self.edit({"tables": {"users": {"description": "people"}}})
        self.assertEqual(self.store("new rule"), "same 2 draft")
        self.edit({"tables": {"users": {"description": None}}})
        self.assertEqual(self.described(), "new rule")

    def test_an_edit_that_is_none_changes_nothing(self):
        self.fails("NOTFOUND", "has no model yet", "edit", "{}", "ann")
        self.store("by a rule")
        for change in ("[1]", "{", '"x"', '{"tables": 7}', '{"a":1,"a":2}'):
            self.fails("INVAL", "", "edit", change, "ann")
        self.assertEqual(self.edit({}), 1)
        self.assertEqual(self.versions(), [(1, "draft")])

    @contextlib.contextmanager
    def hold_lock(self):
        """The row that every change of the datasource's models waits for."""
        with subprocess.Popen(["psql", "-XAtq", self.home], text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as psql:
            psql.stdin.write("BEGIN; SELECT 'held' FROM quern.datasources FOR UPDATE;\n")
            psql.stdin.flush()
            while psql.stdout.readline() != "held\n":
                pass
            yield
            psql.stdin.close()

    def start(self, verb, what, who, if_hash):
        return subprocess.Popen(
            [str(servers.BIN / "model_probe"), verb, self.home, "shop", what, who, if_hash],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=servers.die_with_parent)

    def at_once(self, calls):
        """Which of them succeeded: all wait for one lock before it is let go."""
        with self.hold_lock():
            running = [self.start(*call) for call in calls]
            self.wait_until(lambda: self.server.psql(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
                "home") == str(len(running)), LONG, "all of them to wait")
        ended = [call.communicate(timeout=LONG) for call in running]
        self.assertTrue(all("somebody was faster" in err for out, err in ended if not out), ended)
        return sum(call.returncode == 0 for call in running)

    def test_of_two_that_saw_the_same_version_one_edit_is_made(self):
        self.store("by a rule")
        seen = self.hash_of(-1)
        edits = [json.dumps({"tables": {"users": {"description": text}}}) for text in "ab"]
        self.assertEqual(self.at_once([("edit", text, self.job(), seen) for text in edits]), 1)
        self.assertEqual(self.versions(), [(2, "draft"), (1, "draft")])

    def test_what_was_edited_meanwhile_is_not_approved(self):
        self.store("by a rule")
        seen = self.hash_of(-1)
        self.edit({"tables": {"users": {"description": "people"}}})
        self.fails("INVAL", "somebody was faster", "approve", 0, "bob", seen)
        self.assertEqual(self.versions(), [(2, "draft"), (1, "draft")])
        self.ok("approve", 0, "bob", self.hash_of(-1))
        self.assertEqual(self.versions()[0], (2, "approved"))

    def test_an_edit_that_is_tried_again_is_done_and_takes_no_later_one_back(self):
        self.store("by a rule")
        seen = self.hash_of(-1)
        edit = {"tables": {"users": {"description": "mine"}}}
        self.assertEqual(self.edit(edit, "cut-off", seen), 2)
        self.assertEqual(self.edit({"tables": {"users": {"description": "later"}}}), 3)
        self.assertEqual(self.edit(edit, "cut-off", seen), 2)
        self.assertEqual(self.described(-1), "later")

    def test_an_edit_makes_a_draft_and_the_approved_one_answers_on(self):
        self.store("by a rule")
        self.ok("approve", 1, "ann")
        self.assertEqual(self.edit({"tables": {"users": {"description": "people"}}}), 2)
        self.assertEqual(self.described(), "by a rule")
        self.assertEqual(self.described(-1), "people")
        self.assertEqual(self.versions(), [(2, "draft"), (1, "approved")])


class Files(StoreCase):
    def index(self):
        return json.loads((self.artifacts / "models/shop/index.json").read_text())

    def names(self):
        return sorted(os.listdir(self.artifacts / "models/shop"))

    def test_versions_are_published_with_an_index(self):
        self.store("one")
        self.ok("publish", str(self.artifacts))
        self.assertEqual(self.names(), ["1.json", "index.json"])
        self.ok("approve", 1, "ann")
        self.store("two")
        self.ok("publish", str(self.artifacts))
        index = self.index()
        self.assertEqual([index[key] for key in ("datasource", "current", "newest", "approved")],
                         ["shop", 1, 2, 1])
        self.assertEqual([(one["version"], one["state"], one["approved_by"])
                          for one in index["versions"]],
                         [(2, "draft", None), (1, "approved", "ann")])
        self.assertEqual(json.loads((self.artifacts / "models/shop/1.json").read_text())["version"],
                         1)

    def test_a_reader_never_sees_an_index_without_its_files(self):
        self.store("0")
        self.ok("publish", str(self.artifacts))
        writer = subprocess.Popen(
            ["sh", "-c", 'i=0; while [ $i -lt 30 ]; do i=$((i+1)); "$1" store "$2" shop "$3" w '
             '\'{"tables":{"users":{"description":"\'"$i"\'"}}}\' && "$1" publish "$2" shop "$4"'
             " || exit 1; done", "sh", str(servers.BIN / "model_probe"), self.home, self.shop,
             str(self.artifacts)], stdout=subprocess.DEVNULL, preexec_fn=servers.die_with_parent)
        folder, seen = self.artifacts / "models/shop", set()
        while writer.poll() is None:
            index = self.index()
            model = json.loads((folder / f"{index['current']}.json").read_text())
            self.assertEqual(model["version"], index["current"])
            seen.add(index["current"])
        self.assertEqual(writer.returncode, 0)
        self.assertGreater(len(seen), 1)
        self.assertEqual(self.index()["newest"], 31)

    def test_files_that_no_version_names_go_and_others_stay(self):
        self.store("one")
        self.ok("publish", str(self.artifacts))
        folder = self.artifacts / "models/shop"
        for name in ("7.json", "7.html", ".8.json.new", "README", "x.json"):
            (folder / name).write_text("left")
        self.ok("publish", str(self.artifacts))
        self.assertEqual(self.names(), ["1.json", "README", "index.json", "x.json"])

    def test_an_older_index_takes_no_newer_ones_place(self):
        self.store("one")
        self.ok("publish", str(self.artifacts))
        path = self.artifacts / "models/shop/index.json"
        newer = {**self.index(), "revision": 10 ** 9}
        path.write_text(json.dumps(newer))
        self.ok("publish", str(self.artifacts))
        self.assertEqual(self.index(), newer)

    def test_nothing_is_written_outside_of_the_folder(self):
        for name in ("../x", "a/b", ".", "..", "Shop", "", "a\nb", "x" * 65):
            done = servers.run("model_probe", "unpublish", self.home, name, str(self.artifacts))
            self.assertIn("not a datasource's name", done.stderr)
        outside = self.folder / "outside"
        outside.mkdir()
        (outside / "index.json").write_text("theirs")
        (self.artifacts / "models").mkdir(parents=True)
        (self.artifacts / "models/shop").symlink_to(outside)
        self.store("one")
        self.assertEqual(self.call("publish", str(self.artifacts)).returncode, 1)
        self.assertEqual((outside / "index.json").read_text(), "theirs")

    def test_a_removed_datasource_is_unpublished_whole(self):
        self.ok("unpublish", str(self.artifacts))
        self.assertFalse(self.artifacts.exists())
        self.store("one")
        self.ok("publish", str(self.artifacts))
        self.ok("unpublish", str(self.artifacts))
        self.assertEqual(os.listdir(self.artifacts / "models"), [])
        self.ok("publish", str(self.artifacts))
        self.assertEqual(self.names(), ["1.json", "index.json"])


class Cached(StoreCase):
    def setUp(self):
        super().setUp()
        self.cache = self.redis("cache", persistent=False)
        self.env = {**self.env, "QUERN_CACHE_URL": self.cache.url, "QUERN_NAMESPACE": "quern"}

    def test_a_model_is_loaded_once_and_forgotten_when_it_changes(self):
        self.store("one")
        loads, version = self.ok("get", 100).split()[1:]
        self.assertEqual((loads, version), ("1", "1"))
        self.assertEqual(self.ok("get", 100).split()[1:], ["0", "1"])
        self.store("two")
        self.ok("forget")
        self.assertEqual(self.ok("get", 100).split()[1:], ["1", "2"])

    def test_without_redis_models_are_served_all_the_same(self):
        self.store("one")
        self.cache.stop()
        self.assertEqual(self.ok("get", 10).split()[2], "1")

    def test_a_model_too_large_for_the_cache_is_read_once_a_process(self):
        columns = ", ".join(f"c{i} int" for i in range(1200))
        self.server.psql(f"CREATE TABLE w1 ({columns}); CREATE TABLE w2 ({columns});"
                         f"CREATE TABLE w3 ({columns}); CREATE TABLE w4 ({columns});"
                         "DO $$BEGIN FOR t IN 1..4 LOOP FOR i IN 0..1199 LOOP EXECUTE"
                         " format('COMMENT ON COLUMN w%s.c%s IS %L', t, i, repeat('word ', 180));"
                         " END LOOP; END LOOP; END$$", "shop")
        self.store()
        size = int(self.server.psql("SELECT length(model) FROM quern.models", "home"))
        self.assertGreater(size, 4 * 1024 * 1024)
        self.server.psql("ALTER SYSTEM SET log_statement = 'all'; SELECT pg_reload_conf()")
        for reads in (2, 1):  # the version, and the model, and then the model
            before = self.reads()
            self.assertEqual(self.ok("get", 20).split()[1:], [str(reads - 1), "1"])
            self.assertEqual(self.reads() - before, reads)

    def reads(self):
        return self.server.process.log().count("FROM quern.models WHERE datasource = $1 ORDER")

    def test_what_is_not_there_is_told(self):
        self.fails("NOTFOUND", "", "get", 1)
        self.fails("INVAL", "not a datasource's name", "get", 1, name="../x")


class Checkpoints(StoreCase):
    def find(self, tier, age_ms=3600000, table="orders", hash_="h1"):
        done = self.call("find", "public", table, hash_, tier, age_ms)
        return done.stdout.removesuffix("\n") if done.returncode == 0 else done.stderr.split()[0]

    def test_a_profile_is_found_by_its_tables_definition_tier_and_age(self):
        self.assertEqual(self.find(0), "NOTFOUND")
        self.ok("keep", "public", "orders", "h1", 2, 0, '{"rows":1}')
        self.assertEqual(self.find(2), '{"rows":1}')
        self.assertEqual(self.find(1), '{"rows":1}')
        self.assertEqual(self.find(3), "NOTFOUND")
        self.assertEqual(self.find(2, hash_="h2"), "NOTFOUND")
        self.assertEqual(self.find(2, table="users"), "NOTFOUND")
        self.server.psql("UPDATE quern.analysis_profiles SET made_at = made_at - interval '2h'",
                         "home")
        self.assertEqual(self.find(2), "NOTFOUND")
        self.ok("keep", "public", "orders", "h2", 3, 0, '{"rows":2}')
        self.assertEqual(self.find(3, hash_="h2"), '{"rows":2}')

    def test_hostile_names_are_values_only(self):
        name = "x'); DROP TABLE quern.models; --\"$1"
        self.ok("keep", name, name, name, 1, 0, "{}")
        self.assertEqual(self.ok("find", name, name, name, 1, 1000), "{}")
        self.assertEqual(self.versions(), [])

    def test_the_last_catalogue_is_kept_and_replaced(self):
        self.fails("NOTFOUND", "", "catalog")
        self.ok("catalog", '{"tables":[]}')
        self.ok("catalog", '{"tables":[1]}')
        self.assertEqual(self.ok("catalog"), '{"tables":[1]}')

    def test_what_is_larger_than_the_results_of_queries_is_given_back(self):
        self.ok("catalog", "{}")
        self.server.psql("UPDATE quern.analyses SET catalog = repeat('x', 20000000)", "home")
        self.assertEqual(len(self.ok("catalog")), 20000000)

    def test_nothing_is_kept_of_a_datasource_that_is_gone(self):
        self.fails("NOTFOUND", "removed meanwhile", "keep", "s", "t", "h", 1, 0, "{}",
                   name="nosuch")
        self.fails("NOTFOUND", "removed meanwhile", "catalog", "{}", name="nosuch")


if __name__ == "__main__":
    case.main()
