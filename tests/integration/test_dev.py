"""quern dev: it starts everything, shows the main job, and leaves nothing behind."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest
import urllib.request

import case
import llm_server
import servers

START_SECONDS = 90


def processes():
    """pid -> (parent, start time) of everything that runs, but for zombies."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                found[int(entry.name)] = (int(fields[1]), fields[19])
    return found


def descendants(pid):
    """(pid, start time) of all below a process."""
    everything = processes()
    found, parents = set(), {pid}
    while parents:
        children = {child for child, (parent, _) in everything.items() if parent in parents}
        found |= {(child, everything[child][1]) for child in children}
        parents = children
    return found


def still_there(family):
    everything = processes()
    return {pid for pid, start in family if pid in everything and everything[pid][1] == start}


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def taken(server, port):
    try:
        server.bind(("127.0.0.1", port))
        server.listen()
    except OSError:
        return False
    return True


def states(log):
    """Of the migrations that a call told of."""
    return {line.split()[1] for line in log.read_text().splitlines()}


def write_task(folder):
    task = folder / "seven.task"
    task.write_text("[task t.seven]\nsummary = Seven\n"
                    "command = sh -c \"echo '{\\\"result\\\":7}' >&3\"\n")
    return task


class Dev(case.Case):
    def setUp(self):
        self.data = self.folder / "data"

    def start(self, *words, data=None, label="dev", env=None):
        """Returns when all is up."""
        dev = self.program("quern", "dev", "--data", data or self.data, *words, label=label,
                           env=env)

        def is_up():
            dev.require_running()
            return "Ctrl-C stops everything" in dev.log()
        self.wait_until(is_up, START_SECONDS, "quern dev")
        dev.port = int(re.search(r"http://127\.0\.0\.1:(\d+)", dev.log())[1])
        return dev

    def once(self, data=None, env=None):
        return servers.run("quern", "dev", "--data", data or self.data, "--demo", "--once",
                           env=env, seconds=START_SECONDS)

    def child_of(self, dev, name):
        return next((pid for pid, (parent, _) in processes().items()
                     if parent == dev.pid and name in words_of(pid)), None)

    def env_of(self):
        """What a shell that reads the file has."""
        text = (self.data / "env").read_text()
        return {**os.environ, **dict(re.findall(r"^export (\w+)='(.*)'$", text, re.M))}

    def enqueue(self, env):
        return servers.run("quern", "enqueue", "t.seven", "--wait", "--timeout", "30s", env=env)

    def remove_elsewhere(self):
        """The cluster's folder, when PostgreSQL's user could not enter the data folder."""
        link = self.data / "postgres"
        if link.is_symlink():
            shutil.rmtree(link.resolve().parent, ignore_errors=True)

    def require_gone(self, family, port):
        self.assertGreaterEqual(len(family), 6)
        self.wait_until(lambda: not still_there(family), 30, "all children to end")
        self.assertFalse(answers(port))


