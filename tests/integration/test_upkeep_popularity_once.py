"""products.sync_popularity: once, whatever is killed, and in nobody's way."""
import random
import threading

import case
from popularity_case import TASK, PopularityCase
from upkeep_case import CLOSE_GATE, GATE
from worker_case import LONG


class Once(PopularityCase):
    def test_two_at_once_and_writers_beside_them_do_not_deadlock(self):
        self.worker()
        random.seed(6)
        ids = sorted(self.popularity())

        def write(number):
            """Transactions of several rows, in the order of their ids as everybody should."""
            text = ""
            for _ in range(60):
                rows = sorted(random.sample(ids, 8))
                text += "BEGIN;" + "".join(
                    f"UPDATE products SET stock = 1, popularity = {number} WHERE id = {row};"
                    for row in rows) + "COMMIT;"
            self.sql(text)

        writers = [threading.Thread(target=write, args=(number,)) for number in (1, 2)]
        for writer in writers:
            writer.start()
        jobs = self.put(TASK, count=12)
        for job in jobs:
            info = self.check_ended(job, "succeeded")
            self.assertEqual(info["attempts"], 1)
        for writer in writers:
            writer.join()
        self.check(self.run_task(TASK))
        self.assertEqual(self.sql("SELECT deadlocks FROM pg_stat_database"
                                  f" WHERE datname = '{self.database}'"), "0")

    def test_two_that_wait_for_the_same_row_both_end_right(self):
        self.worker()
        let_go = self.session("BEGIN; UPDATE products SET stock = 0 WHERE id = 60")
        jobs = self.put(TASK, count=2)
        self.wait_for_lock("stale AS MATERIALIZED", "transactionid")
        self.wait_for_lock("pg_advisory_xact_lock", "advisory")
        let_go("COMMIT;\n")
        results = sorted((self.done(job) for job in jobs), key=lambda result: result["to"])
        self.assertGreater(results[0]["changed"], 0)
        self.check(results[1])

    def test_a_deadlock_with_one_who_locks_the_other_way_is_survived(self):
        self.worker()
        other = self.session("BEGIN; UPDATE products SET stock = 0 WHERE id = 100")
        job = self.put(TASK)
        self.wait_for_lock("stale AS MATERIALIZED", "transactionid")
        other("UPDATE products SET stock = 0 WHERE id = 1;\nCOMMIT;\n")
        self.check(self.done(job))

    def check_once(self, job):
        """The rows were written once, by one of its runs, and the others found that."""
        result = self.done(job)
        self.check(result)
        self.assertEqual({at for _, at in self.products().values()
                          if at and at >= self.instant(result["from"])},
                         {self.instant(result["to"])})
        self.assertEqual(self.sql("SELECT count(*) FROM quern.once"
                                  f" WHERE job_id = '{job}' AND step = 'popularity'"), "1")
        self.assertGreater(result["changed"], 0)

    def hold(self, step):
        """Keeps a run from going beyond a step: (how to see it there, how to let it go)."""
        if step == "begun":
            return ("INSERT INTO quern.once", "relation",
                    self.session("BEGIN; LOCK TABLE quern.once IN EXCLUSIVE MODE"))
        if step == "counted":
            return ("stale AS MATERIALIZED", "transactionid",
                    self.session("BEGIN; UPDATE products SET stock = 0 WHERE id = 60"))
        return "COMMIT", "advisory", self.session(CLOSE_GATE)

    def test_killed_at_any_step_the_rows_are_written_once(self):
        self.sql(GATE.format(table="products"))
        worker = self.worker()
        for step in ("begun", "counted", "written"):
            with self.subTest(step=step):
                self.sql("UPDATE products SET popularity = 77")
                query, event, let_go = self.hold(step)
                job = self.put(TASK)
                self.wait_for_lock(query, event)
                self.kill_executors(worker)
                let_go()
                self.check_once(job)

    def test_killed_after_its_commit_it_does_nothing_twice(self):
        self.sql(GATE.format(table="products"))
        worker = self.worker()
        open_gate = self.session(CLOSE_GATE)
        job = self.put(TASK)
        self.wait_for_lock("COMMIT", "advisory")
        self.cache.pause()
        open_gate()
        self.wait_until(lambda: self.sql("SELECT count(*) FROM quern.once") == "1", LONG,
                        "the commit")
        self.sql("UPDATE products SET popularity = popularity + 1 WHERE id = 5")
        self.kill_executors(worker)
        self.cache.resume()
        result = self.done(job)
        expected = self.expected(result)
        expected[5] += 1  # what was written since is not written over
        self.assertEqual(self.popularity(), expected)

    def test_a_worker_that_is_killed_is_followed_by_another(self):
        self.sql(GATE.format(table="products"))
        worker = self.worker(label="first")
        open_gate = self.session(CLOSE_GATE)
        job = self.put(TASK)
        self.wait_for_lock("COMMIT", "advisory")
        worker.kill9()
        self.worker(label="second")
        open_gate()
        self.check_once(job)


if __name__ == "__main__":
    case.main()
