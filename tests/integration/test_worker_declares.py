#!/usr/bin/env python3
"""Limits that tasks declare, in task files and plugins: told to the queues, kept to, and second
to what an operator says."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import case  # noqa: E402
import servers  # noqa: E402
from worker_case import LONG, WorkerCase  # noqa: E402

LIMITED = servers.BIN.parent / "plugins/hostile/limited.so"
# Fails when another one runs at the same time.
ALONE = """#!/bin/sh
mkdir "$0.taken" || exit 1
sleep 0.02
rmdir "$0.taken"
"""
# Runs until it is told to end.
LASTING = """#!/bin/sh
exec sleep 60
"""


class Declares(WorkerCase):
    def setUp(self):
        super().setUp()
        for name, text in (("alone.sh", ALONE), ("lasting.sh", LASTING)):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o755)

    def start(self, limits, label="worker", words=("--concurrency", "2")):
        """A worker whose tasks t.alone and t.lasting have these lines about limits."""
        path = self.folder / f"{label}.task"
        path.write_text("".join(f"[task t.{name}]\ncommand = ./{name}.sh\nsummary = s\n"
                                f"max-attempts = 1\n{limits}\n" for name in ("alone", "lasting")))
        return self.worker("--task-path", path, "--stop-grace", "1ms", *words,
                           label=label)

    def cli(self, *words):
        done = servers.run("quern", *words, env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def limit_of(self, task, queue="default"):
        return self.server.cli("HGET", self.key("limits", queue), f"task:{task}").strip()

    def wait_for_limit(self, task, text):
        self.wait_until(lambda: self.limit_of(task) == text, LONG, f"the limit {text!r}")

    def running(self):
        return int(self.server.cli("HLEN", self.key("running")))

    def parked(self):
        return int(self.server.cli("ZCARD", self.key("lanes")))

    def test_a_task_with_concurrency_1_never_runs_twice_at_once(self):
        self.start("concurrency = 1", "first")
        self.start("concurrency = 1", "second")
        for job in self.put("t.alone", count=15):
            self.check_ended(job, "succeeded")

    def test_without_a_limit_it_would(self):
        self.start("")
        self.put("t.lasting", count=3)
        self.wait_until(lambda: self.running() == 2, LONG, "two at once")

    def test_each_queue_is_told_what_a_task_file_declares(self):
        self.start("concurrency = 2\nrate = 10/1m\nburst = 5",
                   words=("--queues", "default,small"))
        for queue in "default", "small":
            self.wait_until(lambda queue=queue: self.limit_of("t.alone", queue) == "2 10 60000 5 d",
                            LONG, f"the limit of {queue}")
        limits = json.loads(self.cli("limit", "list", "small", "--json"))["limits"]
        self.assertEqual([(limit["scope"], limit["declared"]) for limit in limits],
                         [("task:t.alone", True), ("task:t.lasting", True)])
        self.assertIn("in each queue at most 2 at once, 10/1m with a burst of 5, unless an "
                      "operator set otherwise", self.cli("task", "show", "t.alone"))

    def test_a_rate_holds_jobs_back_and_they_say_so(self):
        self.start("rate = 2/1h")
        jobs = self.put("t.alone", count=3)
        for job in jobs[:2]:
            self.ended(job)
        reasons = json.loads(self.cli("job", "explain", jobs[2], "--json"))["reasons"]
        self.assertEqual(reasons[0]["code"], "behind_limit")
        self.assertIn("it waits behind the limit task:t.alone: the next may start in 29m",
                      reasons[0]["text"])

    def test_what_is_declared_no_longer_is_taken_away(self):
        first = self.start("concurrency = 3", "first")
        self.wait_for_limit("t.lasting", "3 0 0 0 d")
        first.stop()
        self.start("rate = 1/1s", "second").stop()
        self.wait_for_limit("t.lasting", "0 1 1000 0 d")
        self.start("", "third")
        self.wait_for_limit("t.lasting", "")

    def test_what_an_operator_set_goes_before_what_a_task_declares(self):
        self.start("concurrency = 1", "first")
        self.wait_for_limit("t.lasting", "1 0 0 0 d")
        self.put("t.lasting", count=3)
        self.wait_until(lambda: self.parked() == 2, LONG, "the others to be held back")
        self.cli("limit", "set", "default", "task:t.lasting", "--concurrency", "2")
        self.wait_until(lambda: self.running() == 2, LONG, "the operator's limit to hold")
        self.start("concurrency = 1", "second")
        self.start("", "third")
        self.wait_until(lambda: self.cli("worker", "list", "--json").count('"running"') == 3, LONG,
                        "three workers")
        self.assertEqual(self.limit_of("t.lasting"), "2 0 0 0 o")
        self.assertEqual((self.running(), self.parked()), (2, 1))

    def test_it_is_told_again_after_a_reconnect(self):
        self.start("concurrency = 1")
        self.wait_for_limit("t.alone", "1 0 0 0 d")
        self.server.cli("DEL", self.key("limits"))
        self.server.cli("CLIENT", "KILL", "TYPE", "normal")
        self.wait_for_limit("t.alone", "1 0 0 0 d")

    def test_a_plugin_declares_too(self):
        self.worker("--task-path", LIMITED)
        self.wait_for_limit("p.limited", "3 10 60000 5 d")
        self.assertEqual(self.limit_of("h.ok"), "")
        self.check_ended(self.put("p.limited"), "succeeded")
        done = servers.run("quern-worker", "--task-path", LIMITED, "tasks", "p.limited")
        self.assertIn("in each queue at most 3 at once, 10/1m with a burst of 5\n", done.stdout)


if __name__ == "__main__":
    case.main()
