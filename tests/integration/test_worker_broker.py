#!/usr/bin/env python3
"""quern-worker when its broker goes away, and what it refuses at start."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import case  # noqa: E402
import servers  # noqa: E402
from worker_case import LONG, NAMESPACE, WorkerCase, is_over  # noqa: E402


class Outages(WorkerCase):
    """The broker goes away and comes back."""

    def test_a_job_runs_through_a_restart_and_is_recorded_once(self):
        worker = self.worker()
        job = self.put("h.sleep", {"ms": 1500})
        self.wait_for_run(job)
        self.server.kill9()
        self.server.restart()
        self.check_ended(job, "succeeded", attempts=1)
        self.assertEqual(len(self.runs_of(job)), 1)
        self.assertEqual(self.server.cli("HGET", self.key("meta"), "succeeded"), "1")
        self.check_lives(worker)

    def test_a_job_that_ends_during_the_outage_is_recorded_after_it(self):
        worker = self.worker()
        job = self.put("h.sleep", {"ms": 300})
        self.wait_for_run(job)
        self.server.pause()
        self.wait_for_line(worker, "job ended", job=job)
        self.server.kill9()
        self.server.restart()
        self.check_ended(job, "succeeded")
        self.assertEqual(len(self.runs_of(job)), 1)
        self.check_lives(worker)

    def test_an_emptied_broker_gets_tasks_and_queues_again(self):
        worker = self.worker()
        self.server.cli("FLUSHALL")
        for key, field in (("tasks", "HEXISTS"), ("queues", "SISMEMBER")):
            name = "h.sleep" if key == "tasks" else "default"
            self.wait_until(lambda f=field, k=key, n=name: self.server.cli(
                f, f"{{{NAMESPACE}}}:{k}", n) == "1", LONG, f"{key} to be published again")
        self.check_ended(self.put("h.sleep", {"ms": 1}), "succeeded")
        self.check_lives(worker)

    def test_a_broker_that_comes_late_is_waited_for(self):
        self.server.kill9()
        worker = self.worker(wait=False)
        self.wait_for_line(worker, "the broker cannot be reached")
        self.server.restart()
        self.wait_for_state(worker, "running")
        self.check_lives(worker)

    def test_a_broker_that_never_comes_ends_with_69(self):
        self.server.kill9()
        worker = self.worker("--give-up", "300ms", wait=False)
        self.assertEqual(worker.wait(LONG), 69)
        self.wait_for_line(worker, "giving up")

    def test_a_broker_that_is_away_too_long_ends_with_69(self):
        worker = self.worker("--give-up", "300ms")
        litter = self.put("h.litter", {"deaf": True})
        job = self.put("h.deaf")
        pid = self.wait_for_run(job)
        self.wait_until(lambda: len(self.runs_of(litter)) == 3, LONG, "grandchildren")
        self.server.kill9()
        self.assertEqual(worker.wait(LONG), 69)
        self.wait_until(lambda: is_over(pid), LONG, "its executor to be gone")

    def test_a_term_while_the_broker_is_away_ends_it(self):
        worker = self.worker()
        self.server.kill9()
        self.wait_for_line(worker, "the broker cannot be reached")
        worker.send(signal.SIGTERM)
        self.assertEqual(worker.wait(LONG), 0)


    def test_jobs_that_cannot_be_given_back_end_it_with_69(self):
        worker = self.worker()
        job = self.put("h.deaf")
        self.wait_for_run(job)
        self.server.kill9()
        self.wait_for_line(worker, "the broker cannot be reached")
        worker.send(signal.SIGTERM)
        self.wait_for_state(worker, "draining")
        worker.send(signal.SIGTERM)
        self.assertEqual(worker.wait(LONG), 69)


class Starts(WorkerCase):
    """What is refused at start, and with which exit code."""

    def run_worker(self, *words, env=None):
        return servers.run("hostile_worker", *words, env={**self.env, **(env or {})})

    def test_a_newer_protocol_is_refused(self):
        self.server.cli("SET", f"{{{NAMESPACE}}}:proto", "99.0")
        self.assertEqual(self.run_worker().returncode, 1)

    def test_wrong_words_end_with_2(self):
        for words, says in ((["--no-such", "1"], "no-such"), (["fly"], "fly"),
                            (["--queues", "A"], "queues"), (["--queue-order", "odd"], "odd"),
                            (["--soft-limit", "2h", "--hard-limit", "1h"], "soft-limit"),
                            (["--broker-url", "ftp://x"], "broker URL"),
                            (["serve", "now"], "now"), (["--concurrency", "0"], "concurrency")):
            done = self.run_worker(*words)
            self.assertEqual(done.returncode, 2, (words, done))
            self.assertIn(says, done.stderr)

    def test_help_and_version_say_so(self):
        self.assertIn("exit codes", self.run_worker("--help").stdout)
        self.assertTrue(self.run_worker("--version").stdout.startswith("quern-worker "))

    def test_a_worker_without_executors_says_so_and_recovers(self):
        # A limit on processes binds users other than root only.
        user = [] if os.geteuid() != 0 else ["setpriv", "--reuid=nobody", "--regid=nogroup",
                                             "--clear-groups"]
        self.server.cli("CONFIG", "SET", "protected-mode", "no")
        os.chmod(self.server.socket, 0o777)
        os.chmod(self.server.folder, 0o711)
        # That user may not be able to enter the folder of the build.
        program = shutil.copy(servers.BIN / "hostile_worker", self.folder)
        words = [*user, "prlimit", "--nproc=0:", str(program)]
        worker = servers.Process(words, self.folder / "poor.log", cwd=self.folder,
                                 env={**os.environ, **self.env})
        self.addCleanup(worker.stop)
        self.workers = [worker]  # so that tearDown stops it before it looks for leftovers
        self.wait_for_line(worker, "an executor cannot be started")
        worker.require_running()
        job = self.put("h.sleep", {"ms": 1})
        self.assertEqual(self.seen(job)["state"], "queued")
        subprocess.run([*user, "prlimit", "--pid", str(worker.pid), "--nproc=4096:"],
                       check=True)
        self.check_ended(job, "succeeded")


if __name__ == "__main__":
    case.main()
