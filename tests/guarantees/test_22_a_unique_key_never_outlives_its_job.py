#!/usr/bin/env python3
"""Who has a unique key is a job that lives: the key is free in the moment in which the job
ends, however that is, and nobody can forget to let it go."""
import os
import signal

import case
from promise import Promise


class AUniqueKey(Promise):
    def unique(self, task="h.ok", args=None, until="finished", **options):
        return self.put(task, args, unique=until, subject="the one", **options)

    def refused(self, holder):
        done = self.qnctl("put", self.seen(holder)["task"], "{}", "unique=finished",
                          "subject=the one")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(holder, done.stderr)

    def free_after(self, job):
        """Another one of the task can have the key; it ends too."""
        self.quern("queue", "pause", "default")
        other = self.unique(self.seen(job)["task"])
        self.assertNotEqual(other, job)
        self.told("job", "cancel", other)
        self.quern("queue", "resume", "default")

    def test_is_held_in_every_state_before_the_end_and_names_its_holder(self):
        path = self.folder / "go on"
        job = self.unique("h.snooze", {"path": str(path)}, delay=300)
        self.refused(job)  # scheduled
        self.worker()
        self.wait_for_run(job, 2)  # runs, and snoozes
        self.refused(job)
        self.assertEqual(self.unique("h.snooze", conflict="existing"), job)
        path.touch()
        self.check_ended(job, "succeeded")
        self.free_after(job)
        again = self.unique("h.segfault", retry=3600 * 1000)
        self.wait_until(lambda: self.seen(again)["state"] == "retrying", 10, "a first attempt")
        self.refused(again)

    def test_is_free_however_its_job_ended(self):
        self.worker("--concurrency", "1")
        for task, options, state in (
                ("h.ok", {}, "succeeded"), ("h.fail", {}, "failed"),
                ("h.abort", {"retry": 1}, "failed"),
                ("h.deaf", {"attempts": 1, "soft": 20, "hard": 50}, "failed")):
            with self.subTest(task=task):
                job = self.unique(task, **options)
                self.assertEqual(self.ended(job)["state"], state)
                self.free_after(job)
        running = self.unique("h.cooperative")
        self.wait_for_run(running)
        self.told("job", "cancel", running)
        self.check_ended(running, "cancelled")
        self.free_after(running)
        waiting = self.unique(delay=3600 * 1000)
        self.told("job", "cancel", waiting)
        self.free_after(waiting)
        purged = self.unique(delay=3600 * 1000)
        self.quern("queue", "purge", "default", "--yes")
        self.assertNotEqual(self.unique(), purged)

    def test_outlives_no_executor_and_no_worker_that_was_killed(self):
        worker = self.worker(label="first")
        job = self.unique("h.hang_once", {"path": str(self.folder / "been here")}, attempts=1)
        os.kill(self.wait_for_run(job), signal.SIGKILL)
        self.check_ended(job, "failed", "crashed")
        self.free_after(job)
        lost = self.unique("h.sleep", {"ms": 300})
        self.wait_for_run(lost)
        worker.kill9()
        self.refused(lost)  # it will run again, and has its key
        self.worker(label="second")
        self.check_ended(lost, "succeeded", deaths=1)
        self.free_after(lost)
        self.check_sound()

    def test_of_a_job_that_vanished_is_free(self):
        job = self.unique(delay=3600 * 1000)
        self.server.cli("DEL", self.key("j:" + job.split(".")[1]))
        self.assertNotEqual(self.unique(delay=3600 * 1000), job)

    def test_until_started_is_free_when_its_job_begins(self):
        self.worker("--concurrency", "1")
        job = self.unique("h.cooperative", until="started")
        self.wait_for_run(job)
        next_one = self.unique("h.cooperative", until="started")
        self.assertNotEqual(next_one, job)
        self.refused(next_one)
        self.qnctl("cancel", job)
        self.wait_for_run(next_one)
        self.qnctl("cancel", next_one)
        self.check_ended(next_one, "cancelled")

    def test_that_is_taken_over_cancels_the_job_that_waited(self):
        job = self.unique()
        other = self.unique(conflict="replace")
        self.check_ended(job, "cancelled")
        self.worker()
        self.check_ended(other, "succeeded")
        self.assertEqual(self.runs_of(job), [])


if __name__ == "__main__":
    case.main()
