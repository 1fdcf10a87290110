#!/usr/bin/env python3
"""quern enqueue from files, in batches and followed; quern job log --follow."""
import json
import os
import subprocess

import case
import cli_case
import servers

ECHO = {"task": "test.echo"}


class Enqueue(cli_case.Cli):
    def batch(self, lines, *words, code=0):
        text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n"
                       for line in lines)
        done = self.quern("enqueue", "--batch", "-", *words, stdin=text)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done

    def start(self, *words, stdin=None):
        """A command that goes on, its output and error to be read."""
        process = subprocess.Popen([servers.BIN / "quern", *words], text=True, stdin=stdin,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={**os.environ, **self.env})
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()

    def test_one_with_its_unique_key_is_enough(self):
        self.worker()
        rule = "finished,key=report of june"
        first = self.json("enqueue", "test.echo", "--delay", "1h", "--unique", rule)["id"]
        self.fails(4, f"job {first} has the same unique key", "enqueue", "test.echo", "--unique",
                   rule)
        shared = self.json("enqueue", "test.echo", "--unique", "conflict=existing," + rule)
        self.assertEqual(shared, {"id": first, "existed": True})
        new = self.json("enqueue", "test.echo", "--unique", "conflict=replace," + rule)
        self.assertTrue(new["replaced"])
        self.assertEqual(self.json("job", "show", first)["state"], "cancelled")
        self.fails(2, "--unique: \"soon\"", "enqueue", "test.echo", "--unique", "soon")

    def test_what_follows_a_failure_is_said_and_shown(self):
        self.worker()
        made = self.json("enqueue", "test.echo", "--delay", "1h", "--on-failed",
                         'test.echo={"text":"a=b"}')["id"]
        self.assertEqual(self.json("job", "show", made)["on_failed"],
                         {"task": "test.echo", "args": {"text": "a=b"}})
        self.ok("job", "cancel", made)
        after = self.json("job", "show", made)["on_failed"]["id"]
        self.assertIn(f"  on failed   test.echo, made: {after}\n", self.ok("job", "show", made))
        self.assertIn(f"  parent      {made}\n", self.ok("job", "show", after))
        self.fails(3, "on_failed: task \"test.none\"", "enqueue", "test.echo", "--on-failed",
                   "test.none")
        self.fails(2, "on_failed: arguments", "enqueue", "test.echo", "--on-failed",
                   "test.echo=[")
        line = {**ECHO, "delay": 60, "on_failed": {"task": "test.echo", "args": {"text": "c"}}}
        done = self.batch([line], "--json")
        made = json.loads(done.stdout.splitlines()[0])["id"]
        self.assertEqual(self.json("job", "show", made)["on_failed"], line["on_failed"])

    def test_arguments_of_1_mib_are_let_in_and_one_byte_more_is_not(self):
        self.worker()
        fitting = '{"text":"' + "x" * (1024 * 1024 - len('{"text":""}')) + '"}'
        large = self.folder / "large.json"
        large.write_text(fitting + " ")
        self.ok("enqueue", "test.echo", "--delay", "1h", "--args", "-", stdin=fitting)
        why = "over 1048576 bytes, more than may be there"
        self.fails(2, "stdin: " + why, "enqueue", "test.echo", "--args", "-", stdin=fitting + " ")
        self.fails(2, f"{large}: {why}", "enqueue", "test.echo", "--file", str(large))
        line = '{"task":"test.echo","delay":3600,"args":%s}'
        done = self.batch([line % fitting, line % fitting.replace("x", "xx", 1)], code=2)
        self.assertIn("line 2: args must be at most 1 MiB", done.stderr)
        self.assertIn("2 lines: 1 made, 0 there before, 1 refused", done.stderr)

    def test_jobs_of_another_task_or_other_arguments_do_not_share_a_key(self):
        self.worker()
        words = ("enqueue", "test.echo", "--delay", "1h", "--unique", "finished", "--args")
        one = self.json(*words, '{"text":"a"}')["id"]
        self.assertNotEqual(self.json(*words, '{"text":"b"}')["id"], one)
        self.fails(4, one, *words, '{"text":"a"}')

    def test_lines_of_a_batch_may_be_unique_and_keyed(self):
        self.worker()
        line = {**ECHO, "delay": 60, "limit_key": "acme", "unique": {"until": "finished"}}
        done = self.batch([line, line], "--json", code=2)
        self.assertIn('"made":1,"existed":0,"refused":1', done.stderr)
        line["unique"]["conflict"] = "existing"
        again = self.batch([line, line], "--json")
        self.assertIn('"made":0,"existed":2,"refused":0', again.stderr)
        job = self.json("job", "show", json.loads(again.stdout.splitlines()[0])["id"])
        self.assertEqual((job["limit_key"], job["unique"]),
                         ("acme", {"until": "finished", "conflict": "reject"}))
        self.assertIn("  limit key   acme\n  unique      until finished\n",
                      self.ok("job", "show", job["id"]))

    def test_arguments_from_a_file(self):
        self.worker()
        path = self.folder / "args.json"
        path.write_text('{"text": "from a file"}\n')
        out = self.ok("enqueue", "test.echo", "--file", str(path), "--wait")
        self.assertEqual(json.loads(out), {"text": "from a file"})
        self.fails(2, "exclude each other", "enqueue", "test.echo", "text=x", "--file", str(path))
        self.fails(1, "No such file", "enqueue", "test.echo", "--file", str(path) + "x")
        path.write_text("")
        self.fails(2, "it is empty", "enqueue", "test.echo", "--file", str(path))

    def test_each_line_of_a_batch_is_a_job(self):
        self.worker()
        done = self.batch([
            {**ECHO, "args": {"text": "one"}, "priority": 3, "tags": ["a", "b"]},
            "", {**ECHO, "queue": "small", "name": "mine", "delay": "1h"},
            {**ECHO, "eta": "2030-01-01T00:00:00Z", "expires": "2031-01-01T00:00:00Z"}])
        ids = done.stdout.split()
        self.assertEqual(len(ids), 3)
        self.assertEqual(ids[1], "small.mine")
        self.assertIn("4 lines: 3 made, 0 there before, 0 refused", done.stderr)
        self.wait_for_state(ids[0], "succeeded")
        one = self.json("job", "show", ids[0])
        self.assertEqual((one["result"], one["priority"], one["tags"]),
                         ({"text": "one"}, 3, ["a", "b"]))
        self.assertEqual(self.json("job", "show", ids[1])["state"], "scheduled")
        self.assertEqual(self.json("job", "show", ids[2])["due_at"], "2030-01-01T00:00:00.000Z")

    def test_what_is_wrong_is_named_by_its_line_and_the_rest_goes_on(self):
        self.worker()
        lines = [ECHO, {"task": "test.nobody"}, "{bad", {**ECHO, "prio": 1},
                 {**ECHO, "args": {"nothing": 1}}, {"task": "test.nobody", "accept_unknown": True},
                 {**ECHO, "delay": "4000d"}, "x" * 3_000_000, ECHO]
        done = self.batch(lines, code=2)
        self.assertEqual(len(done.stdout.split()), 3)
        for text in ('line 2: task "test.nobody": no worker has published it',
                     "line 3: byte 1:", 'line 4: a job has no member "prio"', "line 5: argument",
                     "line 7: delay must be between 0s and 3650d",
                     "line 8: is longer than 2 MiB", "9 lines: 3 made, 0 there before, 6 refused"):
            self.assertIn(text, done.stderr)
        done = self.batch(lines, "--json", code=2)
        told = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([one["line"] for one in told], list(range(1, 10)))
        self.assertEqual(["id" in one for one in told],
                         [True, False, False, False, False, True, False, False, True])
        self.assertEqual(json.loads(done.stderr),
                         {"lines": 9, "made": 3, "existed": 0, "refused": 6})

    def test_a_name_makes_one_job(self):
        self.worker()
        named = {**ECHO, "name": "once"}
        told = [json.loads(line) for line in
                self.batch([named, named], "--json").stdout.splitlines()]
        self.assertEqual(told, [{"line": 1, "id": "default.once", "existed": False},
                                {"line": 2, "id": "default.once", "existed": True}])

    def test_a_task_on_the_line_is_for_jobs_that_name_none(self):
        self.worker()
        done = self.batch([{"args": {"text": "x"}}, {"task": "test.pid"}], "test.echo")
        tasks = [self.json("job", "show", job)["task"] for job in done.stdout.split()]
        self.assertEqual(tasks, ["test.echo", "test.pid"])

    def test_a_batch_takes_no_other_options(self):
        self.fails(2, "--wait does not go with --batch", "enqueue", "--batch", "-", "--wait")
        self.fails(2, "--queue does not go with --batch", "enqueue", "--batch", "-", "--queue",
                   "small")
        self.fails(2, "too little is said", "enqueue")
        self.fails(1, "No such file", "enqueue", "--batch", str(self.folder / "none"))

    def test_many_lines_come_back_in_their_order(self):
        self.worker()
        self.ok("queue", "pause", "small")
        done = self.batch([{**ECHO, "queue": "small", "name": f"n{i}"} for i in range(2000)])
        self.assertEqual(done.stdout.split(), [f"small.n{i}" for i in range(2000)])
        self.assertEqual(self.server.cli("LLEN", "{t:small}:ready:0"), "2000")

    def test_lines_that_are_there_are_sent_before_more_come(self):
        self.worker()
        process = self.start("enqueue", "--batch", "-", stdin=subprocess.PIPE)
        for i in range(3):
            process.stdin.write(json.dumps({**ECHO, "name": f"slow{i}"}) + "\n")
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), f"default.slow{i}\n")
        process.stdin.close()
        self.assertEqual(process.wait(20), 0)

    def test_a_batch_lives_through_a_restart_of_the_broker(self):
        self.worker()
        self.ok("queue", "pause", "small")
        process = self.start("enqueue", "--batch", "-", stdin=subprocess.PIPE)

        def put(name):
            process.stdin.write(json.dumps({**ECHO, "queue": "small", "name": name}) + "\n")
            process.stdin.flush()
        put("before")
        self.assertEqual(process.stdout.readline(), "small.before\n")
        self.server.kill9()
        put("meanwhile")
        self.server.restart()
        self.assertEqual(process.stdout.readline(), "small.meanwhile\n")
        process.stdin.close()
        self.assertEqual(process.wait(20), 0)

    def test_a_batch_stops_when_the_broker_stays_away(self):
        self.worker()
        process = self.start("enqueue", "--batch", "-", "--broker-timeout", "1s",
                             stdin=subprocess.PIPE)
        process.stdin.write(json.dumps(ECHO) + "\n")
        process.stdin.flush()
        self.assertIn("default.", process.stdout.readline())
        self.server.kill9()
        out, err = process.communicate((json.dumps(ECHO) + "\n") * 5000, 30)
        self.assertEqual(process.returncode, 69, err)
        self.assertEqual(out, "")
        self.assertIn("line 2: ", err)
        self.assertIn("stopped there", err)
        self.assertNotIn("line 1000: ", err)

    def test_following_a_job_shows_its_log_and_then_its_result(self):
        self.worker()
        done = self.quern("enqueue", "test.echo", "text=x", "--follow")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout), {"text": "x"})
        self.assertIn("echo of 12 bytes", done.stderr)
        done = self.quern("enqueue", "test.echo", "text=x", "--follow", "--json")
        self.assertEqual(json.loads(done.stdout)["state"], "succeeded")
        self.assertIn({"log": "echo of 12 bytes"},
                      [json.loads(line) for line in done.stderr.splitlines()])
        done = self.quern("enqueue", "test.answer", "text=fail", "--follow")
        self.assertEqual(done.returncode, 1)
        self.assertIn("it answers fail", done.stdout)

    def test_a_log_is_followed_to_the_end(self):
        self.worker()
        job = self.make("test.wait")
        process = self.start("job", "log", job, "--follow")
        self.assertEqual(process.stdout.readline(), "waits\n")
        self.ok("job", "cancel", job)
        out, err = process.communicate(timeout=20)
        self.assertEqual((process.returncode, out, err), (1, "", ""))
        done = self.quern("job", "log", job, "--follow", "--json")
        self.assertEqual((done.returncode, json.loads(done.stdout)), (1, {"log": "waits"}))
        job = self.make("test.echo")
        self.assertEqual(self.ok("job", "log", job, "--follow"), "echo of 2 bytes\n")

    def test_following_ends_when_its_time_is_over(self):
        self.worker()
        done = self.quern("enqueue", "test.wait", "--follow", "--timeout", "300ms")
        self.assertEqual(done.returncode, 5)
        self.assertIn("waits", done.stderr)
        self.assertIn("is still running", done.stderr)


if __name__ == "__main__":
    case.main()
