#!/usr/bin/env python3
"""relay.py [--once] - makes jobs of the rows of the table outbox, and removes the rows.

A row's id is the name of its job: sent again, it makes no second one. So it may be killed
at any point, and any number of relays may run. Needs psql and quern on the PATH, and
QUERN_DATABASE_URL and QUERN_BROKER_URL.
"""
import json
import os
import subprocess
import sys
import time

BATCH = 450  # as many as quern sends together
PAUSE_SECONDS = 1
REFUSED = 2  # quern's exit code when errors are of the lines; else the broker is away or full

ROWS = f"""SELECT json_build_object('name', id, 'queue', queue, 'task', task, 'args', args)
           FROM outbox WHERE refused IS NULL ORDER BY written_at LIMIT {BATCH};"""


def psql(sql):
    """The rows, as lines of text."""
    words = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", os.environ["QUERN_DATABASE_URL"]]
    done = subprocess.run(words, input=sql, text=True, check=True, stdout=subprocess.PIPE)
    return done.stdout.splitlines()


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def enqueue(rows):
    """What became of the rows: (id, why it was refused, or None when there is a job)."""
    done = subprocess.run(["quern", "enqueue", "--batch", "-", "--json"], text=True,
                          input="".join(row + "\n" for row in rows), stdout=subprocess.PIPE)
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        if "error" not in answer or done.returncode == REFUSED:
            yield json.loads(rows[answer["line"] - 1])["name"], answer.get("error")


def settle(answers):
    """Rows that have a job go, those that were refused stay and are not sent again."""
    sql = "BEGIN;\n"
    for name, refused in answers:
        if refused is None:
            sql += f"DELETE FROM outbox WHERE id = {quoted(name)};\n"
        else:
            sql += f"UPDATE outbox SET refused = {quoted(refused)} WHERE id = {quoted(name)};\n"
    psql(sql + "COMMIT;\n")


def relay():
    """One batch; how many rows it settled."""
    rows = psql(ROWS)
    answers = list(enqueue(rows)) if rows else []
    if answers:
        settle(answers)
    return len(answers)


def main():
    while relay() or "--once" not in sys.argv[1:]:
        if "--once" not in sys.argv[1:]:
            time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
