#!/usr/bin/env python3
"""quern-worker against a real Redis and handlers that do what they can to hurt it."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import case  # noqa: E402
import servers  # noqa: E402

NAMESPACE = "w"
LEASE = 0.6  # seconds
LONG = 30  # seconds that nothing here should take


def children_of(pid):
    """The direct children of a process, zombies too, [] when it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in text.split()]


def state_of(pid):
    """The kernel's letter for a process, "" when it is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return ""


def is_over(pid):
    """Ended; whoever inherits the orphans of a killed worker may not have reaped it yet."""
    return state_of(pid) in ("", "Z")


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class WorkerCase(case.Case):
    redis_options = {}

    def setUp(self):
        self.trace = self.folder / "trace"
        self.trace.touch()
        self.server = self.redis(**self.redis_options)
        self.env = {"QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": NAMESPACE,
                    "QUERN_LEASE": f"{int(LEASE * 1000)}ms", "QUERN_BROKER_TIMEOUT": "2s",
                    "QUERN_ARTIFACT_DIR": str(self.folder / "artifacts"),
                    "HOSTILE_TRACE": str(self.trace)}

    def tearDown(self):
        """Nothing that a job started is left when its worker has ended."""
        for worker in getattr(self, "workers", []):
            worker.stop()
        for pid in self.traced_pids():
            self.wait_until(lambda pid=pid: is_over(pid), LONG, f"{pid} to be gone")

    def worker(self, *words, label="worker", wait=True, env=None):
        worker = self.program("hostile_worker", *words, env={**self.env, **(env or {})},
                              label=label)
        self.workers = [*getattr(self, "workers", []), worker]
        if wait:
            self.wait_for_state(worker, "running")
        return worker

    def lines(self, worker):
        """The log lines of a worker; what a dying library prints is passed over."""
        return [json.loads(line) for line in worker.log().splitlines() if line.startswith("{")]

    def wait_for_line(self, worker, what, **fields):
        def found():
            worker_lines = self.lines(worker)
            return [line for line in worker_lines if line["msg"].startswith(what)
                    and all(line.get(key) == value for key, value in fields.items())]
        return self.wait_until(found, LONG, f"the line {what!r}")[0]

    def wait_for_state(self, worker, state):
        self.wait_for_line(worker, state)

    def qnctl(self, *words):
        return servers.run("qnctl", *words, env=self.env)

    def put(self, task, args=None, **options):
        done = self.qnctl("put", task, json.dumps(args or {}),
                          *[f"{key}={value}" for key, value in options.items()])
        self.assertEqual(done.returncode, 0, done.stderr)
        ids = done.stdout.split()
        return ids if "count" in options else ids[0]

    def ended(self, job):
        done = self.qnctl("wait", job, LONG * 1000)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return json.loads(done.stdout)

    def seen(self, job):
        done = self.qnctl("get", job)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def runs_of(self, job):
        """The pids that a job was begun by, in order."""
        return [int(pid) for name, pid in self.traced() if name == job]

    def traced(self):
        return [line.split() for line in self.trace.read_text().splitlines()]

    def traced_pids(self):
        return {int(pid) for _, pid in self.traced()}

    def wait_for_run(self, job, number=1):
        return self.wait_until(lambda: (self.runs_of(job) + [None] * number)[number - 1], LONG,
                               f"run {number} of {job}")

    def key(self, name, queue="default"):
        return f"{{{NAMESPACE}:{queue}}}:{name}"

    def check_ended(self, job, state, cause="", **fields):
        info = self.ended(job)
        self.assertEqual((info["state"], info["cause"]), (state, cause), info)
        for key, value in fields.items():
            self.assertEqual(info[key], value, info)
        return info

    def check_lives(self, worker):
        """It still does what it is there for, with all executors."""
        self.check_ended(self.put("h.ok"), "succeeded")
        worker.require_running()

    def history(self, info):
        return [json.loads(line) for line in info["history"].splitlines()]


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

    def test_max_deaths_end_a_job_that_has_attempts_left(self):
        job = self.put("h.abort", attempts=100, retry=1)
        self.check_ended(job, "failed", "crashed", deaths=3)
        self.assertEqual(len(self.runs_of(job)), 3)

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

    def test_sigkill_from_outside_is_a_crash(self):
        job = self.put("h.sleep", attempts=1)
        os.kill(self.wait_for_run(job), signal.SIGKILL)
        info = self.check_ended(job, "failed", "crashed")
        self.assertEqual(self.history(info)[0]["signal"], 9)

    def test_the_hard_limit_ends_a_handler_that_hears_nothing(self):
        job = self.put("h.deaf", attempts=1, soft=100, hard=300)
        info = self.check_ended(job, "failed", "timeout", deaths=0)
        self.assertIn("300 ms", info["error"])

    def test_the_soft_limit_asks_first(self):
        job = self.put("h.cooperative", attempts=1, soft=100, hard=60000)
        self.check_ended(job, "failed", "timeout", error="stopped as asked")

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

    def test_grandchildren_do_not_outlive_their_executor(self):
        job = self.put("h.litter", {"crash": True}, attempts=1)
        self.check_ended(job, "failed", "crashed")
        self.wait_until(lambda: len(self.runs_of(job)) >= 1, LONG, "its runs")
        for pid in self.traced_pids():
            self.wait_until(lambda pid=pid: state_of(pid) == "", LONG, f"{pid} to be gone")

    def test_an_unknown_task_is_rejected_by_name(self):
        info = self.check_ended(self.put("no.such"), "failed", "rejected", attempts=0)
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
        worker = self.worker()
        job = self.put("h.litter")
        self.check_ended(job, "succeeded")
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


class Outages(WorkerCase):
    """The broker goes away and comes back."""

    def test_a_job_runs_through_a_restart_and_is_recorded_once(self):
        worker = self.worker()
        job = self.put("h.sleep", {"ms": 1500})
        self.wait_for_run(job)
        self.server.kill9()
        self.server.restart()
        self.check_ended(job, "succeeded", attempts=1)
        self.assertEqual(len(self.runs_of(job)), 1)
        self.assertEqual(self.server.cli("HGET", self.key("meta"), "succeeded"), "1")
        self.check_lives(worker)

    def test_a_job_that_ends_during_the_outage_is_recorded_after_it(self):
        worker = self.worker()
        job = self.put("h.sleep", {"ms": 300})
        self.wait_for_run(job)
        self.server.pause()
        self.wait_for_line(worker, "job ended", job=job)
        self.server.kill9()
        self.server.restart()
        self.check_ended(job, "succeeded")
        self.assertEqual(len(self.runs_of(job)), 1)
        self.check_lives(worker)

    def test_a_broker_that_comes_late_is_waited_for(self):
        self.server.kill9()
        worker = self.worker(wait=False)
        self.wait_for_line(worker, "the broker cannot be reached")
        self.server.restart()
        self.wait_for_state(worker, "running")
        self.check_lives(worker)

    def test_a_broker_that_never_comes_ends_with_69(self):
        self.server.kill9()
        worker = self.worker("--give-up", "300ms", wait=False)
        self.assertEqual(worker.wait(LONG), 69)
        self.wait_for_line(worker, "giving up")

    def test_a_broker_that_is_away_too_long_ends_with_69(self):
        worker = self.worker("--give-up", "300ms")
        litter = self.put("h.litter")
        job = self.put("h.deaf")
        pid = self.wait_for_run(job)
        self.wait_until(lambda: len(self.runs_of(litter)) == 3, LONG, "grandchildren")
        self.server.kill9()
        self.assertEqual(worker.wait(LONG), 69)
        self.wait_until(lambda: is_over(pid), LONG, "its executor to be gone")

    def test_a_term_while_the_broker_is_away_ends_it(self):
        worker = self.worker()
        self.server.kill9()
        self.wait_for_line(worker, "the broker cannot be reached")
        worker.send(signal.SIGTERM)
        self.assertEqual(worker.wait(LONG), 0)


class Starts(WorkerCase):
    """What is refused at start, and with which exit code."""

    def run_worker(self, *words, env=None):
        return servers.run("hostile_worker", *words, env={**self.env, **(env or {})})

    def test_an_evicting_broker_is_refused(self):
        self.server.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        done = self.run_worker()
        self.assertEqual(done.returncode, 1)
        self.assertIn("noeviction", done.stderr)

    def test_a_broker_without_persistence_is_warned_of(self):
        self.server.cli("CONFIG", "SET", "appendonly", "no")
        worker = self.worker()
        self.wait_for_line(worker, "the broker keeps no append-only file", level="warn")

    def test_a_newer_protocol_is_refused(self):
        self.server.cli("SET", f"{{{NAMESPACE}}}:proto", "99.0")
        self.assertEqual(self.run_worker().returncode, 1)

    def test_wrong_words_end_with_2(self):
        for words, says in ((["--no-such", "1"], "no-such"), (["fly"], "fly"),
                            (["--queues", "A"], "queues"), (["--queue-order", "odd"], "odd"),
                            (["--soft-limit", "2h", "--hard-limit", "1h"], "soft-limit"),
                            (["--broker-url", "ftp://x"], "broker URL"), (["serve", "now"], "now"), (["--concurrency", "0"], "concurrency")):
            done = self.run_worker(*words)
            self.assertEqual(done.returncode, 2, (words, done))
            self.assertIn(says, done.stderr)

    def test_help_and_version_say_so(self):
        self.assertIn("exit codes", self.run_worker("--help").stdout)
        self.assertTrue(self.run_worker("--version").stdout.startswith("quern-worker "))

    def test_a_worker_without_executors_says_so_and_recovers(self):
        # A limit on processes binds users other than root only.
        user = [] if os.geteuid() != 0 else ["setpriv", "--reuid=nobody", "--regid=nogroup",
                                             "--clear-groups"]
        self.server.cli("CONFIG", "SET", "protected-mode", "no")
        os.chmod(self.server.socket, 0o777)
        os.chmod(self.server.folder, 0o711)
        words = [*user, "prlimit", "--nproc=0:", str(servers.BIN / "hostile_worker")]
        worker = servers.Process(words, self.folder / "poor.log", env={**os.environ, **self.env})
        self.addCleanup(worker.stop)
        self.wait_for_line(worker, "an executor cannot be started")
        worker.require_running()
        job = self.put("h.sleep", {"ms": 1})
        self.assertEqual(self.seen(job)["state"], "queued")
        subprocess.run([*user, "prlimit", "--pid", str(worker.pid), "--nproc=4096:"],
                       check=True)
        self.check_ended(job, "succeeded")


if __name__ == "__main__":
    case.main()
