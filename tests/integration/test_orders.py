"""orders.process and orders.create: once, whatever is killed, and never more than there is."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile

import case
import servers
import worker_case
from worker_case import LONG

USER, PRODUCT, ORDER = 1, 7, 12
# A commit, an insert or an update waits while somebody holds the lock of that number.
GATES = """
CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::int); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT OR UPDATE ON orders
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gate(1);
CREATE TRIGGER at_order AFTER INSERT OR UPDATE ON orders
    FOR EACH ROW EXECUTE FUNCTION gate(2);
"""
COMMIT, WRITE = 1, 2
ALONE = {"QUERN_CONCURRENCY": "1"}


class OrdersCase(worker_case.WorkerCase):
    worker_program = "quern-worker"

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="qor", dir="/tmp")
        cls.addClassCleanup(folder.cleanup)
        os.chmod(folder.name, 0o711)
        cls.postgres = servers.start_postgres(pathlib.Path(folder.name) / "pg",
                                              options=["max_connections=80"])
        cls.addClassCleanup(cls.postgres.stop)
        cls.postgres.psql((servers.ROOT / "tasks/sample/shop.sql").read_text() + GATES)
        done = servers.run("quern-worker", "migrate",
                           env={"QUERN_DATABASE_URL": cls.postgres.url})
        assert done.returncode == 0, done.stderr
        cls.postgres.psql("ALTER DATABASE postgres RENAME TO shop", "template1")

    def setUp(self):
        super().setUp()
        self.postgres.psql("DROP DATABASE IF EXISTS job WITH (FORCE);"
                           "CREATE DATABASE job TEMPLATE shop", "template1")
        self.url = self.postgres.database_url("job")
        self.env |= {"QUERN_DATABASE_URL": self.url, "QUERN_CONCURRENCY": "2",
                     "QUERN_QUEUES": "orders"}

    def sql(self, text):
        return self.postgres.psql(text, "job")

    def put_order(self, task, args, **options):
        return self.put(task, args, **{"queue": "orders", "retry": 10, "attempts": 5, **options})

    def refused(self, task, args):
        """Before there is a job."""
        done = self.qnctl("put", task, json.dumps(args), "queue=orders")
        self.assertEqual(done.returncode, 1)
        self.assertIn("argument", done.stderr)

    def process(self, order=ORDER, **options):
        return self.put_order("orders.process", {"order_id": order}, **options)

    def create(self, quantity=1, product=PRODUCT, user=USER, **options):
        args = {"user_id": user, "product_id": product, "quantity": quantity,
                **options.pop("args", {})}
        return self.put_order("orders.create", args, **options)

    def result(self, job):
        return json.loads(self.check_ended(job, "succeeded")["result"])

    def failure(self, job, cause="error"):
        info = self.check_ended(job, "failed", cause)
        self.assertEqual(self.transactions(), 0)
        return info

    def stock(self, units, product=PRODUCT):
        self.sql(f"UPDATE products SET stock = {units} WHERE id = {product}")

    def new_orders(self):
        return int(self.sql("SELECT count(*) FROM orders") or 0) - self.orders_before

    def begin_count(self):
        self.orders_before = int(self.sql("SELECT count(*) FROM orders"))

    def transactions(self):
        return int(self.sql("SELECT count(*) FROM pg_stat_activity WHERE xact_start IS NOT NULL"
                            " AND pid <> pg_backend_pid() AND datname = 'job'"
                            " AND backend_type = 'client backend'"))

    def hold(self, number):
        """A session that keeps the gate of that number shut; call it to open it."""
        psql = subprocess.Popen(["psql", "-XAtq", "-d", self.url], text=True, bufsize=1,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                preexec_fn=servers.die_with_parent)
        psql.stdin.write(f"SELECT pg_advisory_lock({number});\n\\echo held\n")
        while psql.stdout.readline() != "held\n":
            self.assertIsNone(psql.poll())

        def let_go():
            if psql.poll() is None:
                psql.communicate(timeout=LONG)
        self.addCleanup(let_go)
        return let_go

    def wait_at(self, number, runs=1):
        """Until so many runs wait at that gate."""
        self.wait_until(lambda: self.sql(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            f" AND objid = {number}") == str(runs), LONG, f"{runs} at gate {number}")

    def executor(self):
        """The only one of the only worker."""
        return worker_case.children_of(self.workers[-1].pid)[0]


class Process(OrdersCase):
    def setUp(self):
        super().setUp()
        self.sql(f"UPDATE orders SET processed_at = NULL, status = 'pending' WHERE id = {ORDER}")

    def row(self, order=ORDER):
        return self.sql("SELECT status, to_char(processed_at AT TIME ZONE 'UTC',"
                        " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), processed_at > now() - interval"
                        f" '1 minute' FROM orders WHERE id = {order}").split("|")

    def check_processed(self, job, by_this=True):
        result = self.result(job)
        status, at, is_now = self.row()
        self.assertEqual(result, {"order_id": ORDER, "status": "pending", "processed_at": at,
                                  "processed_by_this_job": by_this})
        self.assertEqual((status, is_now), ("pending", "t"))

    def test_an_order_is_marked_at_the_clock_of_the_database_and_keeps_its_status(self):
        self.worker()
        self.check_processed(self.process())

    def test_the_first_writer_wins_and_the_second_is_told_so(self):
        self.worker()
        self.check_processed(self.process())
        self.check_processed(self.process(), by_this=False)

    def test_two_jobs_at_once_write_one_moment(self):
        self.worker()
        open_gate = self.hold(COMMIT)
        first = self.process()
        self.wait_at(COMMIT)
        second = self.process()
        self.wait_until(lambda: self.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'transactionid'") == "1",
            LONG, "the second one to wait for the first")
        open_gate()
        self.check_processed(first)
        self.check_processed(second, by_this=False)

    def test_an_order_that_does_not_exist_fails_for_good_with_its_number(self):
        self.worker()
        for order in (99999999, 0, -5, 9223372036854775807):
            info = self.failure(self.process(order))
            self.assertEqual((info["error"], info["attempts"]),
                             (f"order {order} does not exist", 1))

    def test_an_order_of_a_clock_that_is_ahead_can_be_processed(self):
        self.sql(f"UPDATE orders SET created_at = now() + interval '1 hour' WHERE id = {ORDER}")
        self.worker()
        self.result(self.process())
        self.assertEqual(self.sql("SELECT processed_at = created_at FROM orders"
                                  f" WHERE id = {ORDER}"), "t")

    def test_arguments_that_do_not_hold_are_rejected(self):
        self.worker()
        for args in ({}, {"order_id": "12"}, {"order_id": 1.5}, {"order_id": 12, "x": 1}):
            self.refused("orders.process", args)
        self.assertEqual(self.row()[1], "")

    def test_killed_before_or_in_its_commit_it_is_done_once(self):
        self.worker(env=ALONE)
        for gate in (WRITE, COMMIT):
            with self.subTest(gate=gate):
                self.sql(f"UPDATE orders SET processed_at = NULL WHERE id = {ORDER}")
                open_gate = self.hold(gate)
                job = self.process()
                self.wait_at(gate)
                os.kill(self.executor(), signal.SIGKILL)
                self.wait_until(lambda: self.sql(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'transactionid'")
                    == "1", LONG, "the next run to wait for the one that was killed")
                open_gate()
                self.check_processed(job)
                self.assertEqual(self.sql("SELECT count(*) FROM quern.once WHERE job_id ="
                                          f" '{job}'"), "1")


class Create(OrdersCase):
    def setUp(self):
        super().setUp()
        self.stock(10)
        self.sql(f"UPDATE products SET price = 19.99 WHERE id = {PRODUCT}")
        self.begin_count()

    def rows(self, order):
        return self.sql(
            "SELECT user_id, status, channel, total_amount, processed_at, product_id, quantity,"
            " unit_price, o.created_at > now() - interval '1 minute' FROM orders o"
            f" JOIN order_items i ON i.order_id = o.id WHERE o.id = {order}")

    def left(self):
        return int(self.sql(f"SELECT stock FROM products WHERE id = {PRODUCT}"))

    def check_made(self, orders, left):
        self.assertEqual((self.new_orders(), self.left()), (orders, left))

    def test_an_order_its_item_and_the_stock_change_together(self):
        self.worker()
        result = self.result(self.create(3, args={"channel": "app", "reservation": "r-1"}))
        order = result["order_id"]
        self.assertEqual(order, self.orders_before + 1)
        self.assertEqual(self.rows(order), f"{USER}|pending|app|59.97||{PRODUCT}|3|19.99|t")
        self.assertRegex(result.pop("created_at"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        self.assertEqual(result, {
            "order_id": order, "status": "pending", "user_id": USER, "product_id": PRODUCT,
            "quantity": 3, "unit_price": "19.99", "total_amount": "59.97", "channel": "app",
            "stock_left": 7, "reservation": "r-1"})
        self.check_made(1, 7)
        self.assertEqual(self.result(self.create())["channel"], "web")

    def test_fifty_at_once_for_ten_items_sell_exactly_ten(self):
        self.worker(env={"QUERN_CONCURRENCY": "25"}, label="one")
        self.worker(env={"QUERN_CONCURRENCY": "25"}, label="two")
        jobs = self.put("orders.create",
                        {"user_id": USER, "product_id": PRODUCT, "quantity": 1},
                        queue="orders", count=50)
        infos = [self.ended(job) for job in jobs]
        sold = [info for info in infos if info["state"] == "succeeded"]
        self.assertEqual(len(sold), 10)
        self.assertEqual({info["error"] for info in infos if info["state"] == "failed"},
                         {f"sold out: product {PRODUCT} has 0 in stock, 1 wanted"})
        self.assertEqual(sorted(json.loads(info["result"])["stock_left"] for info in sold),
                         list(range(10)))
        self.check_made(10, 0)

    def test_more_than_is_left_is_refused_for_good_and_nothing_changes(self):
        self.worker()
        info = self.failure(self.create(11))
        self.assertEqual((info["error"], info["attempts"]),
                         (f"sold out: product {PRODUCT} has 10 in stock, 11 wanted", 1))
        self.check_made(0, 10)

    def test_who_or_what_does_not_exist_fails_for_good(self):
        self.worker()
        for options, text in (({"user": 999999}, "user 999999 does not exist"),
                              ({"product": 999999}, "product 999999 does not exist")):
            info = self.failure(self.create(**options))
            self.assertEqual((info["error"], info["attempts"]), (text, 1))
        self.check_made(0, 10)

    def test_arguments_that_do_not_hold_are_rejected(self):
        self.worker()
        for quantity in (0, -1, 1000001, 9223372036854775807):
            self.assertIn("quantity", self.failure(self.create(quantity), "rejected")["error"])
        info = self.failure(self.create(args={"reservation": "r" * 129}), "rejected")
        self.assertIn("reservation: longer than 128 bytes", info["error"])
        for more in ({"channel": "fax"}, {"price": 1}, {"quantity": "1"}):
            self.refused("orders.create",
                         {"user_id": USER, "product_id": PRODUCT, "quantity": 1, **more})
        self.check_made(0, 10)

    def test_an_amount_over_the_column_is_refused_and_nothing_changes(self):
        self.sql("UPDATE products SET price = 99999999.99, stock = 1000000"
                 f" WHERE id = {PRODUCT}")
        self.worker()
        self.assertIn("numeric field overflow", self.failure(self.create(1000000))["error"])
        self.check_made(0, 1000000)

    def test_tables_without_identities_are_a_retry_that_says_what_to_do(self):
        self.sql("ALTER TABLE orders ALTER COLUMN id DROP IDENTITY")
        self.worker()
        info = self.failure(self.create(attempts=2))
        self.assertIn("run quern-worker migrate", info["error"])
        self.assertEqual(info["attempts"], 2)
        self.check_made(0, 10)

    def test_an_executor_killed_in_the_middle_sells_once(self):
        self.worker(env=ALONE)
        for made, gate in enumerate((WRITE, COMMIT), 1):
            with self.subTest(gate=gate):
                open_gate = self.hold(gate)
                job = self.create()
                self.wait_at(gate)
                os.kill(self.executor(), signal.SIGKILL)
                open_gate()
                self.assertEqual(self.result(job)["stock_left"], 10 - made)
                self.check_made(made, 10 - made)

    def test_a_supervisor_killed_in_the_middle_sells_once(self):
        for made, gate in enumerate((WRITE, COMMIT), 1):
            with self.subTest(gate=gate):
                first = self.worker(label=f"first{gate}")
                open_gate = self.hold(gate)
                job = self.create()
                self.wait_at(gate)
                first.kill9()
                second = self.worker(label=f"second{gate}")
                open_gate()
                self.assertEqual(self.result(job)["stock_left"], 10 - made)
                self.check_made(made, 10 - made)
                second.stop()

    def test_a_run_that_committed_before_it_was_killed_gives_its_result(self):
        worker = self.worker(env=ALONE)
        open_gate = self.hold(COMMIT)
        job = self.create()
        self.wait_at(COMMIT)
        executor = self.executor()
        os.kill(executor, signal.SIGSTOP)
        open_gate()
        self.wait_until(lambda: self.new_orders() == 1, LONG, "the commit")
        os.kill(executor, signal.SIGKILL)
        result = self.result(job)
        self.assertTrue(self.rows(result["order_id"]).startswith(f"{USER}|pending|"))
        self.check_made(1, 9)
        worker.require_running()

    def test_a_cancel_of_one_that_waits_for_the_stock_leaves_nothing(self):
        self.worker()
        open_gate = self.hold(COMMIT)
        first = self.create()
        self.wait_at(COMMIT)
        second = self.create()
        self.wait_until(lambda: self.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event IN ('transactionid', 'tuple')"
        ) == "1", LONG, "the second one to wait")
        self.assertEqual(self.qnctl("cancel", second).returncode, 0)
        self.check_ended(second, "cancelled")
        open_gate()
        self.result(first)
        self.check_made(1, 9)


if __name__ == "__main__":
    case.main()
