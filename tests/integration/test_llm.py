"""The client of language models over real HTTP: what is an answer, what is tried again, what it
costs, and what all processes share."""
import json
import subprocess
import urllib.request

import case
import llm_server
import servers
import smtp_server

KEY = "sk-geheim0123456789abcdef"
PROMPT = "How many orders are there?"
SAID = llm_server.tokens(llm_server.WORDS)
ASKED = llm_server.tokens(PROMPT)
SECONDS = 60
# Prices of llm_probe, in micro for one token.
IN, CACHED, OUT = 1000, 100, 10000
COST = ASKED * IN + SAID * OUT


class LlmCase(case.Case):
    def setUp(self):
        self.server = llm_server.Server(key=KEY).start()
        self.addCleanup(self.server.stop)

    def start(self, url=None, **options):
        words = [f"{name}={value}" for name, value in {"key": KEY, **options}.items()]
        return subprocess.Popen([servers.BIN / "llm_probe", url or self.server.url, *words],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end(self, process):
        """(answers, counters, notes)"""
        out, notes = process.communicate(timeout=SECONDS)
        self.assertEqual(process.returncode, 0, notes)
        for text in (out, notes):
            self.assertNotIn(KEY, text)
            self.assertNotIn("geheim", text)
        rows = [json.loads(line) for line in out.splitlines()]
        return rows[:-1], rows[-1], notes

    def ask(self, model="ok", url=None, **options):
        answers, self.counters, self.notes = self.end(self.start(url, model=model, **options))
        return answers[0] if len(answers) == 1 else answers

    def count(self, model):
        with urllib.request.urlopen(self.server.url + "/count", timeout=SECONDS) as answer:
            return json.load(answer).get(model, 0)

    def comes_to(self, model, name, attempts, **options):
        """The class it ends with, after exactly so many requests."""
        before = self.count(model)
        answer = self.ask(model, **options)
        self.assertEqual((model, answer["class"], answer["attempts"]), (model, name, attempts))
        self.assertEqual(self.count(model) - before, attempts, model)
        self.assertEqual(self.count("wrong"), 0)
        return answer


class Answers(LlmCase):
    def fine(self, model, text, **options):
        for stream in (0, 1):
            answer = self.comes_to(model, "OK", 1, stream=stream, **options)
            self.assertEqual((model, answer["text"]), (model, text))
        return answer

    def test_an_answer_is_the_same_whole_and_in_pieces(self):
        words, sql = llm_server.WORDS, llm_server.SQL
        self.fine("ok", words)
        self.fine("fenced", f"```sql\n{sql};\n```")
        self.fine("json", '{"a": [1, 2, 3]}', json=1)
        self.fine("chunked-1-byte", words)
        self.fine("gzip", words)
        self.fine("wrong-content-type", words)
        self.fine("stream-ignored", words)

    def test_what_was_thought_is_no_part_of_the_answer(self):
        for model in ("think-tag", "only-closing-think", "reasoning-content"):
            answer = self.fine(model, llm_server.SQL)
            self.assertRegex(answer["thought"], "let me see: DROP|I count them.")

    def test_streams_of_every_shape_are_read(self):
        for model in ("crlf-comments", "no-done", "usage-in-last-choice-chunk"):
            answer = self.comes_to(model, "OK", 1, stream=1)
            self.assertEqual((answer["text"], answer["cost"]), (llm_server.WORDS, COST))

    def test_tokens_and_cost_are_exact(self):
        for stream in (0, 1):
            answer = self.comes_to("ok", "OK", 1, stream=stream)
            self.assertEqual((answer["prompt"], answer["completion"], answer["estimated"]),
                             (ASKED, SAID, False))
            self.assertEqual(answer["cost"], COST)
            answer = self.comes_to("cached-tokens", "OK", 1, stream=stream)
            cached = ASKED // 2
            self.assertEqual(answer["cached"], cached)
            self.assertEqual(answer["cost"],
                             (ASKED - cached) * IN + cached * CACHED + SAID * OUT)
            answer = self.comes_to("reasoning-content", "OK", 1, stream=stream)
            self.assertEqual(answer["reasoning"], llm_server.tokens("I count them."))
            self.assertEqual(answer["completion"],
                             llm_server.tokens(llm_server.SQL) + answer["reasoning"])
            answer = self.comes_to("no-usage", "OK", 1, stream=stream)
            self.assertTrue(answer["estimated"])
            self.assertGreaterEqual(answer["prompt"], ASKED)

    def test_an_address_may_be_with_and_without_its_path(self):
        for tail in ("", "/", "/v1", "/v1/"):
            self.assertEqual(self.ask(url=self.server.url + tail)["class"], "OK")

    def test_a_fallback_answers_when_the_model_fails(self):
        answer = self.ask("402", fallback="ok")
        self.assertEqual((answer["class"], answer["model"], answer["attempts"]), ("OK", "ok", 2))
        self.assertEqual(self.counters["fallbacks"], 1)
        answer = self.ask("500", fallback="ok")
        self.assertEqual((answer["class"], self.count("500")), ("OK", 3))
        answer = self.ask("404", fallback="ok")
        self.assertEqual((answer["class"], self.counters["fallbacks"]), ("LLM_REQUEST", 0))

    def test_a_field_that_the_server_does_not_know_is_dropped_once_and_remembered(self):
        self.ask("no-json-mode", json=1, times=3)
        self.assertEqual(self.count("no-json-mode"), 4)
        answer = self.ask("new-openai")
        self.assertEqual((answer["class"], self.count("new-openai")), ("OK", 2))

    def test_the_probe_asks_for_the_models_and_nothing_else(self):
        process = self.start(probe=1, times=0)
        self.assertEqual(self.end(process)[0], [{"rc": "OK"}])
        process = self.start(probe=1, times=0, key="sk-wrong999999")
        answers, _, notes = self.end(process)
        self.assertEqual(answers, [{"rc": "INVAL"}])
        self.assertIn("LLM_AUTH", notes)
        self.assertNotIn("wrong9", notes)
        self.assertEqual(self.server.state.count, {})

    def test_questions_of_the_file_are_answered_by_it(self):
        self.server.state.answers["How many?"] = "SELECT 7"
        ask = "Rules.\n<question>x</question>\n<question>\nHow many?\n</question>"
        self.assertEqual(self.ask("file", prompt=ask)["text"], "SELECT 7")
        self.assertEqual(self.ask("file", prompt="How many?")["text"], "CANNOT ANSWER")


class Failures(LlmCase):
    def test_what_will_not_change_is_asked_once(self):
        for model, name in (("400", "LLM_REQUEST"), ("404", "LLM_REQUEST"), ("422", "LLM_REQUEST"),
                            ("redirect", "LLM_REQUEST"), ("403", "LLM_AUTH"),
                            ("context-openai", "LLM_CONTEXT"), ("context-llama", "LLM_CONTEXT"),
                            ("context-llama-500", "LLM_CONTEXT"), ("refuse", "LLM_REFUSED"),
                            ("content-filter", "LLM_REFUSED"), ("huge", "LLM_TOO_LARGE"),
                            ("bomb", "LLM_TOO_LARGE"), ("402", "LLM_BALANCE"),
                            ("429-quota", "LLM_QUOTA"), ("429-retry-after-600", "LLM_QUOTA"),
                            ("429-http-date", "LLM_QUOTA")):
            self.comes_to(model, name, 1)

    def test_what_may_pass_is_asked_three_times(self):
        for model in ("500", "502", "503", "529", "502-html", "error-in-200"):
            self.assertEqual(self.comes_to(model, "LLM_SERVER", 3)["cost"], 0)
        self.comes_to("hang-up", "LLM_CONNECT", 3)
        self.comes_to("overloaded", "LLM_OVERLOADED", 3)
        self.comes_to("cut-body", "LLM_STREAM_CUT", 3)
        self.comes_to("error-in-stream", "LLM_SERVER", 3, stream=1)

    def test_a_stream_that_broke_off_is_never_an_answer(self):
        for model in ("cut-mid-stream", "cut-quietly", "cut-mid-utf8"):
            answer = self.comes_to(model, "LLM_STREAM_CUT", 3, stream=1)
            self.assertEqual((answer["text"], answer["rc"]), ("", "PROTO"))
            self.assertTrue(answer["estimated"])

    def test_what_has_no_shape_is_asked_twice(self):
        for model, name in (("html", "LLM_PROTOCOL"), ("no-choices", "LLM_PROTOCOL"),
                            ("empty", "LLM_EMPTY")):
            self.comes_to(model, name, 2)

    def test_it_comes_back(self):
        self.comes_to("503-then-ok-1", "OK", 2)
        self.comes_to("503-then-ok-2", "OK", 3)
        self.assertEqual(self.counters["retries"], 2)

    def test_an_answer_that_was_cut_at_the_maximum_is_asked_for_at_twice_the_length(self):
        answer = self.comes_to("length", "OK", 2, tokens=40)
        self.assertEqual(answer["completion"], 40 + 64)
        self.assertEqual(answer["cost"], 2 * ASKED * IN + (40 + 64) * OUT)
        self.comes_to("length-always", "LLM_TRUNCATED", 2, tokens=10)
        self.assertEqual(self.server.state.last["length-always"]["max_tokens"], 20)
        self.comes_to("cut-json", "LLM_TRUNCATED", 2)

    def test_a_short_wait_is_waited_and_a_long_one_given_back(self):
        answer = self.comes_to("429-retry-after-1", "LLM_RATE", 3)
        self.assertGreaterEqual(answer["took_ms"], 2000)
        self.assertEqual((answer["rc"], answer["cost"]), ("AGAIN", 0))
        answer = self.comes_to("429-retry-after-600", "LLM_QUOTA", 1)
        self.assertEqual(answer["rc"], "AGAIN")
        self.assertTrue(600000 <= answer["delay_ms"] <= 601000)
        answer = self.comes_to("429-http-date", "LLM_QUOTA", 1)
        self.assertTrue(890000 <= answer["delay_ms"] <= 901000)
        for model in ("429-quota", "402"):
            self.assertGreaterEqual(self.ask(model)["delay_ms"], 60000)

    def test_times_are_bounded(self):
        self.comes_to("slow-first-byte", "LLM_TIMEOUT", 2, first_byte=100)
        self.comes_to("stall-mid-stream", "LLM_TIMEOUT", 2, stream=1, idle=100)
        self.comes_to("stall-mid-stream", "LLM_TIMEOUT", 2, stream=1, total=200)

    def test_a_stop_ends_a_call_that_stalls(self):
        for model, stream in (("slow-first-byte", 0), ("stall-mid-stream", 1)):
            answer = self.comes_to(model, "LLM_STOPPED", 1, stream=stream, stop_ms=200)
            self.assertEqual((answer["rc"], answer["error"]),
                             ("TIMEOUT", "LLM_STOPPED: stopped by the soft limit"))
            self.assertLess(answer["took_ms"], llm_server.STALL_SECONDS * 1000 // 4)
        answer = self.comes_to("429-retry-after-20", "LLM_STOPPED", 1, stop_ms=200)
        self.assertLess(answer["took_ms"], 20000)

    def test_nobody_there(self):
        url = f"http://127.0.0.1:{servers.free_port()}"
        answer = self.ask(url=url)
        self.assertEqual((answer["class"], answer["attempts"], answer["cost"]),
                         ("LLM_CONNECT", 3, 0))

    def test_a_certificate_has_to_be_of_an_authority_that_is_known(self):
        own = smtp_server.Certificate(self.folder)
        server = llm_server.Server(key=KEY, tls=own.context()).start()
        self.addCleanup(server.stop)
        answer = self.ask(url=server.url)
        self.assertEqual((answer["class"], server.state.count), ("LLM_CONNECT", {}))
        self.assertIn("certificate", answer["error"])
        self.assertEqual(self.ask(url=server.url, ca_file=own.file)["class"], "OK")

    def test_an_error_says_what_came(self):
        self.assertEqual(self.ask("html")["error"], "LLM_PROTOCOL: status 200, text/html")
        self.assertEqual(self.ask("error-in-200")["error"],
                         "LLM_SERVER: status 200, upstream failed")
        self.assertEqual(self.ask("404")["error"], "LLM_REQUEST: status 404, no such model")
        self.assertEqual(self.ask("length-always")["error"], "LLM_TRUNCATED: finish_reason length")

    def test_a_prompt_that_was_cut_silently_is_noticed(self):
        long = "word " * 2000
        self.comes_to("ollama-silent", "LLM_CONTEXT", 1, profile="ollama", context=100000,
                      prompt=long)
        self.comes_to("ok", "LLM_CONTEXT", 0, profile="ollama", context=1000, prompt=long)
        self.comes_to("ok", "OK", 1, profile="ollama", context=100000, prompt=long)

    def test_a_key_that_is_refused_is_told_once_and_never_shown(self):
        answer = self.ask("401", times=3)
        self.assertEqual({one["class"] for one in answer}, {"LLM_AUTH"})
        self.assertIn("***", answer[0]["error"])
        self.assertEqual(self.notes.count("note: LLM_AUTH"), 1)


class Shared(LlmCase):
    def setUp(self):
        super().setUp()
        self.cache = self.redis()

    def ask(self, model="ok", url=None, **options):
        return super().ask(model, url, **{"redis": self.cache.url, **options})

    def breaker(self):
        """The key of the one that is not closed."""
        keys = self.cache.cli("KEYS", "test:llm:breaker:*").split()
        return next(key for key in keys if self.cache.cli("HGET", key, "until").strip())

    def test_a_breaker_opens_for_all_processes_and_closes_after_two_good_probes(self):
        self.ask("503-then-ok-10", times=3)  # 9 failures are too few
        self.assertEqual(self.ask("503-then-ok-10")["class"], "LLM_BREAKER_OPEN")
        self.assertEqual(self.count("503-then-ok-10"), 10)
        other = self.ask("503-then-ok-10")
        self.assertEqual((other["class"], other["rc"], other["attempts"]),
                         ("LLM_BREAKER_OPEN", "AGAIN", 0))
        self.assertTrue(0 < other["delay_ms"] <= 30000)
        self.assertEqual(self.ask("ok")["class"], "OK")  # one of another model
        key = self.breaker()
        self.cache.cli("HSET", key, "until", "1")  # its time is over
        self.assertEqual(self.ask("503-then-ok-10")["class"], "OK")
        self.assertEqual(self.cache.cli("HGET", key, "good").strip(), "1")
        self.assertEqual(self.ask("503-then-ok-10")["class"], "OK")
        self.assertEqual(self.cache.cli("EXISTS", key).strip(), "0")

    def test_a_probe_that_fails_opens_the_breaker_for_twice_as_long(self):
        self.ask("503", times=4)
        key = self.breaker()
        self.cache.cli("HSET", key, "until", "1")
        self.assertEqual(self.ask("503")["class"], "LLM_BREAKER_OPEN")
        self.assertEqual(self.count("503"), 11)
        self.assertEqual(self.cache.cli("HGET", key, "length").strip(), "60000")

    def test_while_one_probes_nobody_else_does(self):
        self.ask("503", times=4)
        self.cache.cli("HSET", self.breaker(), "until", "1", "probe", "99999999999999")
        self.assertEqual(self.ask("503")["class"], "LLM_BREAKER_OPEN")
        self.assertEqual(self.count("503"), 10)

    def test_a_callers_fault_never_opens_it(self):
        self.assertEqual({one["class"] for one in self.ask("400", times=12)}, {"LLM_REQUEST"})
        self.assertEqual({one["class"] for one in self.ask("429-quota", times=12)}, {"LLM_QUOTA"})

    def test_without_redis_a_process_keeps_its_own(self):
        answers = self.ask("503", times=5, redis="")
        self.assertEqual([one["class"] for one in answers][-2:],
                         ["LLM_BREAKER_OPEN", "LLM_BREAKER_OPEN"])
        self.assertEqual(self.count("503"), 10)
        answers = self.ask("503", times=5, redis=f"unix://{self.folder}/nobody")
        self.assertEqual(answers[-1]["class"], "LLM_BREAKER_OPEN")
        self.assertEqual(self.notes.count("note: budgets and breaker are of this process alone"), 1)

    def test_calls_side_by_side_never_pass_a_budget(self):
        room = 8  # calls
        budget = f"{room * COST // 1000000}.{room * COST % 1000000:06}"
        processes = [self.start(model="ok", redis=self.cache.url, budget_month=budget, times=5,
                                tokens=SAID) for _ in range(4)]
        rows = [row for process in processes for row in self.end(process)[0]]
        names = {row["class"] for row in rows}
        self.assertEqual(names, {"OK", "BUDGET_EXCEEDED"})
        spent = sum(row["cost"] for row in rows)
        self.assertLessEqual(spent, room * COST)
        self.assertEqual(spent, self.count("ok") * COST)
        key = self.cache.cli("KEYS", "test:llm:budget:month:*").strip()
        self.assertEqual(int(self.cache.cli("GET", key)), spent)

    def test_a_budget_refuses_before_anything_is_sent(self):
        answer = self.ask(budget_call="0.000001")
        self.assertEqual((answer["class"], answer["rc"], answer["attempts"], answer["delay_ms"]),
                         ("BUDGET_EXCEEDED", "LIMIT", 0, 0))
        answer = self.ask(budget_job="0.000001", job="j")
        self.assertEqual((answer["class"], answer["delay_ms"]), ("BUDGET_EXCEEDED", 0))
        answer = self.ask(budget_key="0.000001", who="ann")
        self.assertTrue(0 < answer["delay_ms"] <= 86400000)
        answer = self.ask(budget_month="0.000001")
        self.assertTrue(0 < answer["delay_ms"] <= 31 * 86400000)
        self.assertEqual(self.count("ok"), 0)
        self.assertIn("the budget per month has no room", self.notes)

    def test_budgets_are_of_each_job_and_key(self):
        one = {"budget_job": "0.35", "tokens": 20}
        first = self.ask(job="a", times=3, **one)
        self.assertEqual([row["class"] for row in first], ["OK", "OK", "BUDGET_EXCEEDED"])
        self.assertEqual(self.ask(job="b", **one)["class"], "OK")
        self.assertEqual(self.ask(**one)["class"], "OK")

    def test_four_fifths_of_a_budget_are_told(self):
        self.ask(budget_month="20")
        self.assertNotIn("note: the budget", self.notes)
        self.ask(budget_month="0.2", tokens=SAID)
        self.assertIn("note: the budget per month is used to", self.notes)

    def test_what_failed_gives_back_what_was_reserved(self):
        self.ask("500", budget_month="20")
        key = self.cache.cli("KEYS", "test:llm:budget:month:*").strip()
        self.assertEqual(self.cache.cli("GET", key).strip(), "0")

    def test_a_budget_needs_a_price(self):
        answer = self.ask("nobody-knows", budget_month="10", prices="")
        self.assertEqual((answer["class"], answer["attempts"]), ("LLM_REQUEST", 0))

    def test_an_endpoint_has_so_many_places_and_no_more(self):
        process = self.start(model="slow-first-byte", redis=self.cache.url, concurrency=1,
                             first_byte=30000, stop_ms=20000)
        servers.wait_until(lambda: self.count("slow-first-byte") == 1, SECONDS, "the first one")
        answer = self.ask(concurrency=1)
        self.assertEqual((answer["class"], answer["rc"], answer["attempts"]),
                         ("LLM_BUSY", "AGAIN", 0))
        self.assertGreater(answer["delay_ms"], 0)
        self.assertEqual(self.ask(concurrency=2)["class"], "OK")
        self.server.state.over.set()
        process.kill()
        process.communicate()

    def test_a_minute_has_so_many_requests(self):
        answers = self.ask(rpm=3, times=5)
        self.assertEqual([row["class"] for row in answers],
                         ["OK", "OK", "OK", "LLM_BUSY", "LLM_BUSY"])
        self.assertTrue(10000 < answers[-1]["delay_ms"] <= 20000)

    def test_an_answer_that_is_valid_is_kept_for_all(self):
        first = self.ask(cached=1, valid="42")
        self.assertEqual((first["valid"], first["from_cache"]), (True, False))
        again = self.ask(cached=1, valid="42", times=2)
        self.assertEqual({(row["text"], row["from_cache"], row["cost"]) for row in again},
                         {(llm_server.WORDS, True, 0)})
        self.assertEqual((self.count("ok"), self.counters["hits"]), (1, 2))
        self.ask(cached=1, valid="42", prompt="another")
        self.ask(cached=1, valid="42", purpose=3)  # chat is not kept
        self.assertEqual(self.count("ok"), 3)
        self.ask(cached=1, valid="43")  # what was kept does not pass any more
        self.assertEqual(self.count("ok"), 4)

    def test_an_answer_that_is_not_valid_or_not_whole_is_not_kept(self):
        self.assertEqual([row["valid"] for row in self.ask(cached=1, valid="nothing", times=2)],
                         [False, False])
        self.assertFalse(self.ask(cached=1)["from_cache"])  # though all would do now
        self.ask("cut-json", cached=1, times=2)
        self.assertEqual((self.count("ok"), self.count("cut-json")), (3, 4))


class Settings(LlmCase):
    def fails(self, text, **env):
        done = servers.run("llm_probe", "env", env={"QUERN_LLM_URL": self.server.url,
                                                    "QUERN_LLM_MODEL": "ok", **env})
        self.assertEqual(done.returncode, 1)
        self.assertIn(text, done.stderr)
        self.assertNotIn("geheim", done.stderr)

    def test_settings_are_those_of_the_environment(self):
        done = servers.run("llm_probe", "env",
                           env={"QUERN_LLM_URL": self.server.url, "QUERN_LLM_KEY": KEY,
                                "QUERN_LLM_MODEL": "500", "QUERN_LLM_MODEL_SQL": "json",
                                "QUERN_LLM_PRICES": "1/1/1"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(json.loads(done.stdout.splitlines()[0])["model"], "json")

    def test_a_setting_that_is_wrong_is_named(self):
        self.fails("NOTFOUND QUERN_LLM_URL is not set", QUERN_LLM_URL="")
        self.fails("llm-url: holds a user", QUERN_LLM_URL="http://u:geheim@x/v1")
        self.fails("llm-url: must be http", QUERN_LLM_URL="ftp://x")
        self.fails("llm-model: none is set", QUERN_LLM_MODEL="")
        self.fails("llm-profile: none of", QUERN_LLM_PROFILE="gpt")
        self.fails("llm-prices: ", QUERN_LLM_PRICES="1/2")
        self.fails("llm-budget-month: must be money", QUERN_LLM_BUDGET_MONTH="-1")
        self.fails("llm-rpm: is no number", QUERN_LLM_RPM="many")
        self.fails("llm-key: holds a control", QUERN_LLM_KEY="sk-geheim\nX: y")


if __name__ == "__main__":
    case.main()
