#!/usr/bin/env python3
"""An executor's death is seen at once, a worker's when its lease has run out."""
import os
import signal
import time

import case
from promise import Promise
from worker_case import LEASE, is_over


class Recovery(Promise):
    def test_of_an_executor_takes_less_than_a_second(self):
        self.worker("--concurrency", "1")
        job = self.put("h.cooperative", retry=1)
        pid = self.wait_for_run(job)
        started = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        self.wait_for_run(job, 2)
        self.assertLess(time.monotonic() - started, 1)
        self.qnctl("cancel", job)
        self.check_ended(job, "cancelled")

    def test_of_a_worker_takes_less_than_its_lease_and_two_seconds(self):
        first = self.worker(label="first")
        job = self.put("h.sleep", {"ms": 700})
        pid = self.wait_for_run(job)
        second = self.worker(label="second")
        started = time.monotonic()
        first.kill9()
        self.wait_for_run(job, 2)
        self.assertLess(time.monotonic() - started, LEASE + 2)
        self.check_ended(job, "succeeded", deaths=1)
        self.assertEqual(len(self.runs_of(job)), 2)
        self.assertTrue(is_over(pid))
        self.wait_for_line(second, "recovered", job=job)

    def test_needs_no_worker_in_particular(self):
        first = self.worker(label="first")
        job = self.put("h.sleep", {"ms": 100})
        self.wait_for_run(job)
        first.kill9()
        self.worker("--queues", "default,other", label="any")
        self.check_ended(job, "succeeded", deaths=1)


if __name__ == "__main__":
    case.main()
