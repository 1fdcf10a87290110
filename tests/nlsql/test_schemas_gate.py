"""Questions about the sample and about four schemas of other habits, by authors who did not know
the rules: a gate for each set, a little below what it has, so that it gets no worse.

Names are abbreviated (fleet), German (schule), pinyin in camelCase (saas), camelCase (clinic). The
authors of the rules never saw schule, clinic and shop_others.
"""
import unittest

import practice


class Gate(practice.Practice):
    def passes(self, name, precision, right, wrong):
        path = f"schemas/{name}.jsonl"
        answers = self.translate([self.line(case) for case in practice.cases(path)])
        self.score(answers, "--min-precision", precision, "--min-ex", right, "--max-wrong", wrong,
                   "--min-refusal", "1", name=path)


class Shop(Gate):
    def test_a_hundred_more_questions_about_the_sample(self):
        self.passes("shop_more", "0.97", "0.95", "0.02")

    def test_questions_nobody_practised_with(self):
        self.passes("shop_others", "0.96", "0.92", "0.03")


class Fleet(Gate):
    schema = "fleet"

    def test_names_of_prefixes_and_abbreviations(self):
        self.passes("fleet", "0.97", "0.93", "0.02")


class Saas(Gate):
    schema = "saas"

    def test_names_in_pinyin(self):
        self.passes("saas", "0.98", "0.97", "0.02")


class Schule(Gate):
    schema = "schule"

    def test_german_names(self):
        self.passes("schule", "0.92", "0.79", "0.06")


class Clinic(Gate):
    schema = "clinic"

    def test_names_in_camel_case(self):
        self.passes("clinic", "0.93", "0.92", "0.06")


if __name__ == "__main__":
    unittest.main()
