#!/usr/bin/env python3
"""quern-beat and schedules that change while it runs: live ones, those of its file, what was
missed, what overlaps, and what a beat that was stopped may still do."""
import datetime
import json
import signal

import case
import servers
from beat_case import BeatCase

FILE = "[schedule tick]\ntask = t.tick\nevery = 1s\nargs = {\"n\": %d}\n"


class Schedules(BeatCase):
    def setUp(self):
        super().setUp()
        self.server.cli("SADD", "{b}:queues", "default", "old", "new")

    def quern(self, *words):
        done = servers.run("quern", *words, "--json", env={
            "QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": "b"})
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout or "null")

    def live(self, label="beat", **env):
        """A beat that leads, without a file."""
        beat = self.program("quern-beat", "--schedule=", label=label, env={
            "QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": "b",
            "QUERN_BEAT_LEASE": "400ms", **env})
        self.wait_until(lambda: self.leads(beat), 10, "the leader")
        return beat

    def add(self, name, *words):
        self.quern("schedule", "add", name, "--task", "t.tick", *words)

    def now(self):
        return int(self.server.cli("TIME").split()[0])

    def names(self, queue="default"):
        elements = self.server.cli("LRANGE", f"{{b:{queue}}}:ready:0", 0, -1).split()
        return [element[1:].rsplit("-", 1) for element in reversed(elements)]

    def of(self, name, queue="default"):
        """Planned seconds of a schedule's jobs in line, in the order they were made."""
        return [int(second) for schedule, second in self.names(queue) if schedule == name]

    def history(self, name):
        return self.quern("schedule", "history", name)["fires"]


class Live(Schedules):
    def test_a_schedule_fires_from_when_it_is_made(self):
        self.live()
        made = self.now()
        self.add("one", "--every", "1s")
        self.wait_until(lambda: len(self.of("one")) >= 2, 10, "two jobs")
        self.assertGreaterEqual(self.of("one")[0], made)

    def test_a_change_holds_at_once(self):
        self.live()
        self.add("one", "--every", "1s")
        self.wait_until(lambda: self.of("one"), 10, "a job")
        self.quern("schedule", "change", "one", "--every", "1h")
        before = self.of("one")
        self.add("other", "--every", "1s")
        self.wait_until(lambda: len(self.of("other")) >= 3, 10, "three jobs of another")
        self.assertLessEqual(len(self.of("one")), len(before) + 1)  # under way just then
        self.assertEqual([second for second in self.of("one")[len(before) + 1:]], [])

    def test_a_pause_holds_at_once_and_its_times_are_never_fired(self):
        self.live()
        self.add("one", "--every", "1s", "--catch-up", "all")
        self.add("clock", "--every", "1s")
        self.wait_until(lambda: self.of("one"), 10, "a job")
        self.quern("schedule", "pause", "one")
        paused = self.now()
        self.wait_until(lambda: self.of("clock")[-1] >= paused + 3, 10, "three seconds to go by")
        self.assertLessEqual(self.of("one")[-1], paused)
        self.quern("schedule", "resume", "one")
        resumed = self.now()
        self.wait_until(lambda: self.of("one")[-1] > resumed, 10, "a job after the pause")
        gap = [second for second in self.of("one") if paused < second < resumed]
        self.assertEqual(gap, [])
        self.assertEqual(len(self.of("one")), len(set(self.of("one"))))

    def test_a_removed_one_fires_no_more_and_leaves_nothing(self):
        self.live()
        self.add("one", "--every", "1s")
        self.add("clock", "--every", "1s")
        self.wait_until(lambda: self.of("one"), 10, "a job")
        self.quern("schedule", "remove", "one", "--yes")
        removed = self.now()
        self.wait_until(lambda: self.of("clock")[-1] >= removed + 3, 10, "three seconds to go by")
        self.assertLessEqual(self.of("one")[-1], removed)
        for key in ("schedules", "schedules:planned", "schedules:last"):
            self.assertEqual(self.server.cli("HEXISTS", f"{{b}}:{key}", "one").strip(), "0")
        self.assertEqual(self.server.cli("EXISTS", "{b}:fires:one").strip(), "0")

    def test_a_single_time_fires_once_and_stays_listed(self):
        self.live()
        self.server.cli("HSET", "{b}:schedules", "once", json.dumps({
            "changed_at": (self.now() - 60) * 1000, "source": "api", "at": "2020-01-01T00:00:00Z",
            "job": {"task": "t.tick"}}))
        at = self.now() + 2
        moment = datetime.datetime.fromtimestamp(at, datetime.timezone.utc)
        self.add("soon", "--at", moment.isoformat())
        self.wait_until(lambda: self.of("soon"), 10, "its job")
        self.assertEqual(self.of("soon"), [at])
        self.assertEqual(self.of("once"), [])
        self.assertIn("soon", self.server.cli("HKEYS", "{b}:schedules").split())
        self.assertEqual([one["what"] for one in self.history("soon")], ["made"])

    def test_what_became_of_each_time_is_in_its_history(self):
        self.live()
        self.add("good", "--every", "1s")
        self.server.cli("HSET", "{b}:schedules", "bad", json.dumps({
            "changed_at": (self.now() - 1) * 1000, "source": "api", "every": "1s",
            "job": {"task": "t.nobody"}}, separators=(",", ":")))
        self.server.cli("INCR", "{b}:schedules:rev")
        self.wait_until(lambda: len(self.history("good")) >= 2 and self.history("bad"), 15,
                        "two fires and a refusal")
        newest = self.history("good")[0]
        self.assertEqual(newest["what"], "made")
        self.assertTrue(newest["job"].startswith("default.good-"))
        self.assertIn("no worker has published the task t.nobody", self.history("bad")[0]["error"])


