#!/usr/bin/env python3
"""A worker takes as many jobs as it has idle executors; all others are everybody's."""
import case
from promise import Promise
from worker_case import LONG, children_of


class ABusyWorker(Promise):
    def test_it_reserves_nothing_and_an_idle_one_runs_what_came_after(self):
        busy = self.worker("--concurrency", "1", label="busy")
        long = self.put("h.cooperative")
        self.wait_for_run(long)
        short = self.put("h.ok", count=20)
        self.check_left_alone(busy, short)
        idle = self.worker("--concurrency", "1", label="idle")
        for job in short:
            self.check_ended(job, "succeeded")
        ran = {self.runs_of(job)[0] for job in short}
        self.assertLessEqual(ran, set(children_of(idle.pid)))
        self.assertEqual(self.seen(long)["state"], "running")
        self.qnctl("cancel", long)
        self.check_ended(long, "cancelled")

    def check_left_alone(self, worker, jobs):
        """The worker looked after its queue, and took none of them."""
        renewed = self.server.cli("ZRANGE", self.key("leases"), 0, -1, "WITHSCORES")
        self.wait_until(lambda: self.server.cli("ZRANGE", self.key("leases"), 0, -1,
                                                "WITHSCORES") != renewed, LONG, "a renewal")
        worker.require_running()
        self.assertEqual({self.seen(job)["state"] for job in jobs}, {"queued"})
        self.assertEqual(self.length("HLEN", "running"), 1)

    def test_never_more_are_taken_than_executors_are_idle(self):
        self.worker("--concurrency", "2")
        self.put("h.sleep", {"ms": 5}, count=200)
        most = 0
        while self.total("succeeded") < 200:
            most = max(most, self.length("HLEN", "running"))
        self.assertTrue(1 <= most <= 2, most)

    def test_a_queue_with_a_backlog_does_not_hide_the_others(self):
        self.worker("--concurrency", "1", "--queues", "default,other")
        self.quern("queue", "pause", "default")
        self.put("h.sleep", {"ms": 5}, count=500)
        self.quern("queue", "resume", "default")
        self.wait_for_total("succeeded", 1)
        self.check_ended(self.put("h.ok", queue="other"), "succeeded")
        self.assertLess(self.total("succeeded"), 500)
        self.quern("queue", "purge", "default", "--yes")


if __name__ == "__main__":
    case.main()
