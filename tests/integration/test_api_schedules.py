"""Schedules over HTTP: made, changed, looked at, paused, run, refused. quern-api against a real
Redis, without a worker; and with a quern-beat, what its file owns and what fires."""

import api
import case

NIGHTLY = {"cron": "0 1 * * *", "zone": "Europe/Berlin",
           "job": {"task": "test.echo", "args": {"value": {"n": 1}}, "priority": 2}}
PATH = "/v1/schedules/nightly"


class Schedules(case.Case):
    def setUp(self):
        self.server = self.redis(persistent=False)
        api.publish(self.server)
        self.api = api.Api(self, self.server.url)

    def put(self, name="nightly", **change):
        return self.api.ask("PUT", f"/v1/schedules/{name}", {**NIGHTLY, **change})

    def names(self, query=""):
        return [one["name"] for one in self.api.get("/v1/schedules" + query).json["schedules"]]

    def beat(self, text="", **env):
        path = self.folder / "schedule.conf"
        path.write_text(text)
        beat = self.program("quern-beat", "--schedule", str(path), env={
            "QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": api.NAMESPACE,
            "QUERN_BEAT_LEASE": "400ms", **env})
        self.wait_until(lambda: self.api.get("/v1/schedules").json["leads"], 10, "a leader")
        return beat

    def fires(self, name):
        return self.api.get(f"/v1/schedules/{name}/fires").json["fires"]


