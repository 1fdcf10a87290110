"""users.sync_activity: what applications collect on Redis is in PostgreSQL, once."""
import collections
import random
import threading

import case
import fault_proxy
import upkeep_case
from upkeep_case import CLOSE_GATE, GATE
from worker_case import LONG

TASK = "users.sync_activity"
BEGIN = 1_500_000_000_000  # ms: 2017, before all events of the shop
LATE = 4_000_000_000_000  # the year 2096


class ActivityCase(upkeep_case.UpkeepCase):
    def setUp(self):
        super().setUp()
        random.seed(int(self.database[1:]))
        self.sql("UPDATE users SET last_active_at = NULL WHERE id % 3 = 0")
        self.before = {int(user): int(at) if at else None for user, at in self.seen_at()}
        self.users = sorted(self.before)
        self.count = collections.Counter()
        self.latest = {}

    def seen_at(self):
        return self.rows("SELECT id, (extract(epoch FROM last_active_at) * 1000)::bigint"
                         " FROM users")

    def collect(self, n=300, users=None):
        """As an application would, and into our own books."""
        words = []
        for _ in range(n):
            user = random.choice(users or self.users)
            at = BEGIN + random.randrange(250_000_000_000)
            self.count[user] += 1
            self.latest[user] = at
            words += [f"HINCRBY {self.key('activity:now')} c:{user} 1",
                      f"HSET {self.key('activity:now')} t:{user} {at}"]
        self.cache_script(words)

    def cache_script(self, lines):
        self.cache.pipe("\n".join(lines) + "\n")

    def left(self):
        """What is on Redis of it."""
        return self.cache.cli("KEYS", self.key("activity:*"))

    def check(self):
        """Everything that was collected was counted, once."""
        events = {int(user): int(n) for user, n in
                  self.rows("SELECT user_id, events FROM quern.activity")}
        self.assertEqual(events, {user: n for user, n in self.count.items()})
        self.assertEqual(self.left(), "")


class Exact(ActivityCase):
    def test_it_adds_what_was_collected(self):
        self.worker()
        latest = dict(self.before)
        for n in (300, 40, 900):
            self.latest.clear()
            self.collect(n)
            users = len(self.latest)
            result = self.run_task(TASK)
            self.assertEqual(result["batches"], 1)
            self.assertEqual(result["counted"], {
                "users": users, "events": n, "unknown_users": 0, "unknown_events": 0,
                "ignored_fields": 0})
            self.check()
            for user, at in self.latest.items():
                latest[user] = max(latest[user] or 0, at)
            self.assertEqual({int(user): int(at) if at else None for user, at in self.seen_at()},
                             latest)

    def test_nothing_collected_is_nothing_done(self):
        self.worker()
        result = self.run_task(TASK)
        self.assertEqual((result["batches"], result["counted"]["events"]), (0, 0))
        self.check()
        self.assertEqual(self.sql("SELECT count(*) FROM quern.once"), "0")

    def test_users_that_are_none_and_fields_that_are_none_are_told_and_dropped(self):
        self.worker()
        self.collect(50)
        now = self.key("activity:now")
        self.cache_script([
            f"HINCRBY {now} c:999999 5", f"HSET {now} t:999999 {BEGIN}",
            f"HSET {now} c:1000000000000000000000 1", f"HSET {now} c:-1 1", f"HSET {now} c:1x 1",
            f"HSET {now} c: 1", f"HSET {now} c:07 1", f"HSET {now} x 1",
            f"HSET {now} c:7777777 many",
            f"HSET {now} c:7777777 -3", f"HSET {now} t:7777777 99999999999999999"])
        result = self.run_task(TASK)["counted"]
        self.assertEqual((result["events"], result["unknown_users"], result["unknown_events"],
                          result["ignored_fields"]), (50, 1, 5, 8))
        self.check()

    def test_nobody_was_seen_in_the_future(self):
        self.worker()
        self.cache_script([f"HSET {self.key('activity:now')} t:5 {LATE}"])
        self.run_task(TASK)
        self.assertEqual(self.sql("SELECT last_active_at <= now() AND last_active_at >"
                                  " now() - interval '1 hour' FROM users WHERE id = 5"), "t")

    def test_a_batch_of_many_pages_is_one(self):
        self.worker()
        self.sql("INSERT INTO users (id, email, name, city, country, password_hash, created_at)"
                 " SELECT i, 'm' || i, 'm', 'x', 'x', 'x', now()"
                 " FROM generate_series(100001, 120000) AS i")
        users = range(100001, 120001)
        self.cache_script([f"HINCRBY {self.key('activity:now')} c:{user} {user}" for user in users])
        self.assertEqual(self.run_task(TASK)["counted"]["events"], sum(users))
        self.count.update({user: user for user in users})
        self.check()

    def test_a_sum_does_not_overflow(self):
        self.worker()
        self.sql("INSERT INTO quern.activity (user_id, events) VALUES (5, 9223372036854775800)")
        self.cache_script([f"HINCRBY {self.key('activity:now')} c:5 100"])
        self.run_task(TASK)
        self.assertEqual(self.sql("SELECT events FROM quern.activity"), str(2**63 - 1))

    def test_what_is_no_hash_is_refused_and_left(self):
        self.worker()
        self.cache.cli("SET", self.key("activity:now"), "1")
        self.assertIn("is no hash", self.check_ended(self.put(TASK), "failed", "error")["error"])
        self.assertEqual(self.left(), self.key("activity:now"))


