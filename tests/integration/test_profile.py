"""Profiles of tables, against what plain loops here say of the same values."""
import contextlib
import csv
import datetime as dt
import functools
import io
import json
import math
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import servers

ROWS = 150_000
SEED = 11  # of profile_probe
UTC = dt.timezone.utc

RANDOM = """
CREATE FUNCTION draw(i bigint, k bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
$$ SELECT ((hashint8extended(i, k) & 4503599627370495) + 0.5) / 4503599627370496.0 $$;
"""
# Ten ways for values to be spread, and the key.
SPREAD = f"""
CREATE TABLE spread AS SELECT
  i AS sequential,
  floor(draw(i, 1) * 60000)::int AS uniform,
  floor(exp(draw(i, 2) * ln(100000)))::int AS zipf,
  50 + 10 * sqrt(-2 * ln(draw(i, 3))) * cos(2 * pi() * draw(i, 4)) AS normal,
  (ARRAY['new', 'paid', 'sent', 'gone', 'lost'])[1 + floor(draw(i, 5) * 5)::int] AS few,
  i / 100 AS clustered,
  CASE WHEN draw(i, 6) < 0.03 THEN floor(draw(i, 7) * 1000)::int END AS mostly_null,
  'same'::text AS constant,
  round(exp(1.5 * sqrt(-2 * ln(draw(i, 8))) * cos(2 * pi() * draw(i, 9)))::numeric, 2)
    AS lognormal,
  date '2020-01-01' + floor(draw(i, 10) * 2000)::int AS day,
  'customer ' || floor(draw(i, 11) * 30000)::int AS words
FROM generate_series(1::bigint, {ROWS}) i;
ALTER TABLE spread ADD PRIMARY KEY (sequential);
ANALYZE spread;
"""
KINDS = """
CREATE TYPE mood AS ENUM ('low', 'mid', 'HIGH');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (a int, b text);
CREATE TABLE "kin""ds; --" (
  "say ""id""; --" bigint PRIMARY KEY, j json, jb jsonb, x xml, p point, e mood, d positive,
  c pair, b bytea, r int4range, n numeric, f float8, ts timestamp, tz timestamptz, da date,
  ti time, iv interval, m money, ch char(10), arr text[], u uuid, ip inet, bo boolean, t text,
  tsv tsvector, bits bit(5), alln text);
INSERT INTO "kin""ds; --" SELECT i, '{"a": 1}', '{"b": [1, 2]}', '<a>1</a>', point(i, i),
  (ARRAY['HIGH', 'low', 'mid'])[1 + i % 3]::mood, i, (i, 'x"y'::text)::pair,
  decode(repeat('ab', i), 'hex'), int4range(i, i + 5),
  CASE i % 4 WHEN 0 THEN 'NaN' WHEN 1 THEN 1.50 WHEN 2 THEN 1.5 ELSE 3 END::numeric,
  CASE i % 4 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' WHEN 2 THEN '-Infinity'
    ELSE 7::float8 END,
  CASE i % 4 WHEN 0 THEN 'infinity' WHEN 1 THEN '0044-03-15 12:00 BC'
    WHEN 2 THEN '294000-01-01' ELSE '2024-05-06 07:08:09.5' END::timestamp,
  '2024-05-06 07:08:09.5+03', CASE i % 2 WHEN 0 THEN '-infinity' ELSE '5874897-12-31' END::date,
  '24:00', make_interval(years => i - 10, secs => -i), i * 1000.55::money, 'ab',
  ARRAY['a', 'b"c', NULL], md5(i::text)::uuid, '10.20.30.40', i % 2 = 0,
  CASE i WHEN 1 THEN repeat('龍x', 1000000) WHEN 2 THEN '' WHEN 3 THEN '  '
    WHEN 4 THEN repeat('y', 300) || '1' WHEN 5 THEN repeat('y', 300) || '2'
    ELSE 'Value ' || i % 4 END,
  to_tsvector('a b'), B'10101', NULL FROM generate_series(1, 100) i;
"""
PEOPLE = """
CREATE TABLE customers AS SELECT i AS id, 'Person' || i || ' Lastname' AS name,
  'person' || i || '@mail.example' AS contact, '+49 170 ' || 1000000 + i AS c3,
  date '1950-01-01' + i * 40 AS birthday, 'hash-of-' || i AS password_hash,
  'see person' || i % 7 || '@mail.example' AS remark, 4000000000 + i AS mobile
FROM generate_series(1, 300) i;
ANALYZE customers;
"""