class Definitions(Schedules):
    def test_a_schedule_is_made_shown_changed_and_deleted(self):
        made = self.put()
        self.assertEqual((made.status, made.headers["Location"]), (201, PATH), made)
        shown = self.api.get(PATH).json
        self.assertEqual(made.json, {"changed": True, **shown})
        self.assertEqual((shown["name"], shown["state"], shown["source"]),
                         ("nightly", "active", "api"))
        self.assertEqual(shown["text"], "At 01:00 every day")
        self.assertEqual(len(shown["next"]), 5)
        for time in shown["next"]:
            self.assertRegex(time, r"^20\d\d-\d\d-\d\dT01:00:00\+0[12]:00$")
        self.assertEqual(shown["definition"], {
            "cron": "0 1 * * *", "zone": "Europe/Berlin", "catch_up": "one", "overlap": "allow",
            "job": NIGHTLY["job"]})
        changed = self.put(cron="30 2 * * *")
        self.assertEqual((changed.status, changed.json["changed"]), (200, True), changed)
        self.assertEqual(self.api.get(PATH).json["definition"]["cron"], "30 2 * * *")
        self.assertEqual(self.api.ask("DELETE", PATH).json, {"name": "nightly", "deleted": True})
        for answer in self.api.get(PATH), self.api.ask("DELETE", PATH):
            self.assertEqual((answer.status, answer.json["code"]), (404, "no_such_schedule"))

    def test_what_was_said_before_changes_nothing(self):
        first = self.put().json
        again = self.put()
        self.assertEqual((again.status, again.json["changed"]), (200, False))
        self.assertEqual(again.json["changed_at"], first["changed_at"])
        self.assertNotIn("Location", again.headers)
        shown = self.api.ask("PUT", PATH, first["definition"])
        self.assertEqual((shown.status, shown.json["changed"]), (200, False), shown)

    def test_each_member_is_kept(self):
        whole = {"every": "90s", "zone": "UTC", "jitter": "10s",
                 "starts_at": "2026-01-01T00:00:00.000Z", "ends_at": "2099-01-01T00:00:00.000Z",
                 "catch_up": "all", "catch_up_max": 7, "overlap": "cancel_previous",
                 "job": {"task": "test.echo", "queue": "reports", "expires": "1h",
                         "max_attempts": 2, "retry": {"kind": "fixed", "base": 1},
                         "soft_limit": 10, "hard_limit": 20, "result_ttl": "1h",
                         "tags": ["a"], "limit_key": "acme",
                         "unique": {"until": "started", "conflict": "existing"}}}
        answer = self.api.ask("PUT", "/v1/schedules/whole", whole)
        self.assertEqual(answer.status, 201, answer)
        self.assertEqual(answer.json["definition"], whole | {"every": "1m30s"})

    def test_the_zone_of_the_settings_is_written_down(self):
        answer = self.api.ask("PUT", PATH, {"every": 60, "job": {"task": "test.echo"}})
        self.assertEqual(answer.json["definition"]["zone"], "Asia/Shanghai")

    def test_a_schedule_of_one_moment_is_over_afterwards(self):
        job = {"job": {"task": "test.echo"}}
        future = self.api.ask("PUT", PATH, {"at": "2099-12-31T23:00:00Z", "zone": "UTC", **job})
        self.assertEqual(future.json["next"], ["2099-12-31T23:00:00+00:00"])
        past = self.api.ask("PUT", PATH, {"at": "2020-01-01T00:00:00Z", **job})
        self.assertEqual((past.json["state"], past.json["next"]), ("over", []))

    def test_what_is_no_schedule_is_refused_by_its_member(self):
        for change, field in (
                ({"cron": "99 * * * *"}, "cron"), ({"cron": 5}, "cron"), ({"every": "1s"}, "every"),
                ({"cron": None}, None), ({"zone": "Mars/Base"}, "zone"),
                ({"zone": "../etc/passwd"}, "zone"), ({"jitter": "2d"}, "jitter"),
                ({"starts_at": "soon"}, "starts_at"), ({"catch_up": "some"}, "catch_up"),
                ({"catch_up_max": 5}, "catch_up_max"), ({"overlap": "maybe"}, "overlap"),
                ({"job": {}}, "job.task"), ({"job": None}, "job"), ({"job": 5}, "job"),
                ({"size": 1}, "size"),
                ({"source": "api"}, "source"), ({"changed_at": 1}, "changed_at"),
                ({"job": {"task": "test.echo", "name": "x"}}, "job.name"),
                ({"job": {"task": "test.echo", "eta": "2030-01-01T00:00:00Z"}}, "job.eta"),
                ({"job": {"task": "test.echo", "priority": 9}}, "job.priority"),
                ({"job": {"task": "test.echo", "args": []}}, "job.args")):
            answer = self.put(**change)
            self.assertEqual((answer.status, answer.json["code"]), (422, "bad_schedule"),
                             (change, answer))
            got = answer.json["errors"][0]["field"] if field else None
            self.assertEqual(got, field, (change, answer))
        self.assertEqual(self.names(), [])

    def test_the_job_is_checked_as_one_that_is_made_at_once(self):
        for job, code, field in (
                ({"task": "no.such"}, "unknown_task", "job.task"),
                ({"task": "test.echo", "queue": "nowhere"}, "unknown_queue", "job.queue"),
                ({"task": "report.sales"}, "bad_arguments", "job.args.from"),
                ({"task": "test.echo", "args": {"x": 1}}, "bad_arguments", "job.args.x"),
                ({"task": "test.echo", "on_failed": {"task": "no.such"}}, "unknown_task",
                 "job.on_failed.task")):
            answer = self.put(job=job)
            self.assertEqual((answer.status, answer.json["code"]), (422, code), (job, answer))
            self.assertEqual(answer.json["errors"][0]["field"], field)
        wide = api.Api(self, self.server.url, label="wide", QUERN_ACCEPT_UNKNOWN="yes")
        self.assertEqual(wide.ask("PUT", PATH, {**NIGHTLY, "job": {"task": "no.such"}}).status, 201)

    def test_a_body_that_is_none_and_a_name_that_is_none_are_refused(self):
        for body, status, code in ((b"{", 400, "bad_json"), (b'{"cron":1,"cron":2}', 400,
                                                             "bad_json"),
                                   (b"[]", 422, "bad_schedule"), (b"5", 422, "bad_schedule")):
            answer = self.api.ask("PUT", PATH, body)
            self.assertEqual((answer.status, answer.json["code"]), (status, code), body)
        for name in "Upper", "a" * 33, "a%20b":
            answer = self.put(name)
            self.assertEqual((answer.status, answer.json["errors"][0]["field"]), (422, "name"))
            for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/run"),
                                 ("GET", "/next"), ("GET", "/fires")):
                answer = self.api.ask(method, f"/v1/schedules/{name}{path}")
                self.assertEqual(answer.status, 404, (method, path, answer))
        large = {**NIGHTLY, "job": {"task": "test.echo", "args": {"value": {"x": "y" * 70000}}}}
        answer = self.api.ask("PUT", PATH, large)
        self.assertEqual((answer.status, answer.json["code"]), (422, "bad_schedule"))
        self.assertIn("64 KiB", answer.json["detail"])

    def test_methods_and_parameters_are_those_of_the_routes(self):
        answer = self.api.ask("POST", PATH, {})
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, HEAD, PUT, DELETE"))
        for path in ("?limit=0", "?limit=101", "?limit=x", "?name=A", "?cursor=a.b", "?state=x",
                     "/nightly/next?count=0", "/nightly/next?count=101", "/nightly/fires?count=1"):
            self.put()
            answer = self.api.get("/v1/schedules" + path)
            self.assertEqual((answer.status, answer.json["code"]), (400, "bad_query"), path)

    def test_one_may_be_named_like_a_route(self):
        self.assertEqual(self.put("preview").status, 201)
        self.assertEqual(self.api.get("/v1/schedules/preview").json["name"], "preview")
        self.assertEqual(self.api.post("/v1/schedules/preview/pause").status, 200)
        self.assertEqual(self.api.ask("DELETE", "/v1/schedules/preview").status, 200)


