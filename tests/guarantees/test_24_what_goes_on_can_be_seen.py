#!/usr/bin/env python3
"""What workers do is on the broker: it can be read when no worker answers, at once, and who is
gone is not shown as alive."""
import signal

import case
import servers
from fault_proxy import BLACK_HOLE, PASS, FaultProxy
from promise import Promise
from worker_case import LONG


class WhatGoesOn(Promise):
    def codes(self, job):
        return [one["code"] for one in self.told("job", "explain", job)["reasons"]]

    def test_is_told_while_all_workers_are_frozen(self):
        api = self.api()
        worker = self.worker("--concurrency", "1")
        running, queued = self.put("h.cooperative"), self.put("h.ok")
        pid = self.wait_for_run(running)
        self.wait_until(lambda: self.worker_jobs() == [running], LONG, "it to be told")
        worker.send(signal.SIGSTOP)
        self.assertEqual(self.told("job", "show", running)["state"], "running")
        self.assertEqual(self.worker_jobs(), [running])
        self.assertEqual(api.get("/v1/queues/default").json["running"], 1)
        self.assertEqual(self.told("stats")["queues"][0]["queued"], 1)
        self.assertEqual(self.told("job", "explain", queued)["state"], "queued")
        worker.send(signal.SIGCONT)
        self.assertNotEqual(pid, 0)
        self.qnctl("cancel", running)
        self.check_ended(queued, "succeeded")

    def worker_jobs(self):
        workers = self.told("worker", "list")["workers"]
        return [job["id"] for worker in workers for job in worker["jobs"]]

    def test_does_not_show_a_worker_that_was_killed(self):
        worker = self.worker()
        self.wait_until(lambda: len(self.told("worker", "list")["workers"]) == 1, LONG, "it")
        worker.kill9()
        self.wait_until(lambda: not self.told("worker", "list")["workers"], LONG, "it to go")
        job = self.put("h.ok")
        self.assertIn("no_worker", self.codes(job))

    def test_says_not_ready_while_the_broker_is_away_and_ready_after(self):
        api = self.api(QUERN_BROKER_TIMEOUT="500ms")
        self.assertEqual(api.get("/readyz").status, 200)
        self.server.kill9()
        self.wait_until(lambda: api.get("/readyz").status == 503, LONG, "not ready")
        self.assertEqual((api.get("/livez").status, api.get("/health").status), (200, 503))
        self.server.restart()
        self.wait_until(lambda: api.get("/readyz").status == 200, LONG, "ready")

    def test_a_worker_that_could_not_take_a_job_says_not_ready_and_still_runs_its_own(self):
        with FaultProxy(self.server.socket) as proxy:
            env = {"QUERN_BROKER_URL": proxy.url, "QUERN_BROKER_TIMEOUT": "500ms",
                   "QUERN_HEALTH_FILE": str(self.folder / "health")}
            worker = self.worker(env=env)
            self.wait_until(lambda: self.probe(env) == 0, LONG, "ready")
            job = self.put("h.sleep", {"ms": 2000})
            self.wait_for_run(job)
            proxy.set_all(BLACK_HOLE)
            self.wait_until(lambda: self.probe(env) == 1, LONG, "not ready")
            self.assertEqual(self.probe(env, "--live"), 0)  # nothing that a restart would cure
            proxy.set_all(PASS)
            self.wait_until(lambda: self.probe(env) == 0, LONG, "ready again")
            self.check_ended(job, "succeeded", attempts=1)
            worker.send(signal.SIGSTOP)
            self.wait_until(lambda: self.probe(env, "--live") == 1, LONG, "no sign of life")
            worker.send(signal.SIGCONT)
            self.wait_until(lambda: self.probe(env, "--live") == 0, LONG, "a sign of life")

    def probe(self, env, *words):
        return servers.run("hostile_worker", "health", *words,
                           env={**self.env, **env}).returncode

    def test_has_the_cause_of_each_death(self):
        self.worker("--concurrency", "1")
        job = self.put("h.segfault", attempts=2, retry=1)
        self.check_ended(job, "failed", "crashed")
        shown = self.told("job", "show", job)
        self.assertEqual((shown["cause"], shown["deaths"]), ("crashed", 2))
        self.assertEqual([run["signal"] for run in shown["history"]], [11, 11])
        self.assertIn("about to crash", self.quern("job", "log", job))


if __name__ == "__main__":
    case.main()
