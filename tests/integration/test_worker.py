#!/usr/bin/env python3
"""quern-worker: its executors, its queues, and how it ends."""
import json
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import case  # noqa: E402
from worker_case import LEASE, LONG, NAMESPACE, WorkerCase, is_over, state_of  # noqa: E402


class Executors(WorkerCase):
    """When an executor is replaced, and what is asked of the broker."""

    def test_one_is_replaced_after_so_many_jobs(self):
        self.worker("--concurrency", "1", "--max-jobs-per-child", "3")
        jobs = [self.put("h.ok") for _ in range(7)]
        for job in jobs:
            self.check_ended(job, "succeeded")
        pids = [pid for _, pid in self.traced()]
        self.assertEqual([pids.count(pid) for pid in dict.fromkeys(pids)], [3, 3, 1])

    def test_one_that_grew_too_large_is_replaced(self):
        self.worker("--concurrency", "1", "--max-memory-per-child", "32MiB")
        for task, args in (("h.ok", {}), ("h.leak", {"bytes": 64 * 1024 * 1024}), ("h.ok", {})):
            self.check_ended(self.put(task, args), "succeeded")
        pids = [pid for _, pid in self.traced()]
        self.assertEqual((pids[0] == pids[1], pids[1] == pids[2]), (True, False))

    def test_a_cancelled_job_that_hears_nothing_is_killed(self):
        self.worker("--cancel-grace", "200ms")
        job = self.put("h.deaf")
        self.wait_for_run(job)
        self.qnctl("cancel", job)
        self.check_ended(job, "cancelled", deaths=0)

    def test_no_more_jobs_are_taken_than_executors_are_idle(self):
        self.worker("--concurrency", "2")
        self.put("h.sleep", {"ms": 5}, count=200)
        most = 0
        while int(self.server.cli("HGET", self.key("meta"), "succeeded") or 0) < 200:
            most = max(most, int(self.server.cli("HLEN", self.key("running"))))
        self.assertTrue(1 <= most <= 2, most)

    def test_an_idle_worker_asks_nothing(self):
        self.env["QUERN_LEASE"] = "15s"
        self.worker("--concurrency", "4")
        self.check_ended(self.put("h.ok"), "succeeded")

        def calls():
            info = self.server.cli("INFO", "stats")
            return int(next(line.split(":")[1] for line in info.splitlines()
                            if line.startswith("total_commands_processed")))
        before = calls()
        time.sleep(2)  # being idle takes time
        self.assertLess(calls() - before, 40)

    def test_queues_are_served_in_strict_order(self):
        self.env["QUERN_QUEUES"] = "high,low"
        low = [self.put("h.ok", queue="low") for _ in range(5)]
        high = [self.put("h.ok", queue="high") for _ in range(5)]
        self.worker("--concurrency", "1", "--queue-order", "strict")
        for job in low + high:
            self.check_ended(job, "succeeded")
        self.assertEqual([name for name, _ in self.traced()], high + low)

    def test_weights_share_the_executors(self):
        self.env["QUERN_QUEUES"] = "high:3,low:1"
        for queue in ("low", "high"):
            self.put("h.ok", queue=queue, count=40)
        self.worker("--concurrency", "1")
        self.wait_until(lambda: len(self.traced()) == 80, LONG, "all jobs")
        first = [name.split(".")[0] for name, _ in self.traced()[:40]]
        self.assertEqual(first.count("high"), 30)

    def test_a_paused_queue_is_left_alone_until_it_is_resumed(self):
        worker = self.worker()
        self.server.cli("HSET", self.key("meta"), "paused", "1")
        job = self.put("h.ok")
        self.assertEqual(self.seen(job)["state"], "queued")
        self.server.cli("HDEL", self.key("meta"), "paused")
        self.check_ended(job, "succeeded")
        worker.require_running()

    def test_a_delayed_job_starts_when_it_is_due(self):
        self.env["QUERN_LEASE"] = "15s"
        self.worker()
        info = self.check_ended(self.put("h.ok", delay=400), "succeeded")
        asked = info["started_ms"] - int(self.server.cli("TIME").split()[0]) * 1000
        self.assertLess(asked, 2000)

    def test_the_description_and_the_tasks_are_published(self):
        worker = self.worker("--concurrency", "2")
        job = self.put("h.cooperative")
        pid = self.wait_for_run(job)

        def described():
            names = self.server.cli("ZRANGE", f"{{{NAMESPACE}}}:workers", 0, -1).split()
            texts = [self.server.cli("GET", f"{{{NAMESPACE}}}:worker:{name}") for name in names]
            return [json.loads(text) for text in texts if text and json.loads(text)["jobs"]]
        it = self.wait_until(described, LONG, "a description with the job")[0]
        self.assertEqual((it["pid"], it["state"], it["busy"]), (worker.pid, "running", 1))
        self.assertEqual((it["jobs"][0]["id"], it["jobs"][0]["pid"]), (job, pid))
        self.assertIn("h.ok", self.server.cli("HKEYS", f"{{{NAMESPACE}}}:tasks").split())
        self.assertEqual(self.server.cli("SMEMBERS", f"{{{NAMESPACE}}}:queues"), "default")
        self.qnctl("cancel", job)