class Looking(Schedules):
    def test_all_are_listed_in_pages_by_name(self):
        self.assertEqual(self.api.get("/v1/schedules").json,
                         {"leads": False, "schedules": [], "next": None})
        wanted = sorted(f"s{n}" for n in range(25)) + ["t1"]
        for name in reversed(wanted):
            self.assertEqual(self.put(name).status, 201)
        self.assertEqual(self.names(), wanted)
        found, cursor = [], ""
        while cursor is not None:
            page = self.api.get(f"/v1/schedules?limit=7{cursor}").json
            self.assertLessEqual(len(page["schedules"]), 7)
            found += [one["name"] for one in page["schedules"]]
            cursor = page["next"] and "&cursor=" + page["next"]
        self.assertEqual(found, wanted)
        self.assertEqual(self.names("?name=t"), ["t1"])
        self.assertEqual(self.names("?name=s2"), [name for name in wanted if name[:2] == "s2"])
        one = self.api.get("/v1/schedules?limit=1").json["schedules"][0]
        self.assertEqual(one, self.api.get("/v1/schedules/s0").json)

    def test_next_times_follow_the_clocks_of_the_zone(self):
        self.put(cron="30 2 * * *", zone="Europe/Berlin", starts_at="2027-03-26T00:00:00Z",
                 ends_at="2027-03-30T00:00:00Z")
        answer = self.api.get(PATH + "/next?count=10").json
        self.assertEqual(answer, {
            "name": "nightly", "state": "active", "zone": "Europe/Berlin",
            "next": ["2027-03-26T02:30:00+01:00", "2027-03-27T02:30:00+01:00",
                     "2027-03-28T03:00:00+02:00", "2027-03-29T02:30:00+02:00"]})

    def test_a_preview_keeps_nothing_and_needs_no_task(self):
        answer = self.api.post("/v1/schedules/preview?count=2", {
            "cron": "0 9 * * mon#1", "zone": "UTC", "starts_at": "2027-01-01T00:00:00Z",
            "job": {"task": "no.such"}})
        self.assertEqual((answer.status, answer.json), (200, {
            "text": "At 09:00 on the first Monday of the month", "zone": "UTC",
            "next": ["2027-01-04T09:00:00+00:00", "2027-02-01T09:00:00+00:00"]}))
        answer = self.api.post("/v1/schedules/preview", {"cron": "nonsense",
                                                         "job": {"task": "x"}})
        self.assertEqual((answer.status, answer.json["errors"][0]["field"]), (422, "cron"))
        self.assertEqual(self.names(), [])

    def test_what_is_kept_and_does_not_read_is_shown_as_damaged(self):
        for kept in "{", "[]", '{"cron":"x","changed_at":1,"source":"api"}', "":
            self.server.cli("HSET", "{t}:schedules", "bad", kept)
            shown = self.api.get("/v1/schedules/bad").json
            self.assertEqual((shown["name"], shown["state"]), ("bad", "damaged"), kept)
            self.assertTrue(shown["error"])
            self.assertEqual(self.names(), ["bad"])
            self.assertEqual(self.api.get("/v1/schedules/bad/next").status, 500)
            self.assertEqual(self.api.post("/v1/schedules/bad/run").status, 500)
        self.assertEqual(self.put("bad").status, 200)
        self.assertEqual(self.api.get("/v1/schedules/bad").json["state"], "active")


