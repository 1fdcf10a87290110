#!/usr/bin/env python3
"""There are no workflows. What stands in their place: a job that succeeded has made its
follow-up jobs, each once, whatever was killed meanwhile; one that did not has made none."""
import collections

import case
from fault_proxy import SWALLOW, FaultProxy
from promise import Promise
from worker_case import LONG


class FollowUps(Promise):
    def children(self, parent):
        """How often each job that is not the parent was begun."""
        return collections.Counter(name for name, _ in self.traced() if name != parent)

    def test_are_made_once_though_their_maker_died_between_making_and_ending(self):
        path = self.folder / "go on"
        with FaultProxy(self.server.socket) as proxy:
            first = self.worker(label="first", env={"QUERN_BROKER_URL": proxy.url})
            job = self.put("h.follow_up", {"n": 3, "path": str(path)})
            self.wait_for_run(job)
            self.server.cli("HSET", self.key("meta"), "paused", 1)
            proxy.set_all(SWALLOW)  # it asks for them, and never hears that they are made
            path.touch()
            self.wait_until(lambda: self.total("enqueued") == 4, LONG, "the follow-ups")
            self.assertEqual(self.seen(job)["state"], "running")
            first.kill9()
        self.server.cli("HDEL", self.key("meta"), "paused")
        self.worker(label="second")
        self.check_ended(job, "succeeded", deaths=1)
        self.wait_for_total("succeeded", 4)
        self.assertEqual(len(self.runs_of(job)), 2)
        self.assertEqual(sorted(self.children(job).values()), [1, 1, 1])
        self.assertEqual(self.total("enqueued"), 4)

    def test_are_there_before_their_maker_shows_as_succeeded(self):
        self.worker()
        for number in range(1, 21):
            self.check_ended(self.put("h.follow_up", {"n": 2}), "succeeded")
            self.assertEqual(self.total("enqueued"), 3 * number)

    def test_are_not_made_by_a_run_that_failed(self):
        self.worker()
        job = self.put("h.follow_up", {"n": 2, "crash": True}, attempts=2, retry=1)
        self.check_ended(job, "failed", "crashed")
        self.assertEqual(self.total("enqueued"), 1)
        self.assertFalse(self.children(job))


if __name__ == "__main__":
    case.main()
