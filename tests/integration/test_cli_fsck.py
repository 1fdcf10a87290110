"""quern fsck: what a hand in Redis breaks is found, told in words and mended; the jobs then run
to their end on a real worker. A queue that is busy and well has no findings."""
import json

import case
from cli_case import Cli

LONG = 60  # seconds that nothing here should take


class Fsck(Cli):
    def setUp(self):
        super().setUp()
        self.env["QUERN_LEASE"] = "600ms"

    def publish(self):
        """The tasks of a worker that has come and gone."""
        worker = self.program("misbehaving_worker", "--queues", "default:2", "--concurrency", "2",
                              env=self.env, label="publisher")
        self.wait_until(lambda: '"running"' in self.quern("worker", "list", "--json").stdout, LONG,
                        "a worker")
        worker.stop()

    def key(self, word, queue="default"):
        return f"{{t:{queue}}}:{word}"

    def do(self, command, key, *words):
        return self.server.cli(command, self.key(key), *words)

    def job(self, name, *words, task="test.pid"):
        self.ok("enqueue", task, "--name", name, *words)
        return name

    def fsck(self, code, *words):
        done = self.quern("fsck", *words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for line in done.stdout.splitlines():
            self.assertLessEqual(len(line), 80)
        return done.stdout

    def found(self, code, *words):
        done = self.quern("fsck", "--json", *words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["checked"]["found"], len(answer["findings"]))
        return answer["findings"]

    def check_clean(self):
        self.assertEqual(self.found(0), [])
        self.assertIn("all fits together", self.fsck(0))

    def check_ends(self, name, state="succeeded"):
        done = self.quern("job", "wait", f"default.{name}", "--timeout", f"{LONG}s", "--json")
        shown = self.json("job", "show", f"default.{name}")
        self.assertEqual(shown["state"], state, done.stderr)


class Damage(Fsck):
    """Each on a queue without a worker; then one comes."""

    # fault -> how it is planted on a job that waits in line
    PLANTS = {
        "lost": lambda self, job: self.do("LREM", "ready:0", 0, f".{job}"),
        "twice": lambda self, job: self.do("RPUSH", "ready:2", f".{job}"),
        "not_failed": lambda self, job: self.do("ZADD", "failed", 1, job),
        "no_lease": lambda self, job: (self.do("LREM", "ready:0", 0, f".{job}"),
                                       self.do("HSET", "running", job, "XXXXXXXXXXX:1")),
        "no_life": lambda self, job: self.do("SET", f"log:{job}", "a line\n"),
        "remains": lambda self, job: self.do("HSET", "progress", job, "{}"),
        "flag": lambda self, job: (self.do("LREM", "ready:0", 0, f".{job}"),
                                   self.do("RPUSH", "ready:0", f"?{job}")),
        "vanishes": lambda self, job: self.do("PEXPIRE", f"j:{job}", 1000000),
        "type": lambda self, job: self.do("RPUSH", f"log:{job}", "no log"),
    }

    def plant_all(self):
        for fault in self.PLANTS:
            self.job(fault)
        self.job("bystander")
        self.job("later", "--delay", "1h")
        self.do("HINCRBY", "meta", "run", 1)
        for fault, plant in self.PLANTS.items():
            plant(self, fault)

    def test_each_is_found_named_and_mended_and_every_job_runs_to_its_end(self):
        self.publish()
        self.plant_all()
        for _ in range(2):  # looking changes nothing
            found = self.found(1)
            self.assertEqual({one["fault"]: one["id"] for one in found},
                             {fault: f"default.{fault}" for fault in self.PLANTS})
        for one in found:
            self.assertEqual(one["queue"], "default")
            self.assertIn(f"default.{one['fault']}", one["text"])
            self.assertFalse(one["repaired"])
            for part in ("where", "why"):
                self.assertTrue(one[part], one)
        text = self.fsck(1)
        self.assertIn(f"{len(self.PLANTS)} findings, {len(self.PLANTS)} left", text)
        self.assertIn("quern fsck --repair", text)
        for fault in self.PLANTS:
            self.assertRegex(text, rf"  - job default\.{fault} ")
        self.assertTrue(all(one["repaired"] for one in self.found(0, "--repair")))
        self.check_clean()
        self.worker()
        for fault in [*self.PLANTS, "bystander"]:
            self.check_ends(fault)
        self.assertEqual(self.json("job", "show", "default.later")["state"], "scheduled")
        self.check_clean()

    def test_jobs_of_a_queue_whose_keys_are_all_gone_are_run(self):
        self.publish()
        jobs = [self.job(f"j{n}", "--priority", n % 4) for n in range(50)]
        for word in ("ready:0", "ready:1", "ready:2", "ready:3", "meta", "wake"):
            self.server.cli("DEL", self.key(word))
        text = self.fsck(0, "--repair")
        self.assertIn("Jobs that nobody would ever run: 50", text)
        self.assertEqual(text.count("mended"), 20 + 1)  # lines of some, and the sum
        self.assertIn("and 30 more", text)
        self.check_clean()
        self.worker()
        for job in jobs:
            self.check_ends(job)

    def test_keys_of_the_wrong_type_are_put_aside_and_the_queue_works_again(self):
        self.publish()
        words = ("meta", "wake", "ready:0", "running", "leases", "dead", "try", "due", "retry",
                 "failed", "ended", "cancel", "progress", "waiters", "fired")
        jobs = [self.job("now"), self.job("soon", "--delay", "1s")]
        for word in words:
            self.server.cli("SET", self.key(word), "no such thing")
        found = self.found(1)
        self.assertEqual({one["where"] for one in found if one["fault"] == "type"}, set(words))
        self.assertEqual({one["id"] for one in found if one["fault"] == "lost"},
                         {"default.now", "default.soon"})
        self.fsck(0, "--repair")
        self.check_clean()
        self.assertEqual(self.server.cli("GET", self.key("aside:running")), "no such thing")
        self.worker()
        for job in jobs:
            self.check_ends(job)

    def test_a_queue_that_refuses_everything_for_a_number_works_again(self):
        self.publish()
        job = self.job("counted")
        self.do("HSET", "meta", "run", "many")
        self.do("HSET", "meta", "tick", "tock")
        self.do("HSET", "meta", "succeeded", "most")
        self.assertEqual({one["detail"] for one in self.found(1)}, {"run", "tick", "succeeded"})
        self.fsck(0, "--repair")
        self.worker()
        self.check_ends(job)
        self.check_clean()

    def test_a_damaged_record_is_left_named_and_told_how_to_get_rid_of(self):
        self.publish()
        self.job("broken")
        self.job("fine")
        self.do("SETRANGE", "j:broken", 1, "Z")
        text = self.fsck(1, "--repair")
        self.assertRegex(text, r"left +job default\.broken has a record that cannot be read")
        self.assertIn("{namespace:queue}:j:<name>", text)
        self.assertEqual([one["fault"] for one in self.found(1, "--repair")], ["damaged"])
        self.do("DEL", "j:broken")
        self.check_clean()

    def test_keys_of_the_namespace_have_their_types_and_lives(self):
        self.publish()
        self.server.cli("SET", "{t}:lead:beat", "somebody")
        self.server.cli("SET", "{t}:worker:XXXXXXXXXXX", "{}")
        self.server.cli("RPUSH", "{t}:worker:YYYYYYYYYYY", "{}")
        self.server.cli("SET", "{t}:schedules", "{}")
        found = self.found(1)
        self.assertEqual({(one["queue"], one["id"], one["fault"], one["where"]) for one in found},
                         {(None, None, "no_life", "lead:beat"),
                          (None, None, "no_life", "worker:XXXXXXXXXXX"),
                          (None, None, "type", "worker:YYYYYYYYYYY"),
                          (None, None, "type", "schedules")})
        self.assertIn("the namespace has no end of life in lead:beat", self.fsck(1))
        self.fsck(0, "--repair")
        self.check_clean()

    def test_what_is_left_of_ended_jobs_goes(self):
        self.publish()
        self.job("good")
        self.job("bad", "text=fail", "--max-attempts", "1", task="test.answer")
        self.worker()
        self.check_ends("good")
        self.check_ends("bad", "failed")
        self.do("PERSIST", "j:good")
        self.do("HSET", "running", "good", "XXXXXXXXXXX:1")
        self.do("HSET", "try", "good", "0 0 0 -\n")
        self.do("ZREM", "failed", "bad")
        self.do("ZADD", "due", 9999999999999, "nobody")
        self.do("RPUSH", "inbox:XXXXXXXXXXX", "stop")
        self.do("ZADD", "dead", 1, "YYYYYYYYYYY")
        found = {(one["id"], one["fault"]) for one in self.found(1)}
        self.assertEqual(found, {("default.good", "not_live"), ("default.good", "remains"),
                                 ("default.good", "no_life"), ("default.bad", "not_failed"),
                                 ("default.nobody", "no_record"), (None, "no_life")})
        self.fsck(0, "--repair")
        self.check_clean()
        self.assertEqual(self.json("job", "show", "default.good")["state"], "succeeded")
        self.assertEqual(self.json("job", "show", "default.bad")["state"], "failed")


class Running(Fsck):
    def test_a_run_goes_on_while_its_places_are_mended(self):
        self.worker()
        self.job("run", "--max-attempts", "1", task="test.wait")
        self.wait_for_state("default.run", "running")
        token = self.do("HGET", "running", "run")
        self.ok("queue", "pause", "default")  # so that the worker does not pass over it first
        self.do("RPUSH", "ready:0", ".run")
        self.do("ZADD", "retry", 9999999999999, "run")
        self.assertEqual([one["detail"] for one in self.found(1)], ["running counts"])
        self.fsck(0, "--repair")
        self.check_clean()
        self.assertEqual(self.do("HGET", "running", "run"), token)
        self.ok("queue", "resume", "default")
        self.ok("job", "cancel", "default.run")
        self.check_ends("run", "cancelled")

    def test_a_run_whose_record_was_deleted_is_left_to_its_worker(self):
        self.worker()
        self.job("run", task="test.patient")
        self.wait_for_state("default.run", "running")
        self.do("DEL", "j:run")
        found = self.found(1, "--repair")
        self.wait_until(lambda: self.do("HEXISTS", "running", "run") == "0", LONG, "its end")
        self.assertEqual([(one["fault"], one["repaired"]) for one in found],
                         [("no_record", False)])
        self.check_clean()

    def test_runs_of_a_killed_worker_whose_lease_was_deleted_come_back(self):
        worker = self.program("misbehaving_worker", "--queues", "default", "--concurrency", "2",
                              env=self.env, label="first")
        self.wait_until(lambda: '"running"' in self.quern("worker", "list", "--json").stdout, LONG,
                        "a worker")
        self.job("run", task="test.wait")
        self.wait_for_state("default.run", "running")
        worker.kill9()
        self.do("DEL", "leases")
        self.assertEqual([one["fault"] for one in self.found(1)], ["no_lease"])
        self.fsck(0, "--repair")
        self.check_clean()
        self.worker()
        self.wait_until(lambda: self.json("job", "show", "default.run")["state"] == "running"
                        and "XX" not in self.do("HGET", "running", "run"), LONG, "a second run")
        self.ok("job", "cancel", "default.run")
        self.check_ends("run", "cancelled")
        self.check_clean()


class Words(Fsck):
    def test_only_the_queue_that_is_asked_for_is_looked_at(self):
        self.publish()
        self.job("a")
        self.server.cli("DEL", self.key("ready:0"))
        self.server.cli("SADD", "{t}:queues", "other")
        self.assertEqual(self.found(0, "--queue", "other"), [])
        self.assertEqual(len(self.found(1, "--queue", "default")), 1)
        self.assertEqual(len(self.found(1)), 1)
        self.fails(3, "no worker has served it", "fsck", "--queue", "nowhere")
        self.fails(2, "--queue", "fsck", "--queue", "No Name")

    def test_a_queue_that_nobody_has_served_can_be_looked_at(self):
        self.ok("enqueue", "any.task", "--accept-unknown", "--queue", "quiet", "--name", "a")
        self.assertEqual(self.found(0, "--queue", "quiet"), [])

    def test_a_missing_token_is_told_when_nobody_takes(self):
        self.publish()
        self.job("a")
        self.server.cli("DEL", self.key("wake"))
        self.assertEqual([one["fault"] for one in self.found(1)], ["wake"])
        self.assertEqual([one["repaired"] for one in self.found(0, "--repair")], [True])
        self.check_clean()

    def test_names_from_a_hand_cannot_write_to_the_terminal(self):
        self.publish()
        self.do("ZADD", "due", 1, "x\x1b]0;title\x07\n")
        text = self.fsck(1)
        self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\x7f]")
        self.assertIn("no record", text)
        self.fsck(0, "--repair")

    def test_without_a_broker_the_code_is_69(self):
        self.server.stop()
        self.fails(69, "", "fsck")


