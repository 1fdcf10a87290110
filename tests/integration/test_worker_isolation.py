#!/usr/bin/env python3
"""What one job may use of the machine: memory, CPU time, descriptors, rights. Who takes more is
refused or ended, by name, and nobody else is harmed."""
import json
import os
import pathlib
import stat
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import case  # noqa: E402
from worker_case import WorkerCase  # noqa: E402

TASKS = """[task p.rights]
command = ./rights.py
summary = Says what it may do

[task p.spin]
command = ./spin.sh
summary = Burns CPU time

[task p.eat]
command = ./eat.py
summary = Wants memory
"""
RIGHTS = """#!{python}
import json, os, resource
status = open("/proc/self/status").read()
limits = {{name: resource.getrlimit(getattr(resource, "RLIMIT_" + name.upper()))
          for name in ("core", "nofile", "cpu", "data")}}
limits["new_privileges"] = "NoNewPrivs:\\t1" not in status
limits["open"] = sorted(int(fd) for fd in os.listdir("/proc/self/fd"))[:-1]
os.write(3, json.dumps({{"result": limits}}).encode() + b"\\n")
"""
SPIN = """#!/bin/sh
while :; do :; done
"""
EAT = """#!{python}
import os
kept = []
try:
    while len(kept) < 1024:
        kept.append(bytearray(1 << 20))
except MemoryError:
    os.abort()
"""


class Isolation(WorkerCase):
    def setUp(self):
        super().setUp()
        tasks = self.folder / "tasks"
        tasks.mkdir()
        (tasks / "programs.task").write_text(TASKS)
        for name, text in (("rights.py", RIGHTS), ("spin.sh", SPIN), ("eat.py", EAT)):
            path = tasks / name
            path.write_text(text.format(python=sys.executable) if name.endswith(".py") else text)
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
        self.env |= {"QUERN_TASK_PATH": str(tasks), "QUERN_CONCURRENCY": "1",
                     "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"}

    def result(self, task):
        return json.loads(self.check_ended(self.put(task), "succeeded")["result"])

    def last_try(self, info):
        return self.history(info)[-1]

    def test_nothing_is_bounded_by_itself_but_rights_and_cores(self):
        self.worker()
        for task in ("h.rights", "p.rights"):
            rights = self.result(task)
            self.assertFalse(rights["new_privileges"], task)
            core = rights["core"]
            self.assertEqual(core if isinstance(core, int) else core[0], 0, task)

    def test_a_crash_may_leave_a_core_when_that_is_wanted(self):
        self.worker(env={"QUERN_CORE_FILES": "true"})
        hard = int(self.hard_limit("core"))
        self.assertEqual(self.result("h.rights")["core"], hard)

    def hard_limit(self, name):
        import resource
        return resource.getrlimit(getattr(resource, "RLIMIT_" + name.upper()))[1]

    def test_a_program_gets_its_bounds_for_good_and_no_descriptor_more(self):
        self.worker(env={"QUERN_MEMORY_LIMIT": "256MiB", "QUERN_CPU_LIMIT": "30s",
                         "QUERN_OPEN_FILES": "100"})
        rights = self.result("p.rights")
        self.assertEqual(rights["data"], [256 << 20, 256 << 20])
        self.assertEqual(rights["nofile"], [100, 100])
        self.assertEqual(rights["cpu"], [30, 31])
        self.assertEqual(rights["open"], [0, 1, 2, 3])

    def test_an_executor_is_fenced_for_the_run_and_the_next_job_gets_its_own(self):
        self.worker(env={"QUERN_MEMORY_LIMIT": "64MiB", "QUERN_OPEN_FILES": "100"})
        rights = self.result("h.rights")
        self.assertEqual((rights["data"], rights["files"]), (64 << 20, 100))
        small, large = self.result("h.small"), self.result("h.eat")
        self.assertLess(small["mib"], 17)
        self.assertGreater(large["mib"], 30)
        self.assertLess(large["mib"], 65)
        self.assertEqual(self.result("h.rights")["data"], 64 << 20)

    def test_cpu_time_over_the_limit_is_a_timeout(self):
        worker = self.worker(env={"QUERN_CPU_LIMIT": "1s"})
        for task in ("h.spin", "p.spin"):
            info = self.check_ended(self.put(task, attempts=1), "failed", "timeout")
            self.assertIn("over the CPU limit of 1000 ms", info["error"], task)
        self.check_lives(worker)

    def test_a_death_at_the_memory_limit_is_named(self):
        worker = self.worker(env={"QUERN_MEMORY_LIMIT": "96MiB"})
        for task in ("h.eat", "p.eat"):
            job = self.put(task, {"crash": True} if task == "h.eat" else None, attempts=1)
            info = self.check_ended(job, "failed", "out_of_memory")
            self.assertIn("at its memory limit of 100663296 bytes", info["error"], task)
        self.check_lives(worker)

    def test_a_crash_far_below_the_limit_is_a_crash(self):
        self.worker(env={"QUERN_MEMORY_LIMIT": "1GiB"})
        self.check_ended(self.put("h.abort", attempts=1), "failed", "crashed")


if __name__ == "__main__":
    case.main()
