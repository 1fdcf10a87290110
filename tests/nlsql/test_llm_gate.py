"""Questions to statements by a language model that answers right, over real HTTP: nothing is lost
between its answer and the statement that is given, whatever is written around it."""
import subprocess
import sys
import unittest

import llm_server
import servers
import practice

PERFECT = ("--min-precision", "1", "--min-ex", "1", "--min-refusal", "1", "--max-wrong", "0")


class Gate(practice.Practice):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = practice.cases()
        answers = {case["question"]: case["gold_sql"] for case in cls.cases}
        cls.server = llm_server.Server(answers=answers).start()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.server.state.reset()

    def ask(self, model, cases):
        env = {"QUERN_LLM_URL": self.server.url, "QUERN_LLM_MODEL": model, "QUERN_LLM_RPM": "0"}
        return self.translate([self.line(case, "llm") for case in cases], env)

    def test_the_scorer_knows_right_from_wrong(self):
        done = subprocess.run([sys.executable, "-B", practice.HERE / "compare_test.py", self.url()],
                              text=True, capture_output=True, timeout=250, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_right_answers_are_right_on_all_data(self):
        answers = self.ask("file", self.cases)
        self.score(answers, *PERFECT, path="llm")
        asked = sum(answer.get("usage", {}).get("requests", 0) for answer in answers)
        self.assertEqual(asked, self.server.state.count["file"])
        self.assertEqual({answer["translator"] for answer in answers if answer["sql"]}, {"llm"})

    def test_questions_without_a_statement_are_refused_by_name(self):
        cases = [case for case in self.cases if case["gold_sql"] is None]
        for answer in self.ask("file", cases):
            self.assertIsNone(answer["sql"])
            self.assertIn(answer["code"], ("refused_by_model", "write", "no_query", "beyond",
                                           "missing", "unclear"))

    def test_what_is_written_around_a_statement_changes_nothing(self):
        """Each question three times, each time with other noise."""
        cases = [case for case in self.cases if case["gold_sql"]]
        plain = {a["id"]: a["sql"] for a in self.ask("file", cases)}
        noises = list(llm_server.NOISES)
        wrong, asked = [], 0
        for place, noise in enumerate(noises):
            some = [case for i, case in enumerate(cases) if (i + place) % 3 == 0]
            asked += len(some)
            wrong += [(noise, a["id"]) for a in self.ask(f"file-{noise}", some)
                      if a["sql"] != plain[a["id"]]]
        self.assertEqual(asked, 3 * len(cases))
        self.assertLessEqual(len(wrong), asked // 100, wrong)


if __name__ == "__main__":
    unittest.main()