def exact(values):
    """What is true of a column: shares, distinct count, and quartiles of numbers."""
    kept = [value for value in values if value is not None]
    answer = {"nulls": 1 - len(kept) / len(values), "distinct": len(set(kept))}
    if kept and isinstance(kept[0], float):
        kept.sort()
        places = [(len(kept) - 1) * share for share in (0.25, 0.5, 0.75)]
        answer["quartile"] = [
            kept[int(place)] + (kept[min(int(place) + 1, len(kept) - 1)] - kept[int(place)])
            * (place - int(place)) for place in places]
        answer["range"] = kept[-1] - kept[0]
        answer["low"], answer["high"] = kept[0], kept[-1]
        answer["mean"] = math.fsum(kept) / len(kept)
    return answer


def number(column, text):
    """As profile.h has numbers of it; None for NULL, texts as they are."""
    if text == "":
        return None
    if column == "day":
        return dt.datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    return text if column in ("few", "constant", "words") else float(text)


class Profiles(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="qprofile")
        cls.addClassCleanup(folder.cleanup)
        os.chmod(folder.name, 0o711)
        cls.pg = servers.start_postgres(
            pathlib.Path(folder.name) / "pg", options=["log_statement=all",
                                                       "log_line_prefix=%a|", "jit=off"])
        cls.addClassCleanup(cls.pg.stop)
        cls.pg.psql(RANDOM + SPREAD + KINDS + PEOPLE)

    def probe(self, *tables, tier="sampled", query_ms=60000, table_ms=120000, url=None, env=None):
        done = subprocess.run(
            [servers.BIN / "profile_probe", url or self.pg.url, tier, str(query_ms),
             str(table_ms), *tables], text=True, capture_output=True, timeout=120,
            env={**os.environ, **(env or {})})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def profile(self, table, **options):
        """Of one table: its object, and its columns by name."""
        lines = self.probe(table, **options).splitlines()
        self.assertEqual(len(lines), 1)
        profile = json.loads(lines[0])
        return profile, {column["name"]: column for column in profile["columns"]}

    def transactions(self):
        """How many the profiles of this server have begun."""
        log = (self.pg.folder / "postgres.log").read_text(errors="replace")
        return len(re.findall(r"^profile_probe\|.*BEGIN READ ONLY; SET LOCAL statement_timeout",
                              log, re.MULTILINE))

    @classmethod
    @functools.cache
    def spread(cls):
        text = cls.pg.psql("COPY spread TO STDOUT (FORMAT csv, HEADER)")
        rows = list(csv.reader(io.StringIO(text)))
        return {name: exact([number(name, row[i]) for row in rows[1:]])
                for i, name in enumerate(rows[0])}

    def test_samples_are_near_the_truth_however_values_are_spread(self):
        before = self.transactions()
        profile, columns = self.profile("public.spread")
        self.assertLessEqual(self.transactions() - before, 2)
        self.assertEqual((profile["tier"], profile["complete"]), ("sampled", False))
        self.assertEqual(profile["rows"], ROWS)
        self.assertLess(profile["seen"], 60000)
        for name, truth in self.spread().items():
            with self.subTest(name):
                self.compare(columns[name], truth)

    def compare(self, column, truth):
        self.assertLess(abs(column["nulls"] - truth["nulls"]), 0.01)
        self.assertLess(abs(column["distinct"] / truth["distinct"] - 1), 0.10)
        if truth.get("range"):
            for found, true in zip(column["quartile"], truth["quartile"]):
                self.assertLess(abs(found - true), 0.02 * truth["range"])
                self.assertLess(abs(found - true), 0.02 * abs(true))
            self.assertEqual((column["low"], column["high"]), (truth["low"], truth["high"]))
            self.assertAlmostEqual(sum(column["bins"]), 1, places=6)

    def test_the_exact_tier_sees_every_row(self):
        profile, columns = self.profile("public.spread", tier="exact")
        self.assertEqual((profile["tier"], profile["seen"]), ("exact", ROWS))
        self.assertTrue(profile["complete"])
        for name, truth in self.spread().items():
            column = columns[name]
            with self.subTest(name):
                self.assertAlmostEqual(column["nulls"], truth["nulls"], places=9)
                self.assertLess(abs(column["distinct"] / truth["distinct"] - 1), 0.01)
                if "mean" in truth:
                    self.assertAlmostEqual(column["mean"] / truth["mean"], 1, places=9)
                for found, true in zip(column.get("quartile", []), truth.get("quartile", [])):
                    self.assertLess(abs(found - true), 0.001 * abs(true))
        self.assertTrue(columns["few"]["top_is_all"])
        self.assertEqual(columns["sequential"]["distinct"], ROWS)
        self.assertIn("constant", columns["constant"]["alerts"])
        self.assertIn("nulls", columns["mostly_null"]["alerts"])
        self.assertIn("category", columns["few"]["alerts"])

    def test_statistics_cost_no_scan(self):
        profile, columns = self.profile("public.spread", tier="statistics")
        truth = self.spread()
        self.assertEqual((profile["tier"], profile["seen"]), ("statistics", 0))
        self.assertEqual(columns["few"]["distinct"], 5)
        self.assertTrue(columns["few"]["top_is_all"])
        self.assertTrue(columns["sequential"]["all_unique"])
        for name in ("sequential", "uniform", "normal", "day"):
            for found, true in zip(columns[name]["quartile"], truth[name]["quartile"]):
                self.assertLess(abs(found - true), 0.02 * truth[name]["range"])

    def test_the_same_seed_gives_the_same_profile(self):
        runs = []
        for _ in range(2):
            profile, _columns = self.profile("public.spread")
            runs.append({**profile, "ms": 0})
        self.assertEqual(*runs)

    def test_every_type_and_any_name_has_a_profile(self):
        for tier in ("sampled", "exact"):
            profile, columns = self.profile('public.kin"ds; --', tier=tier)
            self.assertEqual((profile["tier"], profile.get("trouble")), ("exact", None))
            self.assertEqual({column["tier"] for column in profile["columns"]}, {"exact"})
        self.assertEqual(columns['say "id"; --']["distinct"], 100)
        self.assertEqual([columns["e"]["min"], columns["e"]["max"]], ["low", "HIGH"])
        self.assertEqual((columns["n"]["distinct"], columns["n"]["high"]), (3, 3))
        self.assertEqual((columns["f"]["low"], columns["f"]["high"]), (7, 7))
        self.assertEqual(columns["ts"]["min"], "0044-03-15 12:00:00 BC")
        self.assertEqual(columns["ts"]["low"], -63517780800)
        self.assertEqual(columns["tz"]["low"], 1714968489.5)
        self.assertEqual(columns["da"]["max"], "5874897-12-31")
        self.assertEqual(columns["m"]["high"], 100055)
        self.assertEqual(columns["ch"]["length_max"], 2)
        self.assertEqual(columns["t"]["length_max"], 2_000_000)
        self.assertEqual(columns["t"]["distinct"], 9)
        self.assertEqual(columns["b"]["length_max"], 100)
        self.assertEqual(columns["j"]["distinct"], 1)
        self.assertEqual(columns["alln"]["nulls"], 1)
        self.assertLess(max(len(value["value"].encode()) for column in profile["columns"]
                            for value in column["top"]), 201)

    def test_numbers_that_are_none_cost_the_others_nothing(self):
        self.pg.psql("""
            CREATE TABLE odd AS SELECT
              CASE WHEN i % 3 = 0 THEN 'NaN' WHEN i % 7 = 0 THEN 'Infinity'
                ELSE i::float8 END AS f,
              CASE WHEN i % 3 = 0 THEN 'NaN' WHEN i % 7 = 0 THEN '-Infinity'
                ELSE i::numeric END AS n,
              CASE i % 5 WHEN 0 THEN 'infinity' WHEN 1 THEN '-infinity'
                ELSE date '2020-01-01' + i % 1000 END AS d,
              CASE i % 5 WHEN 0 THEN 'infinity'
                ELSE timestamptz '2020-01-01' + i * interval '1 minute' END AS z,
              CASE WHEN i % 2 = 0 THEN i::numeric::money END AS m, i::oid AS o
            FROM generate_series(1, 70000) i;
            CREATE TABLE huge AS SELECT *, CASE WHEN o::int = 77
              THEN ('1' || repeat('0', 400))::numeric ELSE o::int::numeric END AS h FROM odd;
            ANALYZE odd; ANALYZE huge""")
        _profile, columns = self.profile("public.odd")
        bounds = {name: (column["min"], column["max"]) for name, column in columns.items()}
        self.assertEqual(bounds, {
            "f": ("1", "69998"), "n": ("1", "69998"), "d": ("2020-01-03", "2022-09-26"),
            "z": ("2020-01-01 00:01:00+00", "2020-02-18 14:39:00+00"),
            "m": ("2.00", "70000.00"), "o": ("1", "70000")})
        _profile, columns = self.profile("public.huge")
        self.assertLess(abs(columns["z"]["distinct"] / 56000 - 1), 0.1)
        self.assertEqual({column["tier"] for column in columns.values()}, {"sampled"})

    def test_a_column_that_fails_costs_only_itself(self):
        self.pg.psql('CREATE VIEW failing AS SELECT sequential AS id, 1 / (sequential - 7) AS boom,'
                     " 'fine'::text AS fine FROM spread WHERE sequential < 100")
        before = self.transactions()
        profile, columns = self.profile("public.failing")
        self.assertLessEqual(self.transactions() - before, 4)
        self.assertIn("boom: PostgreSQL: division by zero", profile["trouble"])
        self.assertEqual([columns[name]["tier"] for name in ("id", "boom", "fine")],
                         ["exact", "none", "exact"])

    def test_a_refusal_is_told_without_the_values_that_postgresql_quotes(self):
        self.pg.psql("CREATE TABLE typed AS SELECT 'jane@mail.example'::text AS mail, 1 AS id;"
                     "CREATE VIEW cast_of AS SELECT id, mail::int AS number FROM typed;"
                     "CREATE VIEW gone_of AS SELECT id, 10 / (id - 1) AS number FROM typed")
        text = self.probe("public.cast_of", env={"PROBE_PERSONAL": "1"})
        trouble = json.loads(text)["trouble"]
        self.assertNotIn("jane", text)
        self.assertRegex(trouble, r"^number: PostgreSQL: .*values.* \(22P02\)$")
        self.assertIn("division by zero (22012)", self.profile("public.gone_of")[0]["trouble"])

    def test_sizes_are_found_where_the_planner_is_wrong(self):
        self.pg.psql("""
            CREATE TABLE grown AS SELECT i AS a FROM generate_series(1, 20) i;
            ANALYZE grown; ALTER TABLE grown SET (autovacuum_enabled = off);
            INSERT INTO grown SELECT generate_series(1, 200000);
            CREATE TABLE shrunk WITH (autovacuum_enabled = off) AS
              SELECT i AS a FROM generate_series(1, 300000) i;
            ANALYZE shrunk; DELETE FROM shrunk WHERE a > 60000;
            CREATE TABLE never WITH (autovacuum_enabled = off) AS
              SELECT i AS a FROM generate_series(1, 200000) i;
            CREATE VIEW shown AS SELECT * FROM never;
            CREATE TABLE parts (a int, day date) PARTITION BY RANGE (day);
            CREATE TABLE parts1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
            CREATE TABLE parts2 PARTITION OF parts FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
            INSERT INTO parts SELECT i, date '2020-01-01' + i % 700
              FROM generate_series(1, 90000) i;
            CREATE TABLE hollow (a int, b text);
            """)
        for name, rows, complete in [("grown", 200020, False), ("shrunk", 60000, False),
                                     ("never", 200000, False), ("shown", 200000, False),
                                     ("parts", 90000, True), ("hollow", 0, True)]:
            with self.subTest(name):
                before = self.transactions()
                profile, columns = self.profile(f"public.{name}")
                self.assertLessEqual(self.transactions() - before, 4)
                self.assertLessEqual(abs(profile["rows"] - rows), 0.02 * rows)
                self.assertEqual(profile["complete"], complete)
                self.assertLess(abs(columns["a"]["distinct"] - min(rows, 200000)), 0.02 * rows + 1)

    @contextlib.contextmanager
    def session(self, sql):
        """A client that has run sql and stays."""
        client = subprocess.Popen(["psql", "-XAtq", self.pg.url], stdin=subprocess.PIPE, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            client.stdin.write(f"SET application_name = 'holder'; {sql}\n\\echo ready\n")
            client.stdin.flush()
            if "sleep" not in sql:
                self.assertEqual(client.stdout.readline(), "ready\n")
            yield client
        finally:
            client.kill()
            client.wait()
            client.stdin.close()
            client.stdout.close()
            self.pg.psql("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                         " WHERE application_name = 'holder'")

    def test_a_locked_table_is_told_and_waits_for_nobody(self):
        self.pg.psql("CREATE TABLE locked AS SELECT i AS a FROM generate_series(1, 1000) i;"
                     "ANALYZE locked")
        with self.session("BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE;"):
            profile, columns = self.profile("public.locked")
        self.assertIn("lock timeout", profile["trouble"])
        self.assertEqual((profile["tier"], profile["asked"]), ("statistics", "sampled"))
        self.assertEqual(columns["a"]["distinct"], 1000)

    def test_what_takes_too_long_falls_by_one_tier(self):
        """One row that only the exact tier reads keeps the server busy, for this role."""
        self.pg.psql("""
            CREATE TABLE slow AS SELECT i AS a, i % 10 AS b FROM generate_series(1, 100000) i;
            ANALYZE slow;
            CREATE FUNCTION sleeps(i int) RETURNS bool LANGUAGE plpgsql AS
              $$ BEGIN IF i = current_setting('profile.sleeper')::int THEN PERFORM pg_sleep(600);
              END IF; RETURN true; END $$;
            ALTER TABLE slow ENABLE ROW LEVEL SECURITY;
            CREATE POLICY sleeps ON slow USING (sleeps(a));
            CREATE ROLE slowly LOGIN;
            GRANT SELECT ON slow TO slowly;
            """)
        sampled = set(self.pg.psql("SELECT a FROM slow TABLESAMPLE BERNOULLI (50) REPEATABLE "
                                   f"({SEED})").splitlines())
        sleeper = next(i for i in range(1, 100000) if str(i) not in sampled)
        self.pg.psql(f"ALTER ROLE slowly SET profile.sleeper = {sleeper}")
        url = self.pg.url.replace("postgres@", "slowly@")
        profile, columns = self.profile("public.slow", tier="exact", query_ms=2500, url=url)
        self.assertEqual((profile["tier"], profile["asked"]), ("sampled", "exact"))
        self.assertIn("statement timeout", profile["trouble"])
        self.assertEqual(columns["b"]["distinct"], 10)

        self.pg.psql(f"ALTER ROLE slowly SET profile.sleeper = {min(map(int, sampled))}")
        profile, columns = self.profile("public.slow", tier="exact", query_ms=500, url=url)
        self.assertEqual(profile["tier"], "none")  # statistics are hidden where policies are
        self.assertIn("statement timeout", profile["trouble"])

        profile, columns = self.profile("public.spread", tier="exact", query_ms=1)
        self.assertEqual(profile["tier"], "statistics")
        self.assertEqual(columns["few"]["distinct"], 5)

        profile, columns = self.profile("public.spread", tier="exact", table_ms=0)
        self.assertEqual(profile["tier"], "statistics")
        self.assertIn("no time is left", profile["trouble"])

    def test_columns_that_the_role_may_not_read_are_left_out(self):
        self.pg.psql("CREATE TABLE guarded AS SELECT i AS a, i AS b FROM generate_series(1, 50) i;"
                     "CREATE TABLE closed (a int); CREATE ROLE reader LOGIN;"
                     "GRANT SELECT (a) ON guarded TO reader")
        url = self.pg.url.replace("postgres@", "reader@")
        profile, columns = self.profile("public.guarded", url=url)
        self.assertEqual(profile["tier"], "exact")
        self.assertEqual((columns["a"]["distinct"], columns["b"]["tier"]), (50, "none"))
        profile, columns = self.profile("public.closed", url=url)
        self.assertEqual(profile["tier"], "none")
        self.assertIn("may not read", profile["trouble"])

    def test_personal_data_leave_masked_at_every_tier(self):
        for tier in ("statistics", "sampled", "exact"):
            with self.subTest(tier):
                text = self.probe("public.customers", tier=tier)
                self.assertIsNone(re.search(r"Lastname|erson\d|@mail|170 |19\d\d-\d|hash-of|40000",
                                            text), text)
                columns = {c["name"]: c for c in json.loads(text)["columns"]}
                self.assertEqual({name: column["pii"] for name, column in columns.items()},
                                 {"id": "none", "name": "name", "contact": "email", "c3": "phone",
                                  "birthday": "birth", "password_hash": "secret",
                                  "remark": "none", "mobile": "phone"})
                self.assertEqual(columns["contact"]["max"], "p***@m***.example")
                self.assertNotIn("low", columns["birthday"])
                self.assertNotIn("quartile", columns["mobile"])
        text = self.probe("public.customers", env={"PROBE_PERSONAL": "1"})
        self.assertIn("person107@mail.example", text)

    def test_what_single_rows_say_does_not_leave_at_any_tier(self):
        self.pg.psql("""
            CREATE TABLE diary AS SELECT i AS id,
              jsonb_build_object('name', 'Jane Doe ' || i % 3, 'phone', '555-' || 1000 + i % 3)
                AS payload,
              'Met Jane Doe ' || i || ' today. She asked for help and we talked for long.' AS note,
              ARRAY['Jane Doe'] AS tags, ('<a>Jane Doe</a>')::xml AS doc,
              'Jane Doe'::bytea AS raw, CASE WHEN i = 10 THEN 'rare' ELSE 'usual' END AS kind
            FROM generate_series(1, 10) i;
            ANALYZE diary""")
        for tier in ("statistics", "sampled", "exact"):
            with self.subTest(tier):
                text = self.probe("public.diary", tier=tier)
                self.assertNotRegex(text, r"Jane|555|\\\\x4a")
                columns = {c["name"]: c for c in json.loads(text)["columns"]}
                rare = [] if tier == "statistics" else ["rare"]
                self.assertEqual([v["value"] for v in columns["kind"]["top"]], ["usual", *rare])
                self.assertEqual(columns["id"].get("top", []), [])
                self.assertEqual(columns["id"]["max"], "10")
        self.assertIn("Jane", self.probe("public.diary", env={"PROBE_PERSONAL": "1"}))

    def test_the_soft_limit_ends_a_profile_and_a_timeout_does_not(self):
        done = subprocess.run(
            [servers.BIN / "profile_probe", self.pg.url, "exact", "60000", "60000",
             "public.spread"], text=True, capture_output=True, timeout=60,
            env={**os.environ, "PROBE_STOPPED": "1"})
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "TIMEOUT stopped by the soft limit\n")

    def test_the_load_of_others_is_judged_by_what_is_seen_of_them(self):
        """A role that may not see their state takes those without a transaction as idle."""
        self.pg.psql("CREATE ROLE onlooker LOGIN")
        url = self.pg.url.replace("postgres@", "onlooker@")
        with contextlib.ExitStack() as stack:
            for _ in range(2):
                stack.enter_context(self.session("SELECT pg_sleep(600);"))
            for _ in range(5):
                stack.enter_context(self.session("SELECT 1 WHERE false;"))
            servers.wait_until(
                lambda: self.pg.psql("SELECT count(*) FILTER (WHERE state = 'active') || '/' ||"
                                     " count(*) FROM pg_stat_activity WHERE application_name = "
                                     "'holder'") == "2/7", 20, "seven sessions, two busy")
            for who in (self.pg.url, url):
                self.assertEqual(float(self.probe(url=who, env={"PROBE_LOAD": "1"})), 0.04)

    def test_the_load_is_the_share_of_connections_that_run_something(self):
        self.assertEqual(float(self.probe(env={"PROBE_LOAD": "1"})), 0)
        with contextlib.ExitStack() as stack:
            for _ in range(3):
                stack.enter_context(self.session("SELECT pg_sleep(600);"))
            stack.enter_context(self.session("SELECT 1 WHERE false;"))
            servers.wait_until(
                lambda: self.pg.psql("SELECT count(*) FROM pg_stat_activity WHERE "
                                     "application_name = 'holder'") == "4", 20, "four sessions")
            servers.wait_until(
                lambda: self.pg.psql("SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                                     " AND application_name = 'holder'") == "3", 20, "three busy")
            self.assertEqual(float(self.probe(env={"PROBE_LOAD": "1"})), 0.06)


class Budgets(unittest.TestCase):
    """What an analysis of all tables may take, on a server of twelve connections."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="qbudget")
        cls.addClassCleanup(folder.cleanup)
        os.chmod(folder.name, 0o711)
        cls.pg = servers.start_postgres(
            pathlib.Path(folder.name) / "pg", options=["log_statement=all", "log_line_prefix=%a|",
                                                       "max_connections=12"])
        cls.addClassCleanup(cls.pg.stop)
        cls.pg.psql("".join(f"CREATE TABLE t{i} AS SELECT i AS a FROM generate_series(1, 99) i;"
                            for i in range(3)) + "ANALYZE")

    def analyze(self, wait_ms, profile_ms):
        """Lines of the tables, and what the server was asked."""
        log = self.pg.folder / "postgres.log"
        before = len(log.read_text(errors="replace"))
        done = subprocess.run(
            [servers.BIN / "analysis_probe", self.pg.url, str(wait_ms), str(profile_ms)],
            text=True, capture_output=True, timeout=60, check=True)
        asked = log.read_text(errors="replace")[before:]
        return [line.split("\t") for line in done.stdout.splitlines()], asked

    def test_no_statement_has_more_time_than_is_left_for_all_tables(self):
        tables, asked = self.analyze(1000, 5000)
        self.assertEqual([tier for _name, tier, _trouble in tables], ["exact"] * 3)
        limits = re.findall(r"^analysis_probe\|.*BEGIN READ ONLY; SET LOCAL statement_timeout = "
                            r"(\d+); SET LOCAL lock_timeout = 1000; SET LOCAL TimeZone", asked,
                            re.MULTILINE)
        self.assertEqual(len(limits), 3)
        self.assertLessEqual(max(map(int, limits)), 5000)

    def test_a_server_that_stays_busy_is_waited_for_once(self):
        busy = [subprocess.Popen(["psql", "-XAtqc", "SELECT pg_sleep(600)", self.pg.url],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                for _ in range(10)]
        try:
            servers.wait_until(
                lambda: self.pg.psql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE "
                                     "'SELECT pg_sleep%' AND state = 'active'") == "10",
                20, "ten busy")
            tables, asked = self.analyze(1500, 60000)
        finally:
            self.pg.psql("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                         " WHERE query LIKE 'SELECT pg_sleep%'")
            for client in busy:
                client.wait()
        self.assertEqual({tuple(rest) for _name, *rest in tables},
                         {("statistics", "the server was busy")})
        looks = re.findall(r"^analysis_probe\|.*pg_stat_activity", asked, re.MULTILINE)
        self.assertLessEqual(len(looks), 5)  # three of the first table, one of each other


if __name__ == "__main__":
    unittest.main()
