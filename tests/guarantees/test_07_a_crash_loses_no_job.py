#!/usr/bin/env python3
"""Nothing has to be switched on: what was accepted is run, whoever is killed."""
import case
from promise import Promise


class ACrash(Promise):
    def test_of_a_worker_gives_its_jobs_to_others(self):
        worker = self.worker("--concurrency", "3", label="first")
        jobs = self.put("h.sleep", {"ms": 200}, count=10)
        for job in jobs[:3]:
            self.wait_for_run(job)
        worker.kill9()
        self.worker("--concurrency", "3", label="second")
        for job in jobs:
            self.check_ended(job, "succeeded", attempts=1)
        self.assertEqual([self.seen(job)["deaths"] for job in jobs], [1] * 3 + [0] * 7)
        self.check_sound()

    def test_of_an_executor_is_a_retry(self):
        self.worker("--concurrency", "1")
        job = self.put("h.crash_once", {"path": str(self.folder / "been here")}, retry=10)
        info = self.check_ended(job, "succeeded", attempts=2, deaths=1)
        self.assertEqual([line["cause"] for line in self.history(info)[:1]], ["crashed"])

    def test_of_everything_at_once_loses_nothing_that_was_acknowledged(self):
        self.server.cli("CONFIG", "SET", "appendfsync", "always")
        worker = self.worker("--concurrency", "2", label="first")
        jobs = self.put("h.sleep", {"ms": 50}, count=50)
        self.wait_for_total("succeeded", 5)
        self.server.kill9()
        worker.kill9()
        self.server.restart()
        self.worker("--concurrency", "4", label="second")
        for job in jobs:
            self.check_ended(job, "succeeded")
        self.assertEqual(self.total("succeeded"), len(jobs))
        self.check_sound()


if __name__ == "__main__":
    case.main()
