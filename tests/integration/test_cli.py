"""quern, the command line: each command, for people and for programs."""
import json
import os
import pty
import re
import subprocess
import unittest

import case
import servers
from cli_case import Cli

DAY = "2025-06-30"


class Enqueue(Cli):
    def setUp(self):
        super().setUp()
        self.worker()

    def test_words_are_typed_by_the_published_parameters(self):
        words = ["text=007", "n=42", "x=-1.5e3", "flag=true", f"day={DAY}", 'list=[1, "a"]',
                 'map={"k": null}', "step=week"]
        result = json.loads(self.ok("enqueue", "test.echo", *words, "--wait"))
        self.assertEqual(result, {"text": "007", "n": 42, "x": -1500.0, "flag": True, "day": DAY,
                                  "list": [1, "a"], "map": {"k": None}, "step": "week"})

    def test_a_text_may_hold_anything(self):
        for text in ('"quoted" \\ and\nlines', "=a=b", "", "销售额", "-x"):
            result = json.loads(self.ok("enqueue", "test.echo", f"text={text}", "--wait"))
            self.assertEqual(result, {"text": text})

    def test_arguments_as_one_object_or_from_stdin(self):
        self.assertEqual(json.loads(self.ok("enqueue", "test.echo", "--args", '{"n":1}', "--wait")),
                         {"n": 1})
        self.assertEqual(json.loads(self.ok("enqueue", "test.echo", "--args", "-", "--wait",
                                            stdin='{"n":2}')), {"n": 2})

    def test_wrong_arguments_are_refused_with_their_name(self):
        for text, word in {
                '"n"': "n=1.5", '"n": must be an integer, is "one"': "n=one",
                '"flag"': "flag=maybe", '"day"': "day=2026-02-30", '"step"': "step=year",
                '"list"': "list=[1", '"map"': "map=[]", "key=value": "word",
                "has none of that name, but: text n x": "m=1"}.items():
            self.fails(2, text, "enqueue", "test.echo", word)
        self.fails(2, "text", "enqueue", "test.needy")
        self.fails(2, "exclude each other", "enqueue", "test.echo", "n=1", "--args", "{}")
        self.fails(2, "duplicate", "enqueue", "test.echo", "--args", '{"n":1,"n":2}')
        self.fails(2, "n", "enqueue", "test.echo", "n=1", "n=2")
        self.assertEqual(self.json("job", "list")["jobs"], [])

    def test_an_unknown_task_or_queue_is_refused_unless_told_otherwise(self):
        self.fails(3, "test.nope", "enqueue", "test.nope")
        self.fails(3, "known are: test.answer", "enqueue", "test.nope", "a=1")
        self.fails(3, "nowhere", "enqueue", "test.echo", "--queue", "nowhere")
        job = self.make("test.nope", "a=1", "b=x", "--accept-unknown")
        self.assertEqual(self.json("job", "show", job)["args"], {"a": 1, "b": "x"})

    def test_the_options_reach_the_job(self):
        job = self.make("test.echo", "--priority", "2", "--delay", "1h", "--max-attempts", "7",
                        "--tag", "a", "--tag", "b c", "--name", "mine", "--expires", "2h")
        self.assertEqual(job, "default.mine")
        shown = self.json("job", "show", job)
        self.assertEqual((shown["state"], shown["priority"], shown["max_attempts"], shown["tags"]),
                         ("scheduled", 2, 7, ["a", "b c"]))
        self.assertIn("expires_at", shown)
        eta = self.make("test.echo", "--eta", "2099-01-01T00:00:00+08:00")
        self.assertEqual(self.json("job", "show", eta)["due_at"], "2098-12-31T16:00:00.000Z")

    def test_the_same_name_makes_one_job(self):
        self.make("test.echo", "--name", "once", "--delay", "1h")
        again = self.json("enqueue", "test.echo", "--name", "once")
        self.assertEqual(again, {"id": "default.once", "existed": True})

    def test_bad_options_are_refused(self):
        for words in (["--priority", "4"], ["--delay", "x"], ["--eta", "tomorrow"], ["--nope"],
                      ["--retry", "never"], ["--retry", "fixed:1s:2s:3s"], ["--max-attempts", "-1"],
                      ["--timeout", "1s"], ["--queue", "A B"], ["--name", "a.b"], ["--delay"],
                      ["--wait=1"]):
            self.fails(2, words[0].lstrip("-").split("=")[0], "enqueue", "test.echo", *words)

    def test_waiting_tells_how_it_ended_by_the_exit_code(self):
        self.assertEqual(self.quern("enqueue", "test.echo", "--wait").returncode, 0)
        failed = self.quern("enqueue", "test.answer", "text=fail", "--wait")
        self.assertEqual(failed.returncode, 1)
        self.assertIn("it answers fail", failed.stdout)
        late = self.quern("enqueue", "test.wait", "--wait", "--timeout", "200ms")
        self.assertEqual(late.returncode, 5)
        self.assertIn("it goes on", late.stderr)

    def test_a_retry_policy_reaches_the_job(self):
        job = self.make("test.patient", "--retry", "fixed:1h", "--max-attempts", "3")
        self.wait_for_state(job, "retrying")
        shown = self.json("job", "show", job)
        self.assertEqual(shown["attempts"], 1)
        self.assertEqual(shown["due_at"][11:13] != shown["enqueued_at"][11:13], True)


