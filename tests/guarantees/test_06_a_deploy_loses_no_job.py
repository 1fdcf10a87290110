#!/usr/bin/env python3
"""Workers are stopped and replaced under load: each job is run, and once."""
import collections
import signal

import case
from promise import Promise
from worker_case import LONG


class ADeploy(Promise):
    def test_workers_are_replaced_one_after_another_and_each_job_is_run_once(self):
        old = [self.worker("--concurrency", "2", label=f"old-{i}") for i in range(2)]
        jobs = self.put("h.sleep", {"ms": 20}, count=400)
        for number, worker in enumerate(old):
            self.worker("--concurrency", "2", label=f"new-{number}")
            self.assertLess(self.total("succeeded"), len(jobs))
            worker.send(signal.SIGTERM)
            self.assertEqual(worker.wait(LONG), 0)
        self.wait_for_total("succeeded", len(jobs))
        self.assertEqual(collections.Counter(name for name, _ in self.traced()),
                         collections.Counter(jobs))
        self.assertEqual(self.total("recovered"), 0)
        self.check_sound()

    def test_a_job_that_does_not_end_in_time_is_given_back_with_no_attempt_used(self):
        old = self.worker("--stop-grace", "100ms", label="old")
        job = self.put("h.sleep", {"ms": 700}, attempts=1)
        self.wait_for_run(job)
        old.send(signal.SIGTERM)
        self.assertEqual(old.wait(LONG), 0)
        self.assertEqual(self.seen(job)["state"], "queued")
        self.worker(label="new")
        self.check_ended(job, "succeeded", attempts=1, deaths=0)

    def test_a_worker_told_to_stop_while_the_broker_is_away_loses_no_job(self):
        worker = self.worker("--concurrency", "2")
        jobs = self.put("h.sleep", {"ms": 100}, count=6)
        self.wait_for_run(jobs[0])
        self.server.kill9()
        self.wait_for_line(worker, "the broker cannot be reached")
        worker.send(signal.SIGTERM)
        self.wait_for_state(worker, "draining")
        self.server.restart()
        self.assertEqual(worker.wait(LONG), 0)
        self.worker(label="next")
        for job in jobs:
            self.check_ended(job, "succeeded", attempts=1)
            self.assertEqual(len(self.runs_of(job)), 1)


if __name__ == "__main__":
    case.main()