class Demo(Dev):
    def test_the_demo_runs_the_report_shows_it_and_leaves_nothing(self):
        before = set(processes())
        done = self.once()
        self.assertEqual(done.returncode, 0, done.stderr)
        for text in ("Average order", "TOP PRODUCTS", "succeeded"):
            self.assertIn(text, done.stdout)
        wide = done.stdout.split("Sales from")[1].split("\nQuestions in words\n")[0]
        self.assertLessEqual(max(map(len, wide.splitlines())), 80)
        report = json.loads((self.data / "demo" / "sales.json").read_text())
        total = report["totals"]["total_sales"]
        self.assertIn(f"{float(total):,.2f}", done.stdout)
        for name in ("sales.csv", "sales.html"):
            self.assertGreater((self.data / "demo" / name).stat().st_size, 100)
        self.assertRegex(done.stdout, r"PUT /v1/schedules/demo\n  \{\"every\":\"2s\",(?s:.*)"
                         r"/fires\n  planned at 20\S+Z, made job default\.demo-\d+\n\n"
                         r"DELETE /v1/schedules/demo\n")
        model, questions = done.stdout.split("POST /v1/metadata/analyses")[1].split(
            "\nQuestions in words\n")
        self.check_model(model)
        self.check_questions(questions, "by rules, confidence", "no language model is asked")
        port = int(re.search(r"http://127\.0\.0\.1:(\d+)", done.stdout)[1])
        self.assertFalse(answers(port))
        left = [pid for pid in set(processes()) - before if str(self.data) in words_of(pid)]
        self.assertEqual(left, [])

    def check_model(self, shown):
        self.assertIn('{"database":"shop"}', shown)
        for line in (r"  orders +fact +3,000 +7 ",
                     r" 1\.00  accepted   orders\.user_id → users\.id",
                     r"  total_amount  measure  numeric"):
            self.assertRegex(shown, line)
        self.assertTrue(shown.endswith("/demo/shop-model.html\n"), shown)
        self.assertIn("<svg", (self.data / "demo" / "shop-model.html").read_text())

    def check_questions(self, shown, *words):
        for word in (*words, "各城市的VIP客户数", "\n    SELECT u.city, count(*) AS users\n"):
            self.assertIn(word, shown)
        self.assertNotIn("no answer", shown)
        for number in (1, 2, 3):
            page = (self.data / "demo" / f"answer-{number}.html").read_text()
            self.assertIn("<svg", page)

    def test_with_a_language_model_the_demo_asks_it(self):
        sql = "SELECT u.city, count(*) AS users\nFROM users u GROUP BY u.city"
        llm = llm_server.Server(answers=dict.fromkeys(
            ("Monthly revenue in 2025", "Top 5 products by units sold last quarter",
             "各城市的VIP客户数"), sql)).start()
        self.addCleanup(llm.stop)
        done = self.once(env={"QUERN_LLM_URL": llm.url, "QUERN_LLM_MODEL": "file"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_questions(done.stdout.split("\nQuestions in words\n")[1],
                             "by the language model file", "QUERN_LLM_URL is set")
        self.assertEqual(llm.state.count["file"], 3)

    def test_the_second_run_finds_what_the_first_one_made(self):
        migrated = self.data / "log" / "migrate.log"
        self.assertIn("a new cluster", self.once().stdout)
        self.assertEqual(states(migrated), {"applied"})
        again = self.once()
        self.assertEqual(states(migrated), {"there"})
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertNotIn("a new cluster", again.stdout)
        self.assertIn("scale 1, as it was", again.stdout)

    def test_a_job_made_over_http_is_seen_by_the_command_line_and_the_other_way_round(self):
        dev = self.start("--demo")
        job = re.search(r"GET /v1/jobs/(\S+)", dev.log())[1]
        scheduled = re.search(r"made job (\S+)", dev.log())[1]
        self.assertEqual(json.loads(self.quern("job", "show", scheduled, "--json"))["args"],
                         {"from": "2025-06-01", "to": "2025-06-30"})
        self.assertNotIn("demo ", self.quern("schedule", "list"))
        shown = self.quern("job", "show", job, "--json")
        self.assertEqual(json.loads(shown)["state"], "succeeded")
        size = (self.data / "demo" / "sales.csv").stat().st_size
        self.assertIn(f"sales.csv  {size / 1024:.1f} KiB  text/csv", self.quern("job", "show", job))
        made = self.quern("enqueue", "report.sales", "from=2025-04-01", "to=2025-04-30", "--wait",
                          "--json")
        answer = urllib.request.urlopen(f"http://127.0.0.1:{dev.port}/v1/jobs/"
                                        + json.loads(made)["id"], timeout=10)
        seen = json.load(answer)
        self.assertEqual(seen["state"], "succeeded")
        self.assertEqual(seen["args"], {"from": "2025-04-01", "to": "2025-04-30"})

    def quern(self, *words):
        """As the demo says: with its file of settings."""
        done = subprocess.run(["sh", "-c", '. "$1"; shift; exec "$@"', "sh", self.data / "env",
                               servers.BIN / "quern", *words], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout


def words_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


class Ends(Dev):
    def test_a_signal_to_stop_stops_everything_and_is_no_failure(self):
        dev = self.start()
        family = descendants(dev.pid)
        self.assertEqual(dev.stop(seconds=30), 0)
        self.require_gone(family, dev.port)

    def test_when_it_is_killed_nothing_stays_and_the_next_run_works(self):
        dev = self.start()
        family = descendants(dev.pid)
        dev.kill9()
        self.require_gone(family, dev.port)
        done = self.once()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_killed_runs_leftovers_do_not_stop_the_next_one(self):
        dev = self.start()
        family = descendants(dev.pid)
        dev.kill9()
        self.require_gone(family, dev.port)
        # The number of the killed server is somebody else's by now: ours.
        pid_file = self.data / "postgres" / "cluster" / "postmaster.pid"
        pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n1\n5432\n")
        os.chmod(pid_file, 0o644)
        # The last command in the broker's file is half there.
        part = next((self.data / "redis" / "broker" / "appendonlydir").glob("*.incr.aof"))
        with open(part, "ab") as out:
            out.write(b"*3\r\n$3\r\nSET\r\n$1\r\na")
        done = self.once()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_dies_again_and_again_ends_everything_with_its_name(self):
        dev = self.start()
        family = descendants(dev.pid)
        dead = set()
        while dev.running and len(dead) < 10:
            worker = self.wait_until(lambda: not dev.running or self.child_of(dev, "quern-worker"),
                                     10, "a worker or the end")
            if worker is not True and worker not in dead:
                dead.add(worker)
                os.kill(worker, signal.SIGKILL)
        self.assertEqual(dev.wait(30), 1)
        self.assertGreaterEqual(dev.log().count("it is started again"), 2)
        self.assertIn("quern-worker was ended by signal 9", dev.log())
        self.require_gone(family, dev.port)

    def test_each_is_started_again_and_jobs_go_on(self):
        task = write_task(self.folder)
        dev = self.start("--task-path", task)
        env = self.env_of()
        for name in ("quern-worker", "redis-server", "postgres", "quern-api", "quern-beat"):
            child = self.child_of(dev, name)
            os.kill(child, signal.SIGKILL)
            self.wait_until(lambda name=name, child=child: self.child_of(dev, name) not in
                            (None, child), 20, f"another {name}")
            self.wait_until(lambda: self.enqueue(env).stdout == "7\n", 30, "a job to be done")
        self.assertTrue(dev.running)
        self.assertEqual(dev.log().count("it is started again"), 5)


class BundledTasks(Dev):
    def run_task(self, *words):
        done = servers.run("quern", "enqueue", *words, "--wait", "--timeout", "30s",
                           env=self.env_of())
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return json.loads(done.stdout)

    def test_their_queues_are_served_on_a_database_that_is_ready_for_them(self):
        self.start("--sample")
        made = self.run_task("orders.create", "user_id=1", "product_id=1", "quantity=1")
        self.assertEqual((made["order_id"], made["status"]), (3001, "pending"))
        done = self.run_task("orders.process", "order_id=3001")
        self.assertTrue(done["processed_by_this_job"])
        sent = self.run_task("mail.welcome", "email=ada@example.com", "name=Ada")
        self.assertEqual(pathlib.Path(sent["file"]).parent.resolve(),
                         (self.data / "mail").resolve())
        self.assertIn("ada@example.com", pathlib.Path(sent["file"]).read_text())

    def test_the_default_schedule_is_there_and_upkeep_works(self):
        self.start("--sample")
        self.assertEqual((self.data / "schedule.conf").read_text(),
                         (servers.ROOT / "compose" / "schedule.conf").read_text())
        listed = servers.run("quern", "schedule", "list", env=self.env_of()).stdout
        for name in ("nightly-report", "clean-expired", "product-popularity", "cache-warm",
                     "user-activity"):
            self.assertIn(name, listed)
        self.assertTrue(self.run_task("cache.clean_expired")["complete"])
        self.assertEqual(self.run_task("products.sync_popularity")["caches"], "invalidated")
        self.assertEqual(self.run_task("cache.warm", "products=20")["products"], 20)
        self.assertEqual(self.run_task("users.sync_activity")["batches"], 0)

    def test_queues_that_somebody_named_are_not_added_to(self):
        for words, env in ((["--queues", "default"], {}), ([], {"QUERN_QUEUES": "default"})):
            dev = self.start(*words, env=env, label=f"dev{len(words)}")
            done = servers.run("quern", "worker", "list", "--json", env=self.env_of())
            worker, = json.loads(done.stdout)["workers"]
            self.assertEqual([queue["name"] for queue in worker["queues"]], ["default"])
            dev.stop(30)


class OwnTasks(Dev):
    def test_a_task_of_ones_own_is_served_and_its_log_is_in_the_stream(self):
        dev = self.start("--task-path", write_task(self.folder), "--concurrency", "1")
        done = self.enqueue(self.env_of())
        self.assertEqual((done.returncode, done.stdout), (0, "7\n"), done.stderr)
        self.wait_until(lambda: re.search(r"^\d\d:\d\d:\d\d worker +job ended .*task=t\.seven",
                                          dev.log(), re.M), 10, "the line in the stream")

    def test_a_task_that_is_refused_is_told_in_the_workers_words(self):
        bad = self.folder / "bad.task"
        bad.write_text("[task t.bad]\ncommand = ./gone\nsummary = x\n")
        done = servers.run("quern", "dev", "--data", self.data, "--task-path", bad,
                           seconds=START_SECONDS)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"quern-worker does not start: task-path: .*bad\.task.*gone")

    def test_quiet_leaves_the_log_lines_in_their_files(self):
        dev = self.start("--task-path", write_task(self.folder), "--quiet")
        self.assertEqual(self.enqueue(self.env_of()).returncode, 0)
        self.assertNotIn("job ended", dev.log())
        self.assertIn("job ended", (self.data / "log" / "quern-worker.log").read_text())


class Servers(Dev):
    def test_the_sample_is_loaded_on_request_only(self):
        self.start("--quiet", label="first").stop()
        dev = self.start("--quiet", label="second")
        self.assertEqual(self.tables(), "0")
        dev.stop()
        self.start("--sample", label="third")
        self.assertNotEqual(self.tables(), "0")

    def tables(self):
        url = self.env_of()["QUERN_DATABASE_URL"]
        return subprocess.run(
            ["psql", "-XAt", "-d", url, "-c",
             "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"],
            check=True, capture_output=True, text=True).stdout.strip()

    def test_a_given_broker_is_used_and_an_evicting_one_refused(self):
        redis = self.redis()
        dev = self.start("--broker-url", redis.url, "--task-path", write_task(self.folder))
        self.assertEqual(len([pid for pid, (parent, _) in processes().items()
                              if parent == dev.pid and "redis-server" in words_of(pid)]), 1)
        done = self.enqueue({**os.environ, "QUERN_BROKER_URL": redis.url})
        self.assertEqual(done.stdout, "7\n", done.stderr)
        dev.stop()
        redis.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        done = servers.run("quern", "dev", "--data", self.data, "--broker-url", redis.url,
                           seconds=START_SECONDS)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("noeviction", done.stderr)

    def test_the_sample_is_not_for_a_given_database(self):
        done = servers.run("quern", "dev", "--data", self.data, "--sample", "--database-url",
                           "postgresql://nobody@127.0.0.1:1/x")
        self.assertEqual(done.returncode, 2)
        self.assertIn("private PostgreSQL", done.stderr)


class Trouble(Dev):
    def test_a_second_one_on_the_same_folder_is_refused(self):
        dev = self.start()
        second = self.once()
        self.assertEqual(second.returncode, 4)
        self.assertIn(f"process {dev.pid}", second.stderr)

    def test_a_port_in_use_is_passed_over(self):
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if not taken(other, 8000):
                self.skipTest("port 8000 is in use, by somebody who may end at any time")
            dev = self.start()
            self.assertNotEqual(dev.port, 8000)
            self.assertTrue(answers(dev.port))

    def test_a_deep_data_folder_gets_short_sockets_that_are_removed(self):
        deep = self.folder / ("d" * 60) / ("e" * 60)
        dev = self.start(data=deep)
        run = (deep / "run").resolve()
        self.assertLess(len(str(run)), 40)
        self.assertEqual(dev.stop(seconds=30), 0)
        self.assertFalse(run.exists())

    @unittest.skipIf(os.geteuid() != 0, "only root has to run PostgreSQL as another user")
    def test_as_root_a_folder_that_postgres_cannot_enter_is_no_obstacle(self):
        private = self.folder / "private"
        private.mkdir(mode=0o700)
        self.data = private / "data"
        self.addCleanup(self.remove_elsewhere)
        done = self.once()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("in /var/tmp/quern-dev-", done.stdout)

    @unittest.skipIf(os.geteuid() != 0, "only root can make a folder that is somebody else's")
    def test_a_folder_of_another_user_is_refused(self):
        self.data.mkdir()
        os.chown(self.data, 65534, 65534)
        done = self.once()
        self.assertEqual(done.returncode, 1)
        self.assertIn("belongs to another user", done.stderr)
        self.assertEqual(list(self.data.iterdir()), [])

    def test_a_missing_server_is_named_with_the_end_of_its_log(self):
        done = self.once(env={"PATH": "/nonexistent"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("redis-server: No such file or directory", done.stderr)
        self.assertIn("ended with 127", done.stderr)

    def test_bad_options_are_refused_before_anything_starts(self):
        for words in (["--scale", "0"], ["--scale", "x"], ["--once"], ["word"], ["--nonsense"]):
            done = servers.run("quern", "dev", "--data", self.data, *words)
            self.assertEqual(done.returncode, 2, words)
        self.assertFalse(self.data.exists())


if __name__ == "__main__":
    case.main()
