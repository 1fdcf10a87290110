"""Jobs that start anew, queues that take no new jobs, and entries that a hand has
damaged: quern-api against a real Redis, without a worker."""
import api
import case


class Operate(case.Case):
    def setUp(self):
        self.server = self.redis(persistent=False)
        api.publish(self.server)
        self.api = api.Api(self, self.server.url)

    def make(self, **job):
        answer = self.api.post("/v1/jobs", {"task": "test.echo", **job})
        self.assertEqual(answer.status, 202, answer)
        return answer.json["id"]

    def retry(self, job):
        answer = self.api.post(f"/v1/jobs/{job}/retry")
        return answer.status, answer.json.get("code") or answer.json

    def state(self, job):
        return self.api.get(f"/v1/jobs/{job}").json["state"]

    def test_a_unique_key_is_refused_shared_or_replaced(self):
        job = {"delay": 60, "unique": {"until": "finished", "key": "june"}}
        first = self.make(**job)
        answer = self.api.post("/v1/jobs", {"task": "test.echo", **job})
        self.assertEqual((answer.status, answer.json["code"]), (409, "unique_taken"))
        self.assertIn(first, answer.json["detail"])
        self.assertEqual(answer.headers["Location"], f"/v1/jobs/{first}")
        job["unique"]["conflict"] = "existing"
        answer = self.api.post("/v1/jobs", {"task": "test.echo", **job},
                               headers={"Idempotency-Key": "k1"})
        self.assertEqual((answer.json["id"], answer.json["existed"]), (first, True))
        job["unique"]["conflict"] = "replace"
        answer = self.api.post("/v1/jobs", {"task": "test.echo", **job})
        self.assertTrue(answer.json["replaced"])
        self.assertEqual(self.state(first), "cancelled")

    def test_limits_are_put_listed_and_deleted(self):
        path = "/v1/queues/default/limits"
        self.assertEqual(self.api.get(path).json, {"limits": []})
        put = {"concurrency": 2, "rate": 10, "per": "1m", "burst": 3}
        for changed in True, False:
            answer = self.api.ask("PUT", path + "/key:*", put)
            self.assertEqual((answer.status, answer.json["changed"]), (200, changed), answer)
        limit, = self.api.get(path).json["limits"]
        self.assertEqual((limit["scope"], limit["concurrency"], limit["rate"], limit["per_ms"],
                          limit["burst"]), ("key:*", 2, 10, 60000, 3))
        self.assertTrue(self.api.ask("DELETE", path + "/key:*").json["changed"])
        self.assertEqual(self.api.get(path).json, {"limits": []})

    def test_what_is_no_limit_is_refused_by_name(self):
        path = "/v1/queues/default/limits/"
        for scope, body, detail in (
                ("all", {"concurrency": 1}, "a scope is"), ("key:a", {}, "are needed"),
                ("key:a", {"rate": 1}, "go together"),
                ("key:a", {"concurrency": 1, "burst": 2}, "goes with rate"),
                ("key:a", {"rate": -1}, "rate must be"),
                ("key:a", {"rate": 1, "per": "soon"}, "per must be"),
                ("key:a", {"concurrency": "2"}, "concurrency must be"),
                ("key:a", {"size": 1}, 'no member \\"size\\"'), ("key:a", [], "an object")):
            answer = self.api.ask("PUT", path + scope, body)
            self.assertEqual(answer.status, 422, (scope, body, answer))
            self.assertIn(detail.replace("\\", ""), answer.json["detail"])
        answer = self.api.ask("PUT", "/v1/queues/nobody/limits/key:a", {"concurrency": 1})
        self.assertEqual(answer.status, 404)
        self.assertEqual(self.api.ask("POST", path + "key:a", {}).headers["Allow"], "PUT, DELETE")

    def test_arguments_over_1_mib_are_refused_however_large_a_body_may_be(self):
        wide = api.Api(self, self.server.url, label="wide", QUERN_MAX_BODY="4MiB")
        around = len('{"value": {"text": ""}}')
        fits, over = ({"task": "test.echo", "args": {"value": {"text": "x" * (size - around)}}}
                      for size in (1024 * 1024, 1024 * 1024 + 1))
        self.assertEqual(wide.post("/v1/jobs", fits).status, 202)
        answer = wide.post("/v1/jobs", over)
        self.assertEqual((answer.status, answer.json["code"]), (422, "bad_job"))
        self.assertIn("args must be at most 1 MiB", answer.json["detail"])
        answer = wide.post("/v1/jobs", [fits, over])
        self.assertEqual(answer.status, 207, answer)
        self.assertEqual(answer.json["jobs"][1]["error"]["code"], "bad_job")

    def test_a_queue_at_its_budget_says_later(self):
        budget = {"max_jobs": 1}
        answer = self.api.ask("PUT", "/v1/queues/default/budget", budget)
        self.assertEqual((answer.status, answer.json), (200, budget))
        self.make(delay=60)
        answer = self.api.post("/v1/jobs", {"task": "test.echo"})
        self.assertEqual((answer.status, answer.json["code"]), (503, "queue_full"))
        self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
        answer = self.api.post("/v1/jobs", [{"task": "test.echo"}, {"task": "test.echo"}])
        self.assertEqual((answer.status, answer.json["code"]), (503, "queue_full"))

    def test_a_job_that_ended_badly_starts_anew(self):
        failed, cancelled = self.make(priority=2), self.make()
        api.end_by_hand(self.server, failed, letter="F", error="table orders is missing")
        self.api.ask("DELETE", "/v1/jobs/" + cancelled)
        for job in failed, cancelled:
            self.assertEqual(self.retry(job),
                             (200, {"id": job, "state": "queued", "changed": True}))
            self.assertEqual(self.state(job), "queued")
            self.assertEqual(self.retry(job),
                             (200, {"id": job, "state": "queued", "changed": False}))
        queue = self.api.get("/v1/queues/default").json
        self.assertEqual(queue["totals"]["replayed"], 2)
        ids = [job["id"] for job in self.api.get("/v1/jobs?state=queued").json["jobs"]]
        self.assertEqual(sorted(set(ids)), sorted([failed, cancelled]))
        self.assertEqual(self.api.get("/v1/jobs?state=cancelled").json["jobs"], [])

    def test_a_job_that_expired_unseen_starts_anew(self):
        job = self.make(expires=0.01)
        self.wait_until(lambda: self.state(job) == "expired", 10, "the start deadline")
        self.assertEqual(self.retry(job), (200, {"id": job, "state": "queued", "changed": True}))
        self.assertEqual(self.state(job), "queued")

    def test_a_job_that_needs_no_retry_says_so(self):
        done, later = self.make(), self.make(delay="1h")
        api.end_by_hand(self.server, done, result=1)
        self.assertEqual(self.retry(done), (409, "not_retryable"))
        self.assertEqual(self.retry(later), (409, "not_retryable"))
        self.assertEqual(self.retry("default.nope"), (404, "no_such_job"))
        self.assertEqual(self.retry("noid"), (404, "no_such_job"))
        answer = self.api.post(f"/v1/jobs/{done}/retry", {})
        self.assertEqual((answer.status, answer.json["code"]), (400, "unexpected_body"))

    def test_a_draining_queue_takes_no_new_jobs(self):
        old = self.make(name="old")
        drain = self.api.post("/v1/queues/default/drain")
        self.assertEqual(drain.json, {"name": "default", "draining": True, "changed": True})
        self.assertFalse(self.api.post("/v1/queues/default/drain").json["changed"])
        shown = self.api.get("/v1/queues/default").json
        self.assertTrue(shown["draining"] and shown["draining_since"])
        answer = self.api.post("/v1/jobs", {"task": "test.echo"})
        self.assertEqual((answer.status, answer.json["code"]), (409, "queue_draining"))
        self.assertEqual(answer.json["detail"],
                         'queue "default" is draining: it takes no new jobs')
        self.assertEqual(answer.json["errors"][0]["field"], "queue")
        some = self.api.post("/v1/jobs", [{"task": "test.echo"},
                                          {"task": "test.echo", "queue": "reports"}])
        self.assertEqual((some.status, some.json["accepted"], some.json["refused"]), (207, 1, 1))
        self.assertEqual(some.json["jobs"][0]["error"]["code"], "queue_draining")
        known = self.api.post("/v1/jobs", {"task": "test.echo", "name": "old"})
        self.assertEqual((known.status, known.json["existed"]), (202, True))
        self.api.ask("DELETE", "/v1/jobs/" + old)
        self.assertEqual(self.retry(old)[0], 200)
        resume = self.api.post("/v1/queues/default/resume")
        self.assertEqual(resume.json, {"name": "default", "paused": False, "draining": False,
                                       "changed": True})
        self.make()

    def test_damaged_entries_cost_themselves_only(self):
        sound, later, broken = self.make(), self.make(delay="1h"), self.make()
        name = later.split(".")[1]
        self.server.cli("ZADD", "{t:default}:due", "1.5e300", name)
        self.server.cli("SET", "{t:default}:j:" + broken.split(".")[1], "no record")
        self.server.cli("RPUSH", "{t:default}:ready:0", "..not a name", "")
        self.server.cli("HSET", "{t:default}:cancel", sound.split(".")[1], "soon")
        answer = self.api.get("/v1/jobs")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual([job["id"] for job in answer.json["jobs"]], [sound, later])
        self.assertEqual(self.state(later), "scheduled")
        self.assertEqual(self.api.get("/v1/queues/default").status, 200)

    def test_a_list_that_holds_a_name_many_times_is_shown_to_its_end(self):
        last = self.make(name="last")
        self.server.cli("RPUSH", "{t:default}:ready:0", *["...bad"] * 250, *[".last"] * 250)
        jobs, cursor = [], ""
        for _ in range(10):
            page = self.api.get("/v1/jobs?state=queued" + cursor).json
            jobs += [job["id"] for job in page["jobs"]]
            if page["next"] is None:
                break
            cursor = "&cursor=" + page["next"]
        self.assertIsNone(page["next"])
        self.assertEqual(set(jobs), {last})
        self.assertLessEqual(len(jobs), 6)


if __name__ == "__main__":
    case.main()
