#!/usr/bin/env python3
"""Semantic models over HTTP: what is published is served whole, and nothing else is; edits,
approvals and analyses are jobs."""
import http.client
import json
import os
import threading

import api
import case
from models import Published, write

ANALYZE = {"name": "metadata.analyze", "summary": "", "queue": "default", "soft_limit_ms": 0,
           "hard_limit_ms": 0, "max_attempts": 0,
           "params": [{"name": "database", "type": "string", "required": True, "doc": ""},
                      {"name": "depth", "type": "string", "required": False, "doc": "",
                       "choices": ["catalogue", "statistics", "sample", "exact"]},
                      {"name": "include", "type": "array", "required": False, "doc": ""}]}
REVIEW = {"name": "metadata.review", "summary": "", "queue": "default", "soft_limit_ms": 0,
          "hard_limit_ms": 0, "max_attempts": 0,
          "params": [{"name": "database", "type": "string", "required": True, "doc": ""},
                     {"name": "edits", "type": "object", "required": False, "doc": ""},
                     {"name": "approve", "type": "integer", "required": False, "doc": ""},
                     {"name": "if_hash", "type": "string", "required": False, "doc": ""}]}
TYPES = {"json": ("json", "application/json"), "yaml": ("yaml", "application/yaml"),
         "markdown": ("md", "text/markdown; charset=utf-8"),
         "mermaid": ("mmd", "text/vnd.mermaid; charset=utf-8"),
         "html": ("html", "text/html; charset=utf-8")}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


class Models(case.Case):
    def setUp(self):
        self.server = self.redis(persistent=False)
        api.publish(self.server, (ANALYZE, REVIEW))
        self.artifacts = self.folder / "artifacts"
        self.artifacts.mkdir()
        self.api = api.Api(self, self.server.url)

    def published(self, name="shop"):
        return Published(self.artifacts, name)

    def assert_problem(self, answer, status, code, field=None):
        self.assertEqual((answer.status, answer.json["code"]), (status, code), answer)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        if field is not None:
            self.assertEqual(answer.json["errors"][0]["field"], field, answer)


