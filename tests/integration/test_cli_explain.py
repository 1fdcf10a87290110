#!/usr/bin/env python3
"""quern job explain against a real Redis and a real worker, for people and for programs."""
import case
import cli_case


class Explain(cli_case.Cli):
    def reasons(self, job):
        return {reason["code"]: reason for reason in self.json("job", "explain", job)["reasons"]}

    def first(self, job):
        return self.json("job", "explain", job)["reasons"][0]["code"]

    def says(self, job, *texts):
        out = self.ok("job", "explain", job)
        for text in texts:
            self.assertIn(text, out)

    def put(self, task, *words):
        """A job whose task nobody has published."""
        return self.make(task, *words, "--accept-unknown")

    def test_a_job_that_nobody_serves(self):
        job = self.put("test.echo")
        self.assertEqual(set(self.reasons(job)), {"no_worker", "task_unknown", "next"})
        self.says(job, f"{job}  test.echo  queued", "no worker that is alive serves queue default",
                  "quern-worker --queues default starts one")

    def test_a_paused_queue(self):
        self.worker()
        self.ok("queue", "pause", "small")
        job = self.make("test.echo", "--queue", "small")
        self.assertEqual(list(self.reasons(job)), ["queue_paused", "next"])
        self.assertEqual(self.reasons(job)["queue_paused"]["hint"], "quern queue resume small")
        self.says(job, "queue small is paused since", "quern queue resume small")

    def test_jobs_that_are_due_later(self):
        self.worker()
        later = self.make("test.echo", "--delay", "1h", "--expires", "2h")
        self.assertEqual(list(self.reasons(later)), ["due_later", "start_deadline"])
        self.says(later, "it is due at ", "(in 59m", "it expires when it has not started by")
        again = self.make("test.answer", "text=retry", "n=600000", "--max-attempts", "4")
        self.wait_for_state(again, "retrying")
        reasons = self.reasons(again)
        self.assertEqual(list(reasons), ["retry_later", "run"])
        self.assertIn("attempt 2 of 4", reasons["retry_later"]["text"])
        self.assertIn("error: it answers retry: to be tried again", reasons["run"]["text"])

    def test_a_task_that_no_worker_of_the_queue_has(self):
        self.worker()
        self.ok("queue", "pause", "default")
        job = self.put("test.nobody")
        self.assertEqual(list(self.reasons(job)), ["queue_paused", "task_unknown", "next"])
        self.says(job, "none knows the task test.nobody")

    def test_a_running_job_and_those_behind_it(self):
        self.worker()
        running = [self.make("test.wait"), self.make("test.wait")]
        for job in running:
            self.wait_for_state(job, "running")
        first, second = self.make("test.echo"), self.make("test.echo", "--priority", "2")
        self.wait_until(lambda: "longest" in self.reasons(first).get("workers_busy", {})
                        .get("text", ""), 20, "a description with the jobs")
        self.assertEqual(list(self.reasons(first)), ["workers_busy", "jobs_before"])
        self.assertIn("taken before it: 1 (its priority is 0 of 3)",
                      self.reasons(first)["jobs_before"]["text"])
        self.assertIn("next", self.reasons(second))
        self.says(first, "all executors (2) are busy, the longest for ", "with test.wait")
        self.assertEqual(list(self.reasons(running[0])), ["running", "soft_limit", "hard_limit"])
        self.ok("job", "cancel", running[0])

    def test_a_job_behind_a_limit(self):
        self.worker()
        self.ok("limit", "set", "default", "key:acme", "--concurrency", "1")
        first, second = (self.make("test.wait", "--limit-key", "acme") for _ in range(2))
        self.wait_for_state(first, "running")
        self.wait_until(lambda: "behind_limit" in self.reasons(second), 20, "it to be held back")
        self.says(second, "it waits behind the limit key:acme: 1 of 1 run",
                  "quern limit list default shows what runs and waits")
        self.assertEqual(list(self.reasons(second)), ["behind_limit"])
        self.assertEqual(self.json("job", "show", second)["behind_limit"], "key:acme")
        self.assertRegex(self.ok("job", "show", second), r"\n  behind +key:acme\n")
        self.assertNotIn("behind_limit", self.json("job", "show", first))
        self.ok("limit", "remove", "default", "key:acme")
        self.wait_for_state(second, "running")
        self.assertNotIn("behind_limit", self.reasons(second))

    def test_a_job_behind_a_rate(self):
        self.worker()
        self.ok("limit", "set", "default", "task:test.echo", "--rate", "1/1h")
        first, second = (self.make("test.echo") for _ in range(2))
        self.wait_for_state(first, "succeeded")
        self.wait_until(lambda: "behind_limit" in self.reasons(second), 20, "it to be held back")
        self.says(second, "it waits behind the limit task:test.echo: the next may start in 59m")
        self.assertTrue(self.reasons(second)["behind_limit"]["at"])

    def test_a_job_that_waits_for_the_turn_of_its_key(self):
        self.worker()
        self.ok("queue", "pause", "default")
        jobs = [self.make("test.wait", "--limit-key", "acme") for _ in range(4)]
        self.ok("queue", "resume", "default")
        for job in jobs[:2]:
            self.wait_for_state(job, "running")
        self.assertEqual(list(self.reasons(jobs[3])), ["workers_busy", "turn"])
        self.says(jobs[3], "of queue default 2 jobs are in lanes, which take turns")

    def test_a_worker_that_is_gone(self):
        worker = self.program("misbehaving_worker", env={**self.env, "QUERN_LEASE": "1s"})
        self.wait_until(lambda: '"running"' in self.quern("worker", "list", "--json").stdout, 10,
                        "a worker")
        job = self.make("test.wait")
        self.wait_for_state(job, "running")
        worker.kill9()
        self.wait_until(lambda: "worker_gone" in self.reasons(job), 20, "its description to go")
        self.says(job, "that worker has not been heard of for a lease", "no other worker serves")

    def test_how_jobs_ended(self):
        self.worker()
        done = self.make("test.echo")
        failed = self.make("test.answer", "text=fail")
        crashed = self.make("test.segfault", "--max-attempts", "1")
        cancelled = self.make("test.echo", "--delay", "1h")
        self.ok("job", "cancel", cancelled)
        for job, state in ((done, "succeeded"), (failed, "failed"), (crashed, "failed"),
                           (cancelled, "cancelled")):
            self.wait_for_state(job, state)
            self.assertEqual(self.first(job), state)
            self.assertIn("kept_until", self.reasons(job))
        self.says(done, "it succeeded at", f"quern job result {done}", "its record is kept until")
        self.says(failed, "failed for good in attempt 1", "error: it answers fail",
                  f"quern job retry {failed}")
        self.says(crashed, "crashed by signal 11")

    def test_a_job_that_expired(self):
        job = self.put("test.echo", "--expires", "1ms")
        self.wait_until(lambda: self.first(job) == "expired", 10, "it to expire")
        self.says(job, "it had not started by then")

    def test_what_is_no_job(self):
        self.fails(3, "not found", "job", "explain", "default.nope")
        self.fails(2, "not of the form queue.name", "job", "explain", "nope")


if __name__ == "__main__":
    case.main()
