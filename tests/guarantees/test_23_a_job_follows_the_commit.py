#!/usr/bin/env python3
"""A job that belongs to a transaction is made if that commits, once, and else not at all: the
outbox of docs/outbox.md. And to ask for a job again, because no answer came, makes no second."""
import collections
import os
import pathlib
import subprocess

import case
import servers
from fault_proxy import SWALLOW, FaultProxy
from promise import Promise
from worker_case import LONG

OUTBOX = servers.ROOT / "examples" / "outbox"


class TheOutbox(Promise):
    def setUp(self):
        super().setUp()
        self.database = self.postgres()
        self.database.psql((OUTBOX / "outbox.sql").read_text() + "CREATE TABLE orders (id int);")
        self.worker()

    def order(self, number, end="COMMIT"):
        self.database.psql(f"BEGIN; INSERT INTO orders VALUES ({number}); INSERT INTO outbox"
                           f" (task, args) VALUES ('h.sleep', '{{\"ms\": 1}}'); {end};")

    def relay(self, path="", **options):
        env = {**os.environ, **self.env, "QUERN_DATABASE_URL": self.database.url,
               "QUERN_CONFIG": "/dev/null",
               "PATH": f"{path}{servers.BIN}:{os.environ['PATH']}"}
        return servers.Process([OUTBOX / "relay.py", "--once"], self.folder / "relay.log",
                               env=env, **options)

    def relayed(self):
        self.assertEqual(self.relay().wait(LONG), 0)

    def rows(self):
        return int(self.database.psql("SELECT count(*) FROM outbox"))

    def check_runs(self, count):
        self.wait_for_total("succeeded", count)
        runs = collections.Counter(name for name, _ in self.traced())
        self.assertEqual(sorted(runs.values()), [1] * count)

    def test_makes_a_job_of_what_was_committed_and_none_of_what_was_not(self):
        self.order(1)
        self.order(2, end="ROLLBACK")
        self.order(3)
        self.relayed()
        self.assertEqual((self.rows(), self.total("enqueued")), (0, 2))
        self.check_runs(2)

    def test_makes_no_second_job_when_its_relay_dies_after_making_it(self):
        fake = pathlib.Path(self.folder, "fake")
        fake.mkdir()
        (fake / "psql").write_text("#!/bin/sh\nsql=$(cat)\ncase $sql in *DELETE*) "
                                   "kill -9 $PPID; exit 1 ;; esac\n"
                                   f"printf '%s' \"$sql\" | {self.real_psql()} \"$@\"\n")
        (fake / "psql").chmod(0o755)
        for number in range(5):
            self.order(number)
        self.assertEqual(self.relay(path=f"{fake}:").wait(LONG), -9)
        self.check_runs(5)
        self.assertEqual(self.rows(), 5)
        self.relayed()
        self.assertEqual((self.rows(), self.total("enqueued")), (0, 5))
        self.check_runs(5)

    def real_psql(self):
        return subprocess.run(["sh", "-c", "command -v psql"], text=True, check=True,
                              stdout=subprocess.PIPE).stdout.strip()

    def test_makes_each_job_once_with_several_relays(self):
        self.database.psql("INSERT INTO outbox (task) SELECT 'h.ok' FROM generate_series(1, 900)")
        relays = [self.relay() for _ in range(3)]
        self.assertEqual([relay.wait(LONG) for relay in relays], [0, 0, 0])
        self.assertEqual((self.rows(), self.total("enqueued")), (0, 900))
        self.check_runs(900)

    def test_keeps_its_rows_while_the_broker_is_away_and_those_that_are_refused(self):
        self.order(1)
        self.database.psql("INSERT INTO outbox (task) VALUES ('no.such')")
        self.server.kill9()
        self.relayed()
        self.assertEqual(self.rows(), 2)
        self.server.restart()
        self.relayed()
        self.assertEqual(self.rows(), 1)
        self.assertIn("no.such", self.database.psql("SELECT refused FROM outbox"))
        self.check_runs(1)


    def test_keeps_its_rows_while_the_queue_has_no_room(self):
        self.quern("queue", "pause", "default")
        self.quern("queue", "budget", "default", "--jobs", "2")
        for number in range(5):
            self.order(number)
        self.relayed()
        self.assertEqual((self.rows(), self.total("enqueued")), (3, 2))
        self.assertEqual(self.database.psql("SELECT count(refused) FROM outbox"), "0")
        self.quern("queue", "budget", "default", "--none")
        self.quern("queue", "resume", "default")
        self.relayed()
        self.assertEqual(self.rows(), 0)
        self.check_runs(5)


class AskedAgain(Promise):
    def test_after_a_lost_answer_makes_no_second_job(self):
        self.worker()
        with FaultProxy(self.server.socket) as proxy:
            first = self.api(url=proxy.url, label="first", QUERN_BROKER_TIMEOUT="500ms")
            body = {"task": "h.ok"}
            self.assertEqual(first.post("/v1/jobs", body).status, 202)
            proxy.set_all(SWALLOW)  # the job is made, and nobody hears of it
            lost = first.post("/v1/jobs", body, headers={"Idempotency-Key": "order-1"})
            self.assertEqual((lost.status, lost.json["code"]), (503, "unknown_outcome"))
            self.assertIn("Retry-After", lost.headers)
            first.program.kill9()
        again = self.api(label="second").post("/v1/jobs", body,
                                              headers={"Idempotency-Key": "order-1"})
        self.assertEqual((again.status, again.json["existed"]), (202, True))
        self.assertEqual(self.total("enqueued"), 2)
        self.check_ended(again.json["id"], "succeeded")
        self.assertEqual(len(self.runs_of(again.json["id"])), 1)

    def test_by_its_name_makes_no_second_job_also_when_the_first_has_ended(self):
        self.worker()
        job = self.put("h.ok", name="order-1")
        self.check_ended(job, "succeeded")
        self.assertEqual(self.put("h.ok", name="order-1"), job)
        self.assertEqual(self.total("enqueued"), 1)
        self.assertEqual(len(self.runs_of(job)), 1)


if __name__ == "__main__":
    case.main()
