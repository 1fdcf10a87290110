#!/usr/bin/env python3
"""nl2sql.dashboard over a real Redis, worker and PostgreSQL: many statements at once, each for
itself, and none of them twice within a minute."""
import json
import os
import pathlib
import tempfile
import unittest

import api
import case
import servers
import worker_case
from worker_case import LONG

# Whoever reads the view waits while the gate has a row.
SHOP = """
REVOKE TEMPORARY ON DATABASE shop FROM PUBLIC;
CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, city text NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, user_id int NOT NULL REFERENCES users,
                     total numeric(10,2) NOT NULL);
CREATE TABLE facts (name text PRIMARY KEY, n int NOT NULL);
INSERT INTO users SELECT i, 'u' || i || '@example.org', (ARRAY['Paris', '上海'])[1 + i % 2]
    FROM generate_series(1, 50) i;
INSERT INTO orders SELECT i, 1 + i % 50, i FROM generate_series(1, 300) i;
CREATE SCHEMA ours;
CREATE TABLE ours.gate (closed int);
CREATE FUNCTION ours.wait() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
    'BEGIN WHILE EXISTS (SELECT FROM ours.gate) LOOP PERFORM pg_sleep(0.005); END LOOP; RETURN 1;
     END';
CREATE VIEW slow AS SELECT ours.wait() AS waited, id FROM users WHERE id <= 1;
GRANT USAGE ON SCHEMA ours TO PUBLIC;
"""
BY_CITY = "SELECT city, count(*) AS people FROM users GROUP BY city ORDER BY city"
ROWS = [["Paris", 25], ["上海", 25]]


def slow(number):
    return {"id": f"w{number}", "sql": f"SELECT waited, {number} AS mark{number}x FROM slow"}


class Room:
    """Servers with an analysed shop and a worker, for all tests of this file."""

    def __init__(self):
        folder = tempfile.TemporaryDirectory(prefix="qda", dir="/tmp")
        unittest.addModuleCleanup(folder.cleanup)
        os.chmod(folder.name, 0o711)
        self.folder = pathlib.Path(folder.name)
        self.postgres = servers.start_postgres(self.folder / "pg",
                                              options=["log_statement=all", "jit=off"])
        unittest.addModuleCleanup(self.postgres.stop)
        self.redis = servers.start_redis(self.folder / "redis", persistent=False)
        unittest.addModuleCleanup(self.redis.stop)
        self.cache = servers.start_redis(self.folder / "cache", persistent=False)
        unittest.addModuleCleanup(self.cache.stop)
        self.env = {"QUERN_BROKER_URL": self.redis.url, "QUERN_NAMESPACE": worker_case.NAMESPACE,
                    "QUERN_ARTIFACT_DIR": str(self.folder / "artifacts"),
                    "QUERN_CACHE_URL": self.cache.url, "QUERN_CONCURRENCY": "2",
                    "QUERN_DATABASE_URL": self.postgres.database_url("home")}
        self.fill()
        self.worker = servers.Program(self.folder, "quern-worker", env=self.env)
        unittest.addModuleCleanup(self.worker.stop)

    def fill(self):
        for name in ("home", "shop"):
            self.postgres.psql(f"CREATE DATABASE {name}")
        self.postgres.psql(SHOP, "shop")
        self.run("quern-worker", "migrate")
        self.add("shop")
        self.add("brisk", "--query-timeout", "300ms")
        self.analyze("shop")
        self.analyze("brisk")

    def add(self, name, *words):
        self.run("quern", "datasource", "add", name, "--replace", "--include", "public.*",
                 "--hide", "users.email", *words, "--url", self.postgres.database_url("shop"))

    def analyze(self, name):
        self.run("quern-worker", "run", "metadata.analyze", "--args",
                 json.dumps({"database": name, "depth": "catalogue"}))

    def run(self, *words):
        done = servers.run(*words, env=self.env)
        if done.returncode != 0:
            raise AssertionError(f"{words}: {done.stderr}")
        return done.stdout


ROOM = []


def setUpModule():
    ROOM.append(Room())


