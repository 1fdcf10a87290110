#!/usr/bin/env python3
"""quern limit list, set, remove and queue budget, against the real stack."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import case  # noqa: E402
import cli_case  # noqa: E402


class Limits(cli_case.Cli):
    def setUp(self):
        super().setUp()
        self.worker()

    def test_a_limit_is_set_shown_and_removed(self):
        self.assertEqual(self.ok("limit", "list", "default"), "default has no limits\n")
        words = ("limit", "set", "default", "task:test.echo", "--concurrency", "2",
                 "--rate", "10/m", "--burst", "3")
        self.assertEqual(self.ok(*words), "default task:test.echo is limited now\n")
        self.assertEqual(self.ok(*words), "default task:test.echo had this limit before\n")
        limit, = self.json("limit", "list", "default")["limits"]
        self.assertEqual(limit, {"scope": "task:test.echo", "concurrency": 2, "rate": 10,
                                 "per_ms": 60000, "burst": 3, "declared": False, "running": 0,
                                 "held": 0})
        table = self.ok("limit", "list", "default").splitlines()
        self.assertEqual(table[1].split(), ["task:test.echo", "2", "10/1m", "3", "0", "0",
                                            "operator"])
        self.assertLessEqual(max(map(len, table)), 80)
        done = self.json("limit", "remove", "default", "task:test.echo")
        self.assertEqual(done, {"queue": "default", "scope": "task:test.echo", "changed": True})
        self.assertEqual(self.json("limit", "list", "default")["limits"], [])

    def test_who_waits_for_a_limit_is_seen_and_let_go(self):
        self.ok("limit", "set", "default", "key:*", "--concurrency", "1")
        jobs = [self.make("test.wait", "--limit-key", "acme") for _ in range(3)]
        self.wait_for_state(jobs[0], "running")
        other = self.json("enqueue", "test.echo", "--limit-key", "zeta", "--wait")
        self.assertEqual(other["state"], "succeeded")
        self.wait_until(lambda: self.json("queue", "list")["queues"][0]["parked"] == 2, 10,
                        "two jobs to be parked")
        self.assertEqual(self.json("queue", "list")["queues"][0]["queued"], 2)
        self.assertEqual(self.json("job", "show", jobs[1])["state"], "queued")
        self.ok("job", "cancel", jobs[0])
        self.wait_for_state(jobs[1], "running")

    def test_what_is_no_limit_is_refused(self):
        for words, text in (
                (("task:a b", "--concurrency", "1"), "it is task:TASK, key:KEY or key:*"),
                (("all", "--concurrency", "1"), "it is task:TASK, key:KEY or key:*"),
                (("key:a",), "too little is said"),
                (("key:a", "--rate", "10"), "is not like 10/1m"),
                (("key:a", "--rate", "0/1m"), "is not like 10/1m"),
                (("key:a", "--concurrency", "1", "--burst", "2"), "--burst goes with --rate")):
            self.fails(2, text, "limit", "set", "default", *words)
        self.fails(3, 'queue "nobody"', "limit", "list", "nobody")

    def test_a_budget_is_set_kept_to_and_taken_away(self):
        self.ok("queue", "budget", "small", "--jobs", "1", "--bytes", "1MiB")
        job = self.make("test.echo", "--queue", "small", "--delay", "1h")
        self.fails(69, "has no room for more jobs now", "enqueue", "test.echo", "--queue", "small")
        told = self.json("queue", "budget", "small")
        self.assertEqual((told["max_jobs"], told["max_bytes"]), (1, 1 << 20))
        self.assertGreater(told["bytes"], 10)
        for words in ("queue", "list"), ("stats",):
            row = next(row for row in self.ok(*words).splitlines() if row.startswith("small "))
            self.assertEqual(row.split()[-1], "full")
            queue = self.json(*words)["queues"][1]
            self.assertEqual((queue["name"], queue["max_jobs"], queue["max_bytes"]),
                             ("small", 1, 1 << 20))
        self.assertIn("at most 1 jobs, 1MiB", self.ok("queue", "budget", "small"))
        self.ok("job", "cancel", job)
        self.make("test.echo", "--queue", "small", "--delay", "1h")
        self.ok("queue", "budget", "small", "--none")
        self.make("test.echo", "--queue", "small", "--delay", "1h")

    def test_a_budget_changes_only_what_is_named(self):
        self.ok("queue", "budget", "small", "--jobs", "7", "--bytes", "1MiB")
        told = self.json("queue", "budget", "small", "--jobs", "9")
        self.assertEqual((told["max_jobs"], told["max_bytes"]), (9, 1 << 20))
        self.fails(2, "is no size", "queue", "budget", "small", "--bytes", "much")


if __name__ == "__main__":
    case.main()
