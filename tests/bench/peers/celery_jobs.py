"""celery_jobs.py - jobs and producer of Celery; the worker is Celery's own command.

    celery_jobs.py one|bulk|roundtrip N
"""
import os
import sys

import celery

import marks

BULK = 1000
PAYLOAD = "x" * int(os.environ["PEER_PAYLOAD"])
FAST = os.environ["PEER_SETTING"] == "_fast"

app = celery.Celery("celery_jobs", broker="redis+socket://" + os.environ["PEER_BROKER"],
                    backend=None if FAST else "redis+socket://" + os.environ["PEER_BROKER"])
app.conf.update(task_acks_late=not FAST, task_reject_on_worker_lost=not FAST,
                task_ignore_result=FAST, broker_connection_retry=False)


@app.task(name="noop")
def noop(payload):
    marks.ended()


def bulk(count):
    for begin in range(0, count, BULK):
        celery.group(noop.s(PAYLOAD) for _ in range(min(BULK, count - begin))).apply_async()


def one(count):
    for _ in range(count):
        noop.delay(PAYLOAD)


def main(what, count):
    if what == "roundtrip":
        marks.round_trips(lambda: noop.delay(PAYLOAD).get(timeout=30), count)
        return
    with app.connection_for_write() as link:
        link.ensure_connection(max_retries=1)
    marks.timed(lambda: {"one": one, "bulk": bulk}[what](count))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