class OfAFile(Schedules):
    def test_an_entry_that_changes_keeps_its_history(self):
        beat = self.beat("one", FILE % 1)
        self.wait_for_jobs(2)
        beat.stop()
        before = self.history("tick")
        self.beat("two", FILE % 2)
        self.wait_until(lambda: len(self.history("tick")) >= len(before) + 2, 10, "two more fires")
        self.assertEqual(self.history("tick")[-len(before):], before)
        self.assertIn('"n":2', self.server.cli("HGET", "{b}:schedules", "tick"))

    def test_one_that_is_in_it_no_more_is_removed_and_live_ones_stay(self):
        beat = self.beat("one", FILE % 1 + "[schedule gone]\ntask = t.tick\nevery = 1h\n")
        self.wait_for_jobs(1)
        self.add("mine", "--every", "1h")
        self.assertEqual(self.kept(), {"tick", "gone", "mine"})
        beat.stop()
        self.beat("two", FILE % 1)
        self.wait_until(lambda: self.kept() == {"tick", "mine"}, 10, "it to be removed")

    def kept(self):
        return set(self.server.cli("HKEYS", "{b}:schedules").split())

    def test_it_may_be_paused_and_stays_so_after_a_restart(self):
        beat = self.beat("one", FILE % 1 + "[schedule clock]\ntask = t.tick\nevery = 1s\n")
        self.wait_for_jobs(2)
        self.quern("schedule", "pause", "tick")
        paused = self.now()
        beat.stop()
        self.beat("two", FILE % 2 + "[schedule clock]\ntask = t.tick\nevery = 1s\n")
        self.wait_until(lambda: self.of("clock")[-1] >= paused + 3, 10, "three seconds to go by")
        self.assertLessEqual(self.of("tick")[-1], paused)


class Missed(Schedules):
    def after_an_hour(self, *words):
        """What a new leader makes of a schedule that was left alone for an hour: its planned
        seconds but for the last 12, and when that was."""
        self.add("one", "--every", "60s", *words)
        self.rewind("one", 3600)
        begun = self.now()
        self.add("clock", "--every", "1s")
        self.live()
        self.wait_until(lambda: self.of("clock"), 10, "the clock")
        self.wait_until(lambda: self.settled("one"), 10, "no claim to be open")
        return [second for second in self.of("one") if second < begun - 12], begun

    def settled(self, name):
        return " o " not in self.server.cli("HGET", "{b}:schedules:planned", name)

    def test_times_are_left_out_by_skip(self):
        self.assertEqual(self.after_an_hour("--catch-up", "skip")[0], [])

    def test_the_last_time_is_made_up_for_by_one(self):
        begun = self.after_an_hour("--catch-up", "one")[1]
        made = self.of("one")
        self.assertIn(made[0], range(begun - 75, begun + 5))
        self.assertLessEqual(len(made), 2)  # one may have been due just now
        self.assertGreaterEqual(self.history("one")[len(made) - 1]["missed"], 50)

    def test_the_last_times_are_made_up_for_in_order_by_all(self):
        self.after_an_hour("--catch-up", "all", "--catch-up-max", "7")
        self.wait_until(lambda: len(self.of("one")) >= 7, 10, "seven jobs")
        made = self.of("one")
        self.assertEqual(made[:7], list(range(made[0], made[0] + 7 * 60, 60)))
        self.assertLessEqual(len(made), 8)
        self.assertGreaterEqual(self.history("one")[len(made) - 1]["missed"], 50)


