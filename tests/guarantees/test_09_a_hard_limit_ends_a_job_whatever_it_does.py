#!/usr/bin/env python3
"""At its hard limit a job is over: its processes gone, its executor free, its cause told."""
import case
from promise import Promise
from worker_case import LONG, is_over


class AHardLimit(Promise):
    def setUp(self):
        super().setUp()
        self.worker("--concurrency", "1")

    def test_kills_what_blocks_all_signals_and_what_it_started(self):
        job = self.put("h.litter", {"deaf": True}, attempts=1, soft=100, hard=500)
        self.wait_until(lambda: len(self.runs_of(job)) == 3, LONG, "its children")
        self.check_ended(job, "failed", "timeout", attempts=1, deaths=0)
        for pid in self.runs_of(job):
            self.wait_until(lambda pid=pid: is_over(pid), LONG, f"{pid} to be gone")
        self.check_ended(self.put("h.ok"), "succeeded")

    def test_is_retried_by_the_policy_and_is_no_crash(self):
        job = self.put("h.deaf", attempts=2, soft=50, hard=100, retry=10)
        info = self.check_ended(job, "failed", "timeout", attempts=2, deaths=0)
        self.assertEqual([(line["end"], line["cause"]) for line in self.history(info)],
                         [("retrying", "timeout"), ("failed", "timeout")])

    def test_may_be_final_while_a_crash_of_the_same_job_would_be_tried_again(self):
        self.check_ended(self.put("h.timeout_policy"), "failed", "timeout", attempts=1)
        self.check_ended(self.put("h.crash_policy"), "failed", "crashed", attempts=2)

    def test_comes_after_the_soft_limit_which_asks(self):
        job = self.put("h.cooperative", attempts=1, soft=100, hard=LONG * 1000)
        self.check_ended(job, "failed", "timeout", error="stopped as asked")


if __name__ == "__main__":
    case.main()
