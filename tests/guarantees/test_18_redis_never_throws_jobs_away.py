#!/usr/bin/env python3
"""A Redis that would evict is refused. One that gets full refuses new jobs with a time to come
again, before it is full, and drains."""
from pathlib import Path

import case
import servers
from promise import Promise

KIB = 1024


class Redis(Promise):
    def used(self):
        info = self.server.cli("INFO", "memory").splitlines()
        return int(next(line for line in info if line.startswith("used_memory:")).split(":")[1])

    def limit(self, size):
        self.server.cli("CONFIG", "SET", "maxmemory", size)

    def test_that_evicts_is_refused_by_every_program(self):
        self.server.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        schedule = self.folder / "schedule.conf"
        schedule.write_text("[schedule x]\ntask = h.ok\nevery = 1s\n")
        env = {**self.env, "QUERN_CONFIG": "/dev/null", "QUERN_PORT": "0",
               "QUERN_SCHEDULE": str(schedule)}
        for words in (("hostile_worker",), ("quern-api",), ("quern-beat",),
                      ("quern", "enqueue", "h.ok"), ("quern", "queue", "list")):
            done = servers.run(*words, env=env)
            self.assertEqual(done.returncode, 1, (words, done))
            self.assertIn("noeviction", done.stderr, words)
        self.assertEqual(self.server.cli("DBSIZE"), "0")
        self.assertIn("allkeys-lru", servers.run("quern", "stats", env=env).stdout)  # it only looks

    def test_that_keeps_nothing_is_warned_of(self):
        self.server.cli("CONFIG", "SET", "appendonly", "no")
        worker = self.worker()
        self.wait_for_line(worker, "the broker keeps no append-only file", level="warn")

    def test_that_is_nearly_full_refuses_before_it_is_full(self):
        api = self.api()
        self.worker()
        self.check_ended(self.put("h.ok"), "succeeded")
        self.limit(self.used() * 100 // 95)
        self.wait_until(lambda: api.post("/v1/jobs", {"task": "h.ok"}).status == 503, 10,
                        "the next look at the memory")
        self.assertNotIn("errorstat_OOM:", self.server.cli("INFO", "errorstats"))

    def test_keeps_each_queue_to_its_budget_and_says_when_to_come_again(self):
        api = self.api()
        self.worker("--queues", "default,other")
        self.quern("queue", "pause", "default")
        self.quern("queue", "budget", "default", "--jobs", "3")
        self.put("h.ok", count=3)
        full = api.post("/v1/jobs", {"task": "h.ok"})
        self.assertEqual(full.status, 503)
        self.assertGreaterEqual(int(full.headers["Retry-After"]), 1)
        self.check_ended(self.put("h.ok", queue="other"), "succeeded")
        self.quern("queue", "resume", "default")
        self.wait_for_total("succeeded", 3)
        self.assertEqual(api.post("/v1/jobs", {"task": "h.ok"}).status, 202)

    def test_that_is_full_refuses_new_jobs_and_drains(self):
        worker = self.worker("--concurrency", "2")
        api = self.api()
        self.quern("queue", "pause", "default")
        jobs = self.put("h.retry_twice", count=100)
        self.limit(self.used() - 64 * KIB)
        full = api.post("/v1/jobs", {"task": "h.ok"})
        self.assertEqual((full.status, full.json["code"]), (503, "broker_full"))
        self.assertGreaterEqual(int(full.headers["Retry-After"]), 1)
        self.quern("queue", "resume", "default")
        self.wait_for_total("succeeded", 100)
        self.limit(0)
        for job in jobs:
            self.check_ended(job, "succeeded", attempts=3)
        self.assertEqual(api.post("/v1/jobs", {"task": "h.ok"}).status, 202)
        self.check_lives(worker)
        self.check_sound()

    def test_that_is_full_takes_the_follow_up_jobs_of_those_that_run(self):
        path = self.folder / "go on"
        self.worker("--concurrency", "2")
        jobs = [self.put("h.follow_up", {"n": 10, "path": str(path)}) for _ in range(2)]
        for job in jobs:
            self.wait_for_run(job)
        self.limit(self.used() // 2)
        path.touch()
        self.wait_for_total("succeeded", 22)
        most = self.server.cli("CONFIG", "GET", "maxmemory").split()[1]
        self.assertGreater(self.used(), int(most))
        self.limit(0)
        for job in jobs:
            self.check_ended(job, "succeeded", attempts=1)
        self.assertEqual((self.total("enqueued"), len(self.traced())), (22, 22))

    def test_whose_disk_fails_makes_follow_up_jobs_wait_and_loses_none(self):
        path = self.folder / "go on"
        in_the_way = Path(self.server.cli("CONFIG", "GET", "dir").splitlines()[1]) / "dump.rdb"
        worker = self.worker()
        job = self.put("h.follow_up", {"n": 10, "path": str(path)})
        self.wait_for_run(job)
        in_the_way.mkdir()
        self.server.cli("CONFIG", "SET", "save", "3600 1000000")
        self.save(False)
        path.touch()
        self.wait_for_line(worker, "no room for follow-up jobs")
        in_the_way.rmdir()
        self.save(True)
        self.wait_for_line(worker, "follow-up jobs are made again")
        self.check_ended(job, "succeeded", attempts=1)
        self.wait_for_total("succeeded", 11)

    def save(self, works):
        word = f"rdb_last_bgsave_status:{'ok' if works else 'err'}"
        self.server.cli("BGSAVE")
        self.wait_until(lambda: word in self.server.cli("INFO", "persistence").split(), 10, word)


if __name__ == "__main__":
    case.main()
