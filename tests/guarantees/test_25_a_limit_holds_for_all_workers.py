#!/usr/bin/env python3
"""Limits are counted where jobs are taken: for all workers at once, per task and per key, and
those who wait cost the others nothing."""
import case
from promise import Promise
from worker_case import LONG

MANY = 3000


class ALimit(Promise):
    def limit(self, scope, *words):
        self.quern("limit", "set", "default", scope, *words)

    def calls(self):
        """Commands that Redis carried out, those of scripts too."""
        lines = self.server.cli("INFO", "commandstats").splitlines()
        return sum(int(line.split("calls=")[1].split(",")[0]) for line in lines if "calls=" in line)

    def test_of_runs_at_once_is_one_number_for_all_workers(self):
        for label in ("one", "two", "three"):
            self.worker("--concurrency", "2", label=label)
        self.limit("key:*", "--concurrency", "1")
        self.quern("queue", "pause", "default")
        jobs = [job for key in ("a", "b", "c") for job in self.put(
            "h.alone", {"path": str(self.folder / key), "ms": 10}, key=key, count=20)]
        self.quern("queue", "resume", "default")
        for job in jobs:
            self.check_ended(job, "succeeded", attempts=1)
        self.check_sound()

    def test_of_starts_in_a_time_is_kept_and_the_rest_waits_in_line(self):
        for label in ("one", "two"):
            self.worker("--concurrency", "2", label=label)
        self.limit("task:h.ok", "--rate", "3/1h")
        jobs = self.put("h.ok", count=10)
        self.wait_for_total("succeeded", 3)
        self.check_ended(self.put("h.sleep", {"ms": 50}), "succeeded")
        states = [self.seen(job)["state"] for job in jobs]
        self.assertEqual((states.count("succeeded"), states.count("queued")), (3, 7))
        waits = jobs[states.index("queued")]
        self.assertIn("task:h.ok", self.quern("job", "explain", waits))
        self.quern("limit", "remove", "default", "task:h.ok")
        for job in jobs:
            self.check_ended(job, "succeeded")

    def test_gives_the_place_of_a_killed_worker_back(self):
        worker = self.worker("--concurrency", "2", label="killed")
        self.limit("task:h.hang_once", "--concurrency", "1")
        jobs = self.put("h.hang_once", {"path": str(self.folder / "been here")}, count=3)
        self.wait_until(lambda: any(map(self.runs_of, jobs)), LONG, "one to run")
        self.check_ended(self.put("h.ok"), "succeeded")  # it came after them, and went past
        self.assertEqual(sum(len(self.runs_of(job)) for job in jobs), 1)
        worker.kill9()
        self.worker("--concurrency", "2", label="next")
        for job in jobs:
            self.check_ended(job, "succeeded")
        self.assertEqual(self.length("SCARD", "slots:task:h.hang_once"), 0)
        self.check_sound()

    def test_lets_keys_take_turns(self):
        self.worker("--concurrency", "1")
        self.quern("queue", "pause", "default")
        for key, count in (("big", 100), ("small", 2)):
            self.put("h.ok", key=key, count=count)
        small = self.put("h.ok", key="other")
        self.quern("queue", "resume", "default")
        self.wait_for_total("succeeded", 103)
        order = [name for name, _ in self.traced()]
        self.assertLess(order.index(small), 6)

    def test_does_not_look_at_those_who_wait_again_and_again(self):
        self.worker("--concurrency", "1")
        self.limit("key:blocked", "--rate", "1/7d")
        costs = []
        for parked in (10, MANY):
            self.put("h.ok", key="blocked", count=parked - self.length("ZCARD", "lanes"))
            self.wait_until(lambda parked=parked: self.length("ZCARD", "lanes") >= parked - 1,
                            LONG, "them to be parked")
            done, before = self.total("succeeded"), self.calls()
            self.put("h.ok", count=200)
            self.wait_for_total("succeeded", done + 200)
            costs.append(self.calls() - before)
        self.assertLess(costs[1], costs[0] * 1.5, costs)


if __name__ == "__main__":
    case.main()
