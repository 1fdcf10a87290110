#!/usr/bin/env python3
"""Who was slow is not dead, and who lost a job writes nothing about it."""
import signal

import case
from fault_proxy import PASS, PAUSE, FaultProxy
from promise import Promise
from worker_case import LEASE, LONG, state_of


class ALateAnswer(Promise):
    def test_of_a_worker_that_was_stopped_is_stale_and_the_first_end_stays(self):
        first = self.worker(label="first")
        job = self.put("h.sleep", {"ms": 1000})
        self.wait_for_run(job)
        first.send(signal.SIGSTOP)  # its executor goes on, and answers
        self.worker(label="second")
        ended = self.check_ended(job, "succeeded", deaths=1)
        first.send(signal.SIGCONT)
        self.wait_for_line(first, "the lease is lost")
        self.check_lives(first)
        self.assertEqual(self.seen(job), ended)
        self.assertEqual(len(self.runs_of(job)), 2)
        self.check_sound()

    def test_is_killed_when_its_worker_wakes_up_without_a_lease(self):
        first = self.worker(label="first")
        job = self.put("h.still_mine")
        pid = self.wait_for_run(job)
        second = self.worker(label="second")
        first.send(signal.SIGSTOP)
        # The executor sees it by itself, while its supervisor cannot.
        self.wait_until(lambda: self.runs_of(job).count(pid) == 2, LONG, "it to see the loss")
        self.wait_until(lambda: len(set(self.runs_of(job))) == 2, LONG, "another run")
        first.send(signal.SIGCONT)
        self.wait_for_line(first, "the lease is lost")
        self.wait_for_line(first, "job killed")
        self.wait_until(lambda: state_of(pid) == "", LONG, "its executor to be gone")
        self.assertEqual(self.seen(job)["state"], "running")
        self.assertEqual(self.seen(job)["deaths"], 1)
        first.require_running()
        self.qnctl("cancel", job)
        second.send(signal.SIGTERM)
        second.send(signal.SIGTERM)

    def test_that_was_under_way_while_another_run_began_ends_nothing(self):
        with FaultProxy(self.server.socket) as proxy:
            first = self.worker(label="first", env={"QUERN_BROKER_URL": proxy.url})
            job = self.put("h.sleep", {"ms": 1500})
            self.wait_for_run(job)
            proxy.set_all(PAUSE)  # what it says from now on arrives, but late
            second = self.worker(label="second")
            self.wait_for_run(job, 2)
            self.wait_for_line(first, "job ended", job=job)
            ours = self.seen(job)["worker"]
            proxy.set_all(PASS)
            info = self.check_ended(job, "succeeded", deaths=1, worker=ours)
            self.wait_for_line(first, "the lease is lost")
            self.assertEqual(self.seen(job), info)
            self.assertEqual(self.total("succeeded"), 1)
            second.require_running()

    def test_an_outage_longer_than_the_lease_is_nobodys_death(self):
        workers = [self.worker(label=label) for label in ("one", "two")]
        job = self.put("h.sleep", {"ms": 4000})
        self.wait_for_run(job)
        self.server.pause()
        for worker in workers:  # they wait for an answer for longer than a lease
            self.wait_for_line(worker, "the broker cannot be reached")
        self.server.resume()
        self.check_run_once(job)

    def test_a_machine_that_slept_is_nobodys_death(self):
        one = self.worker(label="one")
        job = self.put("h.sleep", {"ms": 3000})
        self.wait_for_run(job)
        two = self.worker(label="two")
        for worker in (one, two):
            worker.send(signal.SIGSTOP)
        self.wait_until(self.nobody_looked_for_a_lease, LONG, "two leases' time")
        two.send(signal.SIGCONT)
        self.wait_for_line(two, "nobody looked after the queue for a lease")
        one.send(signal.SIGCONT)
        self.check_run_once(job)

    def nobody_looked_for_a_lease(self):
        seconds, micros = self.server.cli("TIME").split()
        now = int(seconds) * 1000 + int(micros) // 1000
        last = max(int(self.server.cli("HGET", self.key("meta"), "tick")),
                   *(int(word) for word in self.server.cli(
                       "ZRANGE", self.key("leases"), 0, -1, "WITHSCORES").split()[1::2]))
        return now - last > LEASE * 1000 * 1.2

    def check_run_once(self, job):
        self.check_ended(job, "succeeded", attempts=1, deaths=0)
        self.assertEqual(len(self.runs_of(job)), 1)
        self.assertEqual(self.total("recovered"), 0)


if __name__ == "__main__":
    case.main()
