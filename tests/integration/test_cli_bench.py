"""quern bench: figures of a few hundred jobs, and a Redis that is as it was before."""
import json
import re
import signal

import case
import servers
from cli_case import Cli
from terminal import Terminal

SMALL = ["--jobs", "300", "--runs", "1"]
ALWAYS = {"ping_roundtrip": "us", "enqueue_single": "jobs/s", "enqueue_single_pings": "times",
          "enqueue_bulk": "jobs/s", "roundtrip_p50": "us", "roundtrip_p99": "us"}


class Bench(Cli):
    def setUp(self):
        super().setUp()
        self.server.cli("SET", "{t:default}:r:kept", "live")
        self.server.cli("SET", "{bench-other:bench}:meta", "of another bench")

    def figures(self, *words, **env):
        file = self.folder / "figures.json"
        text = self.ok("bench", *SMALL, *words, f"--json={file}", **env)
        return text, {one["name"]: one for one in json.loads(file.read_text())}

    def bench(self, *words):
        return self.program("quern", "bench", *words, env=self.env)

    def keys(self):
        """SCAN may tell a key twice while its table shrinks."""
        return sorted(set(self.server.cli("--scan").split("\n")))

    def assert_clean(self):
        self.assertEqual(self.keys(), ["{bench-other:bench}:meta", "{t:default}:r:kept"])

    def queued(self, program):
        """Jobs of the bench that are in line just now."""
        found = re.search(r"own, (bench-\w+)", program.log())
        return int(self.server.cli("LLEN", f"{{{found[1]}:bench}}:ready:0")) if found else 0

    def worker_of(self, program):
        pids = servers.pathlib.Path(f"/proc/{program.pid}/task/{program.pid}/children")
        return [int(pid) for pid in pids.read_text().split()]


