#!/usr/bin/env python3
"""Every key has a life time, or is one of those few that each queue and namespace has."""
import case
from promise import Promise
from worker_case import LONG

# As docs/protocol.md has them: one per queue, one per namespace.
STAYS = {"default": {"meta", "failed", "ended", "fired", "limits"},
         "": {"proto", "queues", "tasks", "schedules", "workers"}}


class Nothing(Promise):
    def strays(self):
        """Keys that would stay though no job lives and no worker works."""
        for key in self.server.cli("KEYS", "*").splitlines():
            tag, name = key[1:].split("}:")
            queue = tag.partition(":")[2]
            if name not in STAYS[queue] and int(self.server.cli("PTTL", key)) < 0:
                yield key

    def live_every_life(self):
        jobs = [self.put("h.ok"), self.put("h.ok", delay=100), self.put("h.fail"),
                self.put("h.retry_twice"), self.put("h.follow_up", {"n": 3}),
                self.put("h.segfault", retry=1), self.put("h.chatty", {"lines": 100}),
                self.put("h.deaf", attempts=1, soft=10, hard=50),
                self.put("h.litter", {"crash": True}, attempts=1),
                self.put("h.huge", {"bytes": 1 << 20})]
        running = self.put("h.progress")
        self.wait_for_run(running)
        self.told("job", "cancel", running)
        waits = self.put("h.ok", delay=3600 * 1000)
        self.told("job", "cancel", waits)
        for job in [*jobs, running, waits]:
            self.ended(job)

    def test_of_jobs_that_ended_in_whatever_way(self):
        self.api()
        killed = self.worker("--concurrency", "2", label="killed")
        self.live_every_life()
        lost = self.put("h.sleep", {"ms": 200})
        self.wait_for_run(lost)
        killed.kill9()
        worker = self.worker("--concurrency", "2")
        self.check_ended(lost, "succeeded")
        purged = self.put("h.ok", delay=3600 * 1000)
        self.quern("queue", "purge", "default", "--yes")
        self.assertEqual(self.quern("job", "show", purged, code=3), "")
        worker.stop()
        self.wait_until(lambda: not list(self.strays()), LONG,
                        f"{list(self.strays())} to be gone")
        self.assertEqual((self.total("jobs"), self.total("bytes")), (0, 0))
        self.check_sound()

    def test_of_dead_letters_above_their_number(self):
        many = self.worker("--concurrency", "2", label="many")
        jobs = self.put("h.fail", count=1100)
        self.wait_for_total("failed", len(jobs))
        many.stop()
        self.assertEqual(self.length("ZCARD", "failed"), len(jobs))
        self.worker("--concurrency", "1", "--failed-max", "5", label="few")
        self.wait_until(lambda: self.length("ZCARD", "failed") == 5, LONG, "five dead letters")
        self.assertEqual(len(self.server.cli("KEYS", self.key("j:*")).split()), 5)

    def test_of_dead_letters_above_their_bytes(self):
        many = self.worker("--concurrency", "2", label="many")
        jobs = self.put("h.fail", {"path": "x" * 1000}, count=600)
        self.wait_for_total("failed", len(jobs))
        many.stop()
        self.server.cli("HDEL", self.key("meta"), "weighed")  # as if half a minute had passed
        self.worker("--concurrency", "1", "--failed-bytes", "100KiB", label="few")
        self.wait_until(lambda: self.length("ZCARD", "failed") <= 100, LONG, "100 KiB of them")
        left = self.server.cli("KEYS", self.key("j:*")).split()
        self.assertGreater(len(left), 50)
        sizes = [int(self.server.cli("STRLEN", key)) for key in left]
        self.assertLessEqual(sum(sizes), 100 << 10)
        self.check_sound()

    def test_that_is_larger_than_its_bound_gets_in(self):
        api = self.api()
        self.worker("--concurrency", "1")
        self.assertEqual(api.raw(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/"
                                 b"json\r\nContent-Length: 1048577\r\n\r\n{")[0], [413])
        self.check_ended(self.put("h.huge", {"bytes": (1 << 20) + 1}), "failed", "error")
        job = self.put("h.chatty", {"lines": 20000})
        self.check_ended(job, "succeeded")
        log = self.key("log:" + job.split(".")[1])
        self.assertLessEqual(int(self.server.cli("STRLEN", log)), 64 << 10)


if __name__ == "__main__":
    case.main()
