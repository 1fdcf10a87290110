"""Questions to statements by rules: how many are right on all data, and that they are the same each
time."""
import unittest

import practice


class Gate(practice.Practice):
    def test_the_practice_questions_are_answered_right(self):
        answers = self.translate([self.line(case) for case in practice.cases()])
        self.score(answers, "--min-precision", "0.95", "--min-ex", "0.95", "--min-ex-1-12", "0.95",
                   "--min-refusal", "1", "--max-wrong", "0.04")

    def test_without_hints_few_answers_are_wrong(self):
        answers = self.translate([self.line(case, hints=False) for case in practice.cases()])
        self.score(answers, "--min-precision", "0.8", "--min-refusal", "0.9")

    def test_a_question_gives_one_statement_however_often_it_is_asked(self):
        cases = [case for case in practice.cases() if case["class"] in (4, 14, 16)]
        lines = [self.line(case) for case in cases]
        answers = self.translate(lines * 20)
        for place, case in enumerate(cases):
            said = {answer["sql"] for answer in answers[place::len(cases)]}
            self.assertEqual(len(said), 1, case["question"])

    def test_auto_without_a_language_model_is_the_rules(self):
        cases = practice.cases()
        env = {"QUERN_LLM_URL": ""}
        rules = self.translate([self.line(case) for case in cases], env)
        auto = self.translate([self.line(case, "auto") for case in cases], env)
        self.assertEqual([answer["sql"] for answer in rules], [answer["sql"] for answer in auto])


if __name__ == "__main__":
    unittest.main()
