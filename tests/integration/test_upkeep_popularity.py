"""products.sync_popularity: exact, once, and in nobody's way."""
import collections
import random
import threading

import case
import upkeep_case
from upkeep_case import CLOSE_GATE, GATE
from worker_case import LONG

TASK = "products.sync_popularity"
COUNTED = ("paid", "shipped")
HOUR = 3_600_000_000  # in microseconds
# Orders of the last three days, one each minute, some of them to come.
SHIFT = """
UPDATE orders SET processed_at = NULL, created_at = statement_timestamp()
    - (id % 4320) * interval '1 minute' + interval '2 hours';
UPDATE products SET popularity = id % 7;
"""
MICROSECONDS = "(extract(epoch FROM {}) * 1000000)::bigint"


class PopularityCase(upkeep_case.UpkeepCase):
    def setUp(self):
        super().setUp()
        self.sql(SHIFT)
        self.orders = [
            (int(order), status, int(at), int(product), int(quantity))
            for order, status, at, product, quantity in self.rows(
                f"SELECT o.id, o.status, {MICROSECONDS.format('o.created_at')}, i.product_id,"
                " i.quantity FROM orders o JOIN order_items i ON i.order_id = o.id")]

    def products(self):
        """id -> (popularity, when it was written, in us or None)."""
        return {int(product): (int(popularity), int(at) if at else None)
                for product, popularity, at in self.rows(
                    f"SELECT id, popularity, {MICROSECONDS.format('last_updated')}"
                    " FROM products")}

    def popularity(self):
        return {product: row[0] for product, row in self.products().items()}

    def instant(self, text):
        return int(self.sql(f"SELECT {MICROSECONDS.format(f'timestamptz {text!r}')}"))

    def expected(self, result, what="units"):
        """By brute force, of the products that there are."""
        begin, end = self.instant(result["from"]), self.instant(result["to"])
        found = collections.Counter(dict.fromkeys(self.popularity(), 0))
        seen = set()
        for order, status, at, product, quantity in self.orders:
            if status in COUNTED and begin <= at < end:
                if what == "units":
                    found[product] += quantity
                elif (order, product) not in seen:
                    found[product] += 1
                    seen.add((order, product))
        return dict(found)

    def check(self, result, what="units"):
        self.assertEqual(self.popularity(), self.expected(result, what))


class Exact(PopularityCase):
    def test_it_counts_what_brute_force_counts(self):
        self.worker()
        for hours, what in ((24, "units"), (1, "units"), (48, "orders"), (8760, "units")):
            with self.subTest(hours=hours, what=what):
                before = self.products()
                result = self.run_task(TASK, {"window_hours": hours, "count": what})
                self.check(result, what)
                begin, end = self.instant(result["from"]), self.instant(result["to"])
                self.assertEqual(end - begin, hours * HOUR)
                after = self.products()
                changed = {product for product, row in after.items()
                           if row[0] != before[product][0]}
                self.assertTrue(changed)
                self.assertEqual(result["changed"], len(changed))
                self.assertEqual(result["zeroed"],
                                 sum(after[product][0] == 0 for product in changed))
                self.assertEqual({product for product, row in after.items()
                                  if row != before[product]}, changed)
                self.assertEqual({after[product][1] for product in changed}, {end})
                if what == "units":
                    self.assertEqual(result["units"], sum(self.popularity().values()))

    def test_without_arguments_it_is_units_of_a_day(self):
        self.worker()
        result = self.run_task(TASK)
        self.assertEqual(self.instant(result["to"]) - self.instant(result["from"]), 24 * HOUR)
        self.assertEqual(result["counted"], "units")
        self.check(result)

    def test_without_orders_all_are_zero(self):
        self.worker()
        self.sql("UPDATE orders SET created_at = '2020-01-01'")
        result = self.run_task(TASK)
        self.assertEqual(set(self.popularity().values()), {0})
        self.assertEqual(result["units"], 0)

    def test_a_time_without_a_zone_is_one_in_utc(self):
        self.sql("ALTER TABLE orders ALTER created_at TYPE timestamp USING created_at AT TIME ZONE"
                 " 'UTC'; ALTER DATABASE " + self.database + " SET timezone = 'Asia/Shanghai'")
        self.worker()
        self.check(self.run_task(TASK))


class OtherShop(Exact):
    """The same on other data."""
    seed = 17


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

    def test_caches_of_products_are_invalidated_and_a_cache_is_not_needed(self):
        self.worker()
        self.assertEqual(self.run_task(TASK)["caches"], "invalidated")
        versions = [self.cache.cli("GET", self.key(name)) for name in
                    ("kv-version:product", "kv-version:list:products")]
        self.assertTrue(all(versions), versions)
        self.assertEqual(self.run_task(TASK)["caches"], "invalidated")
        again = [self.cache.cli("GET", self.key(name)) for name in
                 ("kv-version:product", "kv-version:list:products")]
        self.assertTrue(all(new and new != old for old, new in zip(versions, again)))
        self.cache.stop()
        job = self.put(TASK, attempts=2)
        self.assertEqual(self.done(job)["caches"], "unreachable")
        self.assertEqual(self.seen(job)["attempts"], 2)

    def test_without_a_cache_or_with_the_queues_as_one(self):
        for label, url, caches in (("none", "", "not configured"),
                                   ("broker", self.server.url, None)):
            worker = self.worker(label=label, env={"QUERN_CACHE_URL": url})
            job = self.put(TASK, attempts=1)
            if caches:
                self.assertEqual(self.done(job)["caches"], caches)
            else:
                self.assertIn("the queues", self.check_ended(job, "failed", "error")["error"])
            worker.stop()

    def test_arguments_out_of_bounds_are_rejected(self):
        self.worker()
        for args in ({"window_hours": 0}, {"window_hours": 8761}):
            info = self.check_ended(self.put(TASK, args), "failed", "rejected")
            self.assertEqual(info["error"], "window_hours: must be 1 to 8760")


if __name__ == "__main__":
    case.main()