class Job(Cli):
    def setUp(self):
        super().setUp()
        self.worker()

    def test_show_tells_all_in_both_forms(self):
        job = self.make("test.echo", "text=\x1b[31mred", "--tag", "x")
        self.assertEqual(self.quern("job", "wait", job).returncode, 0)
        shown = self.json("job", "show", job)
        self.assertEqual(shown["result"], {"text": "\x1b[31mred"})
        self.assertEqual((shown["task"], shown["state"], shown["attempts"], shown["tags"]),
                         ("test.echo", "succeeded", 1, ["x"]))
        text = self.ok("job", "show", job)
        for part in (job, "test.echo", "succeeded", "arguments", "took"):
            self.assertIn(part, text)

    def test_control_characters_of_a_job_never_reach_the_terminal(self):
        job = self.make("test.answer", "--args", '{"text":"fail\\u001b]0;x\\u0007"}')
        self.quern("job", "wait", job)
        for words in (["job", "show", job], ["job", "list"], ["job", "log", job]):
            self.assertNotRegex(self.ok(*words), "[\x00-\x09\x0b-\x1f\x7f]")

    def test_the_table_shows_causes_of_death(self):
        jobs = {"error": self.make("test.answer", "text=fail"),
                "crashed": self.make("test.segfault", "--max-attempts", "1"),
                "timeout": self.make("test.loop", "--max-attempts", "1")}
        for job in jobs.values():
            self.assertEqual(self.quern("job", "wait", job).returncode, 1)
        table = self.ok("job", "list", "--state", "failed").splitlines()
        for cause, job in jobs.items():
            row = next(line for line in table if line.startswith(job))
            self.assertRegex(row, rf"failed +{cause}")
        listed = {job["id"]: job["cause"]
                  for job in self.json("job", "list", "--state", "failed")["jobs"]}
        self.assertEqual(listed, {job: cause for cause, job in jobs.items()})

    def test_list_filters_and_limits(self):
        late = [self.make("test.echo", "--delay", "1h") for _ in range(3)]
        done = self.make("test.pid")
        self.quern("job", "wait", done)

        def listed(*words):
            return {job["id"] for job in self.json("job", "list", *words)["jobs"]}
        self.assertEqual(listed(), {*late, done})
        self.assertEqual(listed("--state", "scheduled"), set(late))
        self.assertEqual(listed("--task", "test.pid"), {done})
        self.assertEqual(listed("--queue", "small"), set())
        self.assertEqual(len(listed("--limit", "2")), 2)
        self.fails(2, "there is no state", "job", "list", "--state", "asleep")
        self.fails(2, "--limit", "job", "list", "--limit", "0")

    def test_result_is_the_result_and_nothing_else(self):
        job = self.make("test.spread")
        self.quern("job", "wait", job)
        self.assertEqual(json.loads(self.ok("job", "result", job)), {"a b": [1, 2], "c": 'd " e'})
        late = self.make("test.echo", "--delay", "1h")
        self.fails(4, "there is no result", "job", "result", late)

    def test_log_is_the_lines_of_the_job(self):
        job = self.make("test.echo")
        self.quern("job", "wait", job)
        self.assertIn("echo of 2 bytes", self.ok("job", "log", job))
        self.assertIn("echo of 2 bytes", self.json("job", "log", job)["log"])
        self.assertEqual(self.ok("job", "log", self.make("test.pid", "--delay", "1h")), "")

    def test_cancel_says_what_became_of_it(self):
        late = self.make("test.echo", "--delay", "1h")
        self.assertIn("is cancelled", self.ok("job", "cancel", late))
        self.assertEqual(self.json("job", "show", late)["state"], "cancelled")
        running = self.make("test.wait")
        self.wait_for_state(running, "running")
        self.assertEqual(self.json("job", "cancel", running)["state"], "running")
        self.wait_for_state(running, "cancelled")
        done = self.make("test.pid")
        self.quern("job", "wait", done)
        self.fails(4, "succeeded already", "job", "cancel", done)

    def test_a_job_that_is_not_there_is_told_so(self):
        for words in (["show"], ["wait"], ["result"], ["log"], ["cancel"]):
            self.fails(3, "default.nope", "job", *words, "default.nope")
            self.fails(2, "id", "job", *words, "no-dot")

    def test_wait_ends_at_its_timeout_and_the_job_goes_on(self):
        job = self.make("test.echo", "--delay", "1h")
        self.fails(5, "still scheduled", "job", "wait", job, "--timeout", "100ms")


