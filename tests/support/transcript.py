"""transcript.py - does what a page says, and compares what comes out.

In a page, a block

    ```console
    $ quern version
    quern …
    ```

is a piece of a session in a shell: lines with "$ " in front are typed, the others are
what must come out, stdout and stderr as they come. "…" stands for any text within a line,
a line of nothing else for any number of lines. All blocks of a page are one session, in a
folder that is empty at first; a command ends with 0 unless the page says
"<!-- exit: N -->" in front of the block. "<!-- until: COMMAND -->" there waits until
COMMAND succeeds, as somebody who types does without noticing.
"""
import contextlib
import os
import re
import select
import signal
import subprocess
import time

import servers

FENCE = re.compile(r"^(?:<!-- exit: (?P<exit>\d+) -->\n)?(?:<!-- until: (?P<until>.*?) -->\n)?"
                   r"```console\n(?P<text>.*?)^```$", re.M | re.S)
MARK = "--- end of "
DEADLINE = 120


class Step:
    def __init__(self, line, command, exit_code, until):
        self.line, self.command, self.exit_code = line, command, exit_code
        self.until = until
        self.expected = []


def steps(page):
    """What the page has people type, with what they will see."""
    found = []
    for block in FENCE.finditer(page):
        line = page.count("\n", 0, block.start("text")) + 1
        until = block["until"]
        for text in block["text"].splitlines():
            if text.startswith("$ "):
                found.append(Step(line, text[2:], int(block["exit"] or 0), until))
                until = None
            else:
                found[-1].expected.append(text)
            line += 1
    return found


def pattern(expected):
    lines = []
    for text in expected:
        if text == "…":
            lines.append(r"(?:.*\n)*")
        else:
            lines.append(".*".join(re.escape(part) for part in text.split("…")) + r"\n")
    return re.compile("".join(lines))


class Session:
    """One bash; what it started is ended with it."""

    def __init__(self, folder, env):
        self.shell = subprocess.Popen(["bash", "--norc"], cwd=folder, env=env, text=True,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, start_new_session=True,
                                      preexec_fn=servers.die_with_parent)
        self.n = 0

    def type(self, command):
        """The exit code, and what came out."""
        self.n += 1
        mark = f"{MARK}{self.n}: "
        self.shell.stdin.write(f"{command}\nprintf '\\n{mark}%d\\n' $?\n")
        self.shell.stdin.flush()
        output, end = "", time.monotonic() + DEADLINE
        while mark not in output or not output.endswith("\n"):
            if not select.select([self.shell.stdout], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError(f"{command}: no end in {DEADLINE} s, only: {output}")
            piece = os.read(self.shell.stdout.fileno(), 65536).decode(errors="replace")
            if not piece:
                raise EOFError(f"{command}: the shell ended: {output}")
            output += piece
        output, code = output.split("\n" + mark)
        return int(code), output

    def close(self):
        self.shell.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.shell.pid, signal.SIGTERM)
        self.shell.wait(DEADLINE)
        servers.wait_until(self.is_over, DEADLINE, "the end of what the page started")
        self.shell.stdout.close()

    def is_over(self):
        """Nobody holds the other end of its output any more."""
        ready, _, _ = select.select([self.shell.stdout], [], [], 0)
        return ready and not os.read(self.shell.stdout.fileno(), 65536)


def play(case, page, folder, env):
    """Types all of a page's commands; the first difference fails the test case."""
    todo = steps(page.read_text(encoding="utf-8"))
    case.assertTrue(todo, f"{page.name} has no console block")
    session = Session(folder, env)
    case.addCleanup(session.close)
    for step in todo:
        if step.until:
            servers.wait_until(lambda: session.type(step.until)[0] == 0, DEADLINE, step.until)
        code, output = session.type(step.command)
        where = f"{page.name}:{step.line}: {step.command}\n{output}"
        case.assertEqual(code, step.exit_code, where)
        if output and not output.endswith("\n"):
            output += "\n"
        if not pattern(step.expected).fullmatch(output):
            case.assertEqual(output.splitlines(), step.expected, where)
            case.fail(where)
