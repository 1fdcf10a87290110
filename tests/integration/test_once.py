"""Effects on PostgreSQL: exactly once, whatever is killed, cut or run twice."""
import os
import pathlib
import signal
import subprocess
import tempfile

import case
import fault_proxy
import servers
import worker_case
from worker_case import LONG

TABLES = """
CREATE TABLE effect (job text);
CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON effect DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION gate();
"""
STEPS = ("before", "inserted", "effect", "committed")


class Once(worker_case.WorkerCase):
    worker_program = "once_worker"

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="qo", dir="/tmp")
        cls.addClassCleanup(folder.cleanup)
        os.chmod(folder.name, 0o711)
        cls.postgres = servers.start_postgres(pathlib.Path(folder.name) / "pg")
        cls.addClassCleanup(cls.postgres.stop)

    def setUp(self):
        super().setUp()
        self.holds = self.folder / "holds"
        self.holds.mkdir()
        self.sql("DROP SCHEMA IF EXISTS quern CASCADE; DROP SCHEMA public CASCADE;"
                 "CREATE SCHEMA public;" + TABLES)
        self.env |= {"QUERN_DATABASE_URL": self.postgres.url, "ONCE_HOLD": str(self.holds),
                     "QUERN_CONCURRENCY": "1"}
        done = servers.run("quern-worker", "migrate", env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)

    def sql(self, text):
        return self.postgres.psql(text)

    def hold(self, step):
        (self.holds / step).touch()

    def let_go(self, step):
        (self.holds / step).unlink()

    def put_row(self, args=None, **options):
        return self.put("once.row", args, **{"retry": 10, "attempts": 5, **options})

    def reached(self, job, step, number=1):
        """The pid of the executor that was there as that one of them."""
        return self.wait_for_run(f"{job}/{step}", number)

    def effects(self, job):
        return int(self.sql(f"SELECT count(*) FROM effect WHERE job = '{job}'"))

    def check_once(self, job, by):
        """One effect, and the result of the run that made it, byte for byte."""
        info = self.check_ended(job, "succeeded")
        self.assertEqual(info["result"], f'{{"by":  {by}}}')
        self.assertEqual(self.effects(job), 1)
        self.assertEqual(
            self.sql(f"SELECT namespace, step, result FROM quern.once WHERE job_id = '{job}'"),
            f'{worker_case.NAMESPACE}|row|{{"by":  {by}}}')
        self.check_idle()
        return info

    def check_idle(self):
        self.wait_until(lambda: self.transactions() == 0, LONG, "no transaction to be open")

    def transactions(self):
        return int(self.sql("SELECT count(*) FROM pg_stat_activity WHERE xact_start IS NOT NULL"
                            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"))

    def wait_for_lock(self, query, event="transactionid"):
        return self.wait_until(lambda: self.sql(
            f"SELECT pid FROM pg_stat_activity WHERE query LIKE '{query}%'"
            f" AND wait_event = '{event}'"), LONG, f"{query} to wait")

    def session(self, begin):
        """A psql that holds what begin takes, until the answer is called with more SQL."""
        psql = subprocess.Popen(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.postgres.url], text=True,
            bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            preexec_fn=servers.die_with_parent)
        psql.stdin.write(f"{begin};\n\\echo holds\n")
        while psql.stdout.readline() != "holds\n":
            self.assertIsNone(psql.poll())

        def end(sql=""):
            if psql.poll() is None:
                psql.communicate(sql, timeout=LONG)
        self.addCleanup(end)
        return end

    def test_an_undisturbed_job_has_its_effect_and_its_result(self):
        self.worker()
        job = self.put_row()
        info = self.ended(job)
        self.check_once(job, self.reached(job, "committed"))
        self.assertEqual(info["attempts"], 1)

    def test_killed_at_any_step_it_ends_with_one_effect(self):
        self.worker()
        for step in STEPS:
            with self.subTest(step=step):
                self.hold(step)
                job = self.put_row()
                pid = self.reached(job, step)
                os.kill(pid, signal.SIGKILL)
                self.wait_until(lambda pid=pid: worker_case.is_over(pid), LONG, "its end")
                self.let_go(step)
                self.ended(job)
                again = self.runs_of(f"{job}/committed")[-1]
                self.assertEqual(again == pid, step == "committed")
                self.check_once(job, again)
                self.assertEqual(len(self.runs_of(f"{job}/before")), 2)

    def test_two_runs_at_once_make_one_effect_and_give_one_result(self):
        self.hold("inserted")
        first = self.worker(label="first")
        job = self.put_row(hard=60000)
        pid = self.reached(job, "inserted")
        first.send(signal.SIGSTOP)  # its lease runs out, its executor lives on
        self.addCleanup(first.send, signal.SIGCONT)
        self.worker(label="second")
        self.reached(job, "before", 2)
        self.wait_for_lock("INSERT INTO quern.once")
        self.let_go("inserted")
        self.reached(job, "known")
        self.check_once(job, pid)
        first.send(signal.SIGCONT)

    def test_a_vanished_host_keeps_nobody_waiting_longer_than_its_hard_limit(self):
        self.hold("inserted")
        first = self.worker(label="first")
        job = self.put_row(hard=2500)
        pid = self.reached(job, "inserted")
        for each in (first.pid, pid):
            os.kill(each, signal.SIGSTOP)
        self.addCleanup(first.send, signal.SIGCONT)
        second = self.worker(label="second")
        self.let_go("inserted")
        self.ended(job)
        by = self.runs_of(f"{job}/committed")
        self.assertIn(by[0], worker_case.children_of(second.pid))
        self.assertEqual(worker_case.state_of(pid), "T")  # the server ended it, nobody else
        os.kill(pid, signal.SIGCONT)
        first.send(signal.SIGCONT)
        self.check_once(job, by[0])

    def test_an_effect_taken_back_is_done_again(self):
        self.worker()
        job = self.put_row({"fail_first": True})
        info = self.ended(job)
        self.check_once(job, self.reached(job, "committed"))
        self.assertEqual((info["attempts"], len(self.runs_of(f"{job}/effect"))), (2, 2))

    def proxied(self):
        """A worker behind a proxy, and a job of its that is in COMMIT."""
        socket = self.postgres.folder / ".s.PGSQL.5432"
        proxy = fault_proxy.FaultProxy(socket)
        self.addCleanup(proxy.stop)
        url = "postgresql://postgres@127.0.0.1:%d/postgres?sslmode=disable&gssencmode=disable"
        self.worker(env={"QUERN_DATABASE_URL": url % proxy.address[1]})
        open_gate = self.session("SELECT pg_advisory_lock(1)")
        job = self.put_row()
        self.reached(job, "effect")
        return proxy, job, open_gate, self.wait_for_lock("COMMIT", "advisory")

    def check_unknown(self, job):
        texts = [step.get("error", "") for step in self.history(self.seen(job))]
        self.assertTrue(any("UNKNOWN: whether COMMIT" in text for text in texts), texts)

    def test_a_commit_whose_answer_is_lost_is_found_by_the_next_run(self):
        proxy, job, open_gate, _ = self.proxied()
        proxy.connections()[0].set(fault_proxy.cut("down", 0))
        open_gate()
        self.ended(job)
        self.assertEqual(len(self.runs_of(f"{job}/effect")), 1)
        self.check_once(job, self.reached(job, "effect"))
        self.check_unknown(job)

    def test_a_commit_that_did_not_happen_is_done_by_the_next_run(self):
        _, job, open_gate, backend = self.proxied()
        self.sql(f"SELECT pg_terminate_backend({backend})")
        open_gate()
        self.ended(job)
        self.assertEqual(len(self.runs_of(f"{job}/effect")), 2)
        self.check_once(job, self.reached(job, "effect"))
        self.check_unknown(job)

    def test_cut_off_in_mid_commit_the_next_run_waits_for_how_it_ends(self):
        proxy, job, open_gate, _ = self.proxied()
        proxy.connections()[0].set(fault_proxy.RESET)
        self.wait_for_lock("INSERT INTO quern.once")
        open_gate()
        self.reached(job, "known")
        self.check_once(job, self.reached(job, "effect"))

    def test_a_run_that_waits_for_another_heeds_a_cancel(self):
        self.worker()
        self.hold("before")
        job = self.put_row()
        self.reached(job, "before")
        other = self.session("BEGIN; INSERT INTO quern.once (namespace, job_id, step)"
                             f" VALUES ('{worker_case.NAMESPACE}', '{job}', 'row')")
        self.let_go("before")
        self.wait_for_lock("INSERT INTO quern.once")
        self.assertEqual(self.qnctl("cancel", job).returncode, 0)
        self.check_ended(job, "cancelled")
        other("ROLLBACK;\n")
        self.check_idle()
        self.assertEqual(self.effects(job), 0)
        job = self.put_row()
        self.ended(job)
        self.check_once(job, self.reached(job, "committed"))

    def test_what_cannot_be_a_result_commits_nothing(self):
        self.worker()
        for args, text in (({"result": '{"a":1,"a":2}'}, "duplicate key"),
                           ({"result": '"\\u0000"'}, "byte"),
                           ({}, "the transaction was ended")):
            job = self.put("once.bad", args, attempts=1)
            self.assertIn(text, self.check_ended(job, "failed", "error")["error"])
            self.assertEqual(self.effects(job), 0)
            self.check_idle()
        self.assertEqual(self.sql("SELECT count(*) FROM quern.once"), "0")

    def test_a_database_without_migrations_is_a_retry_that_says_so(self):
        self.sql("DROP SCHEMA quern CASCADE")
        self.worker()
        job = self.put_row(attempts=1)
        self.assertIn("run quern-worker migrate", self.ended(job)["error"])
        self.check_idle()

    def test_what_a_program_in_another_language_wrote_is_found(self):
        self.worker()
        self.hold("before")
        job = self.put_row()
        self.reached(job, "before")
        key = f"('{worker_case.NAMESPACE}', '{job}', 'row')"
        self.sql(f"BEGIN; INSERT INTO quern.once (namespace, job_id, step) VALUES {key}"
                 f" ON CONFLICT DO NOTHING; INSERT INTO effect VALUES ('{job}');"
                 "UPDATE quern.once SET result = '{\"by\":  7}', done_at = clock_timestamp()"
                 f" WHERE (namespace, job_id, step) = {key}; COMMIT")
        self.let_go("before")
        self.reached(job, "known")
        self.check_once(job, 7)

    def test_prune_removes_what_is_old_a_bounded_number_of_its_namespace(self):
        day = 24 * 3600 * 1000
        for namespace, days in ((worker_case.NAMESPACE, 3), ("other", 3), ("w", 1)):
            self.sql("INSERT INTO quern.once (namespace, job_id, step, done_at) SELECT"
                     f" '{namespace}', 'j' || {days} || i, 's', now() - interval '{days} days'"
                     " FROM generate_series(1, 5) AS i")
        self.worker()

        def prune(older_ms, limit):
            return self.ended(self.put("once.prune", {"older_ms": older_ms, "limit": limit},
                                       attempts=1))
        for removed in ("3", "2", "0"):
            self.assertEqual(prune(2 * day, 3)["result"], removed)
        self.assertEqual(self.sql("SELECT namespace, count(*) FROM quern.once GROUP BY 1"
                                  " ORDER BY 1"), "other|5\nw|5")
        for older_ms, limit in ((day - 1, 3), (2 * day, 0), (2 * day, 100001)):
            self.assertIn("INVAL", prune(older_ms, limit)["error"])


if __name__ == "__main__":
    case.main()