class Overlap(Schedules):
    def test_no_job_is_made_while_the_last_one_lives(self):
        self.live()
        self.add("one", "--every", "1s", "--overlap", "skip")
        self.wait_until(lambda: len(self.history("one")) >= 3, 10, "three planned times")
        self.assertEqual(len(self.of("one")), 1)
        fires = self.history("one")
        self.assertEqual([fire["what"] for fire in fires][-3:], ["skipped", "skipped", "made"])
        self.assertIn("has not ended", fires[0]["error"])
        self.quern("job", "cancel", fires[-1]["job"])
        ended = self.now()
        self.wait_until(lambda: len(self.of("one")) >= 2, 10, "the next job")
        self.assertGreaterEqual(self.of("one")[1], ended)

    def test_the_previous_job_is_cancelled(self):
        self.live()
        self.add("one", "--every", "1s", "--overlap", "cancel_previous")
        self.wait_until(lambda: len(self.history("one")) >= 4, 10, "four planned times")
        fires = self.history("one")[:-1]
        states = [self.quern("job", "show", fire["job"])["state"] for fire in fires[1:]]
        self.assertEqual(states, ["cancelled"] * len(states))

    def test_a_job_starts_later_by_its_jitter_and_not_more(self):
        self.live()
        self.add("one", "--every", "1s", "--jitter", "1h")
        due = "{b:default}:due"
        self.wait_until(lambda: self.server.cli("ZCARD", due).strip() >= "2", 10, "two jobs")
        words = self.server.cli("ZRANGE", due, 0, -1, "WITHSCORES").split()
        for name, score in zip(words[::2], words[1::2]):
            planned = int(name.rsplit("-", 1)[1]) * 1000
            self.assertTrue(planned <= int(score) < planned + 3600000)


class Leaders(Schedules):
    def test_a_stopped_leader_with_an_old_definition_fires_nothing_in_the_old_queue(self):
        one = self.live("one")
        self.add("move", "--every", "1s", "--queue", "old")
        self.wait_until(lambda: self.of("move", "old"), 10, "a job in the old queue")
        one.send(signal.SIGSTOP)
        self.live("two")
        self.quern("schedule", "change", "move", "--queue", "new")
        self.wait_until(lambda: len(self.of("move", "new")) >= 3, 10, "jobs in the new queue")
        before = self.of("move", "old")
        one.send(signal.SIGCONT)
        self.wait_until(lambda: len(self.of("move", "new")) >= 6, 10, "more jobs in the new queue")
        self.assertEqual(self.of("move", "old"), before)
        both = before + self.of("move", "new")
        self.assertEqual(both, sorted(set(both)))

    def test_what_was_claimed_and_not_noted_is_fired_in_its_queue(self):
        self.add("one", "--every", "1h")
        self.add("clock", "--every", "1s")
        planned, version = self.rewind("one", 5) // 3600 * 3600, 1
        self.server.cli("HSET", "{b}:schedules:planned", "one",
                        f"{planned * 1000} left o 0 {version}")
        self.live()
        self.wait_until(lambda: self.of("one", "left"), 10, "the job of the claim")
        self.assertEqual(self.of("one", "left"), [planned])
        self.wait_until(lambda: " d " in self.server.cli("HGET", "{b}:schedules:planned", "one"),
                        10, "the note")

    def test_who_leads_is_known_by_name(self):
        beat = self.live()
        holder = self.server.cli("GET", "{b}:lead:beat").strip()
        self.assertIn(f":{beat.pid}:", holder)


class Many(Schedules):
    COUNT = 1000

    def calls(self):
        lines = self.server.cli("INFO", "commandstats").splitlines()
        return sum(int(line.split("calls=")[1].split(",")[0]) for line in lines
                   if line.startswith("cmdstat_evalsha:"))

    def open_claims(self):
        return self.server.cli("HVALS", "{b}:schedules:planned").count(" o ")

    def made(self):
        return int(self.server.cli("LLEN", "{b:default}:ready:0"))

    def test_a_burst_is_a_handful_of_calls(self):
        text = "".join(f"[schedule s{n}]\ntask = t.tick\nevery = 3s\n" for n in range(self.COUNT))
        self.beat("one", text, QUERN_BEAT_LEASE="60s")
        self.wait_until(lambda: self.made() > 0 and self.made() % self.COUNT == 0 and
                        not self.open_claims(), 20, "a burst to be over")
        jobs, calls = self.made(), self.calls()
        self.wait_until(lambda: self.made() > jobs and self.made() % self.COUNT == 0 and
                        not self.open_claims(), 20, "the next burst")
        bursts = (self.made() - jobs) // self.COUNT
        self.assertLessEqual(self.calls() - calls, 6 * bursts)
        seconds = {second for _, second in self.names()}
        self.assertEqual(len(self.names()), len(seconds) * self.COUNT)


if __name__ == "__main__":
    case.main()
