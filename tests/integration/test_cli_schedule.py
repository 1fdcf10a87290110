#!/usr/bin/env python3
"""quern schedule against a real Redis, a real beat and a real worker, for people and for
programs."""
import json
import re

import case
import cli_case
import servers
from terminal import Terminal

NIGHTLY = """# every night
[schedule nightly]
task = test.echo
cron = 0 1 * * *
zone = Europe/Berlin
args = {"text": "good night"}
queue = small
priority = 2
expires = 90m
max-attempts = 3
"""
BAD = "[schedule bad]\ntask = test.nobody\nevery = 1s\n"
TIME = r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d"


class Schedule(cli_case.Cli):
    def file(self, text):
        path = self.folder / "schedule.conf"
        path.write_text(text)
        return str(path)

    def beat(self, text="", label="beat", **env):
        beat = self.program("quern-beat", "--schedule", self.file(text), label=label,
                            env={**self.env, "QUERN_BEAT_LEASE": "400ms", **env})
        wanted = set(re.findall(r"^\[schedule (.*)\]$", text, re.M))
        self.wait_until(lambda: self.has_told(wanted), 20, "a leader that has told its file")
        return beat

    def has_told(self, wanted):
        listed = self.json("schedule", "list")
        return listed["leads"] and wanted <= {one["name"] for one in listed["schedules"]}

    def add(self, name, *words):
        return self.json("schedule", "add", name, "--task", "test.echo", *words)

    def show(self, name):
        return self.json("schedule", "show", name)

    def fires(self, name):
        return self.json("schedule", "history", name)["fires"]

    def lines_of(self, screen):
        """title -> text of a screen that describes one thing."""
        return dict(re.findall(r"^  (\w[\w ]*\w) {2,}(.*)$", screen, re.M))


