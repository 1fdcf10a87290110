#!/usr/bin/env python3
"""chaos_http.py PORT LEDGER SEED - a producer that speaks HTTP, until TERM.

Each request has an Idempotency-Key and is sent again until it is answered; what was
acknowledged goes to the ledger, as chaos_client does. Now and then it waits for a job.
"""
import http.client
import json
import random
import signal
import sys
import time
import urllib.parse

from ledger import now_ms

PAUSE_S = 0.1
WORK_MS = 40
ANSWER_S = 3


class Producer:
    def __init__(self, port, seed):
        self.port = port
        self.random = random.Random(f"http {seed}")
        self.stopping = False
        self.connection = None
        signal.signal(signal.SIGTERM, self.on_term)

    def on_term(self, *_):
        self.stopping = True

    def ask(self, method, path, body=None, headers=None):
        """(status, answer), or (0, None) when there was no whole answer."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                             timeout=ANSWER_S)
            self.connection.request(method, path, body, headers or {})
            answer = self.connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            if self.connection:
                self.connection.close()
            self.connection = None
            return 0, None

    def job(self):
        kind = self.random.choices(["effect", "once"], [9, 1])[0]
        return kind, {"task": f"chaos.{kind}", "args": {"how": "plain",
                                                        "ms": self.random.randrange(WORK_MS)},
                      "queue": "default", "priority": self.random.randrange(4),
                      "max_attempts": 1000, "retry": {"kind": "fixed", "base": 0.02}}

    def make(self, ledger):
        """One request, until it is answered; the ids."""
        kinds, jobs = zip(*[self.job() for _ in range(self.random.randint(1, 5))])
        headers = {"Content-Type": "application/json",
                   "Idempotency-Key": f"{self.random.randrange(1 << 60):x}"}
        while True:
            sent = now_ms()
            status, answer = self.ask("POST", "/v1/jobs", json.dumps(jobs), headers)
            if status == 202:
                break
            if status and status not in (207, 503):
                sys.exit(f"chaos_http: {status} {answer}")
            time.sleep(0.05)
        ids = [job["id"] for job in answer["jobs"]]
        for job_id, kind in zip(ids, kinds):
            ledger.write(f"accept {sent} {now_ms()} {job_id} {kind}\n")
        ledger.flush()
        return ids

    def run(self, path):
        with open(path, "a") as ledger:
            while not self.stopping:
                ids = self.make(ledger)
                if self.random.random() < 0.1:
                    self.ask("GET", f"/v1/jobs/{urllib.parse.quote(ids[0])}?wait=2")
                time.sleep(PAUSE_S)


if __name__ == "__main__":
    Producer(int(sys.argv[1]), sys.argv[3]).run(sys.argv[2])
