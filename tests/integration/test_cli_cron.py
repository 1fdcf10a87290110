#!/usr/bin/env python3
"""quern cron next and explain, which need no broker: the sample through the real program."""
import json
import os
import pathlib
import pty
import subprocess
import unittest

import servers

SAMPLE = pathlib.Path(__file__).resolve().parents[1] / "unit" / "cron_sample.tsv"
QUERN = servers.BIN / "quern"
# Nothing listens there: a command that asked the broker would fail.
ENV = dict(os.environ, QUERN_BROKER_URL="redis://127.0.0.1:1", QUERN_TIMEZONE="UTC",
           QUERN_CONFIG="/dev/null")


class Cron(unittest.TestCase):
    def run_cron(self, *words, stdin=""):
        return subprocess.run([QUERN, "cron", *words], input=stdin, text=True, env=ENV,
                              capture_output=True, timeout=60)

    def ok(self, *words, stdin=""):
        done = self.run_cron(*words, stdin=stdin)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def fails(self, text, *words, stdin=""):
        done = self.run_cron(*words, stdin=stdin)
        self.assertEqual((done.returncode, done.stdout), (2, ""), words)
        self.assertIn(text, done.stderr)

    def test_the_sample_comes_out_exactly(self):
        sample = SAMPLE.read_text()
        rows = [line.split("\t") for line in sample.splitlines()]
        self.assertEqual(len(rows), 60)
        questions = "".join("\t".join(row[:3]) + "\n" for row in rows)
        self.assertEqual(self.ok("next", "--batch", "-", stdin=questions), sample)
        for expression, zone, after, times in rows[:5]:
            got = self.ok("next", expression, "--tz", zone, "--after", after, "--count", "3")
            self.assertEqual(got, times.replace(",", "\n") + "\n")

    def test_a_batch_answers_each_line_in_its_place(self):
        after = "2026-01-01T00:00:00Z"
        lines = [
            f"0 0 * * *\tUTC\t{after}",
            "",
            f"0\t0 *\t* *\tUTC\t{after}",
            f"61 * * * *\tUTC\t{after}",
            f"0 0 * * *\tMars/Olympus\t{after}",
            f"0 0 * * *\t../UTC\t{after}",
            f"0 0 * * *\t\t{after}",
            "0 0 * * *\tUTC\tyesterday",
            "0 0 * * *\tUTC\t2026-02-30T00:00:00Z",
            "0 0 * * *",
            f"0 0 \uff11 * *\tUTC\t{after}",
            f"{'0' * 300}\tUTC\t{after}",
            f"*/5 2 ? 3 SUN#2\tAmerica/New_York\t{after}",
            f"@every 1h\tUTC\t1969-12-31T23:59:59.5Z",
        ]
        done = self.run_cron("next", "--batch", "-", stdin="\n".join(lines))
        self.assertEqual((done.returncode, done.stderr), (2, ""))
        times = "2026-01-02T00:00:00+00:00,2026-01-03T00:00:00+00:00,2026-01-04T00:00:00+00:00"
        endings = [
            times, "", times,
            "error: minute: 61 is not in 0-59",
            'error: time zone "Mars/Olympus" is not known',
            'error: "../UTC" is no name of a time zone',
            'error: "" is no name of a time zone',
            "error: after: it is no time such as 2026-06-30T15:15:00+08:00",
            "error: after: it is no time such as 2026-06-30T15:15:00+08:00",
            "error: a line is: expression TAB zone TAB time",
            "error: character 5 is not printable ASCII",
            "error: 300 characters, but an expression has 1 to 255",
            "error: it never fires after this time: clocks do not show what it wants",
            "1970-01-01T00:59:59+00:00,1970-01-01T01:59:59+00:00,1970-01-01T02:59:59+00:00",
        ]
        wanted = [line and f"{line}\t{ending}" for line, ending in zip(lines, endings)]
        self.assertEqual(done.stdout.splitlines(), wanted)

    def test_a_line_too_long_leaves_the_others_alone(self):
        good = "0 0 * * *\tUTC\t2026-01-01T00:00:00Z\n"
        done = self.run_cron("next", "--batch", "-", "--count", "1",
                             stdin=good + "x" * 200_000 + "\n" + good)
        self.assertEqual(done.returncode, 2)
        first, long, last = done.stdout.splitlines()
        self.assertEqual(first, last)
        self.assertEqual(long, "\terror: the line is longer than 65536 bytes")

    def test_who_asks_line_by_line_is_answered_line_by_line(self):
        with subprocess.Popen([QUERN, "cron", "next", "--batch", "-"], env=ENV, text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
            for day in (1, 2, 3):
                program.stdin.write(f"0 0 {day} * *\tUTC\t2026-01-01T00:00:00Z\n")
                program.stdin.flush()
                self.assertIn(f"-0{day}T00:00:00+00:00", program.stdout.readline())
            program.stdin.close()
            self.assertEqual(program.wait(60), 0)

    def test_a_terminal_is_sent_no_control_characters(self):
        parent, child = pty.openpty()
        with subprocess.Popen([QUERN, "cron", "next", "--batch", "-"], env=ENV, text=True,
                              stdin=subprocess.PIPE, stdout=child) as program:
            program.communicate("\x1b[2J\tUTC\t2026-01-01T00:00:00Z\n", timeout=60)
        self.assertEqual(os.read(parent, 4096), b"\terror: character 1 is not printable ASCII\r\n")
        os.close(child)
        os.close(parent)

    def test_next_is_a_line_each_or_one_object(self):
        words = ("next", "0 9 * * MON-FRI", "--tz", "Europe/Berlin", "--after",
                 "2026-03-27T12:00:00Z")
        lines = self.ok(*words).splitlines()
        self.assertEqual(lines, [f"2026-03-{day}T09:00:00+02:00" for day in (30, 31)] +
                         [f"2026-04-0{day}T09:00:00+02:00" for day in (1, 2, 3)])
        self.assertEqual(json.loads(self.ok(*words, "--count", "1", "--json")), {
            "cron": "0 9 * * MON-FRI", "after": "2026-03-27T13:00:00+01:00",
            "zone": "Europe/Berlin", "next": ["2026-03-30T09:00:00+02:00"]})
        self.assertEqual(len(self.ok("next", "* * * * *").splitlines()), 5)

    def test_without_a_zone_it_is_the_one_of_the_settings(self):
        after = ("--after", "2026-01-01T00:00:00Z", "--count", "1")
        self.assertEqual(self.ok("next", "0 0 * * *", *after), "2026-01-02T00:00:00+00:00\n")
        self.assertEqual(self.ok("next", "0 0 * * *", "--timezone", "Asia/Tokyo", *after),
                         "2026-01-02T00:00:00+09:00\n")

    def test_what_is_wrong_is_told_with_exit_code_2(self):
        for text, words in (
                ("day of month: 32 is not in 1-31", ("0 0 32 * *",)),
                ("minute: \"-5\": a number was expected", ("-5 * * * *",)),
                ("no date of any year", ("0 0 30 2 *",)),
                ("1 to 255", ("",)),
                ('time zone "Mars/X" is not known', ("0 0 * * *", "--tz", "Mars/X")),
                ("no name of a time zone", ("0 0 * * *", "--tz", "../../etc/passwd")),
                ("--after: \"noon\" is no time", ("0 0 * * *", "--after", "noon")),
                ("--count is from 1 to 1000", ("0 0 * * *", "--count", "0")),
                ("--count is from 1 to 1000", ("0 0 * * *", "--count", "1001")),
                ("an expression is missing", ()),
                ("--batch takes expression", ("0 0 * * *", "--batch", "-")),
                ("--batch takes expression", ("--batch", "-", "--tz", "UTC")),
                ("never fires", ("*/5 2 ? 3 SUN#2", "--tz", "America/New_York"))):
            self.fails(text, "next", *words)
        error = json.loads(self.run_cron("next", "0 0 32 * *", "--json").stderr)
        self.assertEqual(error, {"error": "day of month: 32 is not in 1-31", "code": "invalid",
                                 "exit": 2})
        done = self.run_cron("next", "--batch", "/no/such/file")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/no/such/file", done.stderr)

    def test_explain_tells_words_changes_of_clocks_and_times(self):
        lines = self.ok("explain", "30 2 * * FRIL", "--tz", "Europe/Berlin").splitlines()
        self.assertEqual(lines[0], "At 02:30 on the last Friday of the month")
        self.assertEqual(lines[1], "  in Europe/Berlin")
        self.assertIn("fires once, right after the gap", lines[2])
        self.assertRegex(lines[3], r"^  next  \d{4}-\d\d-\d\dT02:30:00\+0[12]:00$")
        self.assertEqual(len(lines), 6)
        told = json.loads(self.ok("explain", "*/5 * * * *", "--tz", "Europe/Berlin", "--json"))
        self.assertEqual(told["words"], "Every 5 minutes")
        self.assertIn("on the wall", told["clock"])
        self.assertEqual(len(told["next"]), 3)
        self.assertNotIn("clock", json.loads(self.ok("explain", "*/5 * * * *", "--json")))
        self.assertNotIn("in UTC", self.ok("explain", "@every 90s"))
        self.fails("month: 13 is not in 1-12", "explain", "0 0 1 13 *")


if __name__ == "__main__":
    unittest.main()
