"""case.py - the base of black-box tests: a folder, servers and programs per test.

    class ReportIsMade(case.Case):
        def test_a_report_of_an_empty_shop_is_zero(self):
            redis = self.redis()
            worker = self.program("quern-worker", env={"QUERN_BROKER_URL": redis.url})
            ...

    if __name__ == "__main__":
        case.main()

What a test started is stopped after it, the last first. When it failed, the ends of
all logs in its folder are printed.
"""
import pathlib
import shutil
import sys
import tempfile
import unittest

import servers


class Case(unittest.TestCase):
    maxDiff = None

    def run(self, result=None):
        result = result if result is not None else self.defaultTestResult()
        faults = len(result.failures) + len(result.errors)
        # Short, for the sockets in it; open to the user PostgreSQL runs as.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="q"))
        self.folder.chmod(0o711)
        try:
            super().run(result)
            if len(result.failures) + len(result.errors) > faults:
                self.print_logs()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        return result

    def print_logs(self):
        for log in sorted(self.folder.rglob("*.log")):
            text = servers.tail(log)
            if text:
                print(f"--- {self.id()}: {log.relative_to(self.folder)}", text, sep="\n",
                      file=sys.stderr)

    def redis(self, name="redis", **options):
        redis = servers.start_redis(self.folder / name, **options)
        self.addCleanup(redis.stop)
        return redis

    def postgres(self, name="postgres", **options):
        postgres = servers.start_postgres(self.folder / name, **options)
        self.addCleanup(postgres.stop)
        return postgres

    def program(self, name, *words, env=None, label=None):
        """Starts one of build/bin; it is told to end after the test."""
        program = servers.Program(self.folder, name, *words, env=env, label=label)
        self.addCleanup(program.stop)
        return program

    def wait_until(self, predicate, seconds, what):
        return servers.wait_until(predicate, seconds, what)


def main():
    unittest.main(verbosity=2)
