#!/usr/bin/env python3
"""Questions over HTTP: each task of the family has a door, and a door makes a job of it."""
import api
import case


def task(name, *required, **choices):
    params = [{"name": one, "type": "string", "required": True, "doc": ""} for one in required]
    params += [{"name": one, "type": "string", "required": False, "doc": "", "choices": values}
               for one, values in choices.items()]
    return {"name": name, "summary": "", "queue": "default", "soft_limit_ms": 0,
            "hard_limit_ms": 0, "max_attempts": 0, "params": params}


DOORS = {
    "/v1/nl2sql": (task("nl2sql.ask", "question", "database",
                        translator=["auto", "rules", "llm"]),
                   {"question": "每个城市的订单数", "database": "shop", "translator": "rules"}),
    "/v1/nl2sql/translations": (task("nl2sql.translate", "question", "database"),
                                {"question": "how many orders", "database": "shop"}),
    "/v1/nl2sql/checks": (task("nl2sql.check", "sql", "database"),
                          {"sql": "SELECT '\"; --'", "database": "shop"}),
    "/v1/nl2sql/dashboards": (task("nl2sql.dashboard", "id"), {"id": "sales"}),
    "/v1/nl2sql/feedback": (task("nl2sql.feedback", "database", "question", "sql", "verdict",
                                 language=["en", "zh"]),
                            {"database": "shop", "question": "how many orders",
                             "sql": "SELECT count(*) FROM orders", "verdict": "approve"}),
}


class Doors(case.Case):
    def setUp(self):
        self.server = self.redis(persistent=False)
        api.publish(self.server, [published for published, _ in DOORS.values()])
        self.api = api.Api(self, self.server.url)

    def assert_problem(self, answer, status, code, field=None):
        self.assertEqual((answer.status, answer.json["code"]), (status, code), answer)
        if field is not None:
            self.assertEqual(answer.json["errors"][0]["field"], field, answer)

    def test_each_door_makes_a_job_of_its_task_with_the_arguments_that_came(self):
        for path, (published, args) in DOORS.items():
            answer = self.api.post(path, args)
            self.assertEqual(answer.status, 202, (path, answer))
            self.assertEqual(answer.headers["Location"], answer.json["url"])
            shown = self.api.get(answer.headers["Location"]).json
            self.assertEqual((shown["task"], shown["args"]), (published["name"], args))

    def test_arguments_that_do_not_fit_the_task_make_no_job(self):
        for path, (published, args) in DOORS.items():
            first = published["params"][0]["name"]
            self.assert_problem(self.api.post(path), 422, "bad_arguments", first)
            self.assert_problem(self.api.post(path, {**args, first: 7}), 422, "bad_arguments",
                                first)
            self.assert_problem(self.api.post(path, [args]), 422, "bad_arguments")
            self.assert_problem(self.api.post(path, b'{"id":1,"id":2}'), 400, "bad_json")
            self.assertEqual(self.api.get(path).status, 405)
        self.assert_problem(self.api.post("/v1/nl2sql", {"question": "x", "database": "shop",
                                                         "translator": "magic"}),
                            422, "bad_arguments", "translator")
        self.assertEqual(self.api.get("/v1/jobs").json["jobs"], [])

    def test_the_answer_is_waited_for_at_the_place_that_a_door_names(self):
        made = self.api.post("/v1/nl2sql", DOORS["/v1/nl2sql"][1])
        result = {"answered": True, "sql": "SELECT 1", "rows": [[1]]}
        api.end_by_hand(self.server, made.json["id"], result=result)
        answer = self.api.get(made.headers["Location"] + "/result?wait=30")
        self.assertEqual((answer.status, answer.json), (200, result))

    def test_a_question_that_is_sent_twice_with_a_key_is_one_job(self):
        for path, (_, args) in DOORS.items():
            headers = {"Idempotency-Key": "once"}
            first = self.api.post(path, args, headers=headers).json
            again = self.api.post(path, args, headers=headers).json
            self.assertEqual((again["id"], again["existed"]), (first["id"], True), path)
        self.assertEqual(len(self.api.get("/v1/jobs").json["jobs"]), len(DOORS))

    def test_a_door_whose_task_no_worker_knows_says_so(self):
        self.server.cli("HDEL", "{t}:tasks", "nl2sql.ask")
        args = DOORS["/v1/nl2sql"][1]
        self.wait_until(lambda: self.api.post("/v1/nl2sql", args).status == 422, 20,
                        "the directory to be read again")
        self.assert_problem(self.api.post("/v1/nl2sql", args), 422, "unknown_task")


if __name__ == "__main__":
    case.main()