class Definitions(Schedule):
    def setUp(self):
        super().setUp()
        self.worker()

    def test_each_option_says_its_member(self):
        made = self.json(
            "schedule", "add", "all", "--cron", "0 1 * * *", "--zone", "Europe/Berlin", "--jitter",
            "10s", "--starts-at", "2026-01-01T00:00:00Z", "--ends-at", "2099-01-01T00:00:00Z",
            "--catch-up", "all", "--catch-up-max", "7", "--overlap", "cancel_previous", "--task",
            "test.echo", "--args", '{"text": "x"}', "--queue", "small", "--priority", "2",
            "--expires", "1h", "--max-attempts", "3", "--retry", "exponential:2s:10m",
            "--soft-limit", "10s", "--hard-limit", "20s", "--result-ttl", "1h", "--limit-key",
            "acme", "--on-failed", 'test.echo={"n": 7}', "--unique",
            "until=window,for=10m,conflict=existing,key=a,b", "--tag", "one", "--tag", "two")
        self.assertEqual((made["changed"], made["source"]), (True, "cli"))
        self.assertEqual(made["definition"], {
            "cron": "0 1 * * *", "zone": "Europe/Berlin", "jitter": "10s",
            "starts_at": "2026-01-01T00:00:00.000Z", "ends_at": "2099-01-01T00:00:00.000Z",
            "catch_up": "all", "catch_up_max": 7, "overlap": "cancel_previous",
            "job": {"task": "test.echo", "args": {"text": "x"}, "queue": "small", "priority": 2,
                    "expires": "1h", "max_attempts": 3,
                    "retry": {"kind": "exponential", "base": "2s", "cap": "10m"},
                    "soft_limit": "10s", "hard_limit": "20s", "result_ttl": "1h",
                    "limit_key": "acme", "tags": ["one", "two"],
                    "on_failed": {"task": "test.echo", "args": {"n": 7}},
                    "unique": {"until": "window", "conflict": "existing", "for": "10m",
                               "key": "a,b"}}})
        listed = self.json("schedule", "add", "list", "--every", "60s", "--task", "test.echo",
                           "--retry", "list:1s:10s")
        self.assertEqual(listed["definition"]["job"]["retry"],
                         {"kind": "list", "delays": ["1s", "10s"]})

    def test_arguments_are_words_by_their_types(self):
        self.assertEqual(self.add("words", "--every", "1h", "n=5", "text=5")["definition"]["job"],
                         {"task": "test.echo", "args": {"n": 5, "text": "5"}})
        made = self.json("schedule", "add", "stdin", "--every", "1h", "--task", "test.echo",
                         "--args", "-", stdin='{"n": 6}')
        self.assertEqual(made["definition"]["job"]["args"], {"n": 6})

    def test_a_whole_definition_comes_from_a_file_or_stdin(self):
        first = self.add("first", "--cron", "0 1 * * *")["definition"]
        path = self.folder / "first.json"
        path.write_text(json.dumps(first))
        for name, words, stdin in (("second", ("--file", str(path)), ""),
                                   ("third", ("--file", "-"), json.dumps(first))):
            made = self.json("schedule", "add", name, *words, stdin=stdin)
            self.assertEqual(made["definition"], first)
        path.write_text(json.dumps({**first, "cron": "0 2 * * *"}))
        changed = self.json("schedule", "change", "second", "--file", str(path))
        self.assertEqual(changed["definition"]["cron"], "0 2 * * *")
        self.fails(2, "--file and --cron exclude each other", "schedule", "change", "second",
                   "--file", str(path), "--cron", "0 3 * * *")
        self.fails(2, "exclude each other", "schedule", "change", "second", "n=1", "--file", "-")
        path.write_text("{")
        self.fails(2, "byte 1", "schedule", "change", "second", "--file", str(path))
        self.fails(1, "No such file", "schedule", "add", "x", "--file", str(path) + ".none")

    def test_a_change_leaves_alone_what_it_does_not_name(self):
        self.add("one", "--cron", "0 1 * * *", "--zone", "UTC", "--catch-up", "all",
                 "--catch-up-max", "3", "--priority", "2", "n=5")
        changed = self.json("schedule", "change", "one", "--every", "1h", "--queue", "small")
        self.assertEqual(changed["definition"], {
            "every": "1h", "zone": "UTC", "catch_up": "all", "catch_up_max": 3, "overlap": "allow",
            "job": {"task": "test.echo", "priority": 2, "args": {"n": 5}, "queue": "small"}})
        changed = self.json("schedule", "change", "one", "--catch-up", "skip", "--priority=",
                            "text=hello")
        self.assertEqual(changed["definition"], {
            "every": "1h", "zone": "UTC", "catch_up": "skip", "overlap": "allow",
            "job": {"task": "test.echo", "queue": "small", "args": {"text": "hello"}}})
        again = self.json("schedule", "change", "one", "--queue", "small")
        self.assertEqual((again["changed"], again["changed_at"]), (False, changed["changed_at"]))
        self.assertTrue(self.ok("schedule", "change", "one", "--queue", "small").startswith(
            "one was so before\n"))
        self.fails(2, "what is to be changed", "schedule", "change", "one")

    def test_what_is_no_definition_is_refused(self):
        for words, text in (
                (("--cron", "99 * * * *"), "minute: 99 is not in 0-59"),
                (("--cron", "0 1 * * *", "--zone", "Mars/Base"), "zone"),
                (("--cron", "0 1 * * *", "--every", "1h"), "another of cron, every and at"),
                ((), "one of cron, every and at is required"),
                (("--at", "tomorrow"), "at must be a time"),
                (("--every", "1h", "--catch-up", "often"), "catch_up must be skip, one or all"),
                (("--every", "1h", "--catch-up-max", "5"), "catch_up_max has a meaning with"),
                (("--every", "1h", "--catch-up-max", "x"), "--catch-up-max: \"x\" is no whole"),
                (("--every", "1h", "--overlap", "no"), "overlap must be"),
                (("--every", "1h", "--priority", "9"), "priority must be between 0 and 3"),
                (("--every", "1h", "--retry", "never"), "--retry: "),
                (("--every", "1h", "--unique", "no"), "--unique: "),
                (("--every", "1h", "--args", "[]"), "--args: a JSON object"),
                (("--every", "1h", "--args", "{}", "n=1"), "exclude each other"),
                (("--every", "1h", "--count", "0"), "--count: 1 to 100"),
                (("--every", "1h", "nothing=1"), "nothing")):
            self.fails(2, text, "schedule", "add", "x", "--task", "test.echo", *words)
        self.fails(3, "no worker has published it", "schedule", "add", "x", "--every", "1h",
                   "--task", "test.echo", "--on-failed", "no.such")
        self.fails(2, "job: task is required", "schedule", "add", "x", "--every", "1h")
        self.fails(3, "no worker has published it", "schedule", "add", "x", "--every", "1h",
                   "--task", "no.such")
        self.fails(3, 'queue "nowhere"', "schedule", "add", "x", "--every", "1h", "--task",
                   "test.echo", "--queue", "nowhere")
        self.fails(2, "must be 1-32", "schedule", "add", "X", "--every", "1h", "--task",
                   "test.echo")
        self.assertEqual(self.json("schedule", "list")["schedules"], [])
        self.add("x", "--every", "1h", "--task", "no.such", "--accept-unknown")

    def test_what_is_there_or_not_there_is_told(self):
        self.add("one", "--every", "1h")
        self.fails(4, "quern schedule change changes it", "schedule", "add", "one", "--every", "1h",
                   "--task", "test.echo")
        for words in (("show", "other"), ("change", "other", "--every", "1h"), ("remove", "other"),
                      ("pause", "other"), ("resume", "other"), ("run", "other"),
                      ("history", "other"), ("show", "Not a name")):
            self.fails(3, "there is no schedule", "schedule", *words)

    def test_a_preview_needs_no_broker_and_keeps_nothing(self):
        away = {"QUERN_BROKER_URL": "unix:///none"}
        out = self.ok("schedule", "preview", "--cron", "0 9 * * mon#1", "--zone", "Europe/Berlin",
                      "--starts-at", "2027-01-01T00:00:00Z", "--count", "2", **away)
        self.assertEqual(out, "  when          At 09:00 on the first Monday of the month\n"
                              "  zone          Europe/Berlin\n"
                              "  next          2027-01-04 09:00:00+01:00\n"
                              "                2027-02-01 09:00:00+01:00\n")
        told = self.json("schedule", "preview", "--at", "2099-01-01T00:00:00Z", "--zone", "UTC",
                         **away)
        self.assertEqual(told, {"text": "Once, at 2099-01-01T00:00:00+00:00", "zone": "UTC",
                                "next": ["2099-01-01T00:00:00+00:00"]})
        self.assertIn("next          never\n", self.ok("schedule", "preview", "--at",
                                                      "2020-01-01T00:00:00Z", **away))
        self.fails(2, "cron: ", "schedule", "preview", "--cron", "x", **away)


