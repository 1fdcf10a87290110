#!/usr/bin/env python3
"""Why a job does not run, over HTTP: quern-api against a real Redis, without a worker."""
import api
import case


class Explain(case.Case):
    def setUp(self):
        self.server = self.redis(persistent=False)
        api.publish(self.server)
        self.api = api.Api(self, self.server.url)

    def explained(self, job):
        answer = self.api.get(f"/v1/jobs/{job}/explain")
        self.assertEqual((answer.status, answer.json["id"]), (200, job), answer)
        return answer.json

    def codes(self, job):
        return [reason["code"] for reason in self.explained(job)["reasons"]]

    def make(self, **job):
        return self.api.post("/v1/jobs", {"task": "test.echo", **job}).json["id"]

    def test_a_job_that_waits_says_for_what(self):
        job = self.make()
        self.assertEqual(self.codes(job), ["no_worker", "next"])
        self.api.post("/v1/queues/default/pause")
        answer = self.explained(job)
        self.assertEqual(answer["state"], "queued")
        paused = answer["reasons"][0]
        self.assertEqual((paused["code"], paused["hint"]),
                         ("queue_paused", "quern queue resume default"))
        self.assertIn(f"queue default is paused since {paused['at']} (", paused["text"])

    def test_a_job_behind_a_limit_says_which(self):
        self.program("misbehaving_worker", "--stop-grace", "1ms",
                     env={"QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": api.NAMESPACE})
        self.wait_until(lambda: self.api.get("/v1/workers").json["workers"], 10, "a worker")
        answer = self.api.ask("PUT", "/v1/queues/default/limits/key:acme", {"concurrency": 1})
        self.assertEqual(answer.status, 200, answer)
        jobs = [self.make(task="test.wait", limit_key="acme") for _ in range(2)]
        self.wait_until(lambda: self.codes(jobs[1])[0] == "behind_limit", 20, "it to be held back")
        reason = self.explained(jobs[1])["reasons"][0]
        self.assertEqual(reason, {
            "code": "behind_limit", "text": "it waits behind the limit key:acme: 1 of 1 run",
            "hint": "quern limit list default shows what runs and waits; quern limit set "
                    "changes it"})
        self.assertEqual(self.api.get("/v1/jobs/" + jobs[1]).json["behind_limit"], "key:acme")
        self.assertEqual(self.codes(jobs[0])[0], "running")

    def test_a_job_that_ended_says_how(self):
        job = self.make()
        api.end_by_hand(self.server, job, letter="F", error="table orders is missing")
        self.assertEqual(self.codes(job)[0], "failed")
        self.assertIn("table orders is missing", self.explained(job)["reasons"][0]["text"])

    def test_what_is_no_job_is_not_explained(self):
        for job in ("default.nope", "noid"):
            answer = self.api.get(f"/v1/jobs/{job}/explain")
            self.assertEqual((answer.status, answer.json["code"]), (404, "no_such_job"))
        answer = self.api.post(f"/v1/jobs/{self.make()}/explain")
        self.assertEqual(answer.status, 405)

    def test_a_broker_that_is_away_is_told(self):
        job = self.make()
        self.server.kill9()
        self.assertEqual(self.api.get(f"/v1/jobs/{job}/explain").status, 503)


if __name__ == "__main__":
    case.main()
