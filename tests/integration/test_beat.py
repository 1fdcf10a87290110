#!/usr/bin/env python3
"""quern-beat against a real Redis. That a planned time makes one job, whoever leads, and that
nothing stops it, is in tests/guarantees."""
import time

import case
import servers
from beat_case import TICK, BeatCase


class Beat(BeatCase):
    def test_a_clean_stop_gives_the_lead_back_at_once(self):
        one = self.beat("one", QUERN_BEAT_LEASE="60s")
        self.wait_until(lambda: self.leads(one), 10, "the leader")
        self.assertEqual(one.stop(), 0)
        self.assertEqual(self.server.cli("EXISTS", "{b}:lead:beat"), "0")

    def test_an_unknown_task_is_refused_and_named(self):
        beat = self.beat("one", "[schedule x]\ntask = t.nobody\nevery = 1s\n")
        self.wait_until(lambda: "no worker has published the task t.nobody" in beat.log(), 15,
                        "the refusal")
        self.assertEqual(self.fired(), [])

    def test_a_draining_queue_refuses_and_nothing_is_made_up_for(self):
        self.server.cli("HSET", "{b:default}:meta", "draining", 1)
        beat = self.beat("one")
        self.wait_until(lambda: beat.log().count('"refused"') >= 2, 15, "two refusals")
        self.assertIn('queue \\"default\\" is draining: it takes no new jobs', beat.log())
        self.assertEqual(self.server.cli("EXISTS", "{b:default}:fired").strip(), "0")
        self.server.cli("HDEL", "{b:default}:meta", "draining")
        opened = time.time()
        self.wait_for_jobs(2)
        self.check_each_once()
        self.assertGreaterEqual(self.fired()[0], int(opened) - 1)

    def test_arguments_that_do_not_fit_are_refused_and_named(self):
        beat = self.beat("one", "[schedule x]\ntask = t.tick\nevery = 1s\nargs = {\"n\": \"x\"}\n")
        self.wait_until(lambda: '"refused"' in beat.log(), 15, "the refusal")
        self.assertEqual(self.fired(), [])

    def test_the_queue_of_the_task_is_used(self):
        self.publish(dict(TICK, queue="upkeep"))
        self.beat("one")
        self.wait_until(lambda: self.fired("upkeep"), 15, "a job in the task's queue")

    def test_a_broken_file_is_refused_with_its_line(self):
        path = self.folder / "bad.conf"
        path.write_text("[schedule x]\ntask = t.tick\ncron = 99 * * * *\n")
        done = servers.run("quern-beat", "--schedule", str(path))
        self.assertEqual(done.returncode, 2)
        self.assertIn("bad.conf:3: cron: minute: 99 is not in 0-59", done.stderr)

    def test_check_prints_the_next_times(self):
        path = self.folder / "good.conf"
        path.write_text("[schedule x]\ntask = t.tick\ncron = 0 0 1 1 *\nzone = UTC\n")
        done = servers.run("quern-beat", "--schedule", str(path), "--check")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^x +t\.tick +\d{4}-01-01T00:00:00")

    def test_without_a_broker_it_gives_up_with_69(self):
        beat = self.beat("one", QUERN_BROKER_URL=f"unix://{self.folder}/nobody", QUERN_GIVE_UP="1s")
        self.assertEqual(beat.wait(20), 69)


if __name__ == "__main__":
    case.main()
