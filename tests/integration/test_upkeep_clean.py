"""cache.clean_expired: what nobody can ask for goes, and nothing else."""
import hashlib
import os
import time

import case
import upkeep_case
from worker_case import LONG

TASK = "cache.clean_expired"
DAY = 86400
KIND, VERSION, OLD = "product", "v" * 11, "o" * 11
NOTHING = {"count": 0, "bytes": 0}


class CleanCase(upkeep_case.UpkeepCase):
    def setUp(self):
        super().setUp()
        self.files = self.folder / "artifacts"
        self.files.mkdir()

    # ---- what there is ----

    def entry(self, number, version, life=100):
        """An entry of the cache as tasks/lib/kv stores it."""
        name = self.key(f"kv:{KIND}:{hashlib.sha256(str(number).encode()).hexdigest()}")
        lines = [f"HSET {name} versions {version}{version} grace 0 uses 0 bytes {number}"]
        return lines + ([f"EXPIRE {name} {life}"] if life else [])

    def fill_cache(self, old=7, forever=5, good=20):
        lines = [f"SET {self.key('kv-version:' + KIND)} {VERSION}"]
        for number in range(good):
            lines += self.entry(number, VERSION)
        for number in range(100, 100 + old):
            lines += self.entry(number, OLD)
        for number in range(10**6, 10**6 + forever):
            lines += self.entry(number, VERSION, life=None)
        lock = self.key(f"kv:{KIND}:{'0' * 64}:lock")
        lines += [f"SET {lock} token", f"SET {lock}s token EX 100",
                  "SET other:kv:product:abc 1", "SET unrelated 1",
                  f"HSET {self.key('activity:now')} c:1 1"]
        self.cache.pipe("\n".join(lines) + "\n")

    def keys(self):
        return set(self.cache.cli("KEYS", "*").split())

    def file(self, text, days, folder=None):
        """A result file that was written so many days ago; its path."""
        name = hashlib.sha256(text.encode()).hexdigest()
        path = self.files / (folder or name[:2]) / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        at = time.time() - days * DAY
        os.utime(path, (at, at))
        return path

    def temporary(self, name, hours):
        path = self.files / "tmp" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
        at = time.time() - hours * 3600
        os.utime(path, (at, at))
        return path

    def tree(self):
        return {str(path.relative_to(self.files)) for path in self.files.rglob("*")
                if not path.is_dir()}

    def fill_rows(self, n=5):
        for namespace, days in (("w", 70), ("w", 20), ("other", 70)):
            self.sql("INSERT INTO quern.once (namespace, job_id, step, done_at) SELECT"
                     f" '{namespace}', '{days}/' || i, 's', now() - interval '{days} days'"
                     f" FROM generate_series(1, {n}) AS i")
        for namespace, days in (("w", 500), ("w", 300), ("other", 500)):
            self.sql("INSERT INTO quern.llm_usage (namespace, at, purpose, model, counted_by)"
                     f" SELECT '{namespace}', now() - interval '{days} days', 'sql', 'm',"
                     f" 'provider' FROM generate_series(1, {n})")

    def counts(self):
        return self.rows("SELECT 'once', namespace, count(*) FROM quern.once GROUP BY 2 UNION ALL"
                         " SELECT 'usage', namespace, count(*) FROM quern.llm_usage GROUP BY 2"
                         " ORDER BY 1, 2")

    def everything(self):
        return self.keys(), self.tree(), self.counts()