class Once(ActivityCase):
    def test_collecting_goes_on_meanwhile(self):
        self.worker()
        stop = threading.Event()
        sums = []

        def produce(user):
            n = 0
            while not stop.is_set():
                self.cache_script([f"HINCRBY {self.key('activity:now')} c:{user} 1"] * 50)
                n += 50
            sums.append((user, n))

        threads = [threading.Thread(target=produce, args=(user,)) for user in (1, 2)]
        for thread in threads:
            thread.start()
        batches = sum(self.run_task(TASK)["batches"] for _ in range(15))
        stop.set()
        for thread in threads:
            thread.join()
        self.run_task(TASK)
        self.count.update(dict(sums))
        self.assertGreater(batches, 5)
        self.check()

    def hold(self, step):
        """Keeps a run at a step: (how to see it there, how to let it go)."""
        if step == "moved":
            return ("INSERT INTO quern.once", "relation",
                    self.session("BEGIN; LOCK TABLE quern.once IN EXCLUSIVE MODE"))
        if step == "staged":
            return ("seen_at FROM known", "transactionid",
                    self.session("BEGIN; UPDATE users SET name = name WHERE id = 60"))
        return "COMMIT", "advisory", self.session(CLOSE_GATE)

    def test_killed_at_any_step_nothing_is_lost_and_nothing_counted_twice(self):
        self.sql(GATE.format(table="quern.activity"))
        worker = self.worker()
        for step in ("moved", "staged", "written"):
            with self.subTest(step=step):
                self.collect(users=[60, 61, 62])
                query, event, let_go = self.hold(step)
                job = self.put(TASK)
                self.wait_for_lock(query, event)
                self.collect()
                self.kill_executors(worker)
                let_go()
                self.assertEqual(self.done(job)["batches"], 2)
                self.check()

    def test_killed_between_its_commit_and_forgetting_the_batch(self):
        self.sql(GATE.format(table="quern.activity"))
        proxy = fault_proxy.FaultProxy(self.cache.socket)
        self.addCleanup(proxy.stop)
        worker = self.worker(env={"QUERN_CACHE_URL": proxy.url})
        self.collect()
        open_gate = self.session(CLOSE_GATE)
        job = self.put(TASK)
        self.wait_for_lock("COMMIT", "advisory")
        proxy.set_all(fault_proxy.BLACK_HOLE)
        open_gate()
        self.wait_until(lambda: self.sql("SELECT count(*) FROM quern.once") == "1", LONG,
                        "the commit")
        self.kill_executors(worker)
        self.assertIn(self.key("activity:batch:"), self.left())
        self.collect()
        proxy.set_all(fault_proxy.PASS)
        self.assertEqual(self.done(job)["batches"], 2)
        self.check()

    def test_killed_while_it_forgets_the_batch(self):
        self.worker()
        self.cache.cli("SADD", self.key("activity:batches"), "upkeep.gone/abc")
        self.collect()
        self.run_task(TASK)
        self.check()

    def test_a_worker_that_is_killed_is_followed_by_another(self):
        self.sql(GATE.format(table="quern.activity"))
        worker = self.worker(label="first")
        self.collect()
        open_gate = self.session(CLOSE_GATE)
        job = self.put(TASK)
        self.wait_for_lock("COMMIT", "advisory")
        worker.kill9()
        self.worker(label="second")
        self.wait_for_lock("INSERT INTO quern.once", "transactionid")
        open_gate()
        self.done(job)
        self.check()

    def test_what_a_failed_job_left_is_counted_by_a_later_one_under_its_name(self):
        self.worker()
        self.collect()
        self.sql("ALTER TABLE users RENAME TO people")
        failed = self.put(TASK)
        self.assertIn("users", self.check_ended(failed, "failed", "error")["error"])
        self.assertIn(self.key("activity:batch:" + failed), self.left())
        self.sql("ALTER TABLE people RENAME TO users")
        self.collect()
        job = self.put(TASK)
        self.assertEqual(self.done(job)["batches"], 2)
        self.check()
        owners = {row[0].split("/")[0] for row in self.rows("SELECT job_id FROM quern.once")}
        self.assertEqual(owners, {failed, job})

    def test_a_batch_beyond_help_does_not_keep_the_others(self):
        self.worker()
        bad = "upkeep.bad/token"
        self.cache.cli("SADD", self.key("activity:batches"), bad)
        self.cache.cli("SET", self.key(f"activity:batch:{bad}"), "no hash")
        self.collect()
        info = self.check_ended(self.put(TASK), "failed", "error")
        self.assertIn("WRONGTYPE", info["error"])
        self.cache.cli("DEL", self.key(f"activity:batch:{bad}"))
        self.run_task(TASK)
        self.check()

    def test_what_is_no_name_among_the_batches_keeps_nobody(self):
        self.worker()
        strange = "x" * 20000
        self.cache.cli("SADD", self.key("activity:batches"), strange)
        self.collect()
        info = self.check_ended(self.put(TASK), "failed", "error")
        self.assertIn("is no name", info["error"])
        self.cache.cli("SREM", self.key("activity:batches"), strange)
        self.assertEqual(self.run_task(TASK)["counted"]["events"], 0)  # the first did it all
        self.check()

    def test_two_jobs_at_once_count_one_batch_once(self):
        self.sql(GATE.format(table="quern.activity"))
        self.worker()
        self.collect()
        open_gate = self.session(CLOSE_GATE)
        jobs = [self.put(TASK)]
        self.wait_for_lock("COMMIT", "advisory")
        self.collect()
        jobs += [self.put(TASK)]
        self.wait_for_lock("INSERT INTO quern.once", "transactionid")
        open_gate()
        for job in jobs:
            self.done(job)
        self.check()

    def test_a_soft_limit_in_the_middle_costs_nothing(self):
        self.worker()
        self.collect(users=[60])
        let_go = self.session("BEGIN; UPDATE users SET name = name WHERE id = 60")
        job = self.put(TASK, soft=300, attempts=1)
        self.assertEqual(self.check_ended(job, "failed", "timeout")["attempts"], 1)
        let_go("COMMIT;\n")
        self.run_task(TASK)
        self.check()


