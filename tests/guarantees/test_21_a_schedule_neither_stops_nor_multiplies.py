#!/usr/bin/env python3
"""The next planned time follows from the schedule: not from the last job, not from a mark
in somebody's memory, and what was missed is made up for once at most."""
import json

import case
import servers
from beat_case import EVERY_SECOND, BeatCase


class ASchedule(BeatCase):
    HOURLY = EVERY_SECOND + "[schedule hourly]\ntask = t.tick\nevery = 1h\n"

    def now_s(self):
        return int(self.server.cli("TIME").split()[0])

    def test_goes_on_whatever_becomes_of_its_jobs(self):
        self.beat("one")
        self.wait_for_jobs(2)
        last = self.fired()[-1]
        for key in self.server.cli("KEYS", "{b:default}:j:*").split():
            self.server.cli("DEL", key)
        self.server.cli("DEL", "{b:default}:ready:0")
        self.wait_for_jobs(2)
        self.check_each_once()
        self.assertEqual(self.fired()[0], last + 1)

    def test_goes_on_after_redis_was_killed(self):
        self.beat("one")
        self.wait_for_jobs(2)
        self.server.kill9()
        self.server.restart()
        self.wait_for_jobs(len(self.fired()) + 2)
        self.check_each_once()

    def test_makes_up_for_one_time_of_those_that_were_missed(self):
        beat = self.beat("one")
        self.wait_for_jobs(1)
        beat.kill9()
        self.server.cli("DEL", "{b}:lead:beat")
        last = self.rewind("tick", 600)
        begun = self.now_s()
        self.beat("two")
        self.wait_until(lambda: self.fired() and self.fired()[-1] > begun + 2, 20, "jobs of now")
        self.check_each_once()
        fired = self.fired()
        self.assertGreater(fired[0], last + 500)
        self.assertEqual(fired, list(range(fired[0], fired[0] + len(fired))))
        self.assertIn(len([second for second in fired if second <= begun]), (11, 12, 13))

    def test_that_was_marked_while_the_clock_was_wrong_is_named_and_mended(self):
        self.server.cli("HSET", "{b:default}:fired", "tick", (self.now_s() + 64800) * 1000)
        self.server.cli("SADD", "{b}:queues", "default")
        env = {"QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": "b"}
        found = servers.run("quern", "fsck", "--repair", "--json", env=env)
        faults = [(one["fault"], one["where"]) for one in json.loads(found.stdout)["findings"]]
        self.assertEqual(faults, [("figure", "fired")])
        self.beat("one")
        self.wait_for_jobs(2)

    def test_that_was_claimed_while_the_clock_was_wrong_goes_on_when_it_is_mended(self):
        beat = self.beat("one")
        self.wait_for_jobs(1)
        beat.kill9()
        self.server.cli("DEL", "{b}:lead:beat")
        self.server.cli("HSET", "{b}:schedules:planned", "tick",
                        f"{(self.now_s() + 64800) * 1000} default d 0 1")
        self.beat("two", self.HOURLY)  # reads what is there, and has nothing to do
        self.wait_until(lambda: self.server.cli("EXISTS", "{b}:lead:beat").strip() == "1", 10,
                        "a leader")
        before = len(self.fired())
        env = {"QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": "b"}
        found = servers.run("quern", "fsck", "--repair", "--json", env=env)
        faults = [(one["fault"], one["where"]) for one in json.loads(found.stdout)["findings"]]
        self.assertEqual(faults, [("figure", "schedules:planned")])
        self.wait_for_jobs(before + 2)
        self.check_each_once()

    def test_that_its_queue_refuses_says_so_and_is_made_up_for_by_nothing(self):
        self.server.cli("HSET", "{b:default}:meta", "max_jobs", 2)
        beat = self.beat("one")
        self.wait_until(lambda: beat.log().count("has no room") >= 2, 15, "two refusals")
        self.assertEqual(len(self.fired()), 2)
        self.server.cli("HSET", "{b:default}:meta", "max_jobs", 0)
        opened = self.now_s()
        self.wait_for_jobs(4)
        self.check_each_once()
        self.assertGreaterEqual(self.fired()[2], opened - 1)


if __name__ == "__main__":
    case.main()