class Acting(Schedules):
    def test_pause_and_resume_say_whether_they_changed_it(self):
        self.put()
        for word, paused in ("pause", True), ("resume", False):
            for changed in True, False:
                answer = self.api.post(f"{PATH}/{word}")
                self.assertEqual((answer.status, answer.json), (200, {
                    "name": "nightly", "paused": paused, "changed": changed}))
            shown = self.api.get(PATH).json
            self.assertEqual((shown["state"], "paused_since" in shown),
                             ("paused" if paused else "active", paused))
        self.assertEqual(self.api.post("/v1/schedules/other/pause").status, 404)

    def test_run_makes_its_job_now_and_the_history_knows(self):
        self.put()
        self.assertEqual(self.api.get(PATH + "/fires").json, {"name": "nightly", "fires": []})
        answer = self.api.post(PATH + "/run")
        job = answer.json["id"]
        self.assertEqual((answer.status, answer.headers["Location"]), (202, f"/v1/jobs/{job}"))
        info = self.api.get(f"/v1/jobs/{job}").json
        self.assertEqual((info["task"], info["args"], info["priority"], info["state"]),
                         ("test.echo", {"value": {"n": 1}}, 2, "queued"))
        fire, = self.fires("nightly")
        self.assertEqual((fire["what"], fire["job"]), ("run", job))
        self.assertNotIn("planned_at", fire)
        self.assertNotEqual(self.api.post(PATH + "/run").json["id"], job)
        self.assertEqual([one["what"] for one in self.fires("nightly")], ["run", "run"])
        self.assertEqual(self.server.cli("HGETALL", "{t:default}:fired"), "")

    def test_a_run_that_is_sent_again_with_its_key_makes_one_job(self):
        self.put()
        key = {"Idempotency-Key": "k1"}
        first = self.api.post(PATH + "/run", headers=key).json
        again = self.api.post(PATH + "/run", headers=key).json
        self.assertEqual((again["id"], again["existed"]), (first["id"], True))
        self.assertEqual(len(self.fires("nightly")), 1)

    def test_what_a_queue_refuses_is_told_and_not_noted(self):
        self.put()
        self.api.post("/v1/queues/default/drain")
        answer = self.api.post(PATH + "/run")
        self.assertEqual((answer.status, answer.json["code"]), (409, "queue_draining"))
        self.assertEqual(self.fires("nightly"), [])
        self.assertEqual(self.api.post("/v1/schedules/other/run").status, 404)
        self.assertEqual(self.api.post(PATH + "/run", {}).json["code"], "unexpected_body")

    def test_the_broker_away_is_told(self):
        self.put()
        self.server.stop()
        for method, path, body in (("GET", "", None), ("GET", "/nightly", None),
                                   ("PUT", "/nightly", NIGHTLY), ("DELETE", "/nightly", None),
                                   ("POST", "/nightly/run", None), ("POST", "/nightly/pause", None),
                                   ("GET", "/nightly/fires", None)):
            answer = self.api.ask(method, "/v1/schedules" + path, body)
            self.assertEqual(answer.status, 503, (method, path, answer))
            self.assertIn("Retry-After", answer.headers)
        self.assertEqual(self.api.post("/v1/schedules/preview", NIGHTLY).status, 200)


class Live(Schedules):
    def test_what_is_put_fires_and_what_is_paused_does_not(self):
        self.beat()
        job = {"task": "test.echo", "args": {"value": {"n": 2}}}
        self.api.ask("PUT", "/v1/schedules/tick", {"every": "1s", "job": job})
        fire = self.wait_until(lambda: self.fires("tick"), 20, "it to fire")[-1]
        self.assertEqual(fire["what"], "made")
        self.assertEqual(self.api.get("/v1/jobs/" + fire["job"]).json["args"], job["args"])
        self.api.post("/v1/schedules/tick/pause")
        self.wait_until(self.is_quiet, 20, "nothing to be under way")
        self.api.post("/v1/schedules/tick/resume")
        count = len(self.fires("tick"))
        self.wait_until(lambda: len(self.fires("tick")) > count, 20, "it to fire again")
        last = self.api.get("/v1/schedules/tick").json["last"]
        self.assertIn(last, self.fires("tick"))
        self.api.ask("DELETE", "/v1/schedules/tick")
        self.assertEqual(self.api.get("/v1/schedules/tick/fires").status, 404)

    def is_quiet(self):
        """No planned time of the last two seconds has made a job."""
        now = int(self.server.cli("TIME").split()[0])
        made = [int(element.rsplit("-", 1)[1])
                for element in self.server.cli("LRANGE", "{t:default}:ready:0", 0, -1).split()]
        return made and now - max(made) >= 3

    def test_what_a_file_owns_is_changed_in_the_file_only(self):
        self.beat("[schedule owned]\ntask = test.echo\ncron = 0 1 * * *\nzone = UTC\n")
        shown = self.wait_until(lambda: self.names() and self.api.get("/v1/schedules/owned").json,
                                20, "the file's schedule")
        self.assertRegex(shown["source"], r"^file .*schedule\.conf:1$")
        for method, body in ("PUT", NIGHTLY), ("DELETE", None):
            answer = self.api.ask(method, "/v1/schedules/owned", body)
            self.assertEqual((answer.status, answer.json["code"]), (409, "schedule_of_file"))
            self.assertIn("schedule.conf:1", answer.json["detail"])
        self.assertEqual(self.api.get("/v1/schedules/owned").json, shown)
        self.assertEqual(self.api.post("/v1/schedules/owned/pause").json["changed"], True)
        self.assertEqual(self.api.post("/v1/schedules/owned/run").status, 202)
        self.assertEqual(self.api.post("/v1/schedules/owned/resume").json["changed"], True)
        self.assertRegex(self.api.get("/v1/schedules").json["leader"], r":\d+")


if __name__ == "__main__":
    case.main()