class Stops(WorkerCase):
    """How a worker ends, and what becomes of its jobs."""

    def test_term_lets_running_jobs_end_and_takes_no_more(self):
        worker = self.worker("--concurrency", "1")
        running = self.put("h.sleep", {"ms": 500})
        waiting = self.put("h.ok")
        self.wait_for_run(running)
        worker.send(signal.SIGTERM)
        self.assertEqual(worker.wait(LONG), 0)
        self.check_ended(running, "succeeded", attempts=1)
        self.assertEqual(self.seen(waiting)["state"], "queued")
        self.assertEqual(self.server.cli("EXISTS", self.key("leases")), "0")

    def test_a_second_term_gives_jobs_back_at_once(self):
        worker = self.worker()
        job = self.put("h.deaf")
        pid = self.wait_for_run(job)
        worker.send(signal.SIGTERM)
        self.wait_for_state(worker, "draining")
        worker.send(signal.SIGTERM)
        self.assertEqual(worker.wait(LONG), 0)
        info = self.seen(job)
        self.assertEqual((info["state"], info["attempts"], info["deaths"]), ("queued", 0, 0))
        self.assertTrue(is_over(pid))

    def test_the_stop_grace_ends_a_drain(self):
        worker = self.worker("--stop-grace", "200ms")
        job = self.put("h.deaf")
        self.wait_for_run(job)
        worker.send(signal.SIGTERM)
        self.assertEqual(worker.wait(LONG), 0)
        self.assertEqual(self.seen(job)["state"], "queued")

    def test_what_a_job_left_behind_ends_with_its_worker(self):
        worker = self.worker("--stop-grace", "100ms")
        job = self.put("h.litter", {"deaf": True})
        self.wait_until(lambda: len(self.runs_of(job)) == 3, LONG, "its grandchildren")
        worker.send(signal.SIGTERM)
        self.assertEqual(worker.wait(LONG), 0)
        self.assertEqual([pid for pid in self.runs_of(job) if not is_over(pid)], [])

    def test_usr1_takes_no_more_and_stays(self):
        worker = self.worker()
        running = self.put("h.sleep", {"ms": 300})
        self.wait_for_run(running)
        worker.send(signal.SIGUSR1)
        self.wait_for_state(worker, "quiet")
        waiting = self.put("h.ok")
        self.check_ended(running, "succeeded")
        self.assertEqual(self.seen(waiting)["state"], "queued")
        worker.require_running()
        worker.send(signal.SIGTERM)
        self.assertEqual(worker.wait(LONG), 0)

    def test_after_kill_9_another_worker_runs_its_job_once(self):
        first = self.worker(label="first")
        job = self.put("h.sleep", {"ms": 700})
        pid = self.wait_for_run(job)
        second = self.worker(label="second")
        started = time.monotonic()
        first.kill9()
        self.wait_for_run(job, 2)
        self.assertLess(time.monotonic() - started, LEASE + 2)
        self.check_ended(job, "succeeded", deaths=1)
        self.assertEqual(len(self.runs_of(job)), 2)
        self.assertTrue(is_over(pid))
        self.wait_for_line(second, "recovered", job=job)

    def test_a_worker_that_lost_its_lease_kills_and_writes_nothing(self):
        first = self.worker(label="first")
        job = self.put("h.still_mine")
        pid = self.wait_for_run(job)
        second = self.worker(label="second")
        first.send(signal.SIGSTOP)
        # The executor sees it by itself, while its supervisor cannot.
        self.wait_until(lambda: self.runs_of(job).count(pid) == 2, LONG, "it to see the loss")
        self.wait_until(lambda: len(set(self.runs_of(job))) == 2, LONG, "another run")
        first.send(signal.SIGCONT)
        self.wait_for_line(first, "the lease is lost")
        self.wait_for_line(first, "job killed")
        self.wait_until(lambda: state_of(pid) == "", LONG, "its executor to be gone")
        self.assertEqual(self.seen(job)["state"], "running")
        self.assertEqual(self.seen(job)["deaths"], 1)
        first.require_running()
        self.qnctl("cancel", job)
        second.send(signal.SIGTERM)
        second.send(signal.SIGTERM)


if __name__ == "__main__":
    case.main()
