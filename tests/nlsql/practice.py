"""practice.py - a schema in three variants of its data, questions with right statements, the score.

    class Rules(practice.Practice):
        def test_...(self):
            lines = [self.line(case) for case in practice.cases()]
            answers = self.translate(lines)
            self.score(answers, "--min-ex", "0.95", path="rules")

One PostgreSQL for a class; the schema is the shop unless it says another one of schemas/. A right
statement is right on every variant (compare.py).
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import servers

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE = HERE.parents[1] / "tasks/sample"
TODAY = "2025-06-30"
VARIANTS = 3


def cases(name="dev.jsonl"):
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def folder_of(schema):
    return SAMPLE if schema == "shop" else HERE / "schemas"


def load(postgres, schema, seed):
    database = f"{schema}{seed}"
    postgres.psql(f"CREATE DATABASE {database}", "template1")
    subprocess.run([shutil.which("psql"), "-X", "-q", "-d", postgres.database_url(database),
                    "-v", "scale=1", "-v", f"seed={seed}", "-f",
                    folder_of(schema) / f"{schema}.sql"],
                   check=True, stdout=subprocess.DEVNULL)
    postgres.psql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", database)


class Practice(unittest.TestCase):
    schema = "shop"
    variants = VARIANTS

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="qnl", dir="/tmp")
        cls.addClassCleanup(folder.cleanup)
        os.chmod(folder.name, 0o711)
        cls.folder = pathlib.Path(folder.name)
        cls.postgres = servers.start_postgres(cls.folder / "pg")
        cls.addClassCleanup(cls.postgres.stop)
        cls.postgres.psql("CREATE ROLE reader LOGIN")
        for seed in range(cls.variants):
            load(cls.postgres, cls.schema, seed)

    @classmethod
    def url(cls, seed=0):
        return f"postgresql://reader@/{cls.schema}{seed}?host={cls.postgres.folder}"

    def line(self, case, translator="rules", hints=True):
        """Of a batch: a case as people would ask it."""
        return {"id": case["id"], "question": case["question"], "lang": case["lang"],
                "today": TODAY, "tz": "UTC", "history": case.get("history"),
                "translator": translator, "database": self.url(),
                "hints": str(folder_of(self.schema) / f"{self.schema}_hints.json")
                if hints else None}

    def translate(self, lines, env=None):
        """An answer for each, in order."""
        batch = self.folder / "batch.jsonl"
        batch.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        done = servers.run("quern-worker", "run", "nl2sql.translate", "--batch", batch, env=env,
                           seconds=200)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(answers), len(lines), done.stderr)
        return answers

    def score(self, answers, *thresholds, path="rules", name="dev.jsonl"):
        """Fails when a threshold is missed, and shows what is wrong."""
        predictions = self.folder / "predictions.jsonl"
        predictions.write_text("".join(json.dumps(a) + "\n" for a in answers if "id" in a),
                               encoding="utf-8")
        words = [sys.executable, "-B", HERE / "compare.py", "--cases", HERE / name,
                 "--pred", predictions, "--path", path, "--show", "20"]
        for seed in range(self.variants):
            words += ["--db", f"{self.schema}:{self.url(seed)}"]
        done = subprocess.run([*words, *thresholds], text=True, capture_output=True, timeout=200)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout
