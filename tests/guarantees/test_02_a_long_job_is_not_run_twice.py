#!/usr/bin/env python3
"""A job may run for many leases: its worker renews, so nobody else runs it too."""
import case
from promise import Promise
from worker_case import LEASE


class ALongJob(Promise):
    def test_it_is_run_once_though_it_takes_many_leases(self):
        for label in ("one", "two"):
            self.worker("--concurrency", "1", label=label)
        job = self.put("h.sleep", {"ms": int(LEASE * 1000 * 5)})
        info = self.check_ended(job, "succeeded", attempts=1, deaths=0)
        self.assertGreater(info["ended_ms"] - info["started_ms"], LEASE * 1000 * 4)
        self.assertEqual(len(self.runs_of(job)), 1)
        self.assertEqual(self.total("recovered"), 0)

    def test_a_job_that_waits_for_its_time_is_not_leased_meanwhile(self):
        for label in ("one", "two"):
            self.worker("--concurrency", "1", label=label)
        job = self.put("h.ok", delay=int(LEASE * 1000 * 2))
        before = self.seen(job)
        self.assertEqual((before["state"], before["worker"]), ("scheduled", ""))
        self.check_ended(job, "succeeded", attempts=1)
        self.assertEqual(len(self.runs_of(job)), 1)


if __name__ == "__main__":
    case.main()
