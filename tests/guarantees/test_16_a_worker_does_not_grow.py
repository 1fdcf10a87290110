#!/usr/bin/env python3
"""The supervisor keeps nothing of a job that has ended, and executors that grow are replaced."""
import pathlib
import re

import case
from promise import Promise

MANY = 5000


def dirty_kib(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"Private_Dirty:\s+(\d+) kB", text)[1])


class AWorker(Promise):
    def run_jobs(self, worker, count):
        before = self.total("succeeded")
        self.put("h.chatty", {"lines": 3}, count=count)
        self.wait_for_total("succeeded", before + count)
        return dirty_kib(worker.pid)

    def test_needs_no_more_memory_after_thousands_of_jobs(self):
        worker = self.worker("--concurrency", "2", "--log-level", "warn", wait=False)
        warm = self.run_jobs(worker, 500)
        self.assertLess(self.run_jobs(worker, MANY) - warm, 128)

    def test_needs_no_more_memory_after_hundreds_of_deaths(self):
        worker = self.worker("--concurrency", "2", "--log-level", "error", wait=False)
        warm = self.run_jobs(worker, 100)
        self.put("h.exit", attempts=1, count=300)
        self.wait_for_total("failed", 300)
        self.assertLess(dirty_kib(worker.pid) - warm, 128)

    def test_replaces_an_executor_that_grew(self):
        self.worker("--concurrency", "1", "--max-memory-per-child", "32MiB")
        for task, args in (("h.ok", {}), ("h.leak", {"bytes": 64 << 20}), ("h.ok", {})):
            self.check_ended(self.put(task, args), "succeeded")
        pids = [pid for _, pid in self.traced()]
        self.assertEqual((pids[0] == pids[1], pids[1] == pids[2]), (True, False))


if __name__ == "__main__":
    case.main()