class Reading(Models):
    def test_the_list_tells_which_version_answers_and_which_is_newest(self):
        self.assertEqual(self.api.get("/v1/models").json, {"models": [], "next": None})
        shop = self.published()
        shop.add(approved=True)
        shop.add()
        self.published("crm").add()
        listed = self.api.get("/v1/models").json["models"]
        self.assertEqual([row["datasource"] for row in listed], ["crm", "shop"])
        self.assertEqual(listed[1], {
            "datasource": "shop", "current": 1, "newest": 2, "approved": 1, "state": "approved",
            "hash": shop.hash_of(1), "made_at": "2026-11-21T10:00:00Z", "tables": 0,
            "relations": 0, "url": "/v1/models/shop"})
        self.assertEqual((listed[0]["approved"], listed[0]["state"]), (None, "draft"))

    def test_the_list_comes_in_pages_in_the_order_of_names(self):
        names = sorted(f"{letter}{i:02}" for i in range(41) for letter in "bxa")
        for name in names:
            self.published(name).add()
        for limit, pages in ((100, 2), (41, 3), (1, len(names))):
            seen, after, asked = [], "", 0
            while after is not None and asked <= len(names):
                answer = self.api.get(f"/v1/models?limit={limit}" + (after and f"&cursor={after}"))
                rows = [row["datasource"] for row in answer.json["models"]]
                self.assertLessEqual(len(rows), limit)
                seen, after, asked = seen + rows, answer.json["next"], asked + 1
            self.assertEqual((seen, asked), (names, pages))
        self.assertEqual(len(self.api.get("/v1/models").json["models"]), 50)
        self.assertEqual(self.api.get("/v1/models?cursor=x40").json, {"models": [], "next": None})
        for wrong in ("limit=0", "limit=101", "limit=x", "limit=", "cursor=../x", "cursor="):
            self.assert_problem(self.api.get("/v1/models?" + wrong), 400, "bad_query",
                                wrong.split("=")[0])

    def test_a_damaged_index_hides_no_other_model(self):
        self.published().add()
        for n, text in enumerate((b"{", b"[]", b'{"current":1,"versions":[]}', b"", b"{" * 2000000,
                                  b'{"current":1,"versions":[{"version":1,"hash":"../x"}]}')):
            folder = self.artifacts / "models" / f"bad{n}"
            folder.mkdir()
            (folder / "index.json").write_bytes(text)
            self.assertEqual(self.api.get(f"/v1/models/bad{n}").status, 500)
        listed = self.api.get("/v1/models").json["models"]
        self.assertEqual([row["datasource"] for row in listed],
                         ["bad0", "bad1", "bad2", "bad3", "bad4", "bad5", "shop"])
        self.assertTrue(all("damaged" in row["error"] for row in listed[:6]))

    def test_a_version_is_named_by_its_number_or_by_what_it_is(self):
        shop = self.published()
        for approved in (False, True, False):
            shop.add(approved=approved)
        for asked, number in (("", 2), ("?version=current", 2), ("?version=approved", 2),
                              ("?version=newest", 3), ("?version=1", 1), ("?version=3", 3)):
            answer = self.api.get("/v1/models/shop" + asked)
            self.assertEqual((answer.status, answer.json["version"]), (200, number), asked)
            self.assertEqual(answer.headers["Content-Location"],
                             f"/v1/models/shop?version={number}&format=json")
        self.assert_problem(self.api.get("/v1/models/shop?version=4"), 404, "no_such_model")
        for wrong in ("0", "-1", "1.0", "latest", "", "01x", "99999999999999999999"):
            self.assert_problem(self.api.get("/v1/models/shop?version=" + wrong), 400, "bad_query",
                                "version")

    def test_without_an_approved_version_the_newest_is_current(self):
        self.published().add()
        self.assertEqual(self.api.get("/v1/models/shop").json["version"], 1)
        answer = self.api.get("/v1/models/shop?version=approved")
        self.assert_problem(answer, 404, "no_such_model")
        self.assertIn("approvals", answer.json["detail"])

    def test_each_form_has_its_type_and_runs_nothing_in_a_browser(self):
        shop = self.published()
        shop.add(html=b"<script>alert(1)</script>")
        for form, (suffix, kind) in TYPES.items():
            answer = self.api.get(f"/v1/models/shop?format={form}")
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, kind))
            self.assertEqual(answer.body, (shop.folder / f"1.{suffix}").read_bytes())
            self.assertTrue(answer.headers["ETag"].startswith(f'"{shop.hash_of(1)}.1.{suffix}.'))
            self.assertEqual(answer.headers["Content-Security-Policy"], POLICY)
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(answer.headers["Cache-Control"], "private, no-cache")
            self.assertEqual(answer.headers["Vary"], "Accept")
        self.assert_problem(self.api.get("/v1/models/shop?format=md"), 400, "bad_query", "format")

    def test_accept_chooses_the_form(self):
        self.published().add()
        browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
        for accept, form in ((browser, "html"), ("*/*", "json"), ("application/yaml", "yaml"),
                             ("text/markdown", "markdown"), ("text/*", "markdown"),
                             ("text/html;q=0.1, */*;q=0.9", "json"), ("image/png", "json"),
                             ("text/vnd.mermaid ; q=1.0, text/html;q=0.999", "mermaid"),
                             ("text/html;q=0", "json"), ("TEXT/HTML", "html"), (",;,q=", "json")):
            answer = self.api.get("/v1/models/shop", headers={"Accept": accept})
            self.assertEqual(answer.headers["Content-Type"], TYPES[form][1], accept)
        answer = self.api.get("/v1/models/shop?format=json", headers={"Accept": "text/html"})
        self.assertEqual(answer.headers["Content-Type"], "application/json")

    def test_what_a_client_has_is_not_sent_again(self):
        shop = self.published()
        shop.add()
        tag = self.api.get("/v1/models/shop").headers["ETag"]
        answer = self.api.get("/v1/models/shop", headers={"If-None-Match": f'"x", {tag}'})
        self.assertEqual((answer.status, answer.body, answer.headers["ETag"]), (304, b"", tag))
        html = self.api.get("/v1/models/shop?format=html", headers={"If-None-Match": tag})
        self.assertEqual(html.status, 200)
        shop.add({"tables": [{"name": "orders"}]})
        again = self.api.get("/v1/models/shop", headers={"If-None-Match": tag})
        self.assertEqual((again.status, again.json["version"]), (200, 2))
        head = self.api.ask("HEAD", "/v1/models/shop")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(int(head.headers["Content-Length"]), len(again.body))

    def test_a_version_that_was_written_again_is_sent_again(self):
        shop = self.published()
        shop.add()
        for form, (suffix, _) in TYPES.items():
            path = f"/v1/models/shop?format={form}"
            tag = self.api.get(path).headers["ETag"]
            text = (shop.folder / f"1.{suffix}").read_bytes()[::-1]
            write(shop.folder / f"1.{suffix}", text)
            answer = self.api.get(path, headers={"If-None-Match": tag})
            self.assertEqual((answer.status, answer.body), (200, text))
            again = self.api.get(path, headers={"If-None-Match": answer.headers["ETag"]})
            self.assertEqual(again.status, 304)

    def test_the_versions_are_listed_the_newest_first(self):
        shop = self.published()
        shop.add(approved=True)
        shop.add()
        answer = self.api.get("/v1/models/shop/versions")
        self.assertEqual((answer.json["current"], answer.json["newest"]), (1, 2))
        self.assertEqual([one["version"] for one in answer.json["versions"]], [2, 1])
        tag = answer.headers["ETag"]
        self.assertEqual(self.api.get("/v1/models/shop/versions",
                                      headers={"If-None-Match": tag}).status, 304)
        shop.add()
        self.assertEqual(self.api.get("/v1/models/shop/versions",
                                      headers={"If-None-Match": tag}).status, 200)

    def test_a_form_that_is_not_published_is_told(self):
        shop = self.published()
        shop.add()
        (shop.folder / "1.html").unlink()
        answer = self.api.get("/v1/models/shop?format=html")
        self.assert_problem(answer, 404, "no_such_model")
        self.assertIn("version 1 of shop", answer.json["detail"])

    def test_a_model_that_is_not_there_says_what_to_do(self):
        for path in ("/v1/models/none", "/v1/models/none/versions"):
            answer = self.api.get(path)
            self.assert_problem(answer, 404, "no_such_model")
            self.assertIn("quern datasource list", answer.json["detail"])
            self.assertIn("/v1/metadata/analyses", answer.json["detail"])

    def test_no_name_leads_out_of_the_folder(self):
        self.published().add()
        outside = self.folder / "outside"
        outside.mkdir()
        (outside / "index.json").write_text('{"current":1,"newest":1,"versions":[]}')
        os.symlink(outside, self.artifacts / "models" / "linked")
        for name in ("..", ".", "%2e%2e", "..%2foutside", "%2e%2e%2foutside", "shop%00", "sh%2fop",
                     "Shop", "1shop", "-shop", "a" * 65, "a" * 200, "shop%20", "shop.json",
                     "%ff", "shop%2f..%2fshop", "linked"):
            for tail in ("", "/versions"):
                answer = self.api.get(f"/v1/models/{name}{tail}")
                self.assertEqual(answer.status, 404, (name, answer))
                self.assertIn(answer.json["code"], ("not_found", "no_such_model"))

    def test_no_link_is_followed_for_a_file(self):
        shop = self.published()
        shop.add()
        secret = self.folder / "secret"
        secret.write_text("secret")
        for made in (lambda path: path.symlink_to(secret), os.mkfifo, os.mkdir):
            path = shop.folder / "1.html"
            path.rmdir() if path.is_dir() else path.unlink()
            made(path)
            answer = self.api.get("/v1/models/shop?format=html")
            self.assert_problem(answer, 404, "no_such_model")

    def test_models_are_read_while_the_broker_is_away(self):
        self.published().add()
        self.server.stop()
        self.wait_until(lambda: self.api.get("/v1/queues").status == 503, 10, "the broker gone")
        for path in ("/v1/models", "/v1/models/shop", "/v1/models/shop/versions"):
            self.assertEqual(self.api.get(path).status, 200, path)
        self.assert_problem(self.api.post("/v1/models/shop/approvals"), 503, "broker_away")

    def test_without_its_folder_the_server_says_so(self):
        self.artifacts.rmdir()
        for path in ("/v1/models", "/v1/models/shop"):
            self.assert_problem(self.api.get(path), 503, "artifacts_away")


