#!/usr/bin/env python3
"""Any number of beats: a planned time makes one job, and none of them is needed."""
import signal
import time

import case
from beat_case import BeatCase


class TwoBeats(BeatCase):
    def test_make_one_job_for_each_planned_time(self):
        one, two = self.beat("one"), self.beat("two")
        self.wait_for_jobs(4)
        self.check_each_once()
        self.assertEqual(self.leads(one) + self.leads(two), 1, "exactly one leads")

    def test_that_both_believe_to_lead_make_one_job(self):
        beats = [self.beat("one"), self.beat("two")]
        self.wait_until(lambda: any(map(self.leads, beats)), 10, "a leader")
        while len(self.fired()) < 4:
            self.server.cli("DEL", "{b}:lead:beat")  # free for the other, and nobody was told
            for job in self.server.cli("KEYS", "{b:default}:j:*").split():
                self.server.cli("DEL", job)  # it has ended, and is forgotten
        for beat in beats:
            self.assertIn('"leading"', beat.log())
        self.check_each_once()

    def test_need_not_both_be_there_when_one_is_killed_the_other_leads(self):
        one = self.beat("one")
        self.wait_until(lambda: self.leads(one), 10, "the first to lead")
        two = self.beat("two")
        self.wait_for_jobs(2)
        killed = time.monotonic()
        one.kill9()
        self.wait_until(lambda: self.leads(two), 5, "the standby to lead")
        self.assertLess(time.monotonic() - killed, 5)
        self.wait_for_jobs(len(self.fired()) + 2)
        self.check_each_once()

    def test_fire_nothing_again_when_one_was_stopped_and_wakes_up_as_leader(self):
        one = self.beat("one")
        self.wait_until(lambda: self.leads(one), 10, "the first to lead")
        two = self.beat("two")
        self.wait_for_jobs(1)
        one.send(signal.SIGSTOP)
        self.wait_until(lambda: self.leads(two), 10, "the other to lead")
        self.wait_for_jobs(len(self.fired()) + 2)
        one.send(signal.SIGCONT)
        self.wait_for_jobs(len(self.fired()) + 3)
        self.check_each_once()
        self.wait_until(lambda: not self.leads(one), 10, "the stopped one to stand by")


if __name__ == "__main__":
    case.main()
