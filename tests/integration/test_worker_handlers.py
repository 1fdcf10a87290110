#!/usr/bin/env python3
"""What a handler does to its executor, and how its job ends."""
import json
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import case  # noqa: E402
from worker_case import (LONG, NAMESPACE, WorkerCase, children_of, open_files,  # noqa: E402
                         state_of)


class Handlers(WorkerCase):
    """What a handler does, and how its job ends."""

    def setUp(self):
        super().setUp()
        self.one = self.worker("--concurrency", "2")

    def tearDown(self):
        """After all of it: as many executors and descriptors as before."""
        if self.one.running:
            self.check_lives(self.one)
            self.wait_until(lambda: [state_of(pid) != "Z" for pid in children_of(self.one.pid)] ==
                            [True, True], LONG, "two executors, no more and no zombie")
        super().tearDown()

    def executors(self):
        return [pid for pid in children_of(self.one.pid) if state_of(pid) != "Z"]

    def test_done_succeeds_with_its_result(self):
        info = self.check_ended(self.put("h.ok"), "succeeded", attempts=1, deaths=0)
        self.assertEqual(json.loads(info["result"]), {"fine": True})

    def test_fail_is_for_good_at_the_first_attempt(self):
        self.check_ended(self.put("h.fail"), "failed", "error", attempts=1,
                         error="it cannot be done")

    def test_retry_comes_again_until_it_is_done(self):
        job = self.put("h.retry_twice")
        info = self.check_ended(job, "succeeded", attempts=3)
        self.assertEqual(len(self.runs_of(job)), 3)
        self.assertEqual([line["end"] for line in self.history(info)],
                         ["retrying", "retrying", "succeeded"])

    def test_retry_ends_with_the_last_attempt(self):
        job = self.put("h.always_retry", attempts=4)
        self.check_ended(job, "failed", "error", attempts=4, error="never")
        self.assertEqual(len(self.runs_of(job)), 4)

    def test_snooze_uses_no_attempt(self):
        path = self.folder / "wake up"
        job = self.put("h.snooze", {"path": str(path)}, attempts=1)
        self.wait_for_run(job, 3)
        path.touch()
        self.check_ended(job, "succeeded", attempts=1)

    def test_a_segfault_is_a_crash_with_its_signal(self):
        job = self.put("h.segfault", attempts=2, retry=10)
        info = self.check_ended(job, "failed", "crashed", attempts=2, deaths=2)
        self.assertIn("SEGV", info["error"])
        self.assertEqual([line["signal"] for line in self.history(info)], [11, 11])
        self.assertGreater(self.history(info)[0]["max_rss"], 0)
        log = self.server.cli("GET", self.key("log:" + job.split(".")[1]))
        self.assertIn("about to crash", log)

    def test_a_stack_overflow_is_a_crash(self):
        self.check_ended(self.put("h.overflow", attempts=1), "failed", "crashed")

    def test_exit_in_a_handler_is_a_crash(self):
        info = self.check_ended(self.put("h.exit", attempts=1), "failed", "crashed")
        self.assertIn("exit code 0", info["error"])

    def test_garbage_on_the_socket_is_a_crash(self):
        info = self.check_ended(self.put("h.garbage", attempts=1), "failed", "crashed")
        self.assertIn("protocol", info["error"])

    def test_a_closed_socket_is_a_crash(self):
        self.check_ended(self.put("h.hang_up", attempts=1), "failed", "crashed")

    def test_a_result_of_another_run_is_a_crash(self):
        self.check_ended(self.put("h.forge", attempts=1), "failed", "crashed")

    def test_a_flood_of_log_lines_is_a_crash(self):
        info = self.check_ended(self.put("h.flood", attempts=1), "failed", "crashed")
        self.assertIn("too many", info["error"])

    def test_sigkill_from_outside_is_a_crash(self):
        job = self.put("h.sleep", attempts=1)
        os.kill(self.wait_for_run(job), signal.SIGKILL)
        info = self.check_ended(job, "failed", "crashed")
        self.assertEqual(self.history(info)[0]["signal"], 9)

    def test_the_hard_limit_ends_a_handler_that_hears_nothing(self):
        job = self.put("h.deaf", attempts=1, soft=100, hard=300)
        info = self.check_ended(job, "failed", "timeout", deaths=0)
        self.assertIn("300 ms", info["error"])

    def test_a_result_over_the_bound_fails_with_a_text(self):
        info = self.check_ended(self.put("h.huge", {"bytes": 2000000}), "failed", "error")
        self.assertTrue(info["error"])

    def test_a_result_at_the_bound_is_kept(self):
        info = self.check_ended(self.put("h.huge", {"bytes": 1024 * 1024}), "succeeded")
        self.assertEqual(len(info["result"]), 1024 * 1024)

    def test_many_log_lines_stay_within_their_bound(self):
        job = self.put("h.chatty", {"lines": 20000})
        self.check_ended(job, "succeeded")
        size = int(self.server.cli("STRLEN", self.key("log:" + job.split(".")[1])))
        self.assertTrue(0 < size <= 64 * 1024, size)

    def test_progress_is_seen_while_it_runs(self):
        job = self.put("h.progress")
        self.wait_until(lambda: self.seen(job)["progress"], LONG, "progress")
        self.assertEqual(json.loads(self.seen(job)["progress"])["total"], 1000)
        self.qnctl("cancel", job)
        self.ended(job)

    def test_follow_up_jobs_are_made_once_and_run(self):
        job = self.put("h.follow_up", {"n": 3}, request="r-1")
        self.check_ended(job, "succeeded")
        self.wait_until(lambda: len(self.traced()) == 4, LONG, "three more runs")
        child = next(name for name, _ in self.traced() if name != job)
        self.check_ended(child, "succeeded", request_id="r-1")

    def test_follow_up_jobs_are_made_though_their_queue_drains(self):
        self.server.cli("HSET", self.key("meta"), "paused", 1)
        job = self.put("h.follow_up", {"n": 3})
        self.server.cli("HSET", self.key("meta"), "draining", 1)
        self.server.cli("HDEL", self.key("meta"), "paused")
        self.check_ended(job, "succeeded")
        self.wait_until(lambda: len(self.traced()) == 4, LONG, "three more runs")
        self.server.cli("HDEL", self.key("meta"), "draining")

    def test_grandchildren_do_not_outlive_their_executor(self):
        job = self.put("h.litter", {"crash": True}, attempts=1)
        self.check_ended(job, "failed", "crashed")
        self.wait_until(lambda: len(self.runs_of(job)) >= 1, LONG, "its runs")
        for pid in self.traced_pids():
            self.wait_until(lambda pid=pid: state_of(pid) == "", LONG, f"{pid} to be gone")

    def test_a_job_whose_task_is_elsewhere_is_passed_on(self):
        job = self.put("test.pid")
        self.wait_for_line(self.one, "job ended", job=job, outcome="snoozed")
        self.assertIn('no task "test.pid"', self.history(self.seen(job))[0]["error"])
        # Who takes it is chance: of one other it could be the first one again and again.
        others = [self.program("misbehaving_worker", env=self.env, label=f"other-{number}")
                  for number in range(4)]
        info = self.check_ended(job, "succeeded", attempts=1)
        self.assertEqual(self.history(info)[0]["end"], "snoozed")
        for other in others:
            other.stop()

    def test_a_task_that_nobody_has_is_rejected_at_last(self):
        self.one.send(signal.SIGSTOP)
        job = self.put("no.such")
        self.server.cli("HSET", self.key("try"), job.split(".")[1], "0 0 20 -\n")
        self.one.send(signal.SIGCONT)
        info = self.check_ended(job, "failed", "rejected", attempts=0)
        self.assertIn("no.such", info["error"])

    def test_wrong_arguments_are_rejected_by_name(self):
        # Else they are refused before a job is made.
        self.server.cli("DEL", f"{{{NAMESPACE}}}:tasks")
        info = self.check_ended(self.put("h.sleep", {"ms": "long"}), "failed", "rejected")
        self.assertIn("ms", info["error"])

    def test_a_corrupt_record_ends_and_the_next_job_runs(self):
        self.one.send(signal.SIGSTOP)
        job = self.put("h.ok")
        record = self.key("j:" + job.split(".")[1])
        self.server.cli("SETRANGE", record, 11, "@@@@")
        self.one.send(signal.SIGCONT)
        self.wait_for_line(self.one, "job ended", cause="rejected")
        self.assertEqual(self.server.cli("HLEN", self.key("running")), "0")

    def test_a_cancel_is_heard_by_a_running_job(self):
        job = self.put("h.cooperative")
        self.wait_for_run(job)
        self.qnctl("cancel", job)
        self.check_ended(job, "cancelled")

    def test_many_deaths_leak_no_descriptor(self):
        self.check_lives(self.one)
        before = open_files(self.one.pid)
        for job in self.put("h.abort", attempts=1, count=40):
            self.check_ended(job, "failed", "crashed")
        self.wait_until(lambda: len(self.executors()) == 2, LONG, "two executors")
        self.wait_until(lambda: open_files(self.one.pid) <= before, LONG,
                        f"{before} descriptors, not {open_files(self.one.pid)}")

    def test_log_lines_about_a_job_name_its_request(self):
        job = self.put("h.ok", request="r-77")
        self.ended(job)
        for what in ("job taken", "job ended"):
            self.assertEqual(self.wait_for_line(self.one, what, job=job)["request_id"], "r-77")


if __name__ == "__main__":
    case.main()