class Cleans(CleanCase):
    def fill(self):
        self.fill_cache()
        self.fill_rows()
        self.old = [self.file(f"old {number}", 32 + number) for number in range(6)]
        self.young = [self.file(f"young {number}", number) for number in range(31)]
        self.stale = [self.temporary("stale", 25)]
        self.fresh = [self.temporary("fresh", 23)]

    def check_result(self, result, dry_run):
        size = sum(len(f"old {number}") for number in range(6))
        self.assertEqual((result["dry_run"], result["complete"]), (dry_run, True))
        self.assertEqual(result["files"], {
            "configured": True, "seen": 39, "failed": 0,
            "results": {"count": 6, "bytes": size}, "temporary": {"count": 1, "bytes": 5}})
        self.assertEqual(result["rows"], {"configured": True, "once": {"count": 5},
                                          "llm_usage": {"count": 5}})
        cache = result["cache"]
        self.assertEqual((cache["seen"], cache["without_life"]["count"],
                          cache["old_versions"]["count"]), (34, 6, 7))
        self.assertGreater(cache["without_life"]["bytes"], 6 * 50)
        self.assertGreater(cache["old_versions"]["bytes"], 7 * 50)

    def test_a_dry_run_says_what_a_run_does_and_changes_nothing(self):
        self.fill()
        self.worker()
        before = self.everything()
        told = self.run_task(TASK, {"dry_run": True})
        self.check_result(told, True)
        self.assertEqual(self.everything(), before)

        result = self.run_task(TASK)
        self.check_result(result, False)
        self.assertEqual(result["cache"], told["cache"])
        keys, tree, counts = self.everything()
        gone = before[0] - keys
        self.assertEqual((len(gone), keys - before[0]), (13, set()))
        self.assertTrue(all(key.startswith(self.key("kv:")) for key in gone))
        self.assertEqual(before[1] - tree, {str(path.relative_to(self.files))
                                            for path in self.old + self.stale})
        self.assertEqual(counts, [["once", "other", "5"], ["once", "w", "5"],
                                  ["usage", "other", "5"], ["usage", "w", "5"]])

        again = self.run_task(TASK)
        self.assertEqual(again["files"]["results"], NOTHING)
        self.assertEqual((again["cache"]["without_life"], again["cache"]["old_versions"]),
                         (NOTHING, NOTHING))
        self.assertEqual(again["rows"]["once"]["count"], 0)
        commands = self.cache.cli("INFO", "commandstats")
        self.assertIn("cmdstat_scan:", commands)
        self.assertEqual(commands.count("cmdstat_keys:calls="), 1)  # our own, in keys()

    def test_all_of_many_go_in_small_steps(self):
        self.fill_cache(old=3000, forever=2500, good=0)
        self.fill_rows(2500)
        self.worker()
        result = self.run_task(TASK, {"batch": 100})
        self.assertEqual((result["cache"]["without_life"]["count"],
                          result["cache"]["old_versions"]["count"],
                          result["rows"]["once"]["count"], result["rows"]["llm_usage"]["count"]),
                         (2501, 3000, 2500, 2500))
        statements = self.cache.cli("INFO", "commandstats")
        self.assertGreater(int(statements.split("cmdstat_scan:calls=")[1].split(",")[0]), 50)

    def test_old_files_that_a_record_may_still_name_stay(self):
        path = self.file("kept", 80)
        worker = self.worker(env={"QUERN_FAILED_TTL": "90d"})
        self.assertEqual(self.run_task(TASK)["files"]["results"]["count"], 0)
        for args, least in (({"file_days": 90}, "file_days: must be 91 to"),
                            ({"once_days": 91}, "once_days: must be 92 to"),
                            ({"usage_days": 61}, "usage_days: must be 62 to"),
                            ({"temporary_hours": 0}, "temporary_hours: must be 1 to"),
                            ({"batch": 0}, "batch: must be 1 to 10000")):
            info = self.check_ended(self.put(TASK, args), "failed", "rejected")
            self.assertIn(least, info["error"])
        worker.stop()
        self.assertTrue(path.exists())
        self.worker(label="short", env={"QUERN_FAILED_TTL": "2d"})
        self.assertEqual(self.run_task(TASK, {"file_days": 81})["files"]["results"]["count"], 0)
        self.assertEqual(self.run_task(TASK, {"file_days": 79})["files"]["results"]["count"], 1)

    def test_nothing_outside_of_the_folder_is_touched(self):
        outside = self.folder / "outside"
        outside.mkdir()
        victims = [outside / ("ab" + "0" * 62), outside / "file"]
        for victim in victims:
            victim.write_text("precious")
            os.utime(victim, (1, 1))
        (self.files / "ab").symlink_to(outside)  # a folder of results
        (self.files / "cd").mkdir()
        (self.files / "cd" / ("cd" + "0" * 62)).symlink_to(victims[1])  # a result
        (self.files / "tmp").mkdir()
        (self.files / "tmp" / "x").symlink_to(victims[1])
        (self.files / "cd" / ("cd" + "1" * 62)).mkdir()  # no file
        self.file("in another folder", 99, folder="ef")
        other = self.files / "README"
        other.write_text("")
        os.utime(other, (1, 1))
        before = self.tree()
        self.worker()
        result = self.run_task(TASK)["files"]
        self.assertEqual((result["results"], result["temporary"]), (NOTHING, NOTHING))
        self.assertEqual(self.tree(), before)
        self.assertTrue(all(victim.exists() for victim in victims))