class Refused(ActivityCase):
    def test_the_redis_of_the_queues_is_no_cache_under_any_address(self):
        self.server.stop()
        self.server = self.redis(port=True)
        self.env["QUERN_BROKER_URL"] = self.server.url
        for label, url in (("same", self.server.url), ("other", self.server.tcp_url)):
            worker = self.worker(label=label, env={"QUERN_CACHE_URL": url})
            self.server.cli("HSET", self.key("activity:now"), "c:1", "1")
            info = self.check_ended(self.put(TASK), "failed", "error")
            self.assertIn("server and database of the queues", info["error"])
            self.assertEqual(self.server.cli("HGET", self.key("activity:now"), "c:1"), "1")
            worker.stop()

    def test_what_is_not_set_is_named(self):
        for label, name in (("c", "QUERN_CACHE_URL"), ("d", "QUERN_DATABASE_URL")):
            worker = self.worker(label=label, env={name: ""})
            info = self.check_ended(self.put(TASK), "failed", "error")
            self.assertEqual(info["error"], f"{name} is not set")
            worker.stop()

    def test_a_cache_that_is_away_is_tried_again(self):
        self.worker()
        self.collect(20)
        self.cache.pause()
        job = self.put(TASK, attempts=100)
        self.wait_until(lambda: self.seen(job)["attempts"] > 1, LONG, "a second attempt")
        self.cache.resume()
        self.done(job)
        self.check()


if __name__ == "__main__":
    case.main()
