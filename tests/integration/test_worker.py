#!/usr/bin/env python3
"""quern-worker: its executors, its queues, and how it ends. What is promised of them is in
tests/guarantees."""
import json
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import case  # noqa: E402
from worker_case import LONG, NAMESPACE, WorkerCase, is_over  # noqa: E402


class Executors(WorkerCase):
    """When an executor is replaced, and what is asked of the broker."""

    def test_one_is_replaced_after_so_many_jobs(self):
        self.worker("--concurrency", "1", "--max-jobs-per-child", "3")
        jobs = [self.put("h.ok") for _ in range(7)]
        for job in jobs:
            self.check_ended(job, "succeeded")
        pids = [pid for _, pid in self.traced()]
        self.assertEqual([pids.count(pid) for pid in dict.fromkeys(pids)], [3, 3, 1])

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


if __name__ == "__main__":
    case.main()
