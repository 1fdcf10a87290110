"""The sales report when it is stopped, cut off from its database, or the server goes away."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

import servers

MAY = '{"from":"2025-05-01","to":"2025-05-31","tz":"UTC"}\n'

# Names that grow sixfold in JSON.
LONG_NAMES = """
CREATE DATABASE long TEMPLATE postgres;
\\connect long
ALTER TABLE orders DROP CONSTRAINT orders_channel_check;
UPDATE orders SET channel = id || repeat(chr(1), 250);
UPDATE products SET name = id || repeat(chr(1), 250);
INSERT INTO categories SELECT 100 + id, id || repeat(chr(1), 250) FROM products;
UPDATE products SET category_id = 100 + id;
UPDATE users SET country = id || repeat(chr(1), 250);
"""


class SalesFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="qns", dir="/tmp")
        cls.addClassCleanup(cls.folder.cleanup)
        os.chmod(cls.folder.name, 0o711)
        cls.server = servers.start_postgres(pathlib.Path(cls.folder.name) / "pg")
        cls.addClassCleanup(cls.server.stop)
        cls.server.psql((servers.ROOT / "tasks/sample/shop.sql").read_text())

    def setUp(self):
        self.start()
        self.addCleanup(self.end)

    def start(self, **env):
        self.worker = subprocess.Popen(
            [servers.BIN / "sales_worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, bufsize=1, preexec_fn=servers.die_with_parent,
            env={**os.environ, "QUERN_DATABASE_URL": self.server.url, **env})

    def end(self):
        self.worker.stdin.close()
        self.assertEqual(self.worker.wait(30), 0)
        self.worker.stdout.close()

    def begin(self, arguments=MAY):
        self.worker.stdin.write(arguments)
        self.assertEqual(self.worker.stdout.readline(), "begun\n")

    def answer(self):
        return self.worker.stdout.readline().rstrip("\n")

    def test_reports_follow_each_other_on_one_connection(self):
        for _ in range(3):
            self.begin()
            self.assertEqual(self.answer(), "DONE 3 ")
        self.assertEqual(self.backends("state = 'idle'"), 1)

    def backends(self, where):
        return int(self.server.psql("SELECT count(*) FROM pg_stat_activity WHERE "
                                    f"application_name = 'default.double' AND {where}"))

    def locked(self):
        """A session that keeps the report waiting."""
        psql = subprocess.Popen(["psql", "-XAtq", "-d", self.server.url], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                bufsize=1, preexec_fn=servers.die_with_parent)
        psql.stdin.write("BEGIN; LOCK TABLE order_items; SELECT 'locked';\n")
        self.assertEqual(psql.stdout.readline(), "locked\n")

        def unlock():
            if psql.poll() is None:
                psql.communicate("ROLLBACK;\n", timeout=30)
        self.addCleanup(unlock)
        return unlock

    def wait_for_lock(self):
        servers.wait_until(lambda: self.backends("wait_event_type = 'Lock'") == 1, 20,
                           "the report to wait")

    def test_the_soft_limit_cancels_the_query_and_the_connection_lives_on(self):
        unlock = self.locked()
        self.begin()
        self.wait_for_lock()
        self.worker.send_signal(signal.SIGUSR1)
        self.assertEqual(self.answer(), "RETRY 0 stopped by the soft limit")
        self.assertEqual(self.backends("state = 'active'"), 0)
        unlock()
        self.begin()
        self.assertEqual(self.answer(), "DONE 3 ")

    def test_a_lost_connection_is_a_retry_and_the_next_job_connects_again(self):
        unlock = self.locked()
        self.begin()
        self.wait_for_lock()
        self.server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                         "application_name = 'default.double'")
        self.assertRegex(self.answer(), "^RETRY 0 PostgreSQL: ")
        unlock()
        self.begin()
        self.assertEqual(self.answer(), "DONE 3 ")

    def test_a_server_that_was_restarted_while_idle_is_not_noticed(self):
        self.begin()
        self.assertEqual(self.answer(), "DONE 3 ")
        self.server.restart()
        self.begin()
        self.assertEqual(self.answer(), "DONE 3 ")

    def test_a_server_killed_in_mid_report_is_a_retry(self):
        self.locked()
        self.begin()
        self.wait_for_lock()
        self.server.kill9()
        self.assertRegex(self.answer(), "^RETRY 0 PostgreSQL: ")
        self.server.start()
        self.begin()
        self.assertEqual(self.answer(), "DONE 3 ")

    def test_a_missing_table_fails_for_good_and_the_connection_lives_on(self):
        self.server.psql("ALTER TABLE categories RENAME TO elsewhere")
        self.begin()
        answer = self.answer()
        self.server.psql("ALTER TABLE elsewhere RENAME TO categories")
        self.assertEqual(answer, 'FAIL 0 PostgreSQL: relation "categories" does not exist (42P01)')
        self.begin()
        self.assertEqual(self.answer(), "DONE 3 ")

    def test_only_the_formats_asked_for_are_written(self):
        self.begin('{"preset":"last_7d","formats":["csv"]}\n')
        self.assertEqual(self.answer(), "DONE 1 ")

    def test_a_document_over_a_mebibyte_leaves_a_summary_as_the_result(self):
        self.server.psql(LONG_NAMES)
        self.end()
        self.start(SHOW_RESULT="1", QUERN_DATABASE_URL=self.server.database_url("long"))
        self.begin('{"from":"2020-07-01","to":"2025-06-30","group":"day","top_n":100}\n')
        self.assertEqual(self.answer(), "DONE 3 ")
        result = json.loads(self.answer())
        self.assertTrue(result["summary_only"])
        self.assertGreater(float(result["totals"]["total_sales"]), 0)
        self.assertNotIn("series", result)


if __name__ == "__main__":
    unittest.main()