class Figures(Bench):
    def test_all_of_them_are_there_and_redis_is_as_it_was(self):
        text, figures = self.figures("--executors", "1,3")
        units = dict(ALWAYS)
        for n in (1, 3):
            units |= {f"drain_{n}_executors": "jobs/s", f"drain_{n}_redis_cpu": "us/job",
                      f"drain_{n}_jobs_per_call": "jobs"}
        self.assertEqual({name: one["unit"] for name, one in figures.items()}, units)
        for name, one in figures.items():
            self.assertGreater(one["value"], 0, name)
        self.assertLessEqual(figures["roundtrip_p50"]["value"], figures["roundtrip_p99"]["value"])
        self.assertIn(self.server.url, text)
        self.assertRegex(text, r"namespace of its own, bench-\w{6}, which is removed")
        self.assertRegex(text, r"Redis \d+\.\d+\.\d+, AOF everysec")
        self.assertRegex(text, r"drain, 3 executors +[\d,.]+ +jobs/s")
        self.assert_clean()

    def test_one_part_alone_and_json_alone(self):
        done = self.quern("bench", *SMALL, "--only", "enqueue", "--payload", "0", "--json", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        names = [one["name"] for one in json.loads(done.stdout)]
        self.assertEqual(names, ["ping_roundtrip", "enqueue_single", "enqueue_single_pings",
                                 "enqueue_bulk"])
        self.assert_clean()

    def test_settings_of_workers_at_work_do_not_reach_the_one_that_is_measured(self):
        text, figures = self.figures("--only", "drain", "--executors", "2",
                                     QUERN_TASK_PATH="/nowhere.so", QUERN_QUEUES="default",
                                     QUERN_CONCURRENCY="7", QUERN_DATABASE_URL="postgresql://none")
        self.assertIn("drain_2_executors", figures)
        self.assert_clean()

    def test_a_user_of_redis_who_may_not_ask_for_info_gets_the_rest(self):
        self.server.cli("ACL", "SETUSER", "plain", "on", ">sesame", "~*", "&*", "+@all", "-info")
        url = self.server.url.replace("unix://", "unix://plain:sesame@")
        text, figures = self.figures("--only", "drain", "--executors", "2", QUERN_BROKER_URL=url)
        self.assertEqual(list(figures), ["drain_2_executors"])
        self.assertIn("What Redis uses for it is not told: broker: NOPERM", text)
        self.assertNotIn("sesame", text)
        self.assert_clean()


class Refused(Bench):
    def test_a_broker_that_is_not_there(self):
        self.server.stop()
        done = self.quern("bench", *SMALL)
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn(str(self.server.socket), done.stderr)

    def test_a_user_who_could_not_remove_what_it_makes(self):
        for command in "scan", "unlink":
            self.server.cli("ACL", "SETUSER", "plain", "reset", "on", ">sesame", "~*", "&*",
                            "+@all", f"-{command}")
            url = self.server.url.replace("unix://", "unix://plain:sesame@")
            done = self.quern("bench", *SMALL, QUERN_BROKER_URL=url)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(f"NOPERM this user has no permissions to run the '{command}' command",
                          done.stderr)
            self.assert_clean()

    def test_options_that_make_no_sense(self):
        for words in (["--jobs", "0"], ["--executors", "two"], ["--only", "all"],
                      ["--runs", "26"], ["--json", "/nowhere/figures.json"], ["--json"]):
            done = self.quern("bench", *words)
            self.assertEqual(done.returncode, 2, (words, done.stderr))
            self.assertIn(words[0], done.stderr)
        self.assert_clean()


class Stopped(Bench):
    def stop_when(self, ready, what, *words):
        program = self.bench("--jobs", "2000000", *words)
        self.wait_until(lambda: ready(program), 30, what)
        workers = self.worker_of(program)
        program.send(signal.SIGINT)
        self.assertEqual(program.wait(60), 128 + signal.SIGINT, program.log())
        self.assertIn("what it had made is removed", program.log())
        self.assert_clean()
        for pid in workers:
            self.assertFalse(servers.pathlib.Path(f"/proc/{pid}").exists())

    def test_while_it_makes_jobs(self):
        self.stop_when(lambda program: self.queued(program) > 5000, "jobs", "--only", "drain")

    def test_while_its_worker_is_at_it(self):
        program = self.bench("--jobs", "30000", "--runs", "25", "--only", "drain", "--executors",
                             "1")
        self.wait_until(lambda: self.worker_of(program), 30, "a worker")
        self.wait_until(lambda: 0 < self.queued(program) < 30000, 30, "some of the jobs to be done")
        workers = self.worker_of(program)
        program.send(signal.SIGTERM)
        self.assertEqual(program.wait(60), 128 + signal.SIGTERM, program.log())
        self.assert_clean()
        for pid in workers:
            self.assertFalse(servers.pathlib.Path(f"/proc/{pid}").exists())

    def test_a_worker_that_is_killed_is_told_of(self):
        program = self.bench("--jobs", "30000", "--runs", "25", "--only", "drain", "--executors",
                             "1")
        self.wait_until(lambda: self.worker_of(program), 30, "a worker")
        self.wait_until(lambda: 0 < self.queued(program) < 30000, 30, "some of the jobs to be done")
        for pid in self.worker_of(program):
            servers.os.kill(pid, signal.SIGKILL)
        self.assertEqual(program.wait(60), 1, program.log())
        self.assertIn("quern-worker was ended by signal 9", program.log())
        self.assert_clean()

    def test_on_a_terminal_the_progress_is_seen(self):
        terminal = Terminal("quern", "bench", *SMALL, "--only", "drain", "--executors", "2",
                            env=self.env)
        self.addCleanup(terminal.close)
        self.assertEqual(terminal.end(60), 0, terminal.screen.text())
        self.assertRegex(terminal.raw, r" 0 %  drain, 2 executors, run 1 of 1")
        self.assertNotIn("run 1 of 1", terminal.screen.text())
        self.assertIn("drain, 2 executors", terminal.screen.text())


if __name__ == "__main__":
    case.main()