class Screens(Schedule):
    LONG = "a-name-of-thirty-two-characters-"

    def test_all_are_listed_with_what_was_and_comes(self):
        self.worker()
        self.beat(NIGHTLY)
        self.add("tick", "--every", "1s", "--zone", "UTC")
        self.add("later", "--at", "2099-01-01T00:00:00Z")
        self.add("gone", "--at", "2020-01-01T00:00:00Z")
        self.ok("schedule", "pause", "later")
        self.wait_until(lambda: self.fires("tick"), 20, "a fire")
        lines = self.ok("schedule", "list").splitlines()
        self.assertEqual(lines[0].split(),
                         ["NAME", "WHEN", "ZONE", "TASK", "QUEUE", "LAST", "NEXT"])
        self.assertRegex(lines[-1], r"^leading +\S+:\d+:\S+$")
        for line, pattern in zip(lines[1:-2], (
                r"^gone +at 2020-01-01T00:00:00Z +Asia/Shanghai +test.echo +over$",
                r"^later +at 2099-01-01T00:00:00Z +Asia/Shanghai +test.echo +paused$",
                r"^nightly +0 1 \* \* \* +Europe/Berlin +test.echo +small +in \d+[hms]$",
                r"^tick +every 1s +UTC +test.echo +\d+s ago +in \d+s$"), strict=True):
            self.assertRegex(line, pattern)
        listed = self.json("schedule", "list")
        self.assertRegex(listed["leader"], r":\d+")
        nightly = next(one for one in listed["schedules"] if one["name"] == "nightly")
        self.assertEqual(nightly, self.show("nightly"))
        self.assertEqual(nightly["definition"]["job"], {
            "task": "test.echo", "args": {"text": "good night"}, "queue": "small", "priority": 2,
            "expires": "90m", "max_attempts": 3})
        self.assertRegex(nightly["source"], r"^file .*schedule\.conf:2$")

    def test_one_is_shown_whole(self):
        self.worker()
        self.beat(NIGHTLY)
        screen = self.ok("schedule", "show", "nightly", "--count", "2")
        told = self.lines_of(screen)
        self.assertEqual(screen.splitlines()[0], "nightly")
        self.assertEqual((told["when"], told["cron"], told["zone"]),
                         ("At 01:00 every day", "0 1 * * *", "Europe/Berlin"))
        self.assertEqual((told["task"], told["args"], told["queue"], told["priority"]),
                         ("test.echo", '{"text":"good night"}', "small", "2"))
        self.assertEqual((told["expires"], told["max attempts"]), ("90m", "3"))
        self.assertRegex(told["said by"], rf"^file .*schedule\.conf:2, {TIME}$")
        self.assertRegex(told["next"], r" 01:00:00\+0[12]:00$")
        self.assertEqual(len(re.findall(r" 01:00:00\+0[12]:00$", screen, re.M)), 2)
        self.assertNotIn("last", told)
        job = self.ok("schedule", "run", "nightly").strip()
        self.ok("schedule", "pause", "nightly")
        self.assertRegex(self.lines_of(self.ok("schedule", "show", "nightly"))["paused since"],
                         f"^{TIME}$")
        screen = self.ok("schedule", "history", "nightly").splitlines()
        self.assertEqual(screen[0].split(), ["PLANNED", "AT", "WHAT", "JOB", "MISSED"])
        self.assertRegex(screen[1], rf"^by hand +{TIME} +run +{job} *$")

    def test_tables_fit_80_columns(self):
        self.worker()
        self.add(self.LONG, "--cron", "0,15,30,45 8-18 1-7,15-21 * mon-fri", "--zone",
                 "America/Argentina/Buenos_Aires", "--queue", "default")
        self.ok("schedule", "run", self.LONG)
        for words, seen in ((["list"], r"in \d+[smhd]"),
                            (["history", self.LONG], r"by hand .* run ")):
            terminal = Terminal("quern", "schedule", *words, env=self.env)
            self.addCleanup(terminal.close)
            self.assertEqual(terminal.end(), 0)
            self.assertRegex(terminal.screen.text(), seen)
            self.assertEqual(terminal.screen.wrapped, 0, terminal.screen.text())

    def test_what_anybody_wrote_there_breaks_nothing(self):
        self.worker()
        for value in ("", "{", "[]", "5", "{}", '{"next":5,"job":[],"changed_at":1}',
                      '{"cron":"0 1 * * *","job":{"task":"x"},"changed_at":1,"source":"\\u001b"}'):
            self.server.cli("HSET", "{t}:schedules", "x", value)
            self.server.cli("HSET", "{t}:schedules:last", "x", value)
            self.assertRegex(self.ok("schedule", "list"), r"(?m)^x .*damaged$")
            self.assertEqual(self.json("schedule", "list")["schedules"][0]["state"], "damaged")
            self.assertIn("damaged", self.ok("schedule", "show", "x"))
            self.ok("schedule", "history", "x")
            self.assertEqual(self.quern("schedule", "run", "x").returncode, 1)
        self.ok("schedule", "remove", "x", "--yes")

    def test_without_a_beat_it_says_so(self):
        self.worker()
        done = self.quern("schedule", "list")
        self.assertEqual((done.returncode, done.stdout), (0, "no schedules\n"))
        self.assertIn("no beat leads", done.stderr)
        self.assertEqual(self.json("schedule", "list"), {"leads": False, "schedules": []})
        done = self.quern("schedule", "add", "one", "--every", "1h", "--task", "test.echo")
        self.assertEqual(done.returncode, 0)
        self.assertIn("no beat leads", done.stderr)
        self.beat()
        self.assertEqual(self.quern("schedule", "show", "one").stderr, "")


