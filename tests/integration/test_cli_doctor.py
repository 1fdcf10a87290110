#!/usr/bin/env python3
"""quern doctor: every fault is planted in a real Redis, a real PostgreSQL or a real folder, is
found, and told with why it matters and what to do, for people and for programs."""
import json
import os
import shutil
import subprocess
import unittest.mock

import case
import servers
from cli_case import Cli

SHOP = servers.ROOT / "tasks/sample/shop.sql"
DEAD = 9999999999999  # a time to come


class Doctor(Cli):
    def setUp(self):
        clean = {name: value for name, value in os.environ.items()
                 if not name.startswith("QUERN_") and name != "DATABASE_URL"}
        patch = unittest.mock.patch.dict(os.environ, clean, clear=True)
        patch.start()
        self.addCleanup(patch.stop)
        super().setUp()

    def look(self, **env):
        """What it found, by check; both forms have to agree."""
        done = self.quern("doctor", "--json", **env)
        answer = json.loads(done.stdout)
        states = [one["state"] for one in answer["findings"]]
        self.assertEqual((answer["wrong"], answer["warnings"]),
                         (states.count("wrong"), states.count("warning")))
        self.assertEqual(done.returncode, 1 if answer["wrong"] else 0, done.stderr)
        self.check_text(answer, **env)
        found = {}
        for one in answer["findings"]:
            found.setdefault(one["check"], []).append(one)
        return found

    def check_text(self, answer, **env):
        done = self.quern("doctor", **env)
        self.assertEqual(done.returncode, 1 if answer["wrong"] else 0)
        self.assertNotIn("\033", done.stdout)
        lines = done.stdout.splitlines()
        for line in lines:
            self.assertLessEqual(len(line), 80, line)
        self.assertEqual(len([line for line in lines if line.startswith("WRONG ")]),
                         answer["wrong"])
        self.assertIn(f"{answer['wrong']} wrong, {answer['warnings']} warning", lines[-1])

    def only(self, found, check):
        self.assertEqual(len(found[check]), 1, found[check])
        return found[check][0]

    def finds(self, state, check, what, todo, **env):
        found = [one for one in self.look(**env).get(check, ()) if what in one["what"]]
        self.assertEqual(len(found), 1, (check, what))
        self.assertEqual(found[0]["state"], state, found[0])
        self.assertIn(todo, found[0]["do"])
        self.assertTrue(found[0]["why"])

    def is_well(self, check, what="", **env):
        one = self.only(self.look(**env), check)
        self.assertEqual(one["state"], "ok", one)
        self.assertIn(what, one["what"])
        self.assertNotIn("why", one)


