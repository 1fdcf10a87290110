"""rq_jobs.py - jobs, producer and worker of RQ.

    rq_jobs.py one|bulk|roundtrip N
    rq_jobs.py worker
"""
import os
import sys

import redis
import rq

import marks

BULK = 1000
PAYLOAD = "x" * int(os.environ["PEER_PAYLOAD"])
FORKS = os.environ["PEER_SETTING"] == "_fork"
REPLIES = "peer:replies"


def noop(payload):
    marks.ended(os.getppid() if FORKS else None)


def reply(payload):
    rq.get_current_connection().lpush(REPLIES, 1)


def bulk(queue, count):
    for begin in range(0, count, BULK):
        queue.enqueue_many([rq.Queue.prepare_data(noop, args=(PAYLOAD,))
                            for _ in range(min(BULK, count - begin))])


def one(queue, count):
    for _ in range(count):
        queue.enqueue(noop, PAYLOAD)


def round_trip(queue):
    queue.enqueue(reply, PAYLOAD)
    if queue.connection.blpop(REPLIES, timeout=30) is None:
        raise TimeoutError("no reply")


def main(what, count):
    link = redis.Redis(unix_socket_path=os.environ["PEER_BROKER"])
    queue = rq.Queue("default", connection=link)
    if what == "worker":
        kind = rq.Worker if FORKS else rq.SimpleWorker
        kind([queue], connection=link).work(logging_level="WARNING")
    elif what == "roundtrip":
        marks.round_trips(lambda: round_trip(queue), count)
    else:
        link.ping()
        marks.timed(lambda: {"one": one, "bulk": bulk}[what](queue, count))


if __name__ == "__main__":
    # Jobs are found by the name of their module, which __main__ is not.
    import rq_jobs

    rq_jobs.main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