class Directory(Cli):
    def test_workers_are_listed_with_what_they_do(self):
        self.assertEqual(self.json("worker", "list"), {"workers": []})
        self.worker()
        job = self.make("test.wait")
        self.wait_for_state(job, "running")
        self.wait_until(lambda: self.json("worker", "list")["workers"][0]["busy"] == 1, 10,
                        "the worker to tell")
        self.assertRegex(self.ok("worker", "list"), r"running +1/2 .* default:2 small:1")

    def test_tasks_and_their_parameters(self):
        self.worker()
        names = {task["name"] for task in self.json("task", "list")["tasks"]}
        self.assertIn("test.echo", names)
        self.assertIn("For tests: echo", self.ok("task", "list"))
        shown = self.ok("task", "show", "test.needy")
        self.assertRegex(shown, r"text +string +\(required\) +A text")
        self.assertEqual(self.json("task", "show", "test.needy")["queue"], "small")
        self.fails(3, "no worker has published it", "task", "show", "test.nope")

    def test_queues_are_paused_and_resumed(self):
        self.worker()
        self.assertEqual({q["name"] for q in self.json("queue", "list")["queues"]},
                         {"default", "small"})
        self.assertIn("is paused now", self.ok("queue", "pause", "default"))
        self.assertIn("was paused before", self.ok("queue", "pause", "default"))
        self.assertRegex(self.ok("queue", "list"), r"default.* paused")
        job = self.make("test.pid")
        self.assertEqual(self.quern("job", "wait", job, "--timeout", "300ms").returncode, 5)
        self.assertEqual(self.json("queue", "resume", "default"),
                         {"queue": "default", "paused": False, "changed": True})
        self.assertEqual(self.quern("job", "wait", job).returncode, 0)
        self.fails(3, "nowhere", "queue", "pause", "nowhere")


class Itself(Cli):
    def test_config_tells_values_and_origins_and_hides_secrets(self):
        rows = {row["name"]: row for row in self.json(
            "config", "--broker-timeout", "7s",
            QUERN_BROKER_URL="redis://:sesame@h:1/0", OPENAI_API_KEY="sk-open")}
        self.assertEqual(rows["broker-timeout"]["origin"], "arguments")
        self.assertEqual(rows["namespace"]["origin"], "environment")
        self.assertEqual(rows["namespace"]["source"], "QUERN_NAMESPACE")
        self.assertEqual(rows["concurrency"]["origin"], "default")
        text = self.ok("config", QUERN_BROKER_URL="redis://:sesame@h:1/0", OPENAI_API_KEY="sk-open")
        for secret in ("sesame", "sk-open"):
            self.assertNotIn(secret, text)
            self.assertNotIn(secret, json.dumps(rows))

    def test_help_names_every_command_and_its_options(self):
        text = self.ok("help")
        for command in re.findall(r"^  ([a-z-]+(?: [a-z]+)?)", text.split("--json")[0], re.M):
            self.assertIn(command, self.ok("help", *command.split()))
        self.assertIn("--max-attempts", self.ok("enqueue", "--help"))
        self.assertEqual(self.quern().returncode, 2)
        self.assertIn("quern COMMAND", self.quern().stderr)

    def test_version(self):
        self.assertRegex(self.ok("version"), r"^quern \d+\.\d+\.\d+$")
        self.assertEqual(self.ok("--version"), self.ok("version"))
        self.assertIn("version", self.json("version"))

    def test_a_wrong_line_is_refused_with_the_way_out(self):
        for words in (["nope"], ["job"], ["job", "nope"], ["job", "show"], ["-x"], ["--nope"],
                      ["job", "show", "a", "b"], ["queue", "list", "--limit", "1"]):
            self.fails(2, "", *words)

    def test_without_a_broker_the_code_is_69_and_the_hint_helps(self):
        self.server.stop()
        for words in (["job", "list"], ["enqueue", "t", "--accept-unknown"],
                      ["job", "show", "default.x"], ["job", "wait", "default.x"]):
            self.fails(69, "", *words)
        self.assertIn("quern dev", self.quern("job", "list").stderr)

    def test_colours_and_bar_only_on_a_terminal(self):
        self.worker()
        job = self.make("test.answer", "text=fail")
        self.quern("job", "wait", job)
        self.assertNotIn("\x1b", self.ok("job", "list"))
        self.assertIn("\x1b[31m", self.on_terminal("job", "list"))
        self.assertNotIn("\x1b", self.on_terminal("job", "list", NO_COLOR="1"))
        self.assertNotIn("\x1b", self.on_terminal("job", "list", "--json"))
        waiting = self.on_terminal("enqueue", "test.wait", "--wait", "--timeout", "1s")
        self.assertIn("░", waiting)
        self.assertIn("running", waiting)

    def on_terminal(self, *words, **env):
        ours, theirs = pty.openpty()
        process = subprocess.Popen([servers.BIN / "quern", *words], stdin=theirs, stdout=theirs,
                                   stderr=theirs, preexec_fn=servers.die_with_parent,
                                   env={**os.environ, "TERM": "xterm", **self.env, **env})
        os.close(theirs)
        text = b""
        try:
            while chunk := os.read(ours, 4096):
                text += chunk
        except OSError:
            pass  # the terminal is closed when the process has ended
        os.close(ours)
        process.wait(timeout=30)
        return text.decode()


if __name__ == "__main__":
    case.main()