class DashboardCase(worker_case.WorkerCase):
    worker_program = "quern-worker"
    numbers = iter(range(1000))

    def setUp(self):
        self.room = ROOM[0]
        self.trace = self.folder / "trace"
        self.trace.touch()
        self.server, self.cache, self.env = self.room.redis, self.room.cache, self.room.env
        self.name = f"d{next(self.numbers)}"  # no test sees another's dashboard
        log = self.room.postgres.folder / "postgres.log"
        self.log, self.log_from = log, log.stat().st_size

    def sql(self, text, database="shop"):
        return self.room.postgres.psql(text, database)

    def fact(self, n):
        self.sql(f"INSERT INTO facts VALUES ('{self.name}', {n}) ON CONFLICT (name) DO UPDATE "
                 "SET n = excluded.n")

    def fact_widget(self, name="w", mark="mark0x"):
        return {"id": name, "sql": f"SELECT n AS {mark} FROM facts WHERE name = '{self.name}'"}

    def statements(self, mark):
        """How often the server ran a statement with this in it, planning left out."""
        with open(self.log, "rb") as file:
            file.seek(self.log_from)
            lines = file.read().decode(errors="replace").splitlines()
        return sum(mark in line and " execute " in line and "EXPLAIN" not in line
                   for line in lines)

    def close_gate(self):
        self.sql("INSERT INTO ours.gate VALUES (1)")
        self.addCleanup(self.open_gate)

    def open_gate(self):
        self.sql("DELETE FROM ours.gate")

    def waiting(self):
        return int(self.sql("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND "
                            "query LIKE '%FROM slow%' AND pid <> pg_backend_pid()"))

    # ---- dashboards ----

    def args(self, *widgets, **args):
        if widgets:
            args = {"database": "shop", "widgets": list(widgets), **args}
        return {"id": self.name, **args}

    def put_dashboard(self, *widgets, **args):
        return self.put("nl2sql.dashboard", self.args(*widgets, **args))

    def show(self, *widgets, **args):
        return self.result(self.put_dashboard(*widgets, **args))

    def result(self, job):
        result = json.loads(self.check_ended(job, "succeeded")["result"])
        self.assertEqual(result["failed"],
                         sum(not one["answered"] for one in result["widgets"]))
        return result

    def refused(self, text, *widgets, **args):
        info = self.check_ended(self.put_dashboard(*widgets, **args), "failed", "rejected")
        self.assertIn(text, info["error"])

    def only(self, result):
        (widget,) = result["widgets"]
        return widget


