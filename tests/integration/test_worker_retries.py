#!/usr/bin/env python3
"""When a failed run is tried again, and how often: by the job, by its task, by the cause."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import case  # noqa: E402
import servers  # noqa: E402
from worker_case import LONG, WorkerCase  # noqa: E402

HOUR = 3600000
MINUTE = 60000


class Retries(WorkerCase):
    def cli(self, *words):
        done = servers.run("quern", *words, env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def enqueue(self, task, *words):
        return json.loads(self.cli("enqueue", task, "--json", *words))["id"]

    def wait_after(self, job, attempts):
        """Until the next attempt, when so many are over."""
        def waits():
            info = self.seen(job)
            return info["state"] == "retrying" and info["attempts"] == attempts and info
        info = self.wait_until(waits, LONG, f"attempt {attempts} of {job} to be over")
        due = float(self.server.cli("ZSCORE", self.key("retry"), job.split(".")[1]))
        return due - self.history(info)[-1]["ended_ms"]

    def check_hours(self, ms, hours):
        self.assertLess(abs(ms - hours * HOUR), MINUTE)

    def test_a_timeout_may_be_final_though_attempts_are_left(self):
        self.worker()
        self.check_ended(self.put("h.timeout_policy"), "failed", "timeout", attempts=1)

    def test_a_crash_is_tried_as_often_as_its_own_policy_says(self):
        self.worker()
        self.check_ended(self.put("h.crash_policy"), "failed", "crashed", attempts=2)

    def test_a_list_gives_its_delays_one_after_the_other(self):
        self.worker()
        job = self.enqueue("h.again", "--retry", "list:1h:2h")
        for attempt, hours in ((1, 1), (2, 2), (3, 2)):
            self.check_hours(self.wait_after(job, attempt), hours)
            self.cli("job", "retry", job)

    def test_a_task_has_a_policy_and_a_job_may_have_another(self):
        self.worker()
        self.check_hours(self.wait_after(self.enqueue("h.task_policy"), 1), 1)
        job = self.enqueue("h.task_policy", "--retry", "fixed:3h")
        self.check_hours(self.wait_after(job, 1), 3)

    def test_the_delay_that_the_run_names_goes_before_all_policies(self):
        self.worker()
        job = self.enqueue("h.retry_twice", "--retry", "fixed:1h")
        info = self.check_ended(job, "succeeded", attempts=3)
        self.assertEqual([run.get("by") for run in self.history(info)], ["run", "run", None])

    def test_the_history_tells_whose_policy_it_was(self):
        self.worker()
        def said_of(job):
            return [run["by"] for run in self.history(self.ended(job))]
        self.assertEqual(said_of(self.put("h.timeout_policy")), ["on_timeout"])
        self.assertEqual(said_of(self.put("h.crash_policy")), ["on_crash", "on_crash"])
        job = self.enqueue("h.task_policy")
        self.wait_after(job, 1)
        self.assertEqual(self.history(self.seen(job))[0]["by"], "task")
        self.assertIn("to be tried again by its task's policy", self.cli("job", "explain", job))

    def test_the_published_definition_tells_the_policies(self):
        self.worker()
        shown = json.loads(self.cli("task", "show", "h.crash_policy", "--json"))
        self.assertEqual(shown["on_crash"], {"retry": "fixed:10ms", "max_attempts": 2})
        shown = json.loads(self.cli("task", "show", "h.task_policy", "--json"))
        self.assertEqual(shown["retry"], "list:1h:2h")


if __name__ == "__main__":
    case.main()
