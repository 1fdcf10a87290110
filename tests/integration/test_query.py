"""The runner of nl2sql below its guard, over a real PostgreSQL: what it lets through, what it
gives, and that it leaves nothing behind."""
import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import fault_proxy
import servers

SECONDS = 30
SLEEP = "SELECT pg_sleep(60)"

SETUP = """
CREATE ROLE reader LOGIN;
CREATE TABLE t (id int PRIMARY KEY, name text, secret_pin text);
INSERT INTO t SELECT i, 'value-' || i, 'hidden-' || i FROM generate_series(1, 2000) i;
GRANT SELECT (id, name) ON t TO reader;
CREATE SEQUENCE calls;
GRANT USAGE ON calls TO reader;
"""


class Query(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="qnq", dir="/tmp")
        cls.addClassCleanup(folder.cleanup)
        os.chmod(folder.name, 0o711)
        cls.folder = pathlib.Path(folder.name)
        cls.postgres = servers.start_postgres(
            cls.folder / "pg", ["log_statement=all", "log_connections=on"])
        cls.addClassCleanup(lambda: cls.postgres.stop())
        cls.postgres.psql(SETUP)

    def setUp(self):
        self.locks = tempfile.mkdtemp(dir=self.folder)

    def url(self, role="reader", database="postgres"):
        return self.postgres.database_url(database).replace("postgres@", role + "@", 1)

    def start(self, statements, *words, url=None, **env):
        """A probe that has got its statements; ask it with result()."""
        probe = subprocess.Popen(
            [servers.BIN / "query_probe", url or self.url(), *words], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "QUERN_LOCK_DIR": self.locks, **env},
            preexec_fn=servers.die_with_parent)
        self.addCleanup(self.end, probe)
        probe.stdin.write("".join(sql.replace("\n", "\\n") + "\n" for sql in statements))
        probe.stdin.close()
        probe.stdin = None
        return probe

    @staticmethod
    def end(probe):
        if probe.poll() is None:
            probe.kill()
        probe.communicate()

    def result(self, probe):
        out, said = probe.communicate(timeout=SECONDS)
        self.assertEqual((probe.returncode, said), (0, ""))
        answer = json.loads(out)
        self.assertEqual(answer["fds_before"], answer["fds_after"])
        return answer

    def run_all(self, statements, *words, **options):
        return self.result(self.start(statements, *words, **options))

    def run_one(self, sql, *words, **options):
        return self.run_all([sql], *words, **options)["queries"][0]

    def refused(self, sql, sqlstate, *words):
        """Refused before or while it ran, by the server."""
        query = self.run_one(sql, *words)
        self.assertEqual(query["sqlstate"], sqlstate, query)
        self.assertNotEqual((query["rc"], query["class"]), ("OK", "allowed"), query)
        return query

    def active(self, name="query_probe", sql=SLEEP):
        return int(self.postgres.psql(
            f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}'"
            f" AND state = 'active' AND query = '{sql}'"))

    def wait_active(self, n, name="query_probe"):
        servers.wait_until(lambda: self.active(name) == n, SECONDS, f"{n} statements of {name}")

    def assert_nothing_left(self):
        servers.wait_until(lambda: self.postgres.psql(
            "SELECT count(*) FROM pg_stat_activity WHERE usename <> 'postgres'"
            " OR application_name LIKE '%probe%'") == "0", SECONDS, "the connections to be gone")
        servers.wait_until(lambda: self.postgres.psql(
            "SELECT count(*) FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)"
            " WHERE pid <> pg_backend_pid() AND backend_type IS DISTINCT FROM"
            " 'autovacuum worker'") == "0", SECONDS, "the locks to be gone")

    # ---- what it gives ----

    def test_values_come_as_they_are(self):
        query = self.run_one(
            "SELECT 1 AS a, 9007199254740992 AS b, 9007199254740993 AS c, 1.50::numeric AS d,"
            " 'NaN'::float8 AS e, '-Infinity'::numeric AS f, true AS g, NULL::text AS h,"
            " '2025-01-31'::date AS i, '2025-01-31 12:00'::timestamp AS j,"
            " '2025-06-30 12:00:00.5Z'::timestamptz AS k, 'infinity'::timestamptz AS l,"
            " '{\"a\": [1]}'::jsonb AS m, ARRAY['x', NULL] AS n, '1 day 2 hours'::interval AS o,"
            " 1234.5::money AS p, '\\x00ff'::bytea AS q, '12:30'::time AS r",
            "zone=Asia/Kolkata")
        self.assertEqual(query["rows"], [[
            1, 9007199254740992, "9007199254740993", "1.50", None, None, True, None, "2025-01-31",
            "2025-01-31T12:00:00", "2025-06-30T17:30:00.5+05:30", None, '{"a": [1]}', "{x,NULL}",
            "P1DT2H", "$1,234.50", "\\x00ff", "12:30:00"]])
        self.assertEqual(
            [(c["name"], c["kind"], c["role"]) for c in query["columns"] if c.get("not_finite")],
            [("e", "number", "measure"), ("f", "number", "measure"), ("l", "timestamp", "time")])
        self.assertEqual([c["type"] for c in query["columns"]][9:15], [
            "timestamp without time zone", "timestamp with time zone", "timestamp with time zone",
            "jsonb", "text[]", "interval"])

    def test_columns_are_found_in_the_model(self):
        query = self.run_one("SELECT id, name AS called, id + 1, u.name FROM t u LIMIT 1",
                             "model=1")
        self.assertEqual(query["origins"], ["id", "name", "", "name"])
        self.assertEqual([c["role"] for c in query["columns"]][:3], ["key", "label", "measure"])

    def test_types_of_the_database_have_their_names(self):
        self.postgres.psql("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN price AS"
                           " numeric(9,2); CREATE TYPE pair AS (a int, b text)")
        self.addCleanup(self.postgres.psql, "DROP TYPE mood; DROP DOMAIN price; DROP TYPE pair")
        query = self.run_one("SELECT 'ok'::mood, 1::price, ROW(1, 'x')::pair, '{ok}'::mood[]")
        self.assertEqual([(c["type"], c["kind"]) for c in query["columns"]], [
            ("mood", "text"), ("numeric", "number"), ("pair", "other"), ("mood[]", "other")])

    def test_equal_and_odd_names_stay_apart(self):
        query = self.run_one('SELECT 1 AS x, 2 AS x, 3 AS "a""b\nc", 4')
        self.assertEqual([c["name"] for c in query["columns"]], ["x", "x", 'a"b\nc', "?column?"])
        self.assertEqual(query["rows"], [[1, 2, 3, 4]])

    def test_a_result_without_rows_has_columns(self):
        query = self.run_one("SELECT id, name FROM t WHERE id < 0")
        self.assertEqual([c["name"] for c in query["columns"]], ["id", "name"])
        self.assertEqual((query["rows"], query["truncated"]), ([], False))

    def test_bytes_of_a_database_without_encoding_become_utf8(self):
        self.postgres.psql("CREATE DATABASE bytes ENCODING 'SQL_ASCII' LOCALE 'C'"
                           " TEMPLATE template0")
        self.postgres.psql("DO $$BEGIN EXECUTE 'CREATE VIEW v AS SELECT ''a'' || chr(255) ||"
                           " ''b'' AS \"c' || chr(254) || '\"'; END$$; GRANT SELECT ON v TO reader",
                           "bytes")
        query = self.run_one("SELECT * FROM v", url=self.url(database="bytes"))
        self.assertEqual(query["columns"][0]["name"], "c\ufffd")
        self.assertEqual(query["rows"], [["a\ufffdb"]])

    # ---- how much ----

    def test_rows_over_the_maximum_are_not_read(self):
        endless = "SELECT generate_series(1, (SELECT 2000000000))"
        query = self.run_one(endless, "rows=3")
        self.assertEqual((query["rc"], query["rows"], query["truncated"]),
                         ("OK", [[1], [2], [3]], True))
        exact = self.run_one("SELECT i FROM generate_series(1, 3) i", "rows=3")
        self.assertEqual((exact["row_count"], exact["truncated"]), (3, False))
        self.assert_nothing_left()

    def test_bytes_are_bounded_whatever_comes(self):
        answer = self.run_all([
            "SELECT generate_series(1, (SELECT 10000000)), repeat('x', 2000)",
            "SELECT repeat('x', 9000000)",
            "SELECT i, repeat('x', CASE i WHEN 3 THEN 100000000 ELSE 5 END)"
            " FROM generate_series(1, 9) i",
            "SELECT repeat('x', 100000000)"], "rows=10000", "counts=1")
        many, cell, third, first = answer["queries"]
        self.assertEqual([(q["rc"], q["truncated"]) for q in (many, cell, third)], [("OK", 1)] * 3)
        self.assertGreater(many["row_count"], 4000)
        self.assertLessEqual(many["bytes"], 8 << 20)
        self.assertEqual((cell["row_count"], cell["column_count"]), (0, 1))
        self.assertEqual((third["row_count"], third["column_count"]), (2, 2))
        if answer["heap_seen"]:
            self.assertEqual((first["rc"], first["error"]),
                             ("LIMIT", "a row is larger than 16 MiB"))
            self.assertLess(answer["peak_kib"], 96 << 10)
        self.assert_nothing_left()

    # ---- what it may ----

    def test_no_statement_leaves_its_transaction(self):
        for sql in ("COMMIT", "ROLLBACK", "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
                    "COPY t TO STDOUT", "SELECT 1; SELECT 2", "SELECT 1; COMMIT; SELECT 2",
                    "PREPARE p AS SELECT 1", "DO 'BEGIN END'"):
            with self.subTest(sql):
                self.refused(sql, "42601")
        self.refused("SELECT set_config('transaction_read_only', 'off', true)", "25001")
        self.refused("SELECT nextval('calls')", "25006")
        self.assertEqual(self.run_one("SELECT lo_from_bytea(0, 'left behind')")["rc"], "OK")
        self.assertEqual(self.postgres.psql("SELECT count(*) FROM pg_largeobject_metadata"), "0")
        self.assert_nothing_left()

    def test_settings_are_the_runners(self):
        names = {"search_path": "pg_catalog, public, pg_temp", "statement_timeout": "2500ms",
                 "lock_timeout": "1s", "work_mem": "32MB", "TimeZone": "Asia/Shanghai",
                 "transaction_read_only": "on", "standard_conforming_strings": "on",
                 "DateStyle": "ISO, MDY", "IntervalStyle": "iso_8601", "client_encoding": "UTF8",
                 "application_name": "job-1", "max_parallel_workers_per_gather": "1"}
        self.postgres.psql("ALTER ROLE reader SET search_path = evil; ALTER ROLE reader SET"
                           " DateStyle = 'German'; ALTER ROLE reader SET"
                           " default_transaction_read_only = off")
        self.addCleanup(self.postgres.psql, "ALTER ROLE reader RESET ALL")
        query = self.run_one("SELECT " + ", ".join(f"current_setting('{n}')" for n in names),
                             "query_ms=2500", "zone=Asia/Shanghai", "name=job-1")
        self.assertEqual(query["rows"], [list(names.values())])

    def test_the_plan_is_judged_before_anything_runs(self):
        bomb = "SELECT nextval('calls') FROM t a, t b, t c"
        query = self.run_one(bomb)
        self.assertEqual((query["rc"], query["class"], query["row_count"]), ("OK", "cost", 0))
        dry = self.run_one("SELECT nextval('calls')", "dry=1")
        self.assertEqual((dry["rc"], dry["class"], dry["columns"]), ("OK", "allowed", []))
        self.assertEqual(self.postgres.psql("SELECT is_called FROM calls"), "f")

    def test_a_statement_that_the_guard_refused_is_not_sent(self):
        query = self.run_one("SELECT pg_sleep(0) AS unseen", "guard=1")
        self.assertEqual((query["rc"], query["class"]), ("INVAL", "function"))
        self.assertNotIn("AS unseen", self.postgres.process.log())

    def test_a_fault_tells_what_a_repair_needs_and_no_value(self):
        query = self.refused("SELECT '中文', nmae FROM t", "42703")
        self.assertIn('column "nmae" does not exist', query["reason"])
        self.assertEqual(query["position"], len("SELECT '中文', ".encode()))
        self.assertIn('"t.name"', query["hint"])
        self.assertIn("must appear in the GROUP BY",
                      self.refused("SELECT id, count(*) FROM t GROUP BY name", "42803")["reason"])
        value = self.refused("SELECT name::int FROM t", "22P02")
        self.assertEqual(value["rc"], "INVAL")
        self.assertNotIn("value-", json.dumps(value))

    def test_a_hint_names_nothing_that_is_hidden(self):
        self.assertIn("secret_pin", self.refused("SELECT secret_pim FROM t", "42703")["hint"])
        hidden = self.refused("SELECT secret_pim FROM t", "42703", "model=1")
        self.assertEqual(hidden["hint"], "")

    def test_what_changed_meanwhile_is_the_servers_to_refuse(self):
        self.assertEqual(self.run_one("SELECT id FROM t LIMIT 1")["rc"], "OK")
        self.postgres.psql("REVOKE SELECT (name) ON t FROM reader; ALTER TABLE t RENAME TO t_old")
        try:
            self.refused("SELECT id FROM t", "42P01")
            self.refused("SELECT name FROM t_old", "42501")
        finally:
            self.postgres.psql("ALTER TABLE t_old RENAME TO t; GRANT SELECT (name) ON t TO reader")

    def test_a_locked_table_is_not_waited_for_long(self):
        self.postgres.psql("CREATE TABLE locked (); GRANT SELECT ON locked TO reader")
        with subprocess.Popen(["psql", "-XAtq", self.postgres.url], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True,
                              preexec_fn=servers.die_with_parent) as holder:
            holder.stdin.write("BEGIN; LOCK TABLE locked; SELECT 'held';\n")
            holder.stdin.flush()
            self.assertEqual(holder.stdout.readline(), "held\n")
            query = self.run_one("SELECT count(*) FROM locked")
            holder.stdin.close()
        self.assertEqual(query["rc"], "AGAIN")
        self.assertIn("lock timeout", query["error"])

    # ---- who asks ----

    def test_a_role_that_is_too_strong_runs_nothing(self):
        roles = {
            "superuser": ("SUPERUSER", "is a superuser"),
            "makes_databases": ("CREATEDB", "may make databases"),
            "makes_roles": ("CREATEROLE", "may make roles"),
            "replicates": ("REPLICATION", "may replicate"),
            "sees_all_rows": ("BYPASSRLS", "passes row security"),
        }
        grants = {
            "inserts": "GRANT INSERT (id) ON t TO {}", "updates": "GRANT UPDATE ON t TO {}",
            "deletes": "GRANT DELETE ON t TO {}", "truncates": "GRANT TRUNCATE ON t TO {}",
            "refers": "GRANT REFERENCES ON t TO {}", "triggers": "GRANT TRIGGER ON t TO {}",
            "owns": "CREATE TABLE owned (); ALTER TABLE owned OWNER TO {0};"
                    " REVOKE ALL ON owned FROM {0}",
            "could_be": "CREATE ROLE writer; GRANT UPDATE ON t TO writer; GRANT writer TO {}",
        }
        for name, (option, text) in roles.items():
            self.postgres.psql(f"CREATE ROLE {name} LOGIN {option}")
            self.assert_too_strong(name, text)
        for name, sql in grants.items():
            self.postgres.psql(f"CREATE ROLE {name} LOGIN NOINHERIT; " + sql.format(name))
            self.assert_too_strong(name, "owns or may write 1 table(s), ")
        for name, sql, text in (
                ("makes_schemas", "GRANT CREATE ON DATABASE postgres TO {}", "may CREATE in DATAB"),
                ("makes_tables", "GRANT CREATE ON SCHEMA public TO {}", "may CREATE in SCHEMA"),
                ("reads_files", "GRANT pg_read_server_files TO {}", "a member of pg_read_server_"),
                ("runs", "GRANT pg_execute_server_program TO {}", "a member of pg_execute_server"),
                ("writes_all", "GRANT pg_write_all_data TO {}", "a member of pg_write_all_data")):
            self.postgres.psql(f"CREATE ROLE {name} LOGIN; " + sql.format(name))
            self.assert_too_strong(name, text)

    def assert_too_strong(self, role, text):
        with self.subTest(role):
            answer = self.run_all([f"SELECT 1 AS from_{role}"], url=self.url(role))
            query = answer["queries"][0]
            self.assertEqual(query["rc"], "STATE", query)
            self.assertIn(f'the role "{role}" is too strong: it ', query["error"])
            self.assertIn(text, query["error"])
            self.assertIn("quern datasource", query["error"])
            self.assertNotIn(f"from_{role}", self.postgres.process.log())

    def test_any_role_may_ask_where_that_is_allowed(self):
        answer = self.run_all(["SELECT 1", "SELECT 2"], "any_role=1", url=self.postgres.url)
        self.assertEqual([q["rows"] for q in answer["queries"]], [[[1]], [[2]]])
        self.assertEqual(answer["warning"].count("is too strong: it is a superuser"), 1)

    def test_a_role_that_only_reads_is_looked_at_once(self):
        self.postgres.psql("CREATE ROLE weak LOGIN; GRANT pg_read_all_data TO weak;"
                           "GRANT TEMPORARY ON DATABASE postgres TO weak")
        before = self.postgres.process.log().count("WITH me AS")
        answer = self.run_all(["SELECT count(*) FROM t"], "rounds=5", url=self.url("weak"))
        self.assertEqual((answer["queries"][0]["rows"], answer["warning"]), ([[2000]], ""))
        self.assertEqual(self.postgres.process.log().count("WITH me AS"), before + 1)

    # ---- several at once ----

    def test_four_run_at_once_and_a_stop_ends_all_on_the_server(self):
        probe = self.start([SLEEP] * 6, "query_ms=60000")
        self.wait_active(4)
        probe.terminate()
        answer = self.result(probe)
        self.assertEqual(answer["rc"], "TIMEOUT")
        self.assertEqual([q["error"] for q in answer["queries"]],
                         ["stopped by the soft limit"] * 6)
        self.assert_nothing_left()

    def test_one_that_fails_disturbs_no_other(self):
        answer = self.run_all(["SELECT 1/(id - 5) FROM t", "SELECT pg_sleep(60)",
                               "SELECT repeat('x', id * 40000000) FROM t", "SELECT 4",
                               "SELECT nope", "SELECT count(*) FROM t"], "query_ms=2000")
        self.assertEqual([(q["rc"], q["sqlstate"], q["rows"]) for q in answer["queries"]], [
            ("INVAL", "22012", []), ("TIMEOUT", "57014", []),
            ("LIMIT" if answer["heap_seen"] else "OK", "", []), ("OK", "", [[4]]),
            ("OK", "42703", []), ("OK", "", [[2000]])])
        self.assert_nothing_left()

    def test_a_server_that_restarts_fails_each_and_leaks_nothing(self):
        probe = self.start([SLEEP] * 4, "query_ms=60000")
        self.wait_active(4)
        self.postgres.restart()
        answer = self.result(probe)
        self.assertEqual([q["rc"] for q in answer["queries"]], ["CONN"] * 4)
        self.assertEqual(self.run_one("SELECT 1")["rows"], [[1]])

    def test_a_server_that_is_not_there_is_told(self):
        query = self.run_one("SELECT 1", url="postgresql://reader:pw-of-it@127.0.0.1:1/none")
        self.assertEqual(query["rc"], "CONN")
        self.assertNotIn("pw-of-it", query["error"])

    def test_rows_that_trickle_end_with_the_time(self):
        query = self.run_one("SELECT i, pg_sleep(0.02) FROM generate_series(1, 1000) i",
                             "query_ms=300")
        self.assertEqual((query["rc"], query["sqlstate"], query["rows"]), ("TIMEOUT", "57014", []))

    def test_a_network_that_falls_silent_ends_with_the_time(self):
        with fault_proxy.FaultProxy(self.postgres.folder / ".s.PGSQL.5432") as proxy:
            probe = self.start(["SELECT pg_sleep(61)"], "query_ms=1000",
                               url=f"postgresql://reader@127.0.0.1:{proxy.address[1]}/postgres")
            servers.wait_until(lambda: "execute <unnamed>: SELECT pg_sleep(61)"
                               in self.postgres.process.log(), SECONDS, "the statement")
            proxy.set_all(fault_proxy.BLACK_HOLE)
            query = self.result(probe)["queries"][0]
        self.assertEqual((query["rc"], query["error"]),
                         ("TIMEOUT", "PostgreSQL did not answer in time"))

    # ---- slots ----

    def test_a_datasource_has_so_many_connections_on_a_host(self):
        first = self.start([SLEEP] * 4, "connections=3", "query_ms=60000", "name=first")
        self.wait_active(3, "first")
        waits = self.run_all([SLEEP] * 2, "connections=3", "deadline_ms=200", "name=second")
        self.assertEqual([(q["rc"], q["error"]) for q in waits["queries"]], [
            ("AGAIN", "all 3 connections of the datasource on this host are taken")] * 2)
        other = self.run_one("SELECT 1", "connections=3", url=self.url("reader", "template1"))
        self.assertEqual(other["rc"], "OK")
        self.assertEqual((self.active("first"), self.active("second")), (3, 0))
        first.terminate()
        self.result(first)

    def test_a_host_has_so_many_connections(self):
        first = self.start([SLEEP] * 4, "query_ms=60000", QUERN_DATABASE_CONNECTIONS="2")
        self.wait_active(2)
        query = self.run_one("SELECT 1", "deadline_ms=200", url=self.url(database="template1"),
                             QUERN_DATABASE_CONNECTIONS="2")
        self.assertEqual((query["rc"], query["error"]),
                         ("AGAIN", "all 2 connections to databases of this host are taken"))
        first.terminate()
        self.result(first)

    def test_a_process_that_is_killed_frees_its_slots(self):
        first = self.start([SLEEP] * 4, "connections=3", "query_ms=60000", "name=first")
        self.wait_active(3, "first")
        second = self.start([SLEEP] * 4, "connections=3", "query_ms=60000", "name=second")
        first.kill()
        self.wait_active(3, "second")
        second.terminate()
        self.result(second)
        with contextlib.suppress(AssertionError):
            self.postgres.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                               " WHERE application_name = 'first'")


if __name__ == "__main__":
    unittest.main()