class UnderLoad(Models):
    """Each version is followed by the next as soon as it was seen, and its file removed."""

    def publish(self, shop, pad, versions):
        """Who reads meanwhile: what it got that is wrong."""
        seen, wrong, done = set(), [], threading.Event()

        def read():
            connection = http.client.HTTPConnection(self.api.host, self.api.port, timeout=30)
            while not done.is_set():
                connection.request("GET", "/v1/models/shop")
                answer = connection.getresponse()
                body = answer.read()
                number = int((answer.headers["ETag"] or "x.0").split(".")[1])
                text = b'"tables": [{"name": "%s"}]' % (pad * number).encode()
                if answer.status != 200 or text not in body or body[-1:] != b"}":
                    wrong.append((answer.status, body[:200]))
                seen.add(number)
            connection.close()

        shop.add({"tables": [{"name": pad}]})
        reader = threading.Thread(target=read)
        reader.start()
        try:
            for number in range(2, versions + 1):
                shop.add({"tables": [{"name": pad * number}]}, keep=1)
                self.wait_until(lambda: wrong or number in seen, 10, "its being seen")
        finally:
            done.set()
            reader.join()
        return wrong

    def test_a_reader_gets_a_whole_version_whatever_is_published_meanwhile(self):
        shop = Published(self.artifacts, "shop", ("json",))
        self.assertEqual(self.publish(shop, "x" * 20000, 40), [])

    def test_a_version_that_goes_while_it_is_looked_for_is_no_failure(self):
        """An index takes time to read when it is long."""
        shop = Published(self.artifacts, "shop", ("json",), note="x" * 900000)
        self.assertEqual(self.publish(shop, "x", 150), [])