class Showing(DashboardCase):
    def test_a_dashboard_is_saved_and_shown_by_its_id(self):
        city = {"id": "by_city", "title": "People", "sql": BY_CITY, "chart": "bar"}
        total = {"id": "total", "sql": "SELECT sum(total) AS revenue FROM orders"}
        saved = self.show(city, total, title="Sales 销售", save=True)
        shown = self.show()
        self.assertEqual((saved["saved"], shown["saved"]), (True, False))
        for result in (saved, shown):
            self.assertEqual((result["id"], result["title"], result["failed"]),
                             (self.name, "Sales 销售", 0))
            first, second = result["widgets"]
            self.assertEqual((first["id"], first["title"], first["sql"]),
                             ("by_city", "People", BY_CITY))
            self.assertEqual((first["rows"], first["row_count"], first["truncated"]),
                             (ROWS, 2, False))
            self.assertEqual(first["chart"]["type"], "bar")
            self.assertIn("<svg", first["svg"])
            self.assertEqual((second["title"], second["rows"]), ("total", [["45150.00"]]))
        self.assertEqual(self.only(self.show(widget="total"))["id"], "total")
        self.refused("has no widget b", widget="b")

    def test_one_widget_that_fails_hides_no_other(self):
        self.close_gate()
        result = self.show(
            {"id": "good", "sql": BY_CITY},
            {"id": "hidden", "sql": "SELECT email FROM users"},
            {"id": "write", "sql": "DELETE FROM users"},
            {"id": "fault", "sql": "SELECT 1 / (id - 1) AS x FROM users"},
            {"id": "late", "sql": "SELECT waited FROM slow", "database": "brisk"},
            {"id": "nowhere", "sql": "SELECT 1 AS x", "database": "none"},
            {"id": "last", "sql": "SELECT count(*) AS n FROM orders"})
        found = {one["id"]: one for one in result["widgets"]}
        self.assertEqual({name: one.get("code") for name, one in found.items()},
                         {"good": None, "hidden": "refused_by_guard",
                          "write": "refused_by_guard", "fault": "failed", "late": "timeout",
                          "nowhere": "unreachable", "last": None})
        self.assertEqual(list(found), ["good", "hidden", "write", "fault", "late", "nowhere",
                                       "last"])
        self.assertEqual((found["good"]["rows"], found["last"]["rows"]), (ROWS, [[300]]))
        self.assertIn("email", found["hidden"]["reason"])
        self.assertIn("none", found["nowhere"]["reason"])
        self.assertTrue(all(one["reason"] for one in found.values() if not one["answered"]))
        self.assertEqual(self.sql("SELECT count(*) FROM users"), "50")

    def test_at_most_four_statements_run_at_once_and_all_are_answered(self):
        self.close_gate()
        job = self.put_dashboard(*[slow(i) for i in range(12)])
        self.wait_until(lambda: self.waiting() == 4, LONG, "four statements at once")
        self.assertEqual({self.waiting() for _ in range(10)}, {4})
        self.open_gate()
        result = self.result(job)
        self.assertEqual([one.get("rows") for one in result["widgets"]],
                         [[[1, i]] for i in range(12)])
        self.assertEqual([self.statements(f"mark{i}x") for i in range(12)], [1] * 12)

    def test_a_job_that_is_cancelled_leaves_no_statement_and_no_lease(self):
        self.close_gate()
        job = self.put_dashboard(*[slow(i) for i in range(6)])
        self.wait_until(lambda: self.waiting() == 4, LONG, "four statements at once")
        self.qnctl("cancel", job)
        self.check_ended(job, "cancelled", self.ended(job)["cause"])
        self.wait_until(lambda: self.waiting() == 0, LONG, "the statements to end")
        self.assertEqual(self.cache.cli("KEYS", "*:lock"), "")
        self.assertEqual(self.statements("mark5x"), 0)

    def test_hostile_titles_are_text_wherever_they_are_shown(self):
        title = "</title></script><svg onload=alert(1)>\" ' \u202e \x07 &amp; {{x}}"
        server = api.Api(self, self.server.url, QUERN_NAMESPACE=worker_case.NAMESPACE,
                         QUERN_ARTIFACT_DIR=self.env["QUERN_ARTIFACT_DIR"])
        made = server.post("/v1/nl2sql/dashboards", self.args(
            {"id": "w", "title": title, "sql": BY_CITY}, title=title, save=True,
            export=["html", "json", "csv"]))
        job = server.get(made.headers["Location"] + "?wait=30").json
        result = job["result"]
        self.assertEqual((result["title"], self.only(result)["title"]), (title, title))
        self.assertNotIn("<svg onload", self.only(result)["svg"])
        files = {one["name"]: server.get(one["url"]).body.decode("utf-8-sig")
                 for one in job["artifacts"]}
        self.assertEqual(sorted(files), ["dashboard.html", "dashboard.json", "w.csv"])
        self.assertNotIn("<svg onload", files["dashboard.html"])
        self.assertNotIn("<script", files["dashboard.html"])
        self.assertIn("上海", files["dashboard.html"])
        (widget,) = json.loads(files["dashboard.json"])["widgets"]
        self.assertEqual((widget["title"], [list(row.values()) for row in widget["rows"]]),
                         (title, ROWS))
        self.assertIn("上海,25", files["w.csv"])
        self.assertEqual(self.only(self.show())["title"], title)

    def test_what_is_larger_than_a_result_is_cut_and_said_to_be(self):
        wide = "SELECT repeat('x', 2000) AS pad FROM orders"
        result = self.show(*[{"id": f"w{i}", "sql": wide} for i in range(4)],
                           {"id": "small", "sql": BY_CITY})
        self.assertEqual(result["failed"], 0)
        for widget in result["widgets"][:4]:
            self.assertTrue(widget["truncated"])
            self.assertEqual(len(widget["rows"]), widget["row_count"])
            self.assertGreater(widget["row_count"], 50)
            self.assertTrue(any(widget["id"] in line for line in result["warnings"]))
        self.assertEqual(result["widgets"][4]["rows"], ROWS)

    def test_a_program_run_by_hand_takes_an_address(self):
        args = self.args({"id": "w", "sql": BY_CITY},
                         database=self.room.postgres.database_url("shop"))
        env = {key: value for key, value in self.env.items()
               if key not in ("QUERN_DATABASE_URL", "QUERN_CACHE_URL")}
        done = servers.run("quern-worker", "run", "nl2sql.dashboard", "--args", json.dumps(args),
                           env=env)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"rows":[["Paris",25]', done.stdout)


class Keeping(DashboardCase):
    def test_a_dashboard_that_is_not_kept_says_how_to_make_one(self):
        self.refused(f"no dashboard {self.name} is kept: send database, title and widgets")

    def test_a_dashboard_with_one_statement_that_may_not_run_is_not_saved(self):
        good = {"id": "good", "sql": BY_CITY}
        self.show(good, save=True, title="First")
        for sql in ("SELECT email FROM users", "SELECT pg_sleep(1)", "DROP TABLE users", "SELEC"):
            self.refused("not saved: 1 of the statements may not be run; bad:", good,
                         {"id": "bad", "sql": sql}, save=True, title="Second")
        self.refused("none", good, {"id": "bad", "sql": BY_CITY, "database": "none"}, save=True)
        self.assertEqual(self.show()["title"], "First")

    def test_a_row_that_is_no_dashboard_is_told(self):
        for damaged in ("[", "{}", "[{}]", '[{"id":"../x","sql":"SELECT 1"}]', "x" * 1000):
            self.name = f"{self.name}x"
            self.sql("INSERT INTO quern.dashboards (id, title, database, widgets) VALUES "
                     f"('{self.name}', 'T', 'shop', $q${damaged}$q$)", "home")
            info = self.check_ended(self.put_dashboard(), "failed", "error")
            self.assertIn(f"what is kept as dashboard {self.name} does not read", info["error"])

    def test_of_many_who_save_at_once_one_is_kept_whole(self):
        jobs = [self.put_dashboard({"id": "w", "sql": f"SELECT {i} AS n"}, title=f"T{i}",
                                   save=True) for i in range(6)]
        for job in jobs:
            self.result(job)
        shown = self.show()
        self.assertEqual(shown["title"], f"T{self.only(shown)['rows'][0][0]}")

    def test_a_widget_that_was_changed_is_never_shown_as_it_was(self):
        for n in range(3):
            widget = {"id": "w", "sql": f"SELECT {n} AS n"}
            self.assertEqual(self.only(self.show(widget, save=True))["rows"], [[n]])
            self.assertEqual(self.only(self.show())["rows"], [[n]])
        self.assertEqual(self.only(self.show({"id": "w", "sql": "SELECT 9 AS n"}))["rows"], [[9]])
        self.assertEqual(self.only(self.show())["rows"], [[2]])

    def test_what_another_process_saved_is_shown_at_once(self):
        for n in range(2):
            args = self.args({"id": "w", "sql": f"SELECT {n} AS n"}, save=True, title=f"T{n}")
            self.room.run("quern-worker", "run", "nl2sql.dashboard", "--args", json.dumps(args))
            for _ in range(2):
                shown = self.show()
                self.assertEqual((shown["title"], self.only(shown)["rows"]), (f"T{n}", [[n]]))


class Caching(DashboardCase):
    def test_rows_of_the_last_minute_are_not_asked_for_again(self):
        self.fact(1)
        widgets = [self.fact_widget(f"w{i}", f"mark{i}x") for i in range(3)]
        first = self.show(*widgets, save=True)
        self.fact(2)
        second = self.show()
        self.assertEqual([one["cache"] for one in first["widgets"]], ["none"] * 3)
        self.assertEqual([one["cache"] for one in second["widgets"]], ["L2"] * 3)
        self.assertEqual([one["rows"] for one in second["widgets"]], [[[1]]] * 3)
        self.assertEqual([one["made_at"] for one in second["widgets"]],
                         [one["made_at"] for one in first["widgets"]])
        self.assertEqual([self.statements(f"mark{i}x") for i in range(3)], [1, 1, 1])
        self.assertEqual(self.only(self.show(widget="w1", refresh=True))["rows"], [[2]])
        self.assertEqual([self.statements(f"mark{i}x") for i in range(3)], [1, 2, 1])
        self.assertEqual([one["rows"] for one in self.show()["widgets"]], [[[1]], [[2]], [[1]]])

    def test_rows_live_a_minute_at_most(self):
        self.fact(1)
        self.show(self.fact_widget(), save=True)
        grace = 600000
        for key in self.widget_keys():
            self.assertLessEqual(int(self.cache.cli("PTTL", key)), 60000 + grace)

    def widget_keys(self):
        return [key for key in self.cache.cli("KEYS", "w:kv:widget:*").splitlines()
                if key.count(":") == 3]

    def test_saving_forgets_the_rows_of_its_widgets(self):
        self.fact(1)
        self.show(self.fact_widget(), save=True)
        self.fact(2)
        self.assertEqual(self.only(self.show())["rows"], [[1]])
        self.assertEqual(self.only(self.show(self.fact_widget(), save=True))["rows"], [[2]])

    def test_two_who_want_the_same_make_one_run_of_each_statement(self):
        self.close_gate()
        jobs = [self.put_dashboard(*[slow(i) for i in order])
                for order in (range(5), reversed(range(5)))]
        self.wait_until(lambda: self.waiting() == 4, LONG, "four statements at once")
        for job in jobs:
            self.wait_until(lambda job=job: self.seen(job)["state"] == "running", LONG, "both")
        self.open_gate()
        caches = [{one["cache"] for one in self.result(job)["widgets"]} for job in jobs]
        self.assertEqual([self.statements(f"mark{i}x") for i in range(5)], [1] * 5)
        self.assertEqual(sorted(map(sorted, caches)), [["L2"], ["none"]])

    def test_a_statement_that_fails_is_not_kept(self):
        self.fact(0)
        widget = {"id": "w", "sql": f"SELECT 7 / n AS x FROM facts WHERE name = '{self.name}'"}
        self.assertEqual(self.only(self.show(widget, save=True))["code"], "failed")
        self.fact(7)
        self.assertEqual(self.only(self.show())["rows"], [[1]])

    def test_what_others_wrote_into_the_cache_is_passed_over(self):
        self.cache.cli("FLUSHDB")
        self.fact(1)
        self.show(self.fact_widget(), save=True)
        (key,) = self.widget_keys()
        self.fact(2)
        for bytes_ in ("\x01v", "\x01v\x01garbage", "\x01v" + "\x01" * 500, "\x02v", ""):
            self.cache.cli("HSET", key, "bytes", bytes_)
            shown = self.only(self.show())
            self.assertEqual((shown["rows"], shown["cache"]), ([[2]], "none"), bytes_)

    def test_the_last_rows_are_shown_while_the_database_is_away(self):
        self.cache.cli("FLUSHDB")
        self.show({"id": "w", "sql": BY_CITY}, {"id": "v", "sql": "SELECT 1 AS x"}, save=True)
        for key in self.widget_keys():
            self.cache.cli("PEXPIRE", key, 300000)  # past its life, in its grace
        self.sql("ALTER DATABASE shop ALLOW_CONNECTIONS false", "home")
        self.addCleanup(self.sql, "ALTER DATABASE shop ALLOW_CONNECTIONS true", "home")
        result = self.show()
        self.assertEqual([one["cache"] for one in result["widgets"]], ["stale", "stale"])
        self.assertEqual(result["widgets"][0]["rows"], ROWS)
        self.assertTrue(any(line.startswith("w: the database did not answer")
                            for line in result["warnings"]))
        self.assertEqual({one["code"] for one in self.show(refresh=True)["widgets"]},
                         {"unreachable"})


class Alone(DashboardCase):
    """Each with a worker of its own."""

    def setUp(self):
        super().setUp()
        self.env = {**self.env, "QUERN_NAMESPACE": "alone"}

    def test_rows_in_the_cache_are_not_shown_once_their_column_is_hidden(self):
        self.room.add("apart")
        self.room.analyze("apart")
        worker = self.worker()
        widget = {"id": "w", "sql": "SELECT city FROM users WHERE id = 1", "database": "apart"}
        self.assertEqual(self.only(self.show(widget, save=True))["rows"], [["上海"]])
        worker.stop()
        self.room.add("apart", "--hide", "users.city")
        self.worker(label="second")
        shown = self.only(self.show())
        self.assertEqual((shown["answered"], shown.get("rows")), (False, None), shown)

    def test_without_its_cache_a_dashboard_is_shown_all_the_same(self):
        self.cache = self.redis("cache", persistent=False)
        self.worker(env={"QUERN_CACHE_URL": self.cache.url})
        widget = {"id": "w", "sql": BY_CITY}
        self.show(widget, save=True)
        self.cache.stop()
        shown = self.only(self.show())
        self.assertEqual((shown["rows"], shown["cache"]), (ROWS, "none"))
        self.assertTrue(any("cache" in line for line in
                            self.show(widget, save=True)["warnings"]))


if __name__ == "__main__":
    case.main()