class Broker(Doctor):
    def configure(self, *words):
        self.server.cli("CONFIG", "SET", *words)

    def test_an_installation_that_is_well_has_no_findings_and_is_left_as_it_is(self):
        self.worker()
        self.ok("enqueue", "test.answer", "text=good", "--name", "done")
        self.wait_for_state("default.done", "succeeded")
        before = sorted(self.server.cli("KEYS", "*").splitlines())
        found = self.look()
        self.assertEqual({one["state"] for all_ in found.values() for one in all_}, {"ok"}, found)
        for check in ("broker", "version", "role", "eviction", "persistence", "writes", "memory",
                      "clients", "idle", "clock", "queues", "workers", "tasks", "schedules",
                      "artifact-dir", "variables", "limits", "time-zones", "open-files",
                      "task-path", "database"):
            self.assertIn(check, found)
        self.assertIn("the last second is lost", self.only(found, "persistence")["what"])
        self.assertEqual(sorted(self.server.cli("KEYS", "*").splitlines()), before)

    def test_a_broker_that_is_not_there_is_wrong_and_the_machine_is_looked_at_all_the_same(self):
        self.server.stop()
        self.finds("wrong", "broker", "redis.sock", "start Redis")
        found = self.look(QUERN_BROKER_URL="redis://:secret@127.0.0.1:1")
        self.assertNotIn("secret", json.dumps(found))
        self.assertNotIn("queues", found)
        self.assertIn("artifact-dir", found)

    def test_a_redis_that_evicts_is_named_and_looked_at_further(self):
        self.configure("maxmemory-policy", "allkeys-lru")
        self.finds("wrong", "eviction", "allkeys-lru", "maxmemory-policy noeviction")
        self.is_well("persistence")
        self.is_well("queues")
        self.assertEqual(self.server.cli("KEYS", "*"), "")  # not even the protocol's version

    def test_each_way_to_keep_data_is_told_with_what_it_may_lose(self):
        self.configure("appendfsync", "always")
        self.is_well("persistence", "before each answer")
        self.configure("appendfsync", "no")
        self.finds("warning", "persistence", "appendfsync is no", "appendfsync everysec")
        self.configure("appendonly", "no")
        self.finds("wrong", "persistence", "neither AOF nor snapshots", "appendonly yes")
        self.configure("save", "3600 1")
        self.finds("warning", "persistence", "save 3600 1", "appendonly yes")

    def test_memory_that_ends_is_a_warning_and_no_room_for_jobs_is_wrong(self):
        self.is_well("memory", "no maxmemory is set, so nobody is told to come later")
        self.is_well("memory", "redis-cli CONFIG SET maxmemory BYTES, and in redis.conf")
        self.configure("maxmemory", "1gb")
        self.is_well("memory", "of 1GiB")
        used = int(self.server.cli("INFO", "memory").split("used_memory:")[1].split()[0])
        self.configure("maxmemory", used * 118 // 100)
        self.finds("warning", "memory", "are used", "maxmemory")
        self.configure("maxmemory", used * 102 // 100)
        self.finds("wrong", "memory", "are used", "maxmemory")

    def test_scarce_connections_and_closed_idle_ones_are_warnings(self):
        self.configure("timeout", "300")
        self.finds("warning", "idle", "300 s", "CONFIG SET timeout 0")
        self.configure("maxclients", "1")
        self.finds("warning", "clients", "of 1 connections", "maxclients")

    def test_a_replica_is_wrong(self):
        self.server.cli("REPLICAOF", "127.0.0.1", "1")
        self.finds("wrong", "role", "replica", "master")

    def test_a_snapshot_that_failed_is_wrong(self):
        gone = self.folder / "gone"
        gone.mkdir()
        server = self.redis("other", persistent=False, options=("--dir", gone))
        self.env["QUERN_BROKER_URL"] = server.url
        self.is_well("writes")
        gone.rmdir()
        server.cli("BGSAVE")
        self.wait_until(lambda: "rdb_last_bgsave_status:err" in server.cli("INFO", "persistence"),
                        20, "the end of the snapshot")
        self.finds("wrong", "writes", "snapshot failed", "disk full")

    def test_what_a_redis_forbids_to_ask_is_no_error(self):
        server = self.redis("other", options=("--rename-command", "CONFIG", ""))
        self.env["QUERN_BROKER_URL"] = server.url
        self.is_well("persistence", "does not tell")
        self.assertNotIn("idle", self.look())
        server = self.redis("none", persistent=False, options=("--rename-command", "CONFIG", ""))
        self.env["QUERN_BROKER_URL"] = server.url
        self.finds("warning", "persistence", "does not tell", "appendonly yes")
        self.server.cli("ACL", "SETUSER", "default", "-info")
        self.env["QUERN_BROKER_URL"] = self.server.url
        self.finds("warning", "broker", "info", "INFO")
        self.is_well("clock")

    def test_a_cache_on_the_broker_is_wrong_and_on_its_other_database_a_warning(self):
        self.assertNotIn("cache", self.look())
        todo = "QUERN_CACHE_URL"
        self.finds("wrong", "cache", "broker itself", todo, QUERN_CACHE_URL=self.server.url)
        self.finds("warning", "cache", "another database", todo,
                   QUERN_CACHE_URL=self.server.url + "?db=1")
        self.finds("wrong", "cache", "cache-url", todo, QUERN_CACHE_URL="nonsense")
        self.is_well("cache", QUERN_CACHE_URL="redis://127.0.0.1:1/0")


class Namespace(Doctor):
    def publish(self):
        worker = self.program("misbehaving_worker", "--queues", "default,small", env=self.env,
                              label="publisher")
        self.wait_until(lambda: '"running"' in self.quern("worker", "list", "--json").stdout, 20,
                        "a worker")
        worker.stop()

    def test_jobs_that_nobody_serves_are_wrong(self):
        self.publish()
        self.finds("warning", "workers", "no worker", "quern-worker")
        self.is_well("queues")
        self.ok("enqueue", "test.answer", "text=x")
        self.ok("enqueue", "test.answer", "text=x", "--delay", "1h")
        self.finds("wrong", "queues", "default: 2 jobs wait", "--queues default")

    def test_a_queue_near_its_budget_is_a_warning(self):
        self.worker()
        self.ok("queue", "budget", "default", "--jobs", "5", "--bytes", "1MiB")
        for _ in range(3):
            self.ok("enqueue", "test.answer", "text=x", "--delay", "1h")
        self.is_well("queues")
        self.ok("enqueue", "test.answer", "text=x", "--delay", "1h")
        self.finds("warning", "queues", "default holds 4 of 5 jobs", "quern queue budget default")
        self.ok("queue", "budget", "default", "--bytes", "100")
        self.finds("warning", "queues", "of 100 bytes", "quern queue budget default")

    def test_paused_and_draining_queues_and_dead_letters_are_warnings(self):
        self.worker()
        self.ok("enqueue", "test.answer", "text=fail", "--name", "bad", "--max-attempts", "1")
        self.wait_for_state("default.bad", "failed")
        self.finds("warning", "queues", "1 dead letter", "quern dead-letter list --queue default")
        self.ok("dead-letter", "list", "--queue", "default")
        self.ok("queue", "pause", "default")
        self.finds("warning", "queues", "default is paused", "quern queue resume default")
        self.ok("queue", "drain", "small")
        self.finds("warning", "queues", "small is draining", "quern queue resume small")

    def test_workers_of_another_version_are_a_warning(self):
        self.worker()
        one = self.json("worker", "list")["workers"][0]
        one.update(version="0.0.9", host="old\033[2J")
        self.server.cli("SET", "{t}:worker:XXXXXXXXXXX", json.dumps(one), "PX", 600000)
        self.server.cli("ZADD", "{t}:workers", DEAD, "XXXXXXXXXXX")
        self.finds("warning", "workers", "version 0.0.9", "one version")

    def test_tasks_that_no_living_worker_has_are_a_warning(self):
        self.publish()
        self.program("quern-worker", env=self.env)
        self.wait_until(lambda: '"running"' in self.quern("worker", "list", "--json").stdout, 20,
                        "a worker")
        self.finds("warning", "tasks", "task test.answer:", "start a worker")
        self.assertFalse([one for one in self.look()["tasks"] if "report.sales" in one["what"]])

    def test_schedules_without_a_leader_are_wrong(self):
        self.worker()
        path = self.folder / "schedule.conf"
        path.write_text("[schedule pulse]\ntask = test.answer\nevery = 1h\n"
                        'args = {"text": "x"}\n')
        beat = self.program("quern-beat", "--schedule", path, env=self.env)
        self.wait_until(lambda: self.json("schedule", "list")["schedules"], 20, "schedules")
        self.is_well("schedules", "1, 0 of them paused; ")
        beat.stop()
        self.finds("wrong", "schedules", "no quern-beat leads", "quern-beat")
        self.server.cli("HSET", "{t}:schedules:last", "pulse", json.dumps(
            {"at": "2026-01-01T00:00:00Z", "what": "refused", "error": "no such task"}))
        self.finds("warning", "schedules", "no such task", "quern schedule history pulse")
        self.server.cli("HSET", "{t}:schedules", "pulse", "{}")
        self.finds("wrong", "schedules", "schedule pulse: one of cron", "quern schedule change")


class Place(Doctor):
    def test_the_folder_of_result_files_has_to_be_a_folder_that_is_there(self):
        missing, file = self.folder / "missing", self.folder / "file"
        file.write_text("")
        self.finds("wrong", "artifact-dir", "No such file", "mkdir",
                   QUERN_ARTIFACT_DIR=str(missing))
        self.finds("wrong", "artifact-dir", "is no folder", "mkdir", QUERN_ARTIFACT_DIR=str(file))
        self.is_well("artifact-dir", str(self.folder))

    def test_a_folder_without_space_is_a_warning(self):
        small = self.folder / "small"
        small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", small],
                                 capture_output=True)
        if mounted.returncode != 0:
            self.skipTest(f"cannot mount a small file system: {mounted.stderr.decode().strip()}")
        self.addCleanup(subprocess.run, ["umount", small], check=True)
        self.finds("warning", "artifact-dir", "are free", "-delete", QUERN_ARTIFACT_DIR=str(small))

    def test_a_misspelt_variable_is_wrong_and_a_strange_one_a_warning(self):
        self.finds("wrong", "variables", "QUERN_CONCURENCY", "set QUERN_CONCURRENCY instead",
                   QUERN_CONCURENCY="9")
        self.finds("warning", "variables", "QUERN_SOMETHING", "quern config",
                   QUERN_SOMETHING="9")
        self.is_well("variables", QUERN_JOB_ID="x")

    def test_limits_that_contradict_are_wrong(self):
        self.finds("wrong", "limits", "soft-limit (10s) is above", "QUERN_SOFT_LIMIT",
                   QUERN_SOFT_LIMIT="10s", QUERN_HARD_LIMIT="5s")

    def test_a_secret_in_a_file_for_all_is_a_warning(self):
        file = self.folder / "quern.conf"
        file.write_text("llm-key = s3cret\n")
        file.chmod(0o644)
        self.finds("warning", "secrets", "llm-key", "chmod o-rwx", QUERN_CONFIG=str(file))
        self.assertNotIn("s3cret", self.quern("doctor", QUERN_CONFIG=str(file)).stdout)
        file.chmod(0o600)
        self.is_well("secrets", QUERN_CONFIG=str(file))
        file.write_text("concurrency = 2\n")
        self.assertNotIn("secrets", self.look(QUERN_CONFIG=str(file)))

    def test_a_zone_that_is_not_there_is_wrong(self):
        self.finds("wrong", "time-zones", "Europe/Atlantis", "QUERN_TIMEZONE",
                   QUERN_TIMEZONE="Europe/Atlantis")

    def test_a_limit_of_files_below_what_the_settings_need_is_a_warning(self):
        self.is_well("open-files")
        done = subprocess.run(
            ["prlimit", "--nofile=1024:1024", servers.BIN / "quern", "doctor", "--json"],
            env={**os.environ, **self.env}, text=True, capture_output=True, timeout=60)
        one = [one for one in json.loads(done.stdout)["findings"]
               if one["check"] == "open-files"][0]
        self.assertEqual(one["state"], "warning")
        self.assertIn("may open 1024 files", one["what"])
        self.assertIn("ulimit", one["do"])


class Worker(Doctor):
    def test_each_file_of_the_task_path_that_does_not_load_is_told(self):
        tasks = self.folder / "tasks"
        tasks.mkdir()
        (tasks / "plugin.so").write_text("no plugin")
        (tasks / "first.task").write_text("nonsense\n")
        (tasks / "second.task").write_text("more nonsense\n")
        path = f"{self.folder}/nothing:{tasks}"
        for name in ("nothing", "plugin.so", "first.task", "second.task"):
            self.finds("wrong", "task-path", name, "task-path", QUERN_TASK_PATH=path)
        self.is_well("task-path", "compiled in")

    def test_settings_that_a_worker_refuses_are_wrong(self):
        self.finds("wrong", "quern-worker", "log-format", "quern-worker check",
                   QUERN_LOG_FORMAT="xml", QUERN_LOG_LEVEL="info")

    def test_without_a_worker_beside_it_the_rest_is_looked_at(self):
        alone = self.folder / "alone"
        alone.mkdir()
        shutil.copy(servers.BIN / "quern", alone)
        with unittest.mock.patch.object(servers, "BIN", alone):
            self.finds("warning", "quern-worker", "No such file", "installed")

    def test_a_database_is_looked_at_from_end_to_end(self):
        postgres = self.postgres()
        self.env["QUERN_DATABASE_URL"] = postgres.url
        self.is_well("database", "PostgreSQL")
        self.is_well("db-clock")
        self.finds("warning", "db-tables", "orders, order_items", "QUERN_DATABASE_URL")
        postgres.psql(SHOP.read_text())
        self.is_well("db-tables")
        self.is_well("db-connections")
        self.finds("warning", "db-connections", "a worker takes 500", "max_connections",
                   QUERN_CONCURRENCY="500")
        postgres.psql("ALTER TABLE users RENAME TO people; CREATE USER poor;"
                      "GRANT SELECT ON orders, order_items, products TO poor;")
        self.finds("wrong", "db-tables", "not there: users", "create")
        poor = postgres.url.replace("postgres@", "poor@")
        self.finds("wrong", "db-tables", "not be read: categories", "GRANT SELECT",
                   QUERN_DATABASE_URL=poor)
        postgres.stop()
        self.finds("wrong", "database", "no connection", "start PostgreSQL")

    def test_no_database_is_fine_and_no_password_is_told(self):
        self.is_well("database", "not set")
        done = self.quern("doctor", QUERN_DATABASE_URL="postgresql://a:s3cret@127.0.0.1:1/x")
        self.assertIn("no connection", " ".join(done.stdout.split()))
        self.assertNotIn("s3cret", done.stdout + done.stderr)

    def test_check_is_one_array_of_json(self):
        done = servers.run("quern-worker", "check", env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([one["check"] for one in json.loads(done.stdout)],
                         ["task-path", "database"])
        self.assertEqual(servers.run("quern-worker", "check", "more", env=self.env).returncode, 2)


if __name__ == "__main__":
    case.main()
