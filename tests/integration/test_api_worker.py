"""The main job over HTTP: quern-api, a real worker, Redis and PostgreSQL."""
import concurrent.futures
import csv
import io

import api
import case
import servers

SHOP = servers.ROOT / "tasks" / "sample" / "shop.sql"


class Report(case.Case):
    def setUp(self):
        self.server = self.redis(persistent=False)
        self.shop = self.postgres()
        self.env = {"QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": api.NAMESPACE,
                    "QUERN_DATABASE_URL": self.shop.url,
                    "QUERN_ARTIFACT_DIR": str(self.folder / "artifacts")}
        self.api = api.Api(self, self.server.url)

    def start_worker(self):
        worker = self.program("quern-worker", "--concurrency", "2", env=self.env)
        self.wait_until(lambda: worker.require_running() or self.api.get("/v1/workers").json[
            "workers"], 15, "the worker to be seen")
        return worker

    def end_of(self, answer):
        self.assertEqual(answer.status, 202, answer)
        path = answer.headers["Location"]
        return self.wait_until(lambda: next(
            (job for job in [self.api.get(path + "?wait=30").json] if job.get("ended_at")), None),
            60, "the job to end")

    def test_a_report_is_made_and_its_files_are_served(self):
        self.shop.psql(SHOP.read_text())
        self.start_worker()
        self.assertEqual(self.api.get("/health").json["parts"]["workers"],
                         {"status": "up", "count": 1})
        job = self.end_of(self.api.post(
            "/v1/reports/sales", {"from": "2025-06-01", "to": "2025-07-01"},
            headers={"X-Request-ID": "report-1"}))
        self.assertEqual(job["state"], "succeeded", job)
        self.assertEqual(job["request_id"], "report-1")
        self.assertEqual(self.api.get(job["url"] + "/result").json, job["result"])
        kinds = {}
        for file in job["artifacts"]:
            answer = self.api.get(file["url"])
            self.assertEqual((answer.status, len(answer.body)), (200, file["size"]), file)
            kinds[file["name"].rsplit(".")[-1]] = answer
        self.assertLessEqual({"csv", "html", "json"}, set(kinds))
        self.assertGreater(len(list(csv.reader(io.StringIO(kinds["csv"].body.decode())))), 1)
        self.assertIn(b"<svg", kinds["html"].body)
        self.assertIn("sandbox", kinds["html"].headers["Content-Security-Policy"])
        self.assertEqual(self.api.get(job["url"] + "/log").status, 200)
        self.assertEqual(self.api.get("/v1/queues/default").json["totals"]["succeeded"], 1)

    def test_every_wait_is_told_when_its_job_ends(self):
        self.shop.psql(SHOP.read_text())
        self.start_worker().stop()
        paths = []
        for day in range(2, 22):
            answer = self.api.post("/v1/reports/sales",
                                   {"from": "2025-06-01", "to": f"2025-06-{day:02}"})
            paths.append(answer.headers["Location"])
        with concurrent.futures.ThreadPoolExecutor(len(paths)) as pool:
            # A wait that is not told would outlast its client's patience.
            waits = [pool.submit(self.api.get, path + "?wait=60", timeout=30) for path in paths]
            self.wait_until(lambda: self.server.cli("HLEN", "{t:default}:waiters") == "20", 10,
                            "the waits to be registered")
            self.start_worker()
            states = [wait.result().json["state"] for wait in waits]
        self.assertEqual(states, ["succeeded"] * len(paths))

    def test_a_job_waits_for_a_worker_and_is_cancelled_before(self):
        self.start_worker().stop()
        path = self.api.post("/v1/reports/sales",
                             {"from": "2025-06-01", "to": "2025-07-01"}).headers["Location"]
        self.assertEqual(self.api.get(path).json["state"], "queued")
        self.assertEqual(self.api.ask("DELETE", path).status, 200)
        self.start_worker()
        self.assertEqual(self.api.get(path).json["state"], "cancelled")

    def test_a_missing_table_is_the_jobs_error(self):
        self.start_worker()
        job = self.end_of(self.api.post("/v1/jobs", {
            "task": "report.sales", "max_attempts": 1,
            "args": {"from": "2025-06-01", "to": "2025-07-01"}}))
        self.assertEqual((job["state"], job["cause"]), ("failed", "error"), job)
        self.assertIn("orders", job["error"])
        answer = self.api.get(job["url"] + "/result")
        self.assertEqual((answer.status, answer.json["code"]), (409, "not_succeeded"))
        shown = self.api.get("/v1/jobs?state=failed").json["jobs"]
        self.assertEqual([one["id"] for one in shown], [job["id"]])


if __name__ == "__main__":
    case.main()
