"""A page whose commands do something else than it says fails."""
import os
import pathlib
import unittest

import case
import transcript

FENCE = "```"


class Transcripts(case.Case):
    def play(self, text):
        page = self.folder / "page.md"
        page.write_text(text.replace("~~~", FENCE), encoding="utf-8")
        room = self.folder / "room"
        room.mkdir(exist_ok=True)
        one = unittest.FunctionTestCase(
            lambda: transcript.play(one, pathlib.Path(page), room, dict(os.environ)))
        result = unittest.TestResult()
        one.run(result)
        return [text for _, text in result.failures + result.errors]

    def test_a_true_page_passes_in_one_session(self):
        self.assertEqual(self.play("""
~~~console
$ mkdir a && cd a
$ printf 'one\\ntwo\\nthree'
one
t…o
three
$ sleep 1000 &
$ mkfifo pipe; (read line <pipe; echo "$line" >late) &
$ echo word >pipe
~~~
Text.

<!-- until: grep -q word late -->
~~~console
$ cat late
word
~~~

<!-- exit: 3 -->
~~~console
$ basename "$PWD"; (exit 3)
…
~~~
"""), [])

    def test_a_line_that_differs_is_shown(self):
        faults = self.play("~~~console\n$ echo one; echo two\none\nthree\n~~~\n")
        self.assertEqual(len(faults), 1)
        self.assertIn("page.md:2: echo one; echo two", faults[0])

    def test_more_or_less_than_the_page_says_is_a_fault(self):
        self.assertTrue(self.play("~~~console\n$ echo one; echo two\none\n~~~\n"))
        self.assertTrue(self.play("~~~console\n$ echo one\none\ntwo\n~~~\n"))
        self.assertTrue(self.play("~~~console\n$ echo one\n~~~\n"))

    def test_another_exit_code_is_a_fault(self):
        self.assertTrue(self.play("~~~console\n$ false\n~~~\n"))
        self.assertTrue(self.play("<!-- exit: 1 -->\n~~~console\n$ true\n~~~\n"))

    def test_a_page_without_commands_is_a_fault(self):
        self.assertTrue(self.play("Nothing.\n"))


if __name__ == "__main__":
    case.main()