class Acting(Schedule):
    def test_what_is_added_fires_until_it_is_paused_or_removed(self):
        self.worker()
        self.beat()
        self.add("tick", "--every", "1s", "text=tick")
        fire = self.wait_until(lambda: self.fires("tick"), 20, "it to fire")[-1]
        self.assertEqual(fire["what"], "made")
        self.assertRegex(fire["job"], r"^default\.tick-\d+$")
        self.wait_for_state(fire["job"], "succeeded")
        self.assertEqual(self.json("job", "show", fire["job"])["result"], {"text": "tick"})
        self.assertEqual(self.ok("schedule", "pause", "tick"),
                         "tick is paused: its times are passed over\n")
        self.assertEqual(self.ok("schedule", "pause", "tick"), "tick was paused before\n")
        self.wait_until(self.is_quiet, 30, "nothing to be under way")
        count = len(self.fires("tick"))
        self.assertEqual(self.json("schedule", "resume", "tick"),
                         {"name": "tick", "paused": False, "changed": True})
        self.assertEqual(self.ok("schedule", "resume", "tick"), "tick was not paused\n")
        self.wait_until(lambda: len(self.fires("tick")) > count, 20, "it to fire again")
        self.json("schedule", "change", "tick", "text=tock", "--queue", "small")
        fire = self.wait_until(
            lambda: next((one for one in self.fires("tick")
                          if one.get("job", "").startswith("small.")), None), 20, "the change")
        self.wait_for_state(fire["job"], "succeeded")
        self.assertEqual(self.json("job", "show", fire["job"])["result"], {"text": "tock"})
        self.assertEqual(self.ok("schedule", "remove", "tick", "--yes"), "tick is removed\n")
        self.fails(3, "there is no schedule", "schedule", "history", "tick")

    def is_quiet(self):
        """The last planned time that was fired lies three seconds back."""
        now = int(self.server.cli("TIME").split()[0])
        return now - int(self.fires("tick")[0]["job"].rsplit("-", 1)[1]) >= 3

    def test_a_schedule_is_run_beside_its_times(self):
        self.worker()
        self.beat(NIGHTLY)
        job = self.ok("schedule", "run", "nightly").strip()
        self.wait_for_state(job, "succeeded")
        info = self.json("job", "show", job)
        self.assertEqual((info["queue"], info["priority"], info["result"]),
                         ("small", 2, {"text": "good night"}))
        self.assertEqual(self.server.cli("HGETALL", "{t:small}:fired"), "")
        again = self.json("schedule", "run", "nightly")["id"]
        self.assertNotEqual(again, job)
        self.assertEqual([(one["what"], one["job"]) for one in self.fires("nightly")],
                         [("run", again), ("run", job)])

    def test_what_a_file_owns_is_changed_there(self):
        self.worker()
        self.beat(NIGHTLY)
        before = self.show("nightly")
        for words in (("change", "nightly", "--every", "1h"), ("remove", "nightly", "--yes")):
            self.fails(4, "schedule.conf:2: it is changed there", "schedule", *words)
        self.assertEqual(self.show("nightly"), before)
        self.assertTrue(self.json("schedule", "pause", "nightly")["changed"])

    def test_to_remove_it_asks(self):
        self.worker()
        self.add("one", "--every", "1h")
        self.fails(2, "give --yes", "schedule", "remove", "one")
        terminal = Terminal("quern", "schedule", "remove", "one", env=self.env)
        self.addCleanup(terminal.close)
        terminal.wait_for("[y/N]")
        terminal.press("n\n")
        self.assertEqual(terminal.end(), 4)
        self.assertEqual(self.show("one")["state"], "active")

    def test_a_refused_time_is_told_with_its_reason(self):
        self.worker()
        self.beat(BAD)
        fire = self.wait_until(lambda: self.fires("bad"), 20, "a refusal")[0]
        self.assertEqual(fire["what"], "refused")
        self.assertIn("test.nobody", fire["error"])
        self.assertNotIn("job", fire)
        told = self.lines_of(self.ok("schedule", "show", "bad"))
        self.assertRegex(told["last"], rf"^{TIME}  refused$")
        self.assertIn("test.nobody", told["why"])
        done = self.quern("doctor")
        self.assertRegex(done.stdout, r"(?m)^warning +schedules +schedule bad: [^:]*test\.nobody")
        self.assertIn("quern schedule history bad", done.stdout)

    def test_doctor_knows_whether_somebody_leads(self):
        self.worker()
        self.assertRegex(self.quern("doctor").stdout, r"(?m)^ok +schedules +none$")
        self.add("one", "--every", "1h")
        self.assertRegex(self.quern("doctor").stdout,
                         r"(?m)^WRONG +schedules +1 schedule, and no quern-beat leads$")
        self.beat()
        self.assertRegex(self.quern("doctor").stdout,
                         r"(?m)^ok +schedules +1, 0 of them paused; \S+:\d+\S* leads")