class Goes(CleanCase):
    def test_what_is_not_configured_is_told_and_no_error(self):
        self.sql("DROP SCHEMA quern CASCADE")
        missing = str(self.folder / "missing")
        for label, env in (("all", {"QUERN_CACHE_URL": "", "QUERN_DATABASE_URL": "",
                                    "QUERN_ARTIFACT_DIR": missing}),
                           ("tables", {"QUERN_CACHE_URL": "", "QUERN_ARTIFACT_DIR": missing})):
            worker = self.worker(label=label, env=env)
            self.assertEqual(self.run_task(TASK), {
                "dry_run": False, "complete": True, "cache": {"configured": False},
                "files": {"configured": False}, "rows": {"configured": False}})
            worker.stop()

    def test_the_redis_of_the_queues_is_refused_before_anything_is_removed(self):
        self.server.stop()
        self.server = self.redis(port=True)
        self.env["QUERN_BROKER_URL"] = self.server.url
        path = self.file("old", 99)
        entry = self.key("kv:product:abc")
        for label, url in (("same", self.server.url), ("other", self.server.tcp_url)):
            worker = self.worker(label=label, env={"QUERN_CACHE_URL": url})
            self.server.cli("SET", entry, "1")
            info = self.check_ended(self.put(TASK), "failed", "error")
            self.assertIn("server and database of the queues", info["error"])
            self.assertEqual(self.server.cli("EXISTS", entry), "1")
            self.assertTrue(path.exists())
            worker.stop()
        # Another database of that server may be a cache.
        self.worker(env={"QUERN_CACHE_URL": f"{self.server.url}?db=3"})
        self.assertTrue(self.run_task(TASK)["cache"]["configured"])

    def test_a_part_that_is_away_does_not_keep_the_others(self):
        path = self.file("old", 99)
        self.worker()
        self.cache.stop()
        info = self.check_ended(self.put(TASK, attempts=1), "failed", "error")
        self.assertIn("no connection", info["error"].lower())
        self.assertFalse(path.exists())
        self.cache.start()
        self.run_task(TASK)

    def test_stopped_by_its_soft_limit_it_tells_what_it_did_and_the_next_run_goes_on(self):
        n = 40000
        self.fill_cache(old=n, forever=0, good=0)
        self.worker()
        job = self.put(TASK, {"batch": 1}, soft=100)
        result = self.done(job)
        self.assertFalse(result["complete"])
        gone = result["cache"]["old_versions"]["count"]
        self.assertLess(gone, n)
        self.assertEqual(self.cache.cli("EXISTS", self.key("upkeep:sweep")), "1")
        rest = self.run_task(TASK, {"batch": 10000})
        self.assertTrue(rest["complete"])
        last = self.run_task(TASK)
        self.assertEqual(self.cache.cli("EXISTS", self.key("upkeep:sweep")), "0")
        # What a step removed whose answer was not heard is in no count.
        self.assertLessEqual(gone + rest["cache"]["old_versions"]["count"]
                             + last["cache"]["old_versions"]["count"], n)
        self.assertEqual(self.run_task(TASK)["cache"]["old_versions"]["count"], 0)

    def test_killed_in_the_middle_the_next_run_does_the_rest(self):
        n = 40000
        self.fill_cache(old=n, forever=0, good=10)
        before = int(self.cache.cli("DBSIZE"))
        worker = self.worker(label="first")
        job = self.put(TASK, {"batch": 1})
        self.wait_until(lambda: int(self.cache.cli("DBSIZE")) < before, LONG, "it to be at it")
        self.kill_executors(worker)
        self.wait_until(lambda: self.seen(job)["attempts"] > 1, LONG, "its second run")
        worker.kill9()
        self.worker(label="second")
        self.done(job)
        self.assertEqual(self.run_task(TASK)["cache"]["old_versions"]["count"], 0)
        self.assertEqual(int(self.cache.cli("DBSIZE")), before - n - 1)  # a lock without life too


if __name__ == "__main__":
    case.main()
