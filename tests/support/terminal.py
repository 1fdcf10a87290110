"""terminal.py - a program in a terminal of a given size, and what its screen shows.

    terminal = self.terminal("quern", "stats", "--watch")     # of cli_case.Cli
    terminal.wait_for("default")
    terminal.press("q")
    self.assertEqual(terminal.end(), 0)

It knows the few sequences that quern writes; any other one is an error, so that a test cannot
pass over what a real terminal would show as rubbish.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import servers

SEQUENCE = re.compile(r"\x1b\[(\??)([0-9;]*)([A-Za-z])")


class Screen:
    """What is written, as a grid of characters. wrapped counts lines that were too long."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.alternate, self.cursor, self.wraps, self.wrapped = False, True, True, 0
        self.normal = None
        self.clear()

    def clear(self):
        self.cells = [[" "] * self.width for _ in range(self.height)]
        self.row = self.column = 0

    def resize(self, width, height):
        self.cells = [(row + [" "] * width)[:width] for row in self.cells[:height]]
        self.cells += [[" "] * width for _ in range(height - len(self.cells))]
        self.width, self.height = width, height
        self.row, self.column = min(self.row, height - 1), min(self.column, width - 1)

    def feed(self, text):
        """Returns what is left: the beginning of a sequence."""
        while text:
            if text[0] == "\x1b":
                match = SEQUENCE.match(text)
                if not match:
                    if len(text) > 20:
                        raise AssertionError(f"no sequence we know: {text[:20]!r}")
                    return text
                self.obey(*match.groups())
                text = text[match.end():]
            else:
                self.write(text[0])
                text = text[1:]
        return ""

    def write(self, char):
        if char == "\r":
            self.column = 0
        elif char == "\n":
            self.feed_line()
        elif ord(char) < 32 or ord(char) == 127:
            raise AssertionError(f"a control character: {char!r}")
        else:
            if self.column >= self.width:
                self.wrapped += 1
                self.column = self.width - 1
                if self.wraps:
                    self.column = 0
                    self.feed_line()
            self.cells[self.row][self.column] = char
            self.column += 1

    def feed_line(self):
        if self.row + 1 < self.height:
            self.row += 1
            return
        self.cells = self.cells[1:] + [[" "] * self.width]

    def obey(self, private, numbers, letter):
        what = private + numbers + letter
        column = min(self.column, self.width - 1)
        if letter == "m":
            return
        if what in ("?1049h", "?1049l"):
            self.alternate = letter == "h"
            if self.alternate:
                self.normal = self.cells
                self.clear()
            elif self.normal:
                self.cells = self.normal
        elif what in ("?25h", "?25l"):
            self.cursor = letter == "h"
        elif what in ("?7h", "?7l"):
            self.wraps = letter == "h"
        elif what == "H":
            self.row = self.column = 0
        elif what == "2J":
            row, column = self.row, self.column
            self.clear()
            self.row, self.column = row, column
        elif what in ("K", "J"):
            self.cells[self.row][column:] = [" "] * (self.width - column)
            if letter == "J":
                for row in range(self.row + 1, self.height):
                    self.cells[row] = [" "] * self.width
        else:
            raise AssertionError(f"no sequence we know: {what}")

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells).rstrip("\n")


class Terminal:
    def __init__(self, name, *words, env=None, width=80, height=24):
        self.ours, self.theirs = pty.openpty()
        self.screen = Screen(width, height)
        self.raw, self.left, self.undecoded = "", "", b""
        self.set_size(width, height)
        self.modes = termios.tcgetattr(self.theirs)
        self.process = subprocess.Popen(
            [servers.BIN / name, *words], stdin=self.theirs, stdout=self.theirs,
            stderr=self.theirs, start_new_session=True, preexec_fn=self.become_ours,
            env={**os.environ, "TERM": "xterm-256color", **(env or {})})

    def become_ours(self):
        servers.die_with_parent()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def set_size(self, width, height):
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def resize(self, width, height):
        self.screen.resize(width, height)
        self.set_size(width, height)

    def read(self, seconds):
        """False: nothing came."""
        if not select.select([self.ours], [], [], seconds)[0]:
            return False
        data = self.undecoded + os.read(self.ours, 65536)
        text = data.decode(errors="ignore")
        self.undecoded = data[len(text.encode()):]
        self.raw += text
        self.left = self.screen.feed(self.left + text)
        return True

    def wait_until(self, predicate, what, seconds=15):
        end = time.monotonic() + seconds
        while not predicate():
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {what}\n{self.screen.text()}")
            self.read(0.05)

    def wait_for(self, pattern, seconds=15):
        self.wait_until(lambda: re.search(pattern, self.screen.text()), pattern, seconds)

    def press(self, keys):
        os.write(self.ours, keys.encode())

    def send(self, signo):
        self.process.send_signal(signo)

    def is_restored(self):
        """The modes of the keys, as they were."""
        return termios.tcgetattr(self.theirs) == self.modes

    def end(self, seconds=15):
        """The exit code, with all that was written read."""
        self.wait_until(lambda: self.process.poll() is not None, "its end", seconds)
        while self.read(0):
            pass
        return self.process.returncode

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)
