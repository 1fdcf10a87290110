#!/usr/bin/env python3
"""Executors share nothing: one that hangs, stops or talks nonsense costs its own job."""
import os
import signal

import case
from promise import Promise
from worker_case import children_of, state_of


class NoExecutor(Promise):
    def test_that_is_frozen_holds_up_the_others_and_its_job_ends_at_its_limit(self):
        self.worker("--concurrency", "2")
        job = self.put("h.sleep", attempts=1, soft=500, hard=4000)
        pid = self.wait_for_run(job)
        os.kill(pid, signal.SIGSTOP)
        for other in self.put("h.ok", count=20):
            self.check_ended(other, "succeeded")
        self.assertEqual(self.seen(job)["state"], "running")
        self.check_ended(job, "failed", "timeout")
        self.wait_until(lambda: state_of(pid) == "", 10, "it to be gone")

    def test_that_talks_nonsense_costs_more_than_its_own_job(self):
        self.worker("--concurrency", "2")
        good = self.put("h.sleep", {"ms": 1000})
        self.wait_for_run(good)
        for task in ("h.garbage", "h.hang_up", "h.flood", "h.forge", "h.exit", "h.overflow"):
            self.check_ended(self.put(task, attempts=1), "failed", "crashed")
        self.check_ended(good, "succeeded", attempts=1)

    def test_that_is_replaced_after_each_job_stops_the_pool(self):
        worker = self.worker("--concurrency", "4", "--max-jobs-per-child", "1")
        self.put("h.ok", count=200)
        self.wait_for_total("succeeded", 200)
        self.assertEqual(len({pid for _, pid in self.traced()}), 200)
        self.wait_until(lambda: [state_of(pid) for pid in children_of(worker.pid)].count("S") == 4,
                        10, "four executors")


if __name__ == "__main__":
    case.main()
