#!/usr/bin/env python3
"""That a job is cancelled is part of its record: no message can get lost on the way."""
import signal

import case
from fault_proxy import BLACK_HOLE, FaultProxy
from promise import Promise


class ACancel(Promise):
    def test_of_a_job_in_line_holds_for_workers_that_come_later(self):
        self.server.cli("CONFIG", "SET", "appendfsync", "always")
        gone = self.put("h.ok")
        self.assertEqual(self.told("job", "cancel", gone)["state"], "cancelled")
        self.server.kill9()
        self.server.restart()
        self.worker()
        self.check_ended(self.put("h.ok"), "succeeded")
        self.assertEqual(self.runs_of(gone), [])
        self.check_ended(gone, "cancelled")

    def test_of_a_job_that_waits_for_its_time_or_its_next_attempt_ends_it(self):
        self.worker()
        later = self.put("h.ok", delay=2000)
        again = self.put("h.segfault", retry=2000)
        self.wait_until(lambda: self.seen(again)["state"] == "retrying", 10, "a first attempt")
        for job in (later, again):
            self.assertEqual(self.told("job", "cancel", job)["state"], "cancelled")
        self.check_ended(self.put("h.ok", delay=2000), "succeeded")
        self.assertEqual((len(self.runs_of(later)), len(self.runs_of(again))), (0, 1))
        self.check_ended(again, "cancelled")

    def test_of_a_running_job_needs_no_message(self):
        with FaultProxy(self.server.socket) as proxy:
            self.worker(env={"QUERN_BROKER_URL": proxy.url})
            job = self.put("h.cooperative")
            self.wait_for_run(job)
            listening = proxy.connections()[1]
            listening.set(BLACK_HOLE)
            self.assertEqual(self.told("job", "cancel", job)["state"], "running")
            self.check_ended(job, "cancelled")
            self.assertTrue(listening.lost, "the message arrived")

    def test_of_a_job_whose_worker_is_lost_is_not_forgotten(self):
        first = self.worker(label="first")
        job = self.put("h.cooperative")
        self.wait_for_run(job)
        first.send(signal.SIGSTOP)
        self.told("job", "cancel", job)
        first.kill9()
        self.worker(label="second")
        self.check_ended(job, "cancelled")
        self.assertEqual(len(self.runs_of(job)), 1)

    def test_of_a_job_that_hears_nothing_kills_it(self):
        self.worker("--cancel-grace", "200ms")
        job = self.put("h.deaf")
        self.wait_for_run(job)
        self.told("job", "cancel", job)
        self.check_ended(job, "cancelled", deaths=0)

    def test_is_answered_with_what_became_of_the_job(self):
        api = self.api()
        self.worker("--concurrency", "1")
        ended = self.put("h.ok")
        self.check_ended(ended, "succeeded")
        running = self.put("h.cooperative")
        self.wait_for_run(running)
        queued = self.put("h.ok")
        answers = [api.ask("DELETE", f"/v1/jobs/{job}") for job in (queued, running, ended)]
        self.assertEqual([answer.status for answer in answers], [200, 202, 409])
        self.assertEqual([answer.json.get("cancel_requested") for answer in answers[:2]],
                         [False, True])
        self.check_ended(running, "cancelled")
        again = api.ask("DELETE", f"/v1/jobs/{queued}")
        self.assertEqual((again.status, again.json["state"]), (200, "cancelled"))


if __name__ == "__main__":
    case.main()
