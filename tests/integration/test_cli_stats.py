"""quern stats: one look in both forms, and the live screen as a terminal shows it."""
import json
import os
import pathlib
import signal
import subprocess

import case
import servers
from cli_case import Cli
from terminal import Terminal

LATE = ["--delay", "1h"]


class Stats(Cli):
    def watch(self, *words, **options):
        terminal = Terminal("quern", "stats", "--watch", "--every", "100ms", *words, env=self.env,
                            **options)
        self.addCleanup(terminal.close)
        return terminal


class OneLook(Stats):
    def test_figures_of_queues_workers_and_the_broker(self):
        self.worker()
        self.make("test.echo", *LATE)
        running = self.make("test.wait")
        self.wait_for_state(running, "running")
        self.quern("enqueue", "test.answer", "text=fail", "--wait")
        self.ok("queue", "drain", "small")
        self.wait_until(lambda: self.json("stats")["workers"]["busy"] == 1, 10, "it to be told")
        seen = self.json("stats")
        default, small = seen["queues"]
        keys = ("name", "queued", "running", "scheduled", "failed", "workers")
        self.assertEqual([default[key] for key in keys], ["default", 0, 1, 1, 1, 1])
        self.assertEqual((small["draining"], default["draining"]), (True, False))
        self.assertEqual(default["totals"]["enqueued"], 3)
        self.assertEqual(seen["all"]["failed"], 1)
        self.assertEqual(seen["workers"], {"alive": 1, "running": 1, "quiet": 0, "stopping": 0,
                                           "executors": 2, "busy": 1})
        self.assertEqual(seen["broker"]["eviction"], "noeviction")
        self.assertGreater(seen["broker"]["memory_used"], 0)
        text = self.ok("stats")
        self.assertRegex(text, r"default +0 +1 +1 +0 +1 +1  open")
        self.assertRegex(text, r"small .* draining")
        self.assertIn("workers     1 running; 1 of 2 executors busy", text)
        self.assertRegex(text, r"broker +Redis \d+\.\d+\.\d+, .*, noeviction, \d+ clients")

    def test_one_queue_alone(self):
        self.worker()
        queues = self.json("stats", "--queue", "small")["queues"]
        self.assertEqual([queue["name"] for queue in queues], ["small"])
        self.fails(3, "no worker has served it", "stats", "--queue", "nosuch")

    def test_an_empty_broker_and_none(self):
        self.assertEqual(self.json("stats")["queues"], [])
        self.assertIn("workers     0 running; 0 of 0 executors busy", self.ok("stats"))
        self.server.stop()
        self.fails(69, "", "stats")

    def test_a_user_of_redis_who_may_not_ask_for_info_sees_the_rest(self):
        self.worker()
        self.server.cli("ACL", "SETUSER", "plain", "on", ">sesame", "~*", "&*", "+@all", "-info")
        url = self.server.url.replace("unix://", "unix://plain:sesame@")
        seen = self.json("stats", QUERN_BROKER_URL=url)
        self.assertIsNone(seen["broker"])
        self.assertEqual(len(seen["queues"]), 2)
        self.assertIn("it does not tell about itself", self.ok("stats", QUERN_BROKER_URL=url))

    def test_options_that_make_no_sense_are_refused(self):
        self.fails(2, "--every goes with --watch", "stats", "--every", "1s")
        self.fails(2, "--every: 100ms to 1h", "stats", "--watch", "--every", "1ms")
        self.fails(2, "--every", "stats", "--watch", "--every", "soon")

    def test_without_a_terminal_the_live_screen_is_refused_with_the_way_out(self):
        refused = self.quern("stats", "--watch")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--watch needs a terminal", refused.stderr)
        self.assertIn("--json", refused.stderr)
        dumb = Terminal("quern", "stats", "--watch", env={**self.env, "TERM": "dumb"})
        self.addCleanup(dumb.close)
        self.assertEqual(dumb.end(), 2)


