"""The servers of the tests do what the tests rely on."""
import contextlib
import io
import os
import pathlib
import signal
import subprocess
import sys
import unittest

import case
import servers

STARTER = """
import pathlib, sys, time
import servers
folder = pathlib.Path(sys.argv[1])
redis = servers.start_redis(folder / "redis")
postgres = servers.start_postgres(folder / "postgres")
print(redis.pid, postgres.pid, flush=True)
time.sleep(600)
"""


def is_gone(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


class ServersOfTests(case.Case):
    def test_redis_keeps_its_data_through_a_restart(self):
        redis = self.redis()
        redis.cli("SET", "key", "kept")
        redis.restart()
        self.assertEqual(redis.cli("GET", "key"), "kept")

    def test_redis_that_was_killed_starts_again(self):
        redis = self.redis()
        redis.cli("SET", "key", "perhaps")
        redis.kill9()
        redis.restart()
        self.assertEqual(redis.cli("PING"), "PONG")

    def test_redis_is_configured_as_a_broker(self):
        redis = self.redis()
        self.assertEqual(redis.cli("CONFIG", "GET", "maxmemory-policy").split()[1], "noeviction")
        self.assertEqual(redis.cli("CONFIG", "GET", "appendonly").split()[1], "yes")
        self.assertEqual(redis.cli("CONFIG", "GET", "appendfsync").split()[1], "everysec")

    def test_an_error_of_redis_is_raised(self):
        redis = self.redis(persistent=False)
        with self.assertRaisesRegex(AssertionError, "wrong number of arguments"):
            redis.cli("GET")

    def test_redis_listens_on_a_port_when_asked(self):
        redis = self.redis(port=True)
        done = subprocess.run(["redis-cli", "-p", str(redis.port), "PING"], capture_output=True)
        self.assertEqual(done.stdout, b"PONG\n")

    def test_postgres_answers_and_keeps_its_data_through_a_restart(self):
        postgres = self.postgres()
        postgres.psql("CREATE TABLE t (n int); INSERT INTO t VALUES (1), (2)")
        postgres.restart()
        self.assertEqual(postgres.psql("SELECT n, n * 2 FROM t ORDER BY n"), "1|2\n2|4")

    def test_an_error_of_postgres_is_raised(self):
        with self.assertRaisesRegex(AssertionError, "does not exist"):
            self.postgres().psql("SELECT * FROM nothing")

    def test_nothing_outlives_a_test_that_is_killed(self):
        env = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
        starter = subprocess.Popen([sys.executable, "-c", STARTER, str(self.folder)], env=env,
                                   stdout=subprocess.PIPE, text=True,
                                   preexec_fn=servers.die_with_parent)
        self.addCleanup(starter.stdout.close)
        pids = [int(word) for word in starter.stdout.readline().split()]
        self.assertEqual(len(pids), 2)
        starter.send_signal(signal.SIGKILL)
        starter.wait()
        for pid in pids:
            self.wait_until(lambda pid=pid: is_gone(pid), 10, f"process {pid} to end")

    def test_a_condition_that_never_holds_is_named(self):
        with self.assertRaisesRegex(AssertionError, "waited 0.01 s for a miracle"):
            servers.wait_until(lambda: False, 0.01, "a miracle")

    def test_a_path_too_long_for_a_socket_is_refused(self):
        with self.assertRaisesRegex(ValueError, "107 bytes"):
            servers.start_redis(self.folder / ("x" * 100))

    def test_a_program_that_does_not_end_is_killed(self):
        process = servers.Process(
            ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"],
            self.folder / "stubborn.log")
        self.wait_until(lambda: "ready" in process.log(), 5, "the trap")
        self.assertEqual(process.stop(seconds=0.1), -signal.SIGKILL)

    def test_a_failing_test_prints_its_logs(self):
        class Failing(case.Case):
            def runTest(self):
                (self.folder / "some.log").write_text("what went wrong\n")
                self.fail("on purpose")

        failing = Failing()
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed):
            result = failing.run(unittest.TestResult())
        self.assertEqual(len(result.failures), 1)
        self.assertIn("some.log\nwhat went wrong\n", printed.getvalue())
        self.assertFalse(failing.folder.exists())


if __name__ == "__main__":
    case.main()
