#!/usr/bin/env python3
"""quern schedule against a real Redis, a real beat and a real worker, for people and for
programs."""
import datetime
import json

import case
import cli_case
import servers

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
PULSE = "[schedule pulse]\ntask = test.echo\nevery = 1s\n"
BAD = "[schedule bad]\ntask = test.nobody\nevery = 1s\n"


class Schedule(cli_case.Cli):
    def file(self, text):
        path = self.folder / "schedule.conf"
        path.write_text(text)
        return str(path)

    def beat(self, text, label="beat", **env):
        return self.program("quern-beat", "--schedule", self.file(text), label=label,
                            env={**self.env, "QUERN_BEAT_LEASE": "400ms", **env})

    def told(self):
        return {one["name"]: one for one in self.json("schedule", "list")["schedules"]}

    def wait_for(self, name, *members):
        return self.wait_until(
            lambda: set(members) <= set(self.told().get(name, {})) and self.told()[name], 20,
            f"{name} with {members}")

    def forget_the_leader(self, age_s):
        """As it would be told had beat stopped some time ago."""
        for name, one in self.told().items():
            at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=age_s)
            one["told_at"] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self.server.cli("HSET", "{t}:schedules", name, json.dumps(one))

    def test_schedules_are_listed_with_their_next_times(self):
        self.worker()
        self.beat(NIGHTLY + PULSE)
        self.wait_for("pulse", "last_job")
        listed = self.json("schedule", "list")
        self.assertTrue(listed["leads"])
        self.assertRegex(listed["leader"], r":\d+$")
        nightly = self.told()["nightly"]
        self.assertEqual((nightly["cron"], nightly["zone"]), ("0 1 * * *", "Europe/Berlin"))
        self.assertEqual(nightly["job"], {
            "task": "test.echo", "args": {"text": "good night"}, "queue": "small", "priority": 2,
            "expires": "1h30m", "max_attempts": 3})
        self.assertTrue(nightly["source"].endswith("schedule.conf:2"))
        self.assertEqual(len(nightly["next"]), 5)
        self.assertRegex(nightly["next"][0], r"T01:00:00\+0[12]:00$")
        lines = self.ok("schedule", "list").splitlines()
        self.assertEqual(lines[0].split(),
                         ["NAME", "WHEN", "ZONE", "TASK", "QUEUE", "LAST", "NEXT"])
        self.assertRegex(lines[1],
                         r"^nightly +0 1 \* \* \* +Europe/Berlin +test.echo +small +in \d+[hms]$")
        self.assertRegex(lines[2],  # it may be due at this very moment
                         r"^pulse +every 1s +Asia/Shanghai +test.echo +\d+s ago +(in \d+s|0s ago)$")

    def test_one_schedule_shows_all_of_it(self):
        self.worker()
        self.beat(NIGHTLY + PULSE)
        pulse = self.wait_for("pulse", "last_job", "last_planned_at")
        self.assertRegex(pulse["last_job"], r"^default\.pulse-\d+$")
        self.wait_for_state(pulse["last_job"], "succeeded")
        out = self.ok("schedule", "show", "nightly")
        for text in ("cron        0 1 * * *", "zone        Europe/Berlin", "queue       small",
                     'arguments   {"text": "good night"}', "expires     1h30m", "attempts    3",
                     " 01:00:00+0", "told by "):
            self.assertIn(text, out)
        self.assertIn("made        default.pulse-", self.ok("schedule", "show", "pulse"))
        self.assertEqual(self.json("schedule", "show", "nightly")["name"], "nightly")
        self.fails(3, "no beat has told of one", "schedule", "show", "other")

    def test_a_schedule_is_run_beside_its_times(self):
        self.worker()
        self.beat(NIGHTLY)
        self.wait_for("nightly", "next")
        job = self.ok("schedule", "run", "nightly").strip()
        self.wait_for_state(job, "succeeded")
        info = self.json("job", "show", job)
        self.assertEqual((info["queue"], info["priority"], info["result"]),
                         ("small", 2, {"text": "good night"}))
        self.assertEqual(self.server.cli("HGETALL", "{t:small}:fired"), "")
        again = self.json("schedule", "run", "nightly")["id"]
        self.assertNotEqual(again, job)
        self.fails(3, "no beat has told of one", "schedule", "run", "other")

    def test_a_refused_time_is_told_with_its_reason(self):
        self.worker()
        self.beat(BAD)
        bad = self.wait_for("bad", "last_error")
        self.assertEqual(bad["last_error"], "no worker has published the task test.nobody")
        self.assertNotIn("last_job", bad)
        self.assertIn("refused     no worker", self.ok("schedule", "show", "bad"))

    def test_without_a_beat_it_says_so(self):
        done = self.quern("schedule", "list")
        self.assertEqual(done.returncode, 0)
        self.assertIn("no beat leads", done.stderr)
        self.assertEqual(self.json("schedule", "list"), {"leads": False, "schedules": []})
        self.fails(3, "none leads", "schedule", "show", "nightly")

    def test_a_beat_that_stopped_is_noticed_by_its_age(self):
        self.worker()
        beat = self.beat(NIGHTLY)
        self.wait_for("nightly", "next")
        self.assertEqual(beat.stop(), 0)
        self.forget_the_leader(140)
        self.assertTrue(self.json("schedule", "list")["leads"])
        self.forget_the_leader(160)
        self.assertFalse(self.json("schedule", "list")["leads"])
        for words in (["list"], ["show", "nightly"], ["run", "nightly"]):
            done = self.quern("schedule", *words)
            self.assertEqual(done.returncode, 0)
            self.assertRegex(done.stderr, r"no beat leads: this was told 2m4\ds ago, by ")

    def test_the_next_leader_knows_what_was_done_before(self):
        self.worker()
        first = self.beat(NIGHTLY + PULSE)
        self.wait_for("pulse", "last_job")
        self.server.cli("HSET", "{t}:schedules", "nightly", json.dumps(
            {**self.told()["nightly"], "last_planned_at": "2020-01-01T00:00:00.000Z",
             "last_job": "small.nightly-1"}))
        first.kill9()
        self.beat(NIGHTLY, label="second")
        self.wait_until(lambda: "pulse" not in self.told(), 20, "the second to tell")
        self.assertEqual(self.told()["nightly"]["last_job"], "small.nightly-1")

    def test_what_was_told_by_anybody_breaks_nothing(self):
        for value in ("", "{", "[]", "5", "{}", '{"next":5,"job":[],"told_at":1}',
                      '{"told_at":"2020-01-01T00:00:00Z","next":["x",5],"job":{"task":1}}'):
            self.server.cli("HSET", "{t}:schedules", "x", value)
            self.ok("schedule", "list")
            self.json("schedule", "list")
            self.ok("schedule", "show", "x")
            self.assertIn(self.quern("schedule", "run", "x").returncode, (1, 2))

    def test_a_file_is_checked_by_beat(self):
        path = self.file(NIGHTLY)
        self.assertRegex(self.ok("schedule", "check", path), r"^nightly +test.echo +\d{4}-")
        checked = self.json("schedule", "check", path)["schedules"][0]
        self.assertEqual((checked["name"], len(checked["next"])), ("nightly", 5))
        self.assertNotIn("leader", checked)
        bad = self.file("[schedule x]\ntask = t\ncron = 99 * * * *\n")
        self.fails(2, "schedule.conf:3: cron: minute: 99 is not in 0-59", "schedule", "check", bad)
        self.file(NIGHTLY)
        self.ok("schedule", "check", QUERN_SCHEDULE=path, QUERN_BROKER_URL="unix:///none")


class Mends(cli_case.Cli):
    def test_a_wrong_log_level_is_refused(self):
        self.fails(2, "QUERN_LOG_LEVEL: log-level is one of", "version", QUERN_LOG_LEVEL="loud")

    def test_a_wrong_time_zone_ends_worker_and_beat_at_once(self):
        for program in ("quern-worker", "quern-beat"):
            done = servers.run(program, env={**self.env, "QUERN_TIMEZONE": "Mars/Base"})
            self.assertEqual(done.returncode, 2)
            self.assertIn('QUERN_TIMEZONE: timezone: there is no time zone "Mars/Base"',
                          done.stderr)

    def test_delays_have_one_bound_told_as_a_duration(self):
        self.worker()
        self.make("test.echo", "--delay", "3650d")
        self.fails(2, "delay: 3651d is not from 0 to 3650d", "enqueue", "test.echo", "--delay",
                   "3651d")


if __name__ == "__main__":
    case.main()
