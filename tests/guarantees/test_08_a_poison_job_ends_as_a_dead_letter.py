#!/usr/bin/env python3
"""A job that takes its executor or its worker with it does not go round for ever."""
import case
from promise import Promise


class APoisonJob(Promise):
    def test_that_kills_its_executor_ends_after_three_deaths_whatever_attempts_it_has(self):
        self.worker("--concurrency", "1")
        job = self.put("h.segfault", attempts=100, retry=1)
        info = self.check_ended(job, "failed", "crashed", deaths=3)
        self.assertEqual(len(self.runs_of(job)), 3)
        self.assertEqual([line["signal"] for line in self.history(info)], [11, 11, 11])
        self.assertTrue(all(line["max_rss"] > 0 for line in self.history(info)))
        self.check_ended(self.put("h.ok"), "succeeded")

    def test_that_kills_its_worker_ends_after_three_deaths(self):
        job = self.put("h.kill_worker", attempts=100)
        for number in range(3):
            worker = self.worker("--concurrency", "1", label=f"victim-{number}", wait=False)
            self.assertEqual(worker.wait(30), -9)
        self.worker("--concurrency", "1", label="survivor")
        self.check_ended(job, "failed", "lost", deaths=3)
        self.assertEqual(len(self.runs_of(job)), 3)
        self.check_ended(self.put("h.ok"), "succeeded")

    def test_is_listed_with_its_cause_and_can_be_replayed(self):
        self.worker("--concurrency", "1")
        job = self.put("h.abort", attempts=1)
        self.check_ended(job, "failed", "crashed")
        letters = self.told("dead-letter", "list")["jobs"]
        self.assertEqual([(one["id"], one["cause"]) for one in letters], [(job, "crashed")])
        self.quern("dead-letter", "replay", job, "--yes")
        self.check_ended(job, "failed", "crashed", deaths=1)
        self.assertEqual(len(self.runs_of(job)), 2)


if __name__ == "__main__":
    case.main()
