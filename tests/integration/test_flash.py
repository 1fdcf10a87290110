#!/usr/bin/env python3
"""The flash sale, from the request to the row: never more than there is, never less in the end,
whatever is killed."""
import collections
import http.client
import itertools
import json
import os
import queue
import random
import signal
import threading
import time

import api
import case
import servers
import test_orders
import worker_case
from worker_case import LONG

PRODUCT, NOBODY = test_orders.PRODUCT, 1000000
USERS = 20000
URL = "/v1/orders/flash"


class FlashCase(test_orders.OrdersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.postgres.psql(
            "INSERT INTO users SELECT id, 'f' || id, 'f', NULL, 'x', 'x', 'regular', 'x', NULL,"
            f" now(), NULL FROM generate_series(1001, {1000 + USERS}) id", "shop")

    def setUp(self):
        super().setUp()
        self.env["QUERN_CONCURRENCY"] = "4"
        self.begin_count()
        self.api = api.Api(self, self.server.url, QUERN_NAMESPACE=worker_case.NAMESPACE)

    def open_sale(self, units, **more):
        self.stock(units)
        answer = self.api.ask("PUT", f"{URL}/{PRODUCT}", {"stock": units, **more})
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def sale(self):
        return self.api.get(f"{URL}/{PRODUCT}").json

    def buy(self, user=1, key=None, **more):
        return self.api.post(URL, {"user_id": user, "product_id": PRODUCT, **more},
                             headers={"Idempotency-Key": key} if key else None)

    def assert_problem(self, answer, status, code):
        self.assertEqual((answer.status, answer.json["code"]), (status, code), answer)
        self.assertEqual(answer.json["type"], f"urn:quern:problem:{code}")

    def left(self):
        return int(self.sql(f"SELECT stock FROM products WHERE id = {PRODUCT}"))

    def live_jobs(self):
        told = self.api.get("/v1/queues/orders").json
        return sum(told[state] for state in ("queued", "running", "scheduled", "retrying"))

    def wait_for_end(self, seconds=LONG):
        self.wait_until(lambda: self.live_jobs() == 0, seconds, "all jobs to end")

    def check_sold(self, units):
        """All of them, in both books."""
        told = self.sale()
        self.assertEqual((told["left"], told["taken"]), (0, units), told)
        self.assertEqual((self.new_orders(), self.left()), (units, 0))
        done = servers.run("quern", "fsck", env=self.env)
        self.assertIn("all fits together", done.stdout, done.stderr)


class Doors(FlashCase):
    def setUp(self):
        super().setUp()
        self.worker()

    def test_a_sale_is_opened_changed_seen_and_closed(self):
        self.assert_problem(self.api.get(f"{URL}/{PRODUCT}"), 404, "no_such_sale")
        self.assert_problem(self.buy(), 404, "no_such_sale")
        told = self.open_sale(3, ends_at="2099-01-01T00:00:00Z")
        self.assertEqual(told, {"product_id": PRODUCT, "stock": 3, "taken": 0, "left": 3,
                                "returned": 0, "ends_at": "2099-01-01T00:00:00.000Z",
                                "over": False})
        self.assertEqual(self.buy().status, 202)
        self.assertEqual(self.open_sale(5)["left"], 4)
        self.assertNotIn("ends_at", self.sale())
        self.assertEqual(self.open_sale(0)["left"], 0)
        self.assert_problem(self.buy(2), 409, "sold_out")
        self.assertTrue(self.open_sale(9, ends_at="2020-01-01T00:00:00Z")["over"])
        self.assert_problem(self.buy(2), 409, "sale_over")
        self.assertEqual(self.api.ask("DELETE", f"{URL}/{PRODUCT}").json["taken"], 1)
        self.assert_problem(self.api.ask("DELETE", f"{URL}/{PRODUCT}"), 404, "no_such_sale")

    def test_what_is_wrong_is_named(self):
        self.open_sale(3)
        for body, field in (({}, "user_id"), ({"user_id": 1}, "product_id"),
                            ({"user_id": "1", "product_id": 7}, "user_id"),
                            ({"user_id": 0, "product_id": 7}, "user_id"),
                            ({"user_id": 1, "product_id": 7, "quantity": 11}, "quantity"),
                            ({"user_id": 1, "product_id": 7, "quantity": 0}, "quantity"),
                            ({"user_id": 1, "product_id": 7.5}, "product_id")):
            answer = self.api.post(URL, body)
            self.assert_problem(answer, 422, "bad_arguments")
            self.assertEqual(answer.json["errors"][0]["field"], field)
        self.assert_problem(self.api.post(URL, {"user": 1}), 422, "bad_arguments")
        self.assert_problem(self.api.post(URL, b"[1]"), 422, "bad_arguments")
        self.assert_problem(self.api.post(URL, b"{"), 400, "bad_json")
        for product in ("0", "07", "-1", "x", "9223372036854775808"):
            self.assert_problem(self.api.ask("PUT", f"{URL}/{product}", {"stock": 1}), 404,
                                "no_such_sale")
        for body in ({}, {"stock": -1}, {"stock": 1, "ends_at": 5}, {"stock": 1, "x": 1}):
            self.assert_problem(self.api.ask("PUT", f"{URL}/{PRODUCT}", body), 422,
                                "bad_arguments")

    def test_a_request_becomes_an_order(self):
        self.open_sale(10)
        answer = self.buy(quantity=2)
        job = answer.json["id"]
        self.assertEqual(answer.headers["Location"], f"/v1/jobs/{job}")
        result = self.result(job)
        self.assertEqual((result["quantity"], result["reservation"]), (2, job))
        self.assertEqual((self.new_orders(), self.left(), self.sale()["left"]), (1, 8, 8))

    def test_the_fourth_try_in_a_minute_is_too_many(self):
        self.open_sale(2)
        self.assertEqual([self.buy().status for _ in range(3)], [202, 202, 409])
        answer = self.buy()
        self.assert_problem(answer, 429, "too_many_tries")
        self.assertTrue(1 <= int(answer.headers["Retry-After"]) <= 60, answer.headers)
        self.assert_problem(self.buy(2), 409, "sold_out")

    def test_the_same_key_gets_the_same_answer_and_takes_nothing(self):
        self.open_sale(1)
        first = self.buy(key="k1")
        self.assertEqual((first.status, first.json["existed"]), (202, False))
        for _ in range(4):
            again = self.buy(key="k1")
            self.assertEqual((again.status, again.json["existed"], again.json["id"]),
                             (202, True, first.json["id"]))
        for _ in range(4):
            self.assert_problem(self.buy(key="k2"), 409, "sold_out")
        self.assertEqual(self.sale()["taken"], 1)
        self.assert_problem(self.buy(key="k1", quantity=2), 422, "key_reused")
        self.assert_problem(self.buy(key="k2", quantity=2), 422, "key_reused")
        self.assert_problem(self.buy(key="k3"), 409, "sold_out")
        self.assert_problem(self.buy(key="k4"), 429, "too_many_tries")

    def test_a_full_queue_takes_no_stock_and_no_try(self):
        self.open_sale(5)
        self.api.ask("PUT", "/v1/queues/orders/budget", {"max_bytes": 10})
        for _ in range(4):
            self.assert_problem(self.buy(), 503, "queue_full")
        self.api.ask("PUT", "/v1/queues/orders/budget", {})
        self.api.post("/v1/queues/orders/drain")
        self.assert_problem(self.buy(), 409, "queue_draining")
        self.api.post("/v1/queues/orders/resume")
        self.assertEqual(self.sale()["taken"], 0)
        self.assertEqual(self.buy().status, 202)


class GivingBack(FlashCase):
    def test_an_order_that_cannot_be_made_gives_its_item_back_and_it_is_sold_again(self):
        self.worker()
        self.open_sale(1)
        failed = self.buy(NOBODY).json["id"]
        self.assert_problem(self.buy(2), 409, "sold_out")
        self.failure(failed)
        after = self.api.get(f"/v1/jobs/{failed}").json["on_failed"]["id"]
        self.assertEqual(self.result(after)["released_by"], after)
        self.wait_until(lambda: self.sale()["left"] == 1, LONG, "the item to come back")
        self.assertEqual(self.sale()["returned"], 1)
        self.result(self.buy(3).json["id"])
        self.check_sold(1)

    def test_a_cancelled_order_gives_its_item_back(self):
        self.worker()
        self.api.post("/v1/queues/orders/pause")
        self.open_sale(1)
        job = self.buy().json["id"]
        self.api.ask("DELETE", f"/v1/jobs/{job}")
        self.api.post("/v1/queues/orders/resume")
        self.wait_until(lambda: self.sale()["left"] == 1, LONG, "the item to come back")
        self.assertEqual(self.new_orders(), 0)

    def test_an_order_that_was_made_is_not_given_back_though_its_job_failed(self):
        """Its only attempt is killed when it commits: the server commits all the same."""
        self.worker(env={**test_orders.ALONE, "QUERN_MAX_ATTEMPTS": "1"})
        self.open_sale(1)
        open_gate = self.hold(test_orders.COMMIT)
        job = self.buy().json["id"]
        self.wait_at(test_orders.COMMIT)
        os.kill(self.executor(), signal.SIGKILL)
        self.check_ended(job, "failed", "crashed")
        release = self.api.get(f"/v1/jobs/{job}").json["on_failed"]["id"]
        self.wait_until(lambda: self.seen(release)["state"] == "running", LONG, "the release")
        open_gate()
        self.assertIn("nothing to release: order", self.failure(release)["error"])
        self.check_sold(1)

    def test_an_order_that_runs_again_after_its_release_is_not_made(self):
        self.worker()
        self.open_sale(1)
        failed = self.buy(NOBODY).json["id"]
        self.failure(failed)
        self.wait_until(lambda: self.sale()["left"] == 1, LONG, "the item to come back")
        self.sql(f"UPDATE users SET id = {NOBODY} WHERE id = 1001")
        self.api.post(f"/v1/jobs/{failed}/retry")
        self.wait_for_end()
        self.assertIn("was given back", self.failure(failed)["error"])
        self.wait_for_end()
        self.assertEqual((self.sale()["left"], self.sale()["returned"], self.new_orders()),
                         (1, 1, 0))

    def test_a_release_and_its_order_at_the_same_time_are_one_or_the_other(self):
        """The release comes while the order is about to be committed: it waits for that."""
        self.worker()
        self.open_sale(1)
        open_gate = self.hold(test_orders.COMMIT)
        job = self.buy().json["id"]
        self.wait_at(test_orders.COMMIT)
        release = self.put("orders.release", {"reservation": job, "product_id": PRODUCT,
                                              "quantity": 1}, queue="orders")
        self.wait_until(lambda: self.seen(release)["state"] == "running", LONG, "the release")
        open_gate()
        self.result(job)
        self.assertIn("nothing to release", self.failure(release)["error"])
        self.check_sold(1)

    def test_a_killed_release_gives_back_once(self):
        self.worker(env=test_orders.ALONE)
        self.open_sale(1)
        self.sql("CREATE TRIGGER at_once AFTER INSERT ON quern.once FOR EACH ROW"
                 " EXECUTE FUNCTION gate(3)")
        open_gate = self.hold(3)
        failed = self.buy(NOBODY).json["id"]
        self.wait_at(3)
        open_gate()
        self.failure(failed)
        open_gate = self.hold(3)
        self.wait_until(lambda: self.sql("SELECT count(*) FROM pg_locks WHERE locktype ="
                                         " 'advisory' AND NOT granted") == "1"
                        or self.sale()["left"] == 1, LONG, "the release to be at it")
        os.kill(self.executor(), signal.SIGKILL)
        open_gate()
        self.wait_until(lambda: self.sale()["left"] == 1, LONG, "the item to come back")
        self.wait_for_end()
        self.assertEqual((self.sale()["returned"], self.sale()["left"]), (1, 1))


class Rush(FlashCase):
    """Many clients. Each asks again with the same key until it has an answer."""

    CLIENTS = 12

    def client(self, wanted, answers):
        connection = None
        while True:
            try:
                user = wanted.get_nowait()
            except queue.Empty:
                break
            body = json.dumps({"user_id": user, "product_id": PRODUCT})
            headers = {"Content-Type": "application/json",
                       "Idempotency-Key": f"u{user}-{self.round}"}
            end = time.monotonic() + 60
            while time.monotonic() < end:
                try:
                    connection = connection or http.client.HTTPConnection(
                        self.api.host, self.api.port, timeout=10)
                    connection.request("POST", URL, body, headers)
                    answer = connection.getresponse()
                    told = json.loads(answer.read())
                except (OSError, http.client.HTTPException):
                    connection = None
                    time.sleep(0.01)
                    continue
                if answer.status != 503:
                    answers.append((user, answer.status, told))
                    break
                time.sleep(0.05)
            else:
                answers.append((user, 0, {}))

    def rush(self, users, round_=0):
        """What the clients were told, by user."""
        self.round = round_
        wanted, answers = queue.Queue(), []
        for user in users:
            wanted.put(user)
        threads = [threading.Thread(target=self.client, args=(wanted, answers))
                   for _ in range(self.CLIENTS)]
        for thread in threads:
            thread.start()
        return threads, answers

    def test_ten_thousand_requests_sell_a_hundred(self):
        self.worker()
        self.open_sale(100)
        users = [1001 + i % 5000 for i in range(5000)]
        threads, answers = self.rush(users)
        for thread in threads:
            thread.join()
        again, more = self.rush(users, 1)
        for thread in again:
            thread.join()
        codes = collections.Counter(told.get("code", status)
                                    for _, status, told in answers + more)
        self.assertEqual(codes, {202: 100, "sold_out": 9900})
        self.wait_for_end(60)
        self.check_sold(100)
        self.assertEqual(self.sale()["returned"], 0)

    def kill_one(self, what, rng, n):
        """Ends it, and starts it again. From the main thread, or all would end with the thread."""
        if what == "api":
            self.api.program.kill9()
            self.api = api.Api(self, self.server.url, label=f"api{n}",
                               QUERN_NAMESPACE=worker_case.NAMESPACE)
        elif what == "worker":
            self.workers[-1].kill9()
            self.worker(label=f"worker{n}")
        else:
            for child in worker_case.children_of(self.workers[-1].pid)[:rng.randrange(1, 3)]:
                os.kill(child, signal.SIGKILL)

    def kill_about(self, goes_on, rng, kills):
        while goes_on():
            what = rng.choice(("worker", "executor", "executor", "api"))
            self.kill_one(what, rng, sum(kills.values()))
            kills[what] += 1
            time.sleep(rng.uniform(0.02, 0.2))

    def test_a_hundred_are_sold_while_everything_is_killed(self):
        rng, kills, buyers = random.Random(7), collections.Counter(), itertools.count(8001)
        self.worker()
        self.open_sale(100)
        # Every fifth does not exist: his order fails, and his item goes to somebody else.
        users = [NOBODY + i if i % 5 == 0 else 1001 + i for i in range(6000)]
        threads, answers = self.rush(users)
        self.kill_about(lambda: any(thread.is_alive() for thread in threads)
                        or self.live_jobs() > 0, rng, kills)
        for round_ in range(1, 100):
            self.wait_for_end(90)
            if self.sale()["left"] == 0:
                break
            threads, more = self.rush([next(buyers) for _ in range(10)], round_)
            self.kill_about(lambda them=threads: any(thread.is_alive() for thread in them), rng,
                            kills)
            answers += more
        self.assertNotIn(0, {status for _, status, _ in answers})
        self.assertGreater(min(kills[what] for what in ("worker", "executor", "api")), 2, kills)
        self.assertGreater(self.sale()["returned"], 0)
        self.check_sold(100)


if __name__ == "__main__":
    case.main()
