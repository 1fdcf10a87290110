"""Statements that are made of frames: each passes the guard, is run, and answers what a statement
by hand answers, over the shop and over a schema that is as difficult as schemas get."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import frame_dice
import servers
import write_cases
import write_other

ROOT = pathlib.Path(__file__).resolve().parents[2]
TODAY = "2025-06-30"
FRAMES = 300  # by chance, over each schema


class WriteCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="qnw", dir="/tmp")
        cls.addClassCleanup(folder.cleanup)
        os.chmod(folder.name, 0o711)
        cls.folder = pathlib.Path(folder.name)
        cls.postgres = servers.start_postgres(cls.folder / "pg")
        cls.addClassCleanup(cls.postgres.stop)
        for name in ("shop", "other"):
            cls.postgres.psql(f"CREATE DATABASE {name}", "template1")
            cls.postgres.psql(f"ALTER DATABASE {name} SET timezone = 'UTC'", "template1")
        cls.run_file("shop", ROOT / "tasks/sample/shop.sql")
        (cls.folder / "other.sql").write_text(write_other.SQL, encoding="utf-8")
        cls.run_file("other", cls.folder / "other.sql")
        (cls.folder / "hints.json").write_text(json.dumps(write_other.HINTS), encoding="utf-8")

    @classmethod
    def run_file(cls, database, path):
        subprocess.run([shutil.which("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "scale=1",
                        "-v", "seed=0", "-d", cls.postgres.database_url(database), "-f", path],
                       check=True, stdout=subprocess.DEVNULL)

    def write(self, database, frames, hints):
        """What the probe answers for each frame, in order."""
        lines = [json.dumps({"kind": "measure", **frame}) + "\n" for frame in frames]
        done = servers.run("write_probe", self.postgres.database_url(database), hints, TODAY,
                           stdin="".join(lines))
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(answers), len(frames))
        return answers

    def rows(self, database, statements):
        """The rows of each, as texts."""
        script = self.folder / "script.sql"
        script.write_text("".join(f"\\echo @@{i}\n{sql};\n" for i, sql in enumerate(statements)),
                          encoding="utf-8")
        done = subprocess.run([shutil.which("psql"), "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1",
                               "-d", self.postgres.database_url(database), "-f", script],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        parts = re.split(r"^@@\d+\n", done.stdout, flags=re.MULTILINE)[1:]
        self.assertEqual(len(parts), len(statements))
        return [part.splitlines() for part in parts]

    def check(self, database, cases, hints):
        frames = [case[1] for case in cases]
        answers = self.write(database, frames + frames[::-1], hints)
        self.assertEqual(answers[:len(cases)], answers[:len(cases) - 1:-1], "not the same again")
        taken = []
        for case, answer in zip(cases, answers):
            with self.subTest(case[0]):
                if case[2].startswith("!"):
                    self.assertIn(case[2][1:], answer.get("error", answer))
                else:
                    self.assertNotIn("error", answer)
                    taken.append((case, answer))
        self.check_rows(database, taken)

    def check_rows(self, database, taken):
        got = self.rows(database, [answer["sql"] for _, answer in taken])
        wanted = self.rows(database, [case[2] for case, _ in taken])
        for (case, answer), rows, by_hand in zip(taken, got, wanted):
            with self.subTest(case[0]):
                if len(case) == 3:  # in no order
                    rows, by_hand = sorted(rows), sorted(by_hand)
                self.assertEqual(rows, by_hand, answer["sql"])
                self.assertTrue(rows)
                self.assertTrue(min(len(answer["en"]), len(answer["zh"])) > 3)

    def test_over_the_shop_they_answer_the_same_as_by_hand(self):
        self.check("shop", write_cases.SHOP, ROOT / "tasks/sample/shop_hints.json")

    def test_names_keys_and_ways_of_any_kind_are_mastered_or_refused(self):
        self.check("other", write_other.OTHER, self.folder / "hints.json")

    def columns(self, database):
        """Of all tables, hidden ones left out, quoted where it must be."""
        sql = """SELECT quote_ident(table_name), quote_ident(column_name), data_type
            FROM information_schema.columns WHERE table_schema IN ('public', 'hr')
            AND column_name <> 'password_hash' ORDER BY 1, 2"""
        return [tuple(line.split("|")) for line in self.rows(database, [sql])[0]]

    def check_chance(self, database, hints, metrics):
        dice = frame_dice.Dice(1, self.columns(database), metrics)
        frames = [dice.frame() for _ in range(FRAMES)]
        answers = self.write(database, frames, hints)
        taken = [answer["sql"] for answer in answers if "sql" in answer]
        refused = [answer["error"] for answer in answers if "error" in answer]
        faults = [text for text in refused if text.startswith("guard") and "tables" not in text]
        self.assertEqual(faults, [])
        self.assertGreater(len(taken), FRAMES // 10)
        self.rows(database, ["EXPLAIN " + sql for sql in taken])

    def test_any_frame_is_refused_or_becomes_a_statement_that_can_be_run(self):
        self.check_chance("shop", ROOT / "tasks/sample/shop_hints.json",
                          [metric["name"] for metric in json.loads(
                              (ROOT / "tasks/sample/shop_hints.json").read_text())["metrics"]])
        self.check_chance("other", self.folder / "hints.json",
                          ["turnover", "freight", "mean weight"])


if __name__ == "__main__":
    unittest.main()