class Lines(Stats):
    def test_a_line_of_json_for_each_look_until_nobody_reads(self):
        self.worker()
        process = subprocess.Popen(
            [servers.BIN / "quern", "stats", "--watch", "--json", "--every", "100ms"],
            env={**os.environ, **self.env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, preexec_fn=servers.die_with_parent)
        first = json.loads(process.stdout.readline())
        self.assertNotIn("per_second", first["all"])
        self.assertEqual(json.loads(process.stdout.readline())["all"]["per_second"]["enqueued"], 0)
        self.make("test.pid")
        while json.loads(process.stdout.readline())["all"]["per_second"]["enqueued"] == 0:
            pass
        self.server.stop()
        while "error" not in (line := json.loads(process.stdout.readline())):
            pass
        self.assertIn("broker", line["error"])
        self.server.start()
        while "error" in json.loads(process.stdout.readline()):
            pass
        process.stdout.close()
        self.assertEqual(process.wait(20), 1)
        process.stderr.close()


class Screen(Stats):
    def setUp(self):
        super().setUp()
        self.worker()

    def assert_restored(self, terminal):
        self.assertTrue(terminal.is_restored())
        self.assertEqual((terminal.screen.alternate, terminal.screen.cursor, terminal.screen.wraps),
                         (False, True, True))

    def test_80_columns_and_24_lines_hold_it_and_it_goes_on(self):
        terminal = self.watch()
        terminal.wait_for(r"default +0 +0 +0 +0 +0 +1  open")
        terminal.wait_for(r"per second  0.0 enqueued, 0.0 succeeded, 0.0 failed")
        self.make("test.echo", *LATE)
        terminal.wait_for(r"default +0 +0 +1 ")
        for _ in range(5):
            self.make("test.pid")
        terminal.wait_for(r"per second  [1-9][0-9.]* enqueued")
        terminal.wait_for(r"per second  0.0 enqueued")
        terminal.wait_for(r"totals +6 enqueued, 5 succeeded")
        self.ok("queue", "pause", "small")
        terminal.wait_for(r"small .* paused")
        self.assertEqual(terminal.screen.wrapped, 0)
        terminal.press("q")
        self.assertEqual(terminal.end(), 0)
        self.assert_restored(terminal)

    def test_more_queues_than_lines_are_counted(self):
        self.server.cli("SADD", "{t}:queues", *[f"queue-{i:02}" for i in range(40)])
        terminal = self.watch()
        terminal.wait_for(r"\+ 28 more\nall ")
        self.assertEqual(len(terminal.screen.text().split("\n")), 24)
        terminal.resize(120, 60)
        terminal.wait_for(r"(?s)DONE/S.*queue-39")
        terminal.resize(60, 14)
        terminal.wait_for(r"\+ 38 more\nall ")
        self.assertEqual(len(terminal.screen.text().split("\n")), 14)
        self.assertEqual(terminal.screen.wrapped, 0)

    def test_a_broker_that_goes_away_is_told_and_looked_for(self):
        terminal = self.watch()
        terminal.wait_for(r"default .* open")
        self.server.kill9()
        terminal.wait_for(r"for \d+s, trying again: broker")
        self.assertRegex(terminal.screen.text(), r"default .* open")  # as it was seen last
        self.server.restart()
        terminal.wait_until(lambda: "trying again" not in terminal.screen.text(), "it to be back")
        terminal.press("q")
        self.assertEqual(terminal.end(), 0)

    def test_a_broker_that_hangs_does_not_hold_up_the_keys(self):
        terminal = self.watch()
        terminal.wait_for(r"default .* open")
        self.server.pause()
        self.addCleanup(self.server.resume)
        terminal.read(0.3)
        terminal.press("q")
        self.assertEqual(terminal.end(3), 0)
        self.assert_restored(terminal)

    def test_signals_give_the_terminal_back(self):
        for signo, code in ((signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM),
                            (signal.SIGHUP, -signal.SIGHUP)):
            terminal = self.watch()
            terminal.wait_for(r"default .* open")
            if signo == signal.SIGINT:
                terminal.press("\x03")
            else:
                terminal.send(signo)
            self.assertEqual(terminal.end(), code)
            self.assert_restored(terminal)

    def test_a_stop_gives_the_terminal_back_until_it_goes_on(self):
        terminal = self.watch()
        terminal.wait_for(r"default .* open")
        terminal.press("\x1a")
        terminal.wait_until(lambda: not terminal.screen.alternate, "the screen to be left")
        self.wait_until(terminal.is_restored, 10, "the keys as they were")
        status = pathlib.Path(f"/proc/{terminal.process.pid}/status")
        self.wait_until(lambda: "T (stopped)" in status.read_text(), 10, "it to stop")
        terminal.send(signal.SIGCONT)
        terminal.wait_for(r"default .* open")
        self.assertTrue(terminal.screen.alternate)
        terminal.press("q")
        self.assertEqual(terminal.end(), 0)

    def test_an_error_is_read_on_the_terminal_as_it_was(self):
        terminal = self.watch("--queue", "nosuch")
        self.assertEqual(terminal.end(), 3)
        self.assert_restored(terminal)
        self.assertIn("no worker has served it", terminal.screen.text())


if __name__ == "__main__":
    case.main()
