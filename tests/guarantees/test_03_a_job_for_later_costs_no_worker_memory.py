#!/usr/bin/env python3
"""Jobs whose time is to come wait on the broker, not in a worker."""
import pathlib
import re

import case
from promise import Promise

MANY = 5000


def resident_kib(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1])


class JobsForLater(Promise):
    def test_thousands_of_them_leave_the_worker_as_it_was(self):
        worker = self.worker("--concurrency", "1")
        self.check_ended(self.put("h.ok"), "succeeded")
        before = resident_kib(worker.pid)
        self.put("h.ok", delay=3600 * 1000, count=MANY)
        self.check_ended(self.put("h.ok", delay=200), "succeeded")
        self.assertLess(resident_kib(worker.pid) - before, 512)
        self.assertEqual(self.length("ZCARD", "due"), MANY)
        self.assertEqual(self.length("HLEN", "running"), 0)

    def test_they_take_no_executor_from_jobs_of_now(self):
        self.put("h.ok", delay=3600 * 1000, count=10)
        self.worker("--concurrency", "1")
        for job in self.put("h.ok", count=10):
            self.check_ended(job, "succeeded")
        self.assertEqual(len(self.traced()), 10)


if __name__ == "__main__":
    case.main()
