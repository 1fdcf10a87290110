#!/usr/bin/env python3
"""wordcount.py - counts words: a file with the result, an error that is final, and an end in
good order when it is asked to stop."""
import collections
import csv
import json
import os
import re
import signal
import sys

quern = os.fdopen(3, "w", buffering=1)


def tell(**message):
    print(json.dumps(message), file=quern)


def stop(*_):
    tell(error="stopped before all words were counted")
    sys.exit(1)  # any code but 0 and 100: try again


def store(counts):
    """QUERN_JOB_DIR is this run's own and is removed with it; the file is kept."""
    with open(os.path.join(os.environ["QUERN_JOB_DIR"], "words.csv"), "w",
              encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("word", "count"), *counts.most_common()])
    tell(artifact={"name": "words.csv", "type": "text/csv; charset=utf-8", "path": "words.csv"})


def main():
    signal.signal(signal.SIGTERM, stop)
    args = json.load(sys.stdin)
    lines = args["text"].splitlines()
    counts = collections.Counter()
    for done, line in enumerate(lines, 1):
        counts.update(re.findall(r"\w+", line.lower()))
        tell(progress={"done": done, "total": len(lines), "text": "counting"})
    if not counts:
        tell(error="there is no word in the text")
        return 100  # never try again: the text will not change
    print(f"{len(counts)} different words")
    store(counts)
    tell(result={"words": counts.total(),
                 "top": dict(counts.most_common(args.get("top") or 3))})
    return 0


sys.exit(main())