class Check(Schedule):
    def test_a_file_is_checked_by_beat(self):
        path = self.file(NIGHTLY)
        self.assertRegex(self.ok("schedule", "check", path), r"^nightly +test.echo +\d{4}-")
        checked = self.json("schedule", "check", path)["schedules"][0]
        self.assertEqual((checked["name"], len(checked["next"])), ("nightly", 5))
        bad = self.file("[schedule x]\ntask = t\ncron = 99 * * * *\n")
        self.fails(2, "schedule.conf:3: cron: minute: 99 is not in 0-59", "schedule", "check", bad)
        self.file(NIGHTLY)
        self.ok("schedule", "check", QUERN_SCHEDULE=path, QUERN_BROKER_URL="unix:///none")


class Mends(cli_case.Cli):
    def test_a_wrong_log_level_is_refused(self):
        self.fails(2, "QUERN_LOG_LEVEL: log-level is one of", "version", QUERN_LOG_LEVEL="loud")

    def test_a_wrong_time_zone_ends_each_program_at_once(self):
        for program in ("quern-worker", "quern-beat", "quern-api"):
            done = servers.run(program, env={**self.env, "QUERN_TIMEZONE": "Mars/Base"})
            self.assertEqual(done.returncode, 2)
            self.assertIn('QUERN_TIMEZONE: timezone: there is no time zone "Mars/Base"',
                          done.stderr.replace('\\"', '"'))

    def test_delays_have_one_bound_told_as_a_duration(self):
        self.worker()
        self.make("test.echo", "--delay", "3650d")
        self.fails(2, "delay: 3651d is not from 0 to 3650d", "enqueue", "test.echo", "--delay",
                   "3651d")


if __name__ == "__main__":
    case.main()
