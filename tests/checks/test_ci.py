"""What CI sees: .ci/run fails when anything failed, and ends with ctest's line."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINE = "{}% tests passed, {} tests failed out of 7"


class Ci(unittest.TestCase):
    def run_with(self, check, test, line):
        """.ci/run beside a dev whose check and test end with these codes."""
        root = pathlib.Path(tempfile.mkdtemp(prefix="qci"))
        self.addCleanup(shutil.rmtree, root)
        (root / ".ci").mkdir()
        shutil.copy(ROOT / ".ci" / "run", root / ".ci")
        (root / "dev").write_text(
            f'#!/bin/sh\ncase $1 in\ncheck) exit {check} ;;\n'
            f'test) echo "{line}"; echo; echo "Total Test time"; exit {test} ;;\nesac\n')
        (root / "dev").chmod(0o755)
        done = subprocess.run([root / ".ci" / "run"], text=True, capture_output=True, cwd="/")
        return done.returncode, done.stdout.splitlines()[-1]

    def test_it_passes_when_all_passed(self):
        line = LINE.format(100, 0)
        self.assertEqual(self.run_with(0, 0, line), (0, line))

    def test_it_fails_when_a_test_failed(self):
        line = LINE.format(86, 1)
        self.assertEqual(self.run_with(0, 8, line), (1, line))

    def test_it_fails_when_a_check_failed(self):
        line = LINE.format(100, 0)
        self.assertEqual(self.run_with(1, 0, line), (1, line))

    def test_it_fails_when_nothing_was_built(self):
        code, last = self.run_with(0, 1, "ninja: build stopped")
        self.assertEqual((code, last), (1, "0 passed, 1 failed (no test ran)"))


class Dev(unittest.TestCase):
    def dev(self, *words):
        return subprocess.run([ROOT / "dev", *words], text=True, capture_output=True, cwd="/")

    def test_help_names_every_command(self):
        text = (ROOT / "dev").read_text()
        commands = re.findall(r"^([a-z]+)\)", text[text.index("case $command in"):], re.M)
        commands += re.findall(r"^([a-z]+)\) ", text, re.M)
        named = re.findall(r"^  ([a-z]+)", self.dev("help").stdout, re.M)
        self.assertGreaterEqual(len(named), 13)
        self.assertEqual(set(commands) - set(named), set())

    def test_an_unknown_command_is_refused(self):
        done = self.dev("bild")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no command 'bild'", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
