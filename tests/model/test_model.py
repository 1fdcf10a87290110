"""The model of a job's life holds, and each rule that is taken out of it is missed.

spin makes a program of the model, which looks at every state that can be reached.
"""
import pathlib
import re
import shutil
import subprocess
import unittest

import case

MODEL = pathlib.Path(__file__).with_name("life.pml")
DEPTH = "-m100000"


@unittest.skipUnless(shutil.which("spin"), "spin is not installed")
class Model(case.Case):
    def check(self, *defines, compiler=("-DSAFETY", "-DNOCLAIM"), options=()):
        """(faults, states) of the model with these preprocessor words."""
        def run(*words):
            return subprocess.run(words, cwd=self.folder, check=True, text=True, timeout=300,
                                  capture_output=True).stdout
        run("spin", "-a", *(f"-D{word}" for word in defines), MODEL)
        run("cc", "-O2", "-w", *compiler, "-o", "pan", "pan.c")
        said = run("./pan", DEPTH, *options)
        self.assertNotIn("max search depth too small", said)
        return (int(re.search(r"errors: (\d+)", said)[1]),
                float(re.search(r"([\d.e+]+) states, stored", said)[1]))

    def test_no_job_is_lost_or_ended_twice_and_nothing_stays_behind(self):
        faults, states = self.check()
        self.assertEqual(faults, 0)
        self.assertGreater(states, 100000)

    def test_every_job_ends_at_last(self):
        faults, _ = self.check(compiler=("-DNFAIR=3",), options=("-a", "-f"))
        self.assertEqual(faults, 0)

    def test_every_rule_is_needed(self):
        rules = re.findall(r"^#if(?:n?def) (BROKEN_\w+)", MODEL.read_text(), re.M)
        self.assertGreaterEqual(len(set(rules)), 7)
        for rule in sorted(set(rules)):
            with self.subTest(rule):
                self.assertGreater(self.check(rule)[0], 0)


if __name__ == "__main__":
    case.main()
