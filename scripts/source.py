"""source.py - what the checks written in Python share: files, code, verdict.

A check is a function that takes the root of a tree and yields faults, each
"file:line: what is wrong". Names are relative to the root.
"""
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def files(root, *patterns):
    """Names of the files that match, sorted."""
    out = subprocess.run([HERE / "files", *patterns], cwd=root, check=True, text=True,
                         capture_output=True).stdout
    return sorted(out.splitlines())


def text_of(root, name):
    return pathlib.Path(root, name).read_text(encoding="utf-8", errors="replace")


_NOT_CODE = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code_of(text):
    """C without the insides of comments and literals; lines stay where they are."""
    def blank(match):
        found = match.group()
        if found.startswith("/*"):
            return re.sub(r"[^\n]", " ", found)
        return found[0] + " " * (len(found) - 2) + found[-1]
    return _NOT_CODE.sub(blank, text)


def main(check):
    """Runs a check on the tree named by the first argument, else on this one."""
    root = sys.argv[1] if len(sys.argv) > 1 else HERE.parent
    faults = list(check(root))
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)
