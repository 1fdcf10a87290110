"""The routes of quern-api against a real Redis, without a worker: what each answers, and
what it says to input that is wrong."""
import http.client
import json
import re
import signal
import threading
import time

import api
import case
import servers


class Routes(case.Case):
    def setUp(self):
        self.server = self.redis(persistent=False)
        api.publish(self.server)
        self.api = api.Api(self, self.server.url)

    def make(self, **job):
        answer = self.api.post("/v1/jobs", {"task": "test.echo", **job})
        self.assertEqual(answer.status, 202, answer)
        return answer.json["id"]

    def assert_problem(self, answer, status, code, field=None):
        self.assertEqual((answer.status, answer.json["code"]), (status, code), answer)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertEqual(answer.json["status"], status)
        self.assertEqual(answer.json["instance"], answer.headers["X-Request-ID"])
        self.assertTrue(answer.json["title"] and answer.json["detail"] and answer.json["type"])
        if field is not None:
            self.assertEqual(answer.json["errors"][0]["field"], field, answer)

    # ---- making jobs ----

    def test_a_job_is_made_and_shown(self):
        answer = self.api.post("/v1/jobs", {
            "task": "report.sales", "args": {"from": "2026-02-28"}, "queue": "reports",
            "priority": 3, "tags": ["a", "b"], "max_attempts": 2, "hard_limit": "1m"},
            headers={"X-Request-ID": "my-request.1"})
        self.assertEqual(answer.status, 202, answer)
        made = answer.json
        self.assertTrue(made["id"].startswith("reports."))
        self.assertEqual((made["state"], made["existed"]), ("queued", False))
        self.assertEqual(answer.headers["Location"], "/v1/jobs/" + made["id"])
        self.assertIsNotNone(answer.headers["Retry-After"])
        self.assertEqual(answer.headers["X-Request-ID"], "my-request.1")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        shown = self.api.get(answer.headers["Location"]).json
        self.assertEqual(shown["args"], {"from": "2026-02-28"})
        self.assertEqual((shown["task"], shown["queue"], shown["state"], shown["priority"],
                          shown["tags"], shown["max_attempts"], shown["request_id"]),
                         ("report.sales", "reports", "queued", 3, ["a", "b"], 2, "my-request.1"))

    def test_arguments_reach_the_record_as_the_bytes_they_were(self):
        args = b'{ "value" : {"b":1.50,  "a":"\\u0041\\/\xc3\xa9"} }'
        answer = self.api.post("/v1/jobs", b'{"task":"test.echo","args":' + args + b"}")
        self.assertIn(args, self.api.get(answer.headers["Location"]).body)

    def test_a_delayed_job_is_scheduled(self):
        answer = self.api.post("/v1/jobs", {"task": "test.echo", "delay": "1h"})
        self.assertEqual(answer.json["state"], "scheduled")
        self.assertGreater(int(answer.headers["Retry-After"]), 3000)
        self.assertEqual(self.api.get(answer.headers["Location"]).json["state"], "scheduled")

    def test_the_report_has_a_door_of_its_own(self):
        answer = self.api.post("/v1/reports/sales", {"from": "2026-02-28", "top": 5})
        self.assertEqual(answer.status, 202, answer)
        shown = self.api.get(answer.headers["Location"]).json
        self.assertEqual((shown["task"], shown["args"]),
                         ("report.sales", {"from": "2026-02-28", "top": 5}))
        self.assert_problem(self.api.post("/v1/reports/sales", {"from": "2026-02-30"}),
                            422, "bad_arguments", "from")
        self.assert_problem(self.api.post("/v1/reports/sales"), 422, "bad_arguments", "from")
        self.assert_problem(self.api.post("/v1/reports/sales", [1]), 422, "bad_arguments")

    def test_a_list_is_judged_item_by_item(self):
        answer = self.api.post("/v1/jobs", [
            {"task": "test.echo", "name": "one"}, {"task": "no.such"}, {"task": "test.echo"}, 5,
            {"task": "test.echo", "queue": "reports"}, {"task": "test.echo", "args": {"x": 1}}])
        self.assertEqual(answer.status, 207, answer)
        told = answer.json
        self.assertEqual((told["accepted"], told["refused"]), (3, 3))
        self.assertEqual(told["jobs"][0]["id"], "default.one")
        self.assertEqual(told["jobs"][1]["error"]["code"], "unknown_task")
        self.assertEqual(told["jobs"][3]["error"]["code"], "bad_job")
        self.assertTrue(told["jobs"][4]["id"].startswith("reports."))
        self.assertEqual(told["jobs"][5]["error"]["errors"][0]["field"], "args.x")
        for job in (told["jobs"][0], told["jobs"][2], told["jobs"][4]):
            self.assertEqual(self.api.get(job["url"]).status, 200)

    def test_a_list_of_the_greatest_length_is_made(self):
        answer = self.api.post("/v1/jobs", [{"task": "test.echo"}] * 450)
        self.assertEqual((answer.status, answer.json["accepted"]), (202, 450))
        self.assertEqual(len({job["id"] for job in answer.json["jobs"]}), 450)
        self.assert_problem(self.api.post("/v1/jobs", [{"task": "test.echo"}] * 451),
                            422, "bad_job")
        self.assert_problem(self.api.post("/v1/jobs", []), 422, "bad_job")

    def test_the_same_name_makes_no_second_job(self):
        first = self.api.post("/v1/jobs", {"task": "test.echo", "name": "n"}).json
        again = self.api.post("/v1/jobs", {"task": "test.echo", "name": "n"}).json
        self.assertEqual((first["id"], first["existed"]), ("default.n", False))
        self.assertEqual((again["id"], again["existed"]), ("default.n", True))

    def ask_together(self, jobs):
        """The answers to requests that all are there before the first one is read."""
        peers = [http.client.HTTPConnection(self.api.host, self.api.port, timeout=70)
                 for _ in jobs]
        self.api.program.send(signal.SIGSTOP)
        for peer, job in zip(peers, jobs):
            peer.request("POST", "/v1/jobs", json.dumps(job),
                         {"Content-Type": "application/json"})
        self.api.program.send(signal.SIGCONT)
        answers = []
        for peer in peers:
            answer = peer.getresponse()
            answers.append(api.Answer(answer.status, answer.headers, answer.read()))
            peer.close()
        return answers

    def test_requests_that_arrive_together_are_told_apart(self):
        unique = {"until": "finished", "key": "one", "conflict": "reject"}
        plain = self.ask_together(
            [{"task": "test.echo", "args": {"value": {"n": n}}, "queue": "default"}
             for n in range(40)]
            + [{"task": "test.echo", "queue": "reports", "args": {"value": {"n": 40}}}])
        for n, answer in enumerate(plain):
            self.assertEqual(answer.status, 202, answer)
            self.assertEqual(self.api.get(answer.json["url"]).json["args"], {"value": {"n": n}})
        named = self.ask_together([{"task": "test.echo", "name": "same"}] * 3)
        self.assertEqual(sorted(answer.json["existed"] for answer in named), [False, True, True])
        keyed = self.ask_together([{"task": "test.echo", "unique": unique}] * 3)
        self.assertEqual(sorted(answer.status for answer in keyed), [202, 409, 409])
        mixed = self.ask_together([{"task": "test.echo"}, {"task": "no.such"}, {"task": 7},
                                   [{"task": "test.echo"}] * 60, {"task": "test.echo"}])
        self.assertEqual([answer.status for answer in mixed], [202, 422, 422, 202, 202])
        self.assertEqual(mixed[3].json["accepted"], 60)

    def test_the_same_key_makes_no_second_job(self):
        job, key = {"task": "test.echo"}, {"Idempotency-Key": "k-1"}
        first = self.api.post("/v1/jobs", job, headers=key)
        again = self.api.post("/v1/jobs", job, headers=key)
        self.assertEqual((first.status, again.status), (202, 202))
        self.assertEqual(first.json["id"], again.json["id"])
        self.assertEqual((first.json["existed"], again.json["existed"]), (False, True))
        self.assertEqual(first.headers["Location"], again.headers["Location"])
        other = self.api.post("/v1/jobs", {"task": "test.echo", "priority": 1}, headers=key)
        self.assert_problem(other, 422, "key_reused", "Idempotency-Key")
        elsewhere = self.api.post("/v1/reports/sales", {"from": "2026-02-28"}, headers=key)
        self.assertNotEqual(elsewhere.json["id"], first.json["id"])
        api.end_by_hand(self.server, first.json["id"], result=1)
        self.assertEqual(self.api.post("/v1/jobs", job, headers=key).json["id"],
                         first.json["id"], "a finished job is not made again")

    def test_a_key_covers_a_whole_list(self):
        jobs, key = [{"task": "test.echo"}] * 230, {"Idempotency-Key": "k-2"}
        first = self.api.post("/v1/jobs", jobs, headers=key).json
        again = self.api.post("/v1/jobs", jobs, headers=key).json
        self.assertEqual([job["id"] for job in first["jobs"]],
                         [job["id"] for job in again["jobs"]])
        self.assertTrue(all(job["existed"] for job in again["jobs"]))
        other = self.api.post("/v1/jobs", jobs[1:], headers=key).json
        self.assertEqual(other["refused"], 229)

    def test_a_key_must_be_sound(self):
        for key in ("", "a b", "x" * 256, "\x7f"):
            answer = self.api.post("/v1/jobs", {"task": "test.echo"},
                                   headers={"Idempotency-Key": key})
            self.assertEqual(answer.status, 400, answer)
        named = self.api.post("/v1/jobs", {"task": "test.echo", "name": "n"},
                              headers={"Idempotency-Key": "k"})
        self.assert_problem(named, 422, "bad_job", "name")

    # ---- what is wrong with a body ----

    def test_malformed_json_is_refused_with_its_place(self):
        for body in (b"", b"{", b'{"task":}', b'{"task":"a"}x', b"{'task':1}", b'{"a":NaN}',
                     b'{"task":"t\\u0000"}', b'{"task\\u0000":1}', b'{"task":"\x00"}',
                     b'{"task":"a","task":"b"}', b'{"args":{"a":{"b":1,"b":2}}}',
                     b'{"task":"a","t\\u0061sk":"b"}', b'{"a":"\xff"}', b'{"a":"\\ud800"}',
                     b"[" * 100000, b'{"a":' * 70 + b"1" + b"}" * 70, b"\xef\xbb\xbf{}"):
            answer = self.api.post("/v1/jobs", body)
            self.assert_problem(answer, 400, "bad_json")
            self.assertRegex(answer.json["detail"], r"^byte \d+: ")

    def test_a_wrong_member_is_named(self):
        for job, field in (({}, "task"), ({"task": 1}, "task"), ({"task": "A"}, "task"),
                           ({"task": "test.echo", "args": []}, "args"),
                           ({"task": "test.echo", "priority": "high"}, "priority"),
                           ({"task": "test.echo", "eta": "2026-02-30T00:00:00Z"}, "eta"),
                           ({"task": "test.echo", "delay": -1}, "delay"),
                           ({"task": "test.echo", "queue": "a b"}, "queue"),
                           ({"task": "test.echo", "retry": {"kind": "x"}}, "retry.kind"),
                           ({"task": "test.echo", "nonsense": 1}, "nonsense")):
            self.assert_problem(self.api.post("/v1/jobs", job), 422, "bad_job", field)

    def test_a_wrong_argument_is_named(self):
        for args, field in (({}, "args.from"), ({"from": 5}, "args.from"),
                            ({"from": "2026-02-30"}, "args.from"),
                            ({"from": "2026-02-28", "group": "year"}, "args.group"),
                            ({"from": "2026-02-28", "top": 1.5}, "args.top"),
                            ({"from": "2026-02-28", "topp": 1}, "args.topp")):
            self.assert_problem(self.api.post("/v1/jobs", {"task": "report.sales", "args": args}),
                                422, "bad_arguments", field)

    def test_a_follow_up_for_failure_is_judged_kept_and_made(self):
        after = {"task": "report.sales", "args": {"from": "2026-02-28"}}
        for wrong, code, field in (({"task": "new.task"}, "unknown_task", "on_failed.task"),
                                   ({"task": "report.sales"}, "bad_arguments",
                                    "on_failed.args.from"),
                                   ({"task": "report.sales", "args": {"x": 1}}, "bad_arguments",
                                    "on_failed.args.x"),
                                   ({}, "bad_job", "on_failed.task"),
                                   ({**after, "queue": "q"}, "bad_job", "on_failed.queue")):
            self.assert_problem(self.api.post("/v1/jobs", {"task": "test.echo",
                                                           "on_failed": wrong}), 422, code, field)
        made = self.make(on_failed=after, priority=2)
        self.assertEqual(self.api.get(f"/v1/jobs/{made}").json["on_failed"], after)
        self.api.ask("DELETE", f"/v1/jobs/{made}")
        told = self.api.get(f"/v1/jobs/{made}").json["on_failed"]
        follower = self.api.get(f"/v1/jobs/{told['id']}").json
        self.assertEqual((follower["task"], follower["args"], follower["state"],
                          follower["parent"], follower["priority"]),
                         ("report.sales", after["args"], "queued", made, 2))

    def test_unknown_tasks_and_queues_are_refused_until_they_are_published(self):
        self.assert_problem(self.api.post("/v1/jobs", {"task": "new.task"}),
                            422, "unknown_task", "task")
        self.assert_problem(self.api.post("/v1/jobs", {"task": "test.echo", "queue": "new"}),
                            422, "unknown_queue", "queue")
        api.publish(self.server, tasks=[{**api.ECHO, "name": "new.task", "queue": "new"}],
                    queues=["new"])
        made = self.wait_until(
            lambda: (lambda a: a if a.status == 202 else None)(
                self.api.post("/v1/jobs", {"task": "new.task"})), 5, "the task to be known")
        self.assertTrue(made.json["id"].startswith("new."))

    def test_unknown_ones_are_taken_when_that_is_wanted(self):
        lenient = api.Api(self, self.server.url, label="lenient", QUERN_ACCEPT_UNKNOWN="true")
        answer = lenient.post("/v1/jobs", {"task": "x.y", "queue": "z", "args": {"any": [1]}})
        self.assertEqual(answer.status, 202, answer)
        self.assertEqual(lenient.get(answer.headers["Location"]).json["queue"], "z")
        self.assert_problem(lenient.post("/v1/jobs", {"task": "report.sales"}),
                            422, "bad_arguments", "args.from")

    def test_a_body_must_be_json_and_small(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp"):
            self.assert_problem(self.api.post("/v1/jobs", b"{}", headers={"Content-Type": kind}),
                                415, "wrong_type", "Content-Type")
        self.assertEqual(self.api.post("/v1/jobs", b'{"task":"test.echo"}', headers={
            "Content-Type": "Application/JSON; charset=utf-8"}).status, 202)
        codes, data, closed = self.api.raw(
            b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 10485760\r\n\r\n", b" " * 10485760)
        self.assertEqual((codes, closed), ([413], True))
        self.assertIn(b'"too_large"', data)

    # ---- one job ----

    def test_a_job_that_is_not_there_is_not_found(self):
        for path in ("default.nope", "default", "nope", ".x", "a.b.c", "UPPER.x", "default.%20"):
            for tail in ("", "/result", "/log", "/artifacts/a.csv"):
                self.assert_problem(self.api.get(f"/v1/jobs/{path}{tail}"), 404, "no_such_job")
            self.assert_problem(self.api.ask("DELETE", f"/v1/jobs/{path}"), 404, "no_such_job")

    def test_an_unchanged_job_is_not_sent_again(self):
        path = "/v1/jobs/" + self.make()
        tag = self.api.get(path).headers["ETag"]
        again = self.api.get(path, headers={"If-None-Match": tag})
        self.assertEqual((again.status, again.body, again.headers["ETag"]), (304, b"", tag))
        self.api.ask("DELETE", path)
        changed = self.api.get(path, headers={"If-None-Match": tag})
        self.assertEqual(changed.status, 200)

    def test_cancelling_ends_a_job_once(self):
        path = "/v1/jobs/" + self.make()
        first, again = self.api.ask("DELETE", path), self.api.ask("DELETE", path)
        self.assertEqual((first.status, first.json["state"]), (200, "cancelled"))
        self.assertEqual((again.status, again.json["state"]), (200, "cancelled"))
        self.assertEqual(self.api.get(path).json["state"], "cancelled")
        ended = self.make()
        api.end_by_hand(self.server, ended, result=1)
        self.assert_problem(self.api.ask("DELETE", "/v1/jobs/" + ended), 409, "already_ended")

    def test_a_result_is_there_when_the_job_succeeded(self):
        job = self.make()
        early = self.api.get(f"/v1/jobs/{job}/result")
        self.assert_problem(early, 409, "not_ended")
        self.assertIsNotNone(early.headers["Retry-After"])
        api.end_by_hand(self.server, job, result={"total": "12.50"})
        answer = self.api.get(f"/v1/jobs/{job}/result")
        self.assertEqual((answer.status, answer.body), (200, b'{"total": "12.50"}'))
        shown = self.api.get(f"/v1/jobs/{job}").json
        self.assertEqual((shown["state"], shown["result"]), ("succeeded", {"total": "12.50"}))
        empty, failed = self.make(), self.make()
        api.end_by_hand(self.server, empty)
        self.assertEqual(self.api.get(f"/v1/jobs/{empty}/result").json, None)
        api.end_by_hand(self.server, failed, letter="F", error="table orders is missing")
        answer = self.api.get(f"/v1/jobs/{failed}/result")
        self.assert_problem(answer, 409, "not_succeeded")
        self.assertIn("table orders is missing", answer.json["detail"])

    def test_the_log_is_plain_text(self):
        job = self.make()
        self.assertEqual(self.api.get(f"/v1/jobs/{job}/log").body, b"")
        self.server.cli("SET", f"{{t:default}}:log:{job.split('.')[1]}", "one\ntwo <b>\n")
        answer = self.api.get(f"/v1/jobs/{job}/log")
        self.assertEqual(answer.body, b"one\ntwo <b>\n")
        self.assertEqual(answer.headers["Content-Type"], "text/plain; charset=utf-8")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")

    # ---- waiting ----

    def test_a_wait_ends_when_the_job_does(self):
        job = self.make()
        answers = []
        waiting = threading.Thread(
            target=lambda: answers.append(self.api.get(f"/v1/jobs/{job}?wait=30")))
        waiting.start()
        name = job.split(".")[1]
        self.wait_until(lambda: self.server.cli("HEXISTS", "{t:default}:waiters", name) == "1",
                        5, "the wait to be registered")
        self.api.ask("DELETE", f"/v1/jobs/{job}")
        waiting.join(5)
        self.assertFalse(waiting.is_alive(), "the end was not told")
        self.assertEqual(answers[0].json["state"], "cancelled")

    def test_a_wait_ends_with_its_time(self):
        job = self.make()
        answer = self.api.get(f"/v1/jobs/{job}?wait=1")
        self.assertEqual((answer.status, answer.json["state"]), (200, "queued"))
        self.assertEqual(self.server.cli("HLEN", "{t:default}:waiters"), "0",
                         "the registration is withdrawn")

    def test_a_wait_for_what_has_ended_returns_at_once(self):
        job = self.make()
        self.api.ask("DELETE", f"/v1/jobs/{job}")
        started = time.monotonic()
        self.assertEqual(self.api.get(f"/v1/jobs/{job}?wait=60").json["state"], "cancelled")
        self.assertLess(time.monotonic() - started, 30)

    def test_a_wait_must_be_sound(self):
        job = self.make()
        for wait in ("61", "-1", "x", "", "1.5", "99999999999999999999", "%30"):
            self.assert_problem(self.api.get(f"/v1/jobs/{job}?wait={wait}"),
                                400, "bad_query", "wait")

    def test_a_client_that_leaves_ends_its_wait(self):
        job = self.make()
        peer = self.api.connect()
        peer.sendall(f"GET /v1/jobs/{job}?wait=60 HTTP/1.1\r\nHost: x\r\n\r\n".encode()
                     + b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        self.wait_until(lambda: self.server.cli("HLEN", "{t:default}:waiters") == "1", 5,
                        "the wait to be registered")
        peer.close()
        self.wait_until(lambda: '"status":499' in self.api.program.log(), 5,
                        "the server to see the client leave")
        self.wait_until(lambda: self.server.cli("HLEN", "{t:default}:waiters") == "0", 5,
                        "the registration to be withdrawn")

    # ---- files ----

    def test_files_are_served_by_their_hash(self):
        job = self.make()
        page = b"<!doctype html><style>p{color:red}</style><p>hi"
        digest = api.store(self, page)
        big = bytes(range(256)) * 12000
        api.end_by_hand(self.server, job, result=1, artifacts=[
            {"name": "r.html", "type": "text/html", "size": len(page), "sha256": digest},
            {"name": "big.bin", "type": "x\r\ny", "size": len(big),
             "sha256": api.store(self, big)},
            {"name": "gone.csv", "type": "text/csv", "size": 1, "sha256": "0" * 64},
            {"name": "evil", "type": "text/csv", "size": 1, "sha256": "../../etc/passwd"}])
        shown = self.api.get(f"/v1/jobs/{job}").json["artifacts"]
        self.assertEqual(shown[0]["url"], f"/v1/jobs/{job}/artifacts/r.html")
        answer = self.api.get(shown[0]["url"])
        self.assertEqual((answer.status, answer.body), (200, page))
        self.assertEqual(answer.headers["Content-Type"], "text/html")
        self.assertEqual(answer.headers["ETag"], f'"{digest}"')
        self.assertIn('filename="r.html"', answer.headers["Content-Disposition"])
        self.assertIn("sandbox", answer.headers["Content-Security-Policy"])
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        again = self.api.get(shown[0]["url"], headers={"If-None-Match": f'"{digest}"'})
        self.assertEqual((again.status, again.body), (304, b""))
        answer = self.api.get(f"/v1/jobs/{job}/artifacts/big.bin")
        self.assertEqual(answer.body, big)
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment"))
        head = self.api.ask("HEAD", shown[0]["url"])
        self.assertEqual((head.status, head.body, head.headers["Content-Length"]),
                         (200, b"", str(len(page))))
        self.assert_problem(self.api.get(f"/v1/jobs/{job}/artifacts/gone.csv"),
                            404, "no_such_artifact")
        self.assert_problem(self.api.get(f"/v1/jobs/{job}/artifacts/evil"), 500, "internal")
        for name in ("none.csv", "..", ".hidden", "a%5cb", "x" * 101):
            self.assert_problem(self.api.get(f"/v1/jobs/{job}/artifacts/{name}"),
                                404, "no_such_artifact")
        for name in ("..%2f..%2fetc%2fpasswd", "a%00.csv", "../r.html", "a%0d%0aX:y"):
            self.assertEqual(self.api.get(f"/v1/jobs/{job}/artifacts/{name}").status, 404)

    def test_files_out_of_reach_are_503(self):
        job = self.make()
        api.end_by_hand(self.server, job, result=1, artifacts=[
            {"name": "a.csv", "type": "text/csv", "size": 1, "sha256": "1" * 64}])
        answer = self.api.get(f"/v1/jobs/{job}/artifacts/a.csv")
        self.assert_problem(answer, 503, "artifacts_away")
        self.assertIsNotNone(answer.headers["Retry-After"])

    # ---- lists ----

    def page_through(self, query, limit):
        jobs, cursor = [], None
        for _ in range(1000):
            path = f"/v1/jobs?limit={limit}{query}" + (f"&cursor={cursor}" if cursor else "")
            answer = self.api.get(path)
            self.assertEqual(answer.status, 200, answer)
            self.assertLessEqual(len(answer.json["jobs"]), limit)
            jobs += answer.json["jobs"]
            cursor = answer.json["next"]
            if cursor is None:
                return jobs
        self.fail("the pages do not end")

    def test_pages_show_every_job_once(self):
        made = [self.api.post("/v1/jobs", [
            {"task": "test.echo", "queue": queue, **more} for more in
            [{}] * 60 + [{"delay": 3600}] * 30 + [{"priority": 2}] * 30]).json["jobs"]
            for queue in ("default", "reports")]
        ids = sorted(job["id"] for jobs in made for job in jobs)
        for job in made[0][:10]:
            self.api.ask("DELETE", job["url"])
        for limit in (7, 100):
            self.assertEqual(sorted(job["id"] for job in self.page_through("", limit)), ids)
        self.assertEqual(len(self.page_through("&state=cancelled", 7)), 10)
        self.assertEqual(len(self.page_through("&state=scheduled", 100)), 60)
        self.assertEqual(len(self.page_through("&state=queued&queue=default", 100)), 80)
        self.assertEqual(len(self.page_through("&task=report.sales", 100)), 0)
        self.assertEqual(len(self.page_through("&task=test.echo&queue=reports", 9)), 120)

    def test_a_filter_reads_a_bounded_number_of_records(self):
        for _ in range(3):
            self.api.post("/v1/jobs", [{"task": "test.echo"}] * 450)
        self.api.post("/v1/reports/sales", {"from": "2026-02-28"})
        first = self.api.get("/v1/jobs?task=report.sales").json
        self.assertEqual(first["jobs"], [])
        self.assertIsNotNone(first["next"])
        self.assertEqual(len(self.page_through("&task=report.sales", 50)), 1)

    def test_a_query_must_be_sound(self):
        for query, field in (("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"),
                             ("state=broken", "state"), ("queue=A", "queue"), ("queue=", "queue"),
                             ("task=A", "task"), ("cursor=x", "cursor"), ("cursor=", "cursor"),
                             ("cursor=default.q.-1", "cursor"), ("cursor=default.x.0", "cursor"),
                             ("cursor=default.q.0&queue=reports", "cursor"),
                             ("cursor=" + "a" * 5000, "cursor"), ("stat=failed", "stat"),
                             ("limit=1&limit=2", "limit"), ("%6cimit=1", "%6cimit")):
            self.assert_problem(self.api.get("/v1/jobs?" + query), 400, "bad_query", field)

    # ---- queues, workers, tasks ----

    def test_queues_tell_their_figures(self):
        self.make(priority=2)
        self.make(delay=60)
        answer = self.api.get("/v1/queues").json["queues"]
        self.assertEqual([queue["name"] for queue in answer], ["default", "reports"])
        one = self.api.get("/v1/queues/default").json
        self.assertEqual((one["queued"], one["queued_by_priority"], one["scheduled"],
                          one["paused"], one["totals"]["enqueued"]),
                         (1, [0, 0, 1, 0], 1, False, 2))
        self.assertRegex(one["oldest_enqueued_at"], r"^20\d\d-.*Z$")
        for method, path in (("GET", "none"), ("GET", "A"), ("POST", "none/pause"),
                             ("POST", "none/resume")):
            self.assert_problem(self.api.ask(method, "/v1/queues/" + path), 404, "no_such_queue")

    def test_a_queue_is_paused_and_resumed(self):
        pause = self.api.post("/v1/queues/default/pause")
        self.assertEqual(pause.json, {"name": "default", "paused": True, "changed": True})
        self.assertFalse(self.api.post("/v1/queues/default/pause").json["changed"])
        shown = self.api.get("/v1/queues/default").json
        self.assertTrue(shown["paused"] and shown["paused_since"])
        resume = self.api.post("/v1/queues/default/resume")
        self.assertEqual(resume.json, {"name": "default", "paused": False, "draining": False,
                                       "changed": True})
        self.assertFalse(self.api.get("/v1/queues/default").json["paused"])
        self.assert_problem(self.api.post("/v1/queues/default/pause", {}),
                            400, "unexpected_body")

    def test_workers_and_tasks_are_shown_as_published(self):
        self.assertEqual(self.api.get("/v1/workers").json, {"workers": []})
        self.server.cli("ZADD", "{t}:workers", "99999999999999", "AAAABBBBCCC")
        self.server.cli("SET", "{t}:worker:AAAABBBBCCC", '{"host":"h","concurrency":4}')
        self.assertEqual(self.api.get("/v1/workers").json["workers"],
                         [{"incarnation": "AAAABBBBCCC", "host": "h", "concurrency": 4}])
        names = [task["name"] for task in self.api.get("/v1/tasks").json["tasks"]]
        self.assertEqual(names, ["report.sales", "test.echo"])
        self.assertEqual(self.api.get("/v1/tasks/report.sales").json, api.SALES)
        self.assert_problem(self.api.get("/v1/tasks/none"), 404, "no_such_task")

    # ---- the rest ----

    def test_health_names_the_parts(self):
        self.assertEqual(self.api.get("/livez").json, {"status": "alive"})
        self.assertEqual(self.api.get("/readyz").json, {"status": "ready"})
        health = self.api.get("/health")
        self.assertEqual((health.status, health.json["status"]), (200, "degraded"))
        parts = health.json["parts"]
        self.assertEqual((parts["broker"]["status"], parts["workers"]["status"],
                          parts["artifacts"]["status"]), ("up", "none", "down"))
        self.assertIn(b"no dashboard", self.api.get("/").body)

    def test_other_paths_and_methods_are_refused(self):
        for path in ("/v1", "/v1/", "/v1/job", "/v1/jobs/", "/favicon.ico", "//", "/%2e%2e/",
                     "/v1/jobs/a.b/c", "/livez%00", "/LIVEZ", "/" + "a" * 8000):
            self.assert_problem(self.api.get(path), 404, "not_found")
        for method, path, allow in (("PUT", "/v1/jobs", "GET, HEAD, POST"),
                                    ("DELETE", "/v1/jobs", "GET, HEAD, POST"),
                                    ("POST", "/v1/jobs/a.b", "GET, HEAD, DELETE"),
                                    ("OPTIONS", "/livez", "GET, HEAD"),
                                    ("GET", "/v1/reports/sales", "POST")):
            answer = self.api.ask(method, path)
            self.assert_problem(answer, 405, "wrong_method")
            self.assertEqual(answer.headers["Allow"], allow)

    def test_each_request_leaves_one_line(self):
        job = self.make()
        self.api.get(f"/v1/jobs/{job}", headers={"X-Request-ID": "seen-1"})
        bad = self.api.get("/livez", headers={"X-Request-ID": "no spaces allowed"})
        self.assertRegex(bad.headers["X-Request-ID"], r"^[A-Za-z0-9_-]{11}$")
        line = self.wait_until(
            lambda: [json.loads(text) for text in self.api.program.log().splitlines()
                     if "seen-1" in text], 5, "the line")[0]
        self.assertEqual((line["msg"], line["method"], line["route"], line["status"],
                          line["remote"]),
                         ("request", "GET", "/v1/jobs/{id}", 200, "127.0.0.1"))
        self.assertTrue(line["bytes"] > 0 and line["ms"] >= 0)

    def test_it_listens_on_loopback_unless_told(self):
        done = servers.run("quern-api", "--host", "0.0.0.0", "--port", "0",
                           env={"QUERN_BROKER_URL": self.server.url})
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("--insecure", done.stderr)


class Manual(case.Case):
    def test_the_manual_has_every_code_and_route(self):
        manual = (servers.ROOT / "docs" / "http-api.md").read_text()
        codes = re.findall(r'X\(\w+, +(\d+), "(\w+)"',
                           (servers.ROOT / "api" / "problem.h").read_text())
        self.assertGreater(len(codes), 20)
        rows = [line for line in manual.splitlines() if re.match(r"\| \d{3} \|", line)]
        for status, code in codes:
            self.assertTrue(any(f"| {status} |" in row and f"`{code}`" in row for row in rows),
                            f"{status} {code}")
        routes = re.findall(r'\{API_(\w+), +"[^"]+", +"([^"]+)"',
                            (servers.ROOT / "api" / "routes.c").read_text())
        self.assertGreater(len(routes), 15)
        for method, path in routes:
            self.assertIn(f"`{method} {path}`", manual)


if __name__ == "__main__":
    case.main()
