#!/usr/bin/env python3
"""A job that shows as running and that no worker holds is found and run again."""
import case
from promise import Promise
from worker_case import LONG


class AnOrphan(Promise):
    def orphan(self):
        """A run of a killed worker whose lease is gone, as if a hand had deleted the key."""
        worker = self.worker(label="dead")
        job = self.put("h.hang_once", {"path": str(self.folder / "been here")})
        self.wait_for_run(job)
        worker.kill9()
        self.server.cli("DEL", self.key("leases"))
        return job

    def test_is_found_by_a_worker_that_compares_notes(self):
        job = self.orphan()
        worker = self.worker(label="living")
        self.server.cli("CLIENT", "KILL", "TYPE", "normal")
        self.check_ended(job, "succeeded", deaths=1)
        self.check_lives(worker)
        self.check_sound()

    def test_is_named_and_mended_by_fsck(self):
        job = self.orphan()
        found = self.quern("fsck", "--queue", "default", "--json", code=1)
        self.assertIn('"no_lease"', found)
        self.quern("fsck", "--queue", "default", "--repair")
        self.worker(label="living")
        self.check_ended(job, "succeeded", deaths=1)
        self.check_sound()

    def test_is_never_left_by_kills_in_the_middle_of_work(self):
        jobs = self.put("h.sleep", {"ms": 5}, count=300)
        for number in range(4):
            worker = self.worker("--concurrency", "3", label=f"worker-{number}")
            self.wait_for_total("succeeded", 40 * (number + 1))
            worker.kill9()
            if number % 2:
                self.server.kill9()
                self.server.restart()
        self.worker("--concurrency", "3", label="last")
        self.wait_for_total("succeeded", len(jobs))
        self.wait_until(lambda: self.length("HLEN", "running") == 0, LONG, "nothing to run")
        self.assertEqual({self.seen(job)["state"] for job in jobs}, {"succeeded"})
        self.check_sound()


if __name__ == "__main__":
    case.main()
