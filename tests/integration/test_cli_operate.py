"""What an operator does: retry, replay, delete, drain, purge, quiet and stop, in both forms."""
import json
import os
import pty
import subprocess

import case
import servers
from cli_case import Cli
from terminal import Terminal


class Operate(Cli):
    def ask(self, answer, *words, meanwhile=lambda: None):
        """What a command says on a terminal that answers once, and its exit code."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen([servers.BIN / "quern", *words], env={**os.environ, **self.env},
                                   stdin=theirs, stdout=theirs, stderr=theirs,
                                   preexec_fn=servers.die_with_parent)
        os.close(theirs)
        said = b""
        while b": " not in said and b"[y/N] " not in said:
            said += os.read(ours, 4096)
        meanwhile()
        os.write(ours, answer.encode() + b"\n")
        try:
            while piece := os.read(ours, 4096):
                said += piece
        except OSError:
            pass  # the terminal's other end is closed
        os.close(ours)
        return said.decode(), process.wait(20)

    def dead_letter(self, *words):
        job = self.make("test.answer", "text=fail", *words)
        self.wait_for_state(job, "failed")
        return job


class Retry(Operate):
    def test_a_dead_letter_and_a_waiting_job_go_on_at_once(self):
        self.worker()
        dead = self.dead_letter()
        waiting = self.make("test.answer", "text=retry", "n=3600000")
        self.wait_for_state(waiting, "retrying")
        self.ok("queue", "pause", "default")
        self.assertEqual(self.ok("job", "retry", dead, waiting),
                         f"{dead} is in line again\n{waiting} is in line again\n")
        shown = self.json("job", "show", dead)
        self.assertEqual((shown["state"], shown["attempts"]), ("queued", 0))
        self.assertEqual(self.json("job", "show", waiting)["state"], "queued")
        self.ok("queue", "resume", "default")
        self.wait_for_state(dead, "failed")
        self.assertEqual(self.json("job", "retry", dead), {"id": dead, "state": "queued"})

    def test_what_cannot_be_done_again_is_told_for_each(self):
        self.worker()
        done = self.make("test.echo")
        self.wait_for_state(done, "succeeded")
        self.fails(4, f"{done} has succeeded", "job", "retry", done)
        queued = self.make("test.echo", "--delay", "1h")
        self.fails(4, f"{queued} is scheduled", "job", "retry", queued)
        mixed = self.quern("job", "retry", "default.nope", done)
        self.assertEqual(mixed.returncode, 4)  # the worse of 3 and 4
        self.assertIn("default.nope", mixed.stderr)
        self.assertIn("has succeeded", mixed.stderr)


class DeadLetters(Operate):
    def setUp(self):
        super().setUp()
        self.worker()

    def ids(self, *words):
        return {job["id"] for job in self.json("dead-letter", "list", *words)["jobs"]}

    def test_filters_and_limit(self):
        self.assertEqual(self.ok("dead-letter", "list"), "no dead letters\n")
        failed, crashed = self.dead_letter(), self.make("test.segfault", "--max-attempts", "1")
        self.wait_for_state(crashed, "failed")
        self.assertEqual(self.ids(), {failed, crashed})
        self.assertEqual(self.ids("--task", "test.answer"), {failed})
        self.assertEqual(self.ids("--cause", "crashed"), {crashed})
        self.assertEqual(self.ids("--queue", "small"), set())
        self.assertEqual(self.ids("--since", "1h"), {failed, crashed})
        self.assertEqual(self.ids("--since", "0s"), set())
        self.assertEqual(self.ids("--error", "no such error"), set())
        one = self.json("dead-letter", "list", "--limit", "1")
        self.assertEqual((len(one["jobs"]), one["total"]), (1, 2))
        text = self.ok("dead-letter", "list", "--limit", "1")
        self.assertIn("1 more; --limit shows them", text)
        self.assertRegex(self.ok("dead-letter", "list"), rf"{failed} +test.answer +error +1 ")
        self.fails(3, "no worker has served it", "dead-letter", "list", "--queue", "nosuch")
        self.fails(2, '--cause: "tired" is not', "dead-letter", "list", "--cause", "tired")

    def test_replay_by_filter_runs_them_again(self):
        failed = {self.dead_letter() for _ in range(3)}
        other = self.make("test.segfault", "--max-attempts", "1")
        self.wait_for_state(other, "failed")
        dry = self.ok("dead-letter", "replay", "--task", "test.answer", "--dry-run")
        self.assertEqual(set(dry.split("\n")[:3]), failed)
        self.assertIn("would replay 3 dead letters", dry)
        self.assertEqual(self.ids(), failed | {other})
        self.ok("queue", "pause", "default")
        self.fails(2, "give --yes", "dead-letter", "replay", "--task", "test.answer")
        self.assertEqual(self.json("dead-letter", "replay", "--task", "test.answer", "--yes"),
                         {"dry_run": False, "replayed": 3, "gone": 0, "live": 0, "changed": 0})
        self.assertEqual(self.ids(), {other})
        self.ok("queue", "resume", "default")
        self.wait_until(lambda: self.ids() == failed | {other}, 20, "them to have failed again")

    def test_named_ones_need_no_yes_and_all_must_be_dead_letters(self):
        failed = self.dead_letter()
        done = self.make("test.echo")
        self.wait_for_state(done, "succeeded")
        self.fails(4, f"{done} is no dead letter: it is succeeded", "dead-letter", "delete", failed,
                   done)
        self.assertEqual(self.ids(), {failed})
        self.assertEqual(self.ok("dead-letter", "delete", failed), "1 deleted\n")
        self.fails(3, failed, "job", "show", failed)

    def test_nothing_is_done_to_all_by_mistake(self):
        failed = self.dead_letter()
        for action in ("replay", "delete"):
            self.fails(2, "name jobs, or give filters, or --all", "dead-letter", action)
            self.fails(2, "name jobs, or give filters, or --all", "dead-letter", action, failed,
                       "--all")
        said, code = self.ask("n", "dead-letter", "delete", "--all")
        self.assertIn("delete 1 dead letter? [y/N]", said)
        self.assertIn("nothing was changed", said)
        self.assertEqual((code, self.ids()), (4, {failed}))
        said, code = self.ask("y", "dead-letter", "delete", "--all")
        self.assertEqual((code, self.ids()), (0, set()))

    def test_more_than_one_batch(self):
        for _ in range(130):
            self.make("test.answer", "text=fail")
        self.wait_until(lambda: self.json("queue", "list")["queues"][0]["failed"] == 130, 30,
                        "the failures")
        self.assertEqual(self.json("dead-letter", "delete", "--all", "--yes")["deleted"], 130)
        self.assertEqual(self.ids(), set())


class Queues(Operate):
    def test_a_draining_queue_takes_nothing_in_and_ends_what_it_has(self):
        self.worker()
        job = self.make("test.wait")
        self.wait_for_state(job, "running")
        self.assertEqual(self.json("queue", "drain", "default"),
                         {"queue": "default", "draining": True, "changed": True})
        self.assertIn("was draining before", self.ok("queue", "drain", "default"))
        self.fails(4, "is draining: it takes no new jobs", "enqueue", "test.echo")
        self.assertRegex(self.ok("queue", "list"), r"default .* draining")
        self.fails(5, "default still has jobs: 1 running", "queue", "drain", "default", "--wait",
                   "--timeout", "100ms")
        self.ok("job", "cancel", job)
        self.assertIn("default is empty", self.ok("queue", "drain", "default", "--wait"))
        self.assertEqual(self.json("queue", "drain", "default", "--wait")["left"], 0)
        self.ok("queue", "resume", "default")
        self.make("test.echo")
        self.fails(3, "no worker has served it", "queue", "drain", "nosuch")

    def test_purge_removes_what_waits_and_nothing_else(self):
        self.worker()
        running = self.make("test.wait")
        self.wait_for_state(running, "running")
        again = self.make("test.answer", "text=retry", "n=3600000")
        self.wait_for_state(again, "retrying")
        self.ok("queue", "pause", "default")
        queued, later = self.make("test.echo"), self.make("test.echo", "--delay", "1h")
        self.assertEqual(self.ok("queue", "purge", "default", "--dry-run"),
                         "default: 1 queued, 1 scheduled, 1 retrying jobs would be removed\n")
        self.fails(2, "give --yes", "queue", "purge", "default")
        self.fails(2, '--state: "running"', "queue", "purge", "default", "--state", "running")
        self.assertEqual(self.json("queue", "purge", "default", "--state", "scheduled", "--yes"),
                         {"queue": "default", "dry_run": False, "queued": 0, "scheduled": 1,
                          "retrying": 0})
        said, code = self.ask("no", "queue", "purge", "default")
        self.assertIn("This removes 1 queued, 0 scheduled, 1 retrying jobs of default", said)
        self.assertEqual(code, 4)
        late = []
        self.assertEqual(self.ask("default", "queue", "purge", "default",
                                  meanwhile=lambda: late.append(self.make("test.echo")))[1], 0)
        for job in (queued, later, again):
            self.fails(3, job, "job", "show", job)
        self.assertEqual(self.json("job", "show", running)["state"], "running")
        self.assertEqual(self.json("job", "show", late[0])["state"], "queued")

    def test_the_table_shows_the_age_of_the_next_in_line(self):
        self.worker()
        self.ok("queue", "pause", "default")
        self.make("test.echo")
        self.assertRegex(self.ok("queue", "list"), r"default +1 +0 .* \d+s +1  paused")
        queues = {queue["name"]: queue for queue in self.json("queue", "list")["queues"]}
        self.assertIn("oldest_enqueued_at", queues["default"])
        self.assertNotIn("oldest_enqueued_at", queues["small"])


class OnATerminal(Operate):
    def terminal(self, *words):
        terminal = Terminal("quern", *words, env=self.env)
        self.addCleanup(terminal.close)
        return terminal

    def test_tables_fit_80_columns(self):
        self.worker()
        for _ in range(3):
            self.dead_letter()
        for words, seen in ((["queue", "list"], r"default +0 .* open"),
                            (["worker", "list"], r"running .* default:2"),
                            (["dead-letter", "list"], r"test.answer +error +1 .*it answers"),
                            (["stats"], r"all +0 +0 +0 +0 +3\n")):
            terminal = self.terminal(*words)
            self.assertEqual(terminal.end(), 0)
            self.assertRegex(terminal.screen.text(), seen)
            self.assertEqual(terminal.screen.wrapped, 0, terminal.screen.text())

    def test_a_drain_shows_what_is_left_and_what_keeps_it_there(self):
        self.worker()
        running = self.make("test.wait")
        self.wait_for_state(running, "running")
        late = self.make("test.echo", "--delay", "1h")
        self.ok("queue", "pause", "default")
        terminal = self.terminal("queue", "drain", "default", "--wait")
        terminal.wait_for("1 running, 1 scheduled")
        self.assertIn("default is paused too: none of its jobs start", terminal.screen.text())
        self.ok("job", "cancel", late)
        terminal.wait_for("1 running$")
        self.ok("job", "cancel", running)
        self.assertEqual(terminal.end(), 0)
        self.assertIn("default is empty", terminal.screen.text())


class LostAnswers(Operate):
    """The connection breaks while the broker has the question."""

    def cut(self, *words):
        """What a command says whose connection is cut in its first write."""
        self.server.cli("CLIENT", "PAUSE", 60000, "WRITE")
        process = subprocess.Popen([servers.BIN / "quern", *words], env={**os.environ, **self.env},
                                   stdout=subprocess.PIPE, text=True,
                                   preexec_fn=servers.die_with_parent)
        self.wait_until(self.blocked, 20, "the command to be held up")
        for client in self.blocked():
            self.server.cli("CLIENT", "KILL", "ID", client)
        self.server.cli("CLIENT", "UNPAUSE")
        said = process.communicate(timeout=20)[0]
        self.assertEqual(process.returncode, 0)
        return json.loads(said)

    def blocked(self):
        clients = [dict(word.split("=", 1) for word in line.split())
                   for line in self.server.cli("CLIENT", "LIST").splitlines()]
        return [client["id"] for client in clients
                if client["name"] == "quern" and "b" in client["flags"]]

    def test_is_asked_again(self):
        self.worker()
        self.dead_letter()
        said = self.cut("dead-letter", "replay", "--all", "--yes", "--json")
        self.assertEqual((said["replayed"], said["live"]), (1, 0))
        self.wait_until(lambda: self.json("dead-letter", "list")["total"] == 1, 20, "it to fail")
        said = self.cut("dead-letter", "delete", "--all", "--yes", "--json")
        self.assertEqual((said["deleted"], said["gone"]), (1, 0))
        self.ok("queue", "pause", "default")
        self.make("test.echo")
        self.assertEqual(self.cut("queue", "purge", "default", "--yes", "--json"),
                         {"queue": "default", "dry_run": False, "queued": 1, "scheduled": 0,
                          "retrying": 0, "at_least": True})
        self.assertEqual(self.cut("worker", "quiet", "--all", "--json")["told"], "quiet")

    def test_so_is_what_is_said_of_schedules(self):
        self.worker()
        words = ("--every", "1h", "--task", "test.echo", "--json")
        self.assertEqual(self.cut("schedule", "add", "one", *words)["changed"], True)
        self.assertEqual(self.cut("schedule", "pause", "one", "--json")["changed"], True)
        self.assertEqual(self.json("schedule", "show", "one")["state"], "paused")
        self.assertEqual(self.cut("schedule", "remove", "one", "--yes", "--json")["removed"], True)
        self.assertEqual(self.json("schedule", "list")["schedules"], [])

    def test_a_drain_waits_for_a_broker_that_went_away(self):
        self.worker()
        self.make("test.echo", "--delay", "1h")
        process = subprocess.Popen(
            [servers.BIN / "quern", "queue", "drain", "default", "--wait"], stdout=subprocess.PIPE,
            env={**os.environ, **self.env}, text=True, preexec_fn=servers.die_with_parent)
        self.wait_until(lambda: self.json("queue", "list")["queues"][0]["draining"], 20, "it")
        self.server.restart()
        self.wait_until(lambda: self.quern("worker", "list").returncode == 0, 20, "the broker")
        self.assertIsNone(process.poll())
        self.ok("queue", "purge", "default", "--yes")
        self.assertIn("default is empty", process.communicate(timeout=20)[0])
        self.assertEqual(process.returncode, 0)


class Workers(Operate):
    def one(self):
        return self.json("worker", "list")["workers"][0]

    def test_a_quiet_worker_takes_no_more(self):
        self.worker()
        running = self.make("test.wait")
        self.wait_for_state(running, "running")
        self.assertEqual(self.json("worker", "quiet", "--queue", "small"),
                         {"worker": self.one()["incarnation"], "told": "quiet"})
        self.wait_until(lambda: self.one()["state"] == "quiet", 10, "it to be quiet")
        waiting = self.make("test.echo")
        self.assertIn("quiet", self.ok("job", "explain", waiting))
        self.assertEqual(self.json("job", "show", running)["state"], "running")
        self.assertEqual(self.quern("job", "wait", waiting, "--timeout", "200ms").returncode, 5)

    def test_a_stopped_worker_ends_its_jobs_and_itself(self):
        worker = self.program("misbehaving_worker", "--concurrency", "1", env=self.env)
        self.wait_until(lambda: '"running"' in self.quern("worker", "list", "--json").stdout, 10,
                        "a worker")
        job = self.make("test.wait")
        self.wait_for_state(job, "running")
        name = self.one()["incarnation"]
        self.assertIn("was told to stop", self.ok("worker", "stop", name[:5]))
        self.assertIn("was told to stop", self.ok("worker", "stop", f"{self.one()['host']}:"
                                                  f"{self.one()['pid']}"))
        self.wait_until(lambda: self.one()["state"] == "draining", 10, "it to drain")
        self.assertEqual(self.json("job", "show", job)["state"], "running")
        self.ok("job", "cancel", job)
        self.assertEqual(worker.wait(20), 0)

    def test_what_a_worker_says_of_itself_cannot_write_to_a_terminal(self):
        self.worker()
        said = {"host": "\x1b[31mh", "pid": 1, "queues": [{"name": "default"}]}
        for name in ("hostile", 'no"name\n'):
            self.server.cli("ZADD", "{t}:workers", 9 * 10 ** 12, name)
            self.server.cli("SET", "{t}:worker:" + name, json.dumps(said))
            self.server.cli("ZADD", "{t:default}:leases", 9 * 10 ** 12, name)
        text = self.ok("worker", "quiet", "--all")
        self.assertIn("hostile (?[31mh:1) was told to be quiet", text)
        self.assertNotIn("\x1b", text)
        self.assertEqual(len(text.splitlines()), 2)
        self.fails(2, "an incarnation", "worker", "quiet", "no")
        self.assertEqual(self.json("worker", "stop", "hostile"),
                         {"worker": "hostile", "told": "stop"})

    def test_who_is_not_there_is_named(self):
        self.fails(3, 'no worker "nobody"', "worker", "stop", "nobody")
        self.fails(3, 'no worker "-iCgI"', "worker", "stop", "-iCgI")  # names may begin so
        self.fails(3, "no such worker alive", "worker", "quiet", "--all")
        self.fails(2, "name workers, or give one of --all and --queue", "worker", "stop")
        self.fails(2, "name workers, or give one of", "worker", "stop", "a", "--all")
        self.worker()
        self.fails(2, "an empty word names no worker", "worker", "stop", "")
        self.assertEqual(self.one()["state"], "running")


if __name__ == "__main__":
    case.main()