class Busy(Fsck):
    """The lists move while they are read, and nothing is found that is not there."""

    LOOKS = 40

    def setUp(self):
        super().setUp()
        self.env["QUERN_STOP_GRACE"] = "1ms"

    def produce(self, number):
        """Jobs that succeed, fail, are retried, snooze, run on, are scheduled and cancelled."""
        lines = []
        for n in range(150):
            kind = n % 10
            args = {0: {"text": "fail"}, 1: {"text": "retry"},
                    2: {"text": "snooze", "n": 300}}.get(kind)
            job = {"task": "test.answer" if kind < 3 else "test.pid", "queue": "default",
                   "priority": n % 4, "max_attempts": 3}
            if args:
                job["args"] = args
            if kind == 3:
                job["delay"] = "500ms"
            if kind == 4:
                job["expires"] = "10m"
            if kind == 5:  # is cancelled before
                job["name"], job["delay"] = f"c{number}-{n}", "1h"
            lines.append(json.dumps(job))
        batch = self.folder / f"batch{number}"
        batch.write_text("\n".join(lines) + "\n")
        return self.program("quern", "enqueue", "--batch", batch, env=self.env,
                            label=f"producer{number}")

    def totals(self):
        return self.json("queue", "list")["queues"][0]

    def look(self, number):
        """Looks with and without mending alternate: what is well is not touched either."""
        words = ["--repair"] if number % 2 else []
        done = self.quern("fsck", "--json", *words)
        self.assertEqual((done.returncode, json.loads(done.stdout)["findings"]), (0, []),
                         done.stdout)
        return json.loads(done.stdout)["checked"]

    def start(self, *labels):
        workers = [self.program("misbehaving_worker", "--queues", "default", "--concurrency", "2",
                                env=self.env, label=label) for label in labels]
        self.wait_until(lambda: '"running"' in self.quern("worker", "list", "--json").stdout, LONG,
                        "a worker")
        return workers

    def test_a_busy_queue_has_no_findings(self):
        workers = self.start("one", "two")
        before = self.totals()
        entries, audited = 0, 0
        for number in range(self.LOOKS):
            producer = self.produce(number)
            if number > 0:
                self.ok("job", "cancel", f"default.c{number - 1}-{number % 15 * 10 + 5}")
            if number % 10 == 5:
                workers.pop(0).kill9()
                workers += self.start(f"again{number}")
            looked = self.look(number)
            entries += looked["entries"]
            audited += looked["audited"]
            self.assertEqual(producer.wait(LONG), 0, producer.log())
        after = self.totals()
        self.assertGreater(after["enqueued_total"] - before["enqueued_total"], 1000)
        for total in ("succeeded_total", "retried_total", "cancelled_total", "failed_total"):
            self.assertGreater(after[total], before[total], total)
        self.assertGreater(entries, 1000)
        self.assertGreater(audited, 3 * self.LOOKS)  # some looked odd in passing

    def test_what_is_lost_under_running_workers_is_run_all_the_same_and_once(self):
        self.start("one", "two")
        made, mended = 0, 0
        for number in range(15):
            batch = self.folder / f"batch{number}"
            batch.write_text('{"task":"test.pid","queue":"default","delay":"100ms"}\n' * 20
                             + '{"task":"test.pid","queue":"default"}\n' * 20)
            self.ok("enqueue", "--batch", batch)
            made += 40
            self.do("LTRIM", "ready:0", 5, -1)
            self.do("ZREMRANGEBYRANK", "due", 0, 4)
            done = self.quern("fsck", "--repair", "--json")
            self.assertEqual(done.returncode, 0, done.stdout)
            findings = json.loads(done.stdout)["findings"]
            self.assertLessEqual({one["fault"] for one in findings}, {"lost"})
            mended += len(findings)
        self.assertGreaterEqual(mended, 15)
        self.wait_until(lambda: self.totals()["succeeded_total"] >= made, LONG, "all to end")
        self.assertEqual(self.totals()["succeeded_total"], made)
        self.check_clean()


if __name__ == "__main__":
    case.main()
