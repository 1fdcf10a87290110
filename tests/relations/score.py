#!/usr/bin/env python3
"""score.py - how many of the true relations of a schema were found, how many found are wrong.

    score.py [-v] [--min SCORE] TRUTH.fks.tsv FOUND.tsv [TRUTH.fks.tsv FOUND.tsv ...]

Both files: child_table, child_columns, parent_table, parent_columns [, score], parted by tabs,
with or without that header. Columns of one key are parted by commas, in the same order on both
sides; a key counts only when whole. Letter case, double quotes and a schema before the table
do not count. A line without a score has 1; --min leaves out those below. TRUTH.ignore.tsv beside
TRUTH.fks.tsv: relations that follow from others, neither right nor wrong.
"""
import argparse
import pathlib
import sys


def plain(name):
    return name.strip().replace('"', "").lower()


def relation(child, child_columns, parent, parent_columns):
    """What is compared: two tables and a set of pairs of columns."""
    if len(child_columns) != len(parent_columns):
        raise ValueError(f"{child_columns} and {parent_columns} differ in length")
    pairs = zip(map(plain, child_columns), map(plain, parent_columns))
    return plain(child).split(".")[-1], plain(parent).split(".")[-1], frozenset(pairs)


def read(path, minimum=0.0):
    """The relations of a file: {relation: score}."""
    found = {}
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        words = line.split("\t")
        if not line.strip() or line.startswith("#") or plain(words[0]) == "child_table":
            continue
        if len(words) < 4:
            raise ValueError(f"{path}: {line!r} has less than four columns")
        one = relation(words[0], words[1].split(","), words[2], words[3].split(","))
        score = float(words[4]) if len(words) > 4 and words[4].strip() else 1.0
        if score >= minimum:
            found[one] = max(score, found.get(one, score))
    return found


def read_ignored(truth_path):
    path = pathlib.Path(str(truth_path).removesuffix(".fks.tsv") + ".ignore.tsv")
    return set(read(path)) if path.exists() else set()


def show(one):
    child, parent, pairs = one
    pairs = sorted(pairs)
    return (f"{child}({', '.join(pair[0] for pair in pairs)}) -> "
            f"{parent}({', '.join(pair[1] for pair in pairs)})")


class Score:
    """right, wrong and missing: relations; scores of several schemas are added."""

    def __init__(self, truth=(), found=(), ignored=()):
        truth, found, ignored = set(truth), set(found), set(ignored)
        self.right = list(truth & found)
        self.wrong = list(found - truth - ignored)
        self.missing = list(truth - found)

    def __add__(self, other):
        both = Score()
        both.right = self.right + other.right
        both.wrong = self.wrong + other.wrong
        both.missing = self.missing + other.missing
        return both

    @property
    def precision(self):
        n = len(self.right) + len(self.wrong)
        return len(self.right) / n if n else float(not self.missing)

    @property
    def recall(self):
        n = len(self.right) + len(self.missing)
        return len(self.right) / n if n else 1.0

    @property
    def f1(self):
        n = self.precision + self.recall
        return 2 * self.precision * self.recall / n if n else 0.0

    def line(self, name):
        return (f"{name:<20}{len(self.right):>7}{len(self.wrong):>7}{len(self.missing):>9}"
                f"{self.precision:>11.3f}{self.recall:>8.3f}{self.f1:>8.3f}")

    def details(self):
        for what in ("wrong", "missing"):
            for one in sorted(map(show, getattr(self, what))):
                yield f"    {what:<8} {one}"


HEADER = (f"{'schema':<20}{'right':>7}{'wrong':>7}{'missing':>9}"
          f"{'precision':>11}{'recall':>8}{'F1':>8}")


def main(words):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-v", action="store_true", help="show wrong and missing ones")
    parser.add_argument("--min", type=float, default=0.0)
    parser.add_argument("files", nargs="+")
    args = parser.parse_args(words)
    if len(args.files) % 2:
        parser.error("files come in pairs")
    total = Score()
    print(HEADER)
    for truth, found in zip(args.files[::2], args.files[1::2]):
        score = Score(read(truth), read(found, args.min), read_ignored(truth))
        total += score
        print(score.line(pathlib.Path(truth).name.removesuffix(".fks.tsv")))
        if args.v:
            print(*score.details(), sep="\n")
    print(total.line("all"))


if __name__ == "__main__":
    main(sys.argv[1:])
