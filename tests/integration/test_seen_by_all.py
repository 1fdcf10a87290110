"""One queue, whoever asks: a job made over HTTP is seen by the CLI, and the other way round."""
import json

import api
import case
import servers


class SeenByAll(case.Case):
    def setUp(self):
        self.server = self.redis()
        self.env = {"QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": api.NAMESPACE,
                    "QUERN_ARTIFACT_DIR": str(self.folder / "artifacts")}
        self.api = api.Api(self, self.server.url)
        self.program("quern-worker", env=self.env)
        self.wait_until(lambda: self.api.get("/v1/workers").json["workers"], 15, "the worker")
        self.cli("queue", "pause", "default")

    def cli(self, *words):
        done = servers.run("quern", *words, "--json", env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout) if done.stdout else None

    def assert_same(self, job):
        """Both tell the same of it; the API adds addresses."""
        over_http = self.api.get(f"/v1/jobs/{job}").json
        by_cli = self.cli("job", "show", job)
        self.assertEqual(by_cli, {key: value for key, value in over_http.items() if key != "url"})
        return by_cli

    def test_a_job_made_over_http_is_seen_and_cancelled_by_the_cli(self):
        answer = self.api.post("/v1/jobs", {"task": "report.sales", "args": {"preset": "mtd"},
                                            "priority": 2, "tags": ["http"]})
        self.assertEqual(answer.status, 202, answer)
        job = answer.json["id"]
        seen = self.assert_same(job)
        self.assertEqual((seen["state"], seen["priority"], seen["tags"]), ("queued", 2, ["http"]))
        self.assertIn(job, [one["id"] for one in self.cli("job", "list")["jobs"]])
        self.cli("job", "cancel", job)
        self.assertEqual(self.api.get(f"/v1/jobs/{job}").json["state"], "cancelled")

    def test_a_job_made_by_the_cli_is_seen_and_cancelled_over_http(self):
        job = self.cli("enqueue", "report.sales", "preset=mtd", "--tag", "cli")["id"]
        seen = self.assert_same(job)
        self.assertEqual((seen["state"], seen["args"]), ("queued", {"preset": "mtd"}))
        self.assertIn(job, [one["id"] for one in self.api.get("/v1/jobs").json["jobs"]])
        self.assertEqual(self.api.ask("DELETE", f"/v1/jobs/{job}").status, 200)
        self.assertEqual(self.cli("job", "show", job)["state"], "cancelled")

    def test_a_queue_paused_by_one_is_paused_for_the_other(self):
        self.assertTrue(self.api.get("/v1/queues/default").json["paused"])
        self.assertEqual(self.api.post("/v1/queues/default/resume", None).status, 200)
        queue = next(one for one in self.cli("queue", "list")["queues"] if one["name"] == "default")
        self.assertFalse(queue["paused"])

    def test_a_schedule_of_one_is_the_same_for_the_other(self):
        made = self.cli("schedule", "add", "one", "--every", "1h", "--task", "report.sales",
                        "preset=mtd")
        over_http = self.api.get("/v1/schedules/one").json
        self.assertEqual({"changed": True, **over_http}, made)
        again = self.api.ask("PUT", "/v1/schedules/one", made["definition"])
        self.assertEqual((again.status, again.json["changed"]), (200, False), again)
        put = self.api.ask("PUT", "/v1/schedules/two", made["definition"])
        self.assertEqual(put.status, 201, put)
        self.api.post("/v1/schedules/two/pause")
        self.cli("schedule", "run", "two")
        listed = self.api.get("/v1/schedules").json
        self.assertEqual(self.cli("schedule", "list")["schedules"], listed["schedules"])
        self.assertEqual([one["state"] for one in listed["schedules"]], ["active", "paused"])
        fires = self.api.get("/v1/schedules/two/fires").json
        self.assertEqual(self.cli("schedule", "history", "two"), fires)
        self.assertEqual(fires["fires"][0]["what"], "run")
        self.cli("schedule", "remove", "two", "--yes")
        self.assertEqual(self.api.get("/v1/schedules/two").status, 404)


if __name__ == "__main__":
    case.main()