class Changing(Models):
    def made(self, answer):
        self.assertEqual(answer.status, 202, answer)
        self.assertEqual(answer.headers["Location"], answer.json["url"])
        shown = self.api.get(answer.headers["Location"]).json
        return shown["task"], shown["args"]

    def test_an_analysis_has_a_door_of_its_own(self):
        args = {"database": "shop", "depth": "sample", "include": ["public.*"]}
        self.assertEqual(self.made(self.api.post("/v1/metadata/analyses", args)),
                         ("metadata.analyze", args))
        self.assert_problem(self.api.post("/v1/metadata/analyses", {}), 422, "bad_arguments",
                            "database")
        self.assert_problem(self.api.post("/v1/metadata/analyses",
                                          {"database": "shop", "depth": "deep"}),
                            422, "bad_arguments", "depth")
        self.assertEqual(self.api.get("/v1/metadata/analyses").status, 405)

    def test_edits_are_a_job_with_the_bytes_that_came(self):
        edits = b'{ "tables" : {"orders": {"description":"\\u0041\xc3\xa9", "x": 1.50}} }'
        answer = self.api.post("/v1/models/shop/edits", edits)
        task, args = self.made(answer)
        self.assertEqual((task, args), ("metadata.review",
                                        {"database": "shop", "edits": json.loads(edits)}))
        self.assertIn(edits, self.api.get(answer.headers["Location"]).body)

    def test_an_approval_is_a_job_for_one_version_or_the_newest(self):
        for body, number in ((None, 0), ({}, 0), ({"version": 7}, 7)):
            self.assertEqual(self.made(self.api.post("/v1/models/shop/approvals", body)),
                             ("metadata.review", {"database": "shop", "approve": number}))

    def test_if_match_becomes_the_hash_that_the_job_looks_for(self):
        shop = self.published()
        shop.add()
        tag = self.api.get("/v1/models/shop?version=newest&format=yaml").headers["ETag"]
        for given in (tag, f'"{shop.hash_of(1)}"'):
            _, args = self.made(self.api.post("/v1/models/shop/edits", {"tables": {}},
                                              headers={"If-Match": given}))
            self.assertEqual(args["if_hash"], shop.hash_of(1))
        _, args = self.made(self.api.post("/v1/models/shop/approvals", headers={"If-Match": "*"}))
        self.assertNotIn("if_hash", args)
        for given in ("abc", '"xyz"', 'W/"abc"', '"abc", "abd"', '""', '"', "",
                      '"' + "a" * 65 + '"'):
            answer = self.api.post("/v1/models/shop/approvals", headers={"If-Match": given})
            self.assert_problem(answer, 400, "bad_header", "If-Match")

    def test_what_is_no_edit_and_no_approval_is_refused_before_a_job_is_made(self):
        for body in (b"", b"[]", b"7", b"{}", b'"x"'):
            self.assertEqual(self.api.post("/v1/models/shop/edits", body).status // 100, 4, body)
        self.assert_problem(self.api.post("/v1/models/shop/edits", b'{"a":1,"a":2}'),
                            400, "bad_json")
        for body in ({"version": 0}, {"version": -1}, {"version": "1"}, {"version": 1.5},
                     {"versions": 1}, [1]):
            self.assert_problem(self.api.post("/v1/models/shop/approvals", body),
                                422, "bad_arguments")
        for name in ("Shop", "..", "sh%2fop", "a" * 65):
            for door in ("edits", "approvals"):
                answer = self.api.post(f"/v1/models/{name}/{door}", {"tables": {}})
                self.assertEqual(answer.status, 404, (name, answer))
        self.assertEqual(self.api.get("/v1/jobs").json["jobs"], [])

    def test_edits_that_no_job_can_take_are_told_so(self):
        limit = 1024 * 1024
        body = b'{"tables":{"a":"%s"}}' % (b"x" * (limit - 40))
        self.assert_problem(self.api.post("/v1/models/shop/edits", body), 413, "too_large")

    def test_the_same_key_makes_one_job(self):
        headers = {"Idempotency-Key": "once"}
        first = self.api.post("/v1/models/shop/edits", {"tables": {}}, headers=headers).json
        again = self.api.post("/v1/models/shop/edits", {"tables": {}}, headers=headers).json
        self.assertEqual((first["id"], first["existed"]), (again["id"], False))
        self.assertTrue(again["existed"])
        other = self.api.post("/v1/models/crm/edits", {"tables": {}}, headers=headers)
        self.assert_problem(other, 422, "key_reused")

    def test_without_a_worker_that_knows_the_task_nothing_is_made(self):
        self.server.cli("HDEL", "{t}:tasks", "metadata.review")
        self.wait_until(lambda: self.api.post("/v1/models/shop/approvals").status == 422, 20,
                        "the directory to be read again")
        self.assert_problem(self.api.post("/v1/models/shop/approvals"), 422, "unknown_task")


if __name__ == "__main__":
    case.main()
