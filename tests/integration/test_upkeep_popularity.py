"""products.sync_popularity: what it counts is what brute force counts."""
import case
from popularity_case import HOUR, TASK, PopularityCase


class Exact(PopularityCase):
    def test_it_counts_what_brute_force_counts(self):
        self.check_by_brute_force()

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


class OtherShop(PopularityCase):
    seed = 17

    def test_it_counts_what_brute_force_counts(self):
        self.check_by_brute_force()


class Around(PopularityCase):
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
