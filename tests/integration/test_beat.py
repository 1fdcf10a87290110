#!/usr/bin/env python3
"""quern-beat against a real Redis: one job per planned time, whoever leads."""
import json
import signal
import time

import case
import servers

TICK = {"name": "t.tick", "summary": "", "params": [
    {"name": "n", "type": "integer", "required": False, "doc": ""}]}
EVERY_SECOND = "[schedule tick]\ntask = t.tick\nevery = 1s\nargs = {\"n\": 1}\n"
LEASE = 0.4


class Beat(case.Case):
    def setUp(self):
        self.server = self.redis()
        self.publish(TICK)

    def publish(self, definition):
        self.server.cli("HSET", "{b}:tasks", definition["name"], json.dumps(definition))

    def beat(self, label, schedule=EVERY_SECOND, **env):
        path = self.folder / f"{label}.conf"
        path.write_text(schedule)
        return self.program("quern-beat", "--schedule", str(path), label=label,
                            env={"QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": "b",
                                 "QUERN_BEAT_LEASE": f"{int(LEASE * 1000)}ms", **env})

    def fired(self, queue="default"):
        """Planned seconds of the jobs made, in the order they were made."""
        elements = self.server.cli("LRANGE", f"{{b:{queue}}}:ready:0", 0, -1).split()
        return [int(element.rsplit("-", 1)[1]) for element in reversed(elements)]

    def wait_for_jobs(self, count, seconds=20):
        self.wait_until(lambda: len(self.fired()) >= count, seconds, f"{count} jobs")

    def check_each_once(self):
        seconds = self.fired()
        self.assertEqual(seconds, sorted(set(seconds)), "a planned time made more than one job")

    def leads(self, beat):
        lines = [line for line in beat.log().splitlines()
                 if '"leading"' in line or '"standing by"' in line]
        return bool(lines) and '"leading"' in lines[-1]

    def test_each_second_makes_one_job_with_two_beats(self):
        one, two = self.beat("one"), self.beat("two")
        self.wait_for_jobs(4)
        self.check_each_once()
        self.assertEqual(self.leads(one) + self.leads(two), 1, "exactly one leads")

    def test_a_standby_takes_over_from_a_killed_leader(self):
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

    def test_a_clean_stop_gives_the_lead_back_at_once(self):
        one = self.beat("one", QUERN_BEAT_LEASE="60s")
        self.wait_until(lambda: self.leads(one), 10, "the leader")
        self.assertEqual(one.stop(), 0)
        self.assertEqual(self.server.cli("EXISTS", "{b}:lead:beat"), "0")

    def test_a_leader_that_was_paused_fires_nothing_again(self):
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
        self.wait_until(lambda: not self.leads(one), 10, "the paused one to stand by")

    def test_redis_killed_and_restarted_goes_on(self):
        self.beat("one")
        self.wait_for_jobs(2)
        self.server.kill9()
        self.server.restart()
        self.wait_for_jobs(len(self.fired()) + 2)
        self.check_each_once()

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
