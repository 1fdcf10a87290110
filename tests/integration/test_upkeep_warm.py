"""cache.warm, and what the tasks of upkeep need around them: rights, queues, the schedule."""
import re
import tempfile

import case
import servers
import upkeep_case
from worker_case import LONG

TASK = "cache.warm"
HOUR = 3_600_000  # ms
GRACE = HOUR  # of products and lists, for when the database is away
TASKS = {"cache.clean_expired", TASK, "products.sync_popularity", "users.sync_activity"}
SCHEDULE = servers.ROOT / "compose" / "schedule.conf"


class Warm(upkeep_case.UpkeepCase):
    def entries(self, kind):
        """key -> (ms it will live, its value)."""
        found = {}
        for key in self.cache.cli("--scan", "--pattern", self.key(f"kv:{kind}:*")).split():
            if key.endswith((":wake", ":lock")):
                continue
            grace = int(self.cache.cli("HGET", key, "grace"))
            found[key] = (int(self.cache.cli("PTTL", key)) - grace,
                          self.cache.cli("HGET", key, "bytes"))
        return found

    def popular(self, n):
        return {int(row[0]) for row in self.rows(
            f"SELECT id FROM products WHERE is_active ORDER BY popularity DESC, id LIMIT {n}")}

    def ids(self):
        return {int(re.search(r'"id" : (\d+)', value)[1])
                for _, value in self.entries("product").values()}

    def test_the_most_popular_products_are_there_for_an_hour_less_a_part(self):
        self.worker()
        result = self.run_task(TASK, {"products": 30})
        self.assertEqual((result["products"], result["lists"]), (30, 1))
        self.assertEqual(self.ids(), self.popular(30))
        lives = [life for life, _ in self.entries("product").values()]
        self.assertTrue(all(0.85 * HOUR < life <= HOUR for life in lives), lives)
        self.assertGreater(len({life // 10000 for life in lives}), 5)  # not all at once
        (_, value), = self.entries("list").values()
        listed = [int(number) for number in re.findall(r'"id" : (\d+)', value)]
        self.assertEqual((len(listed), set(listed)), (10, self.popular(10)))

    def test_products_that_are_named_are_there_too_and_all_are_fresh(self):
        self.worker()
        self.run_task(TASK, {"products": 5})
        far = self.popular(120) - self.popular(60)
        named = sorted(far)[:2]
        self.sql(f"UPDATE products SET name = 'renamed' WHERE id = {min(self.popular(5))}")
        result = self.run_task(TASK, {"products": 5, "ids": named})
        self.assertEqual(result["products"], 7)
        self.assertEqual(self.ids(), self.popular(5) | set(named))
        fresh = [value for _, value in self.entries("product").values() if "renamed" in value]
        self.assertEqual(len(fresh), 1)

    def test_hot_products_are_loaded_whatever_their_popularity(self):
        self.worker()
        far = sorted(self.popular(100) - self.popular(60) - set(range(50)))[:3]
        self.run_task(TASK, {"products": 5, "ids": far})
        hot = {}
        for key, (_, value) in self.entries("product").items():
            number = int(re.search(r'"id" : (\d+)', value)[1])
            if number in far:
                hot[number] = key
                self.cache.cli("HSET", key, "uses", "99" if number == far[0] else "100")
        self.run_task("products.sync_popularity")  # what is there counts no more
        result = self.run_task(TASK, {"products": 5})
        self.assertEqual((result["hot"], result["products"]), (2, 7))
        uses = [self.cache.cli("HGET", hot[number], "uses") for number in far]
        self.assertEqual(uses, ["99", "0", "0"])

    def test_what_it_loaded_is_not_there_once_products_are_counted_anew(self):
        self.worker()
        self.run_task(TASK)
        self.run_task("products.sync_popularity")
        counted = self.run_task("cache.clean_expired")["cache"]["old_versions"]["count"]
        self.assertEqual(counted, 120 - int(self.sql(
            "SELECT count(*) FROM products WHERE NOT is_active")))
        self.assertEqual(self.entries("product"), {})

    def test_a_cache_that_is_away_is_tried_again(self):
        self.worker()
        self.cache.stop()
        job = self.put(TASK, retry=200, attempts=100)
        self.wait_until(lambda: self.seen(job)["attempts"] > 1, LONG, "a second attempt")
        self.cache.start()
        self.assertGreater(self.done(job)["products"], 100)

    def test_arguments_out_of_bounds_are_rejected(self):
        self.worker()
        for args, text in (({"products": 0}, "products: must be 1 to 2000"),
                           ({"ids": [1, "2"]}, "ids: must be at most 500 integers"),
                           ({"ids": list(range(501))}, "ids: must be at most 500 integers")):
            info = self.check_ended(self.put(TASK, args), "failed", "rejected")
            self.assertEqual(info["error"], text)


class Around(upkeep_case.UpkeepCase):
    def test_the_rights_of_the_page_are_enough(self):
        page = (servers.ROOT / "tasks/upkeep/README.md").read_text()
        grants = re.findall(r"^    (GRANT .*;)$", page, re.M)
        self.assertEqual(len(grants), 6)
        self.sql("DROP ROLE IF EXISTS worker; CREATE ROLE worker LOGIN;" + "".join(grants))
        self.addCleanup(self.sql, "DROP OWNED BY worker; DROP ROLE worker")
        url = self.env["QUERN_DATABASE_URL"].replace("postgres@", "worker@")
        self.worker(env={"QUERN_DATABASE_URL": url})
        self.cache.cli("HSET", self.key("activity:now"), "c:1", "1", "t:1", "1750000000000")
        for task in TASKS:
            self.run_task(task, attempts=1)

    def test_the_default_schedule_has_each_of_them_and_its_queues_are_served(self):
        text = SCHEDULE.read_text()
        self.assertLessEqual(TASKS, set(re.findall(r"^task = (\S+)", text, re.M)))
        queues = set(re.findall(r"^queue = (\S+)", text, re.M)) | {"default"}
        example = (servers.ROOT / "compose/.env.example").read_text()
        served = set(re.search(r"^QUERN_QUEUES=(.*)$", example, re.M)[1].split(","))
        self.assertLessEqual(queues, served)
        installed = servers.BIN.parent / "share/quern/schedule.conf"
        self.assertEqual(installed.read_text(), text)
        self.worker(env={"QUERN_QUEUES": ",".join(sorted(served))})
        with tempfile.TemporaryDirectory() as folder:
            done = servers.run("quern-beat", "--schedule", SCHEDULE, "--check",
                               env=self.env | {"QUERN_CONFIG": "/dev/null", "HOME": folder})
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    case.main()
