"""facts.py - all that a verdict needs, gathered once when everything has ended.

From the ledger, from the database, from the broker record by record, from quern fsck, from /proc.
"""
import collections
import dataclasses
import json
import os
import pathlib

import servers
from stack import QUEUES, tag


@dataclasses.dataclass(frozen=True)
class Record:
    """What the broker says of a job; state is an error's name when it has none."""
    state: str
    cause: str = "-"
    attempts: int = 0
    deaths: int = 0
    enqueued: int = 0
    ended: int = 0

    @property
    def end(self):
        return self.state if self.cause == "-" else f"{self.state} {self.cause}"


@dataclasses.dataclass
class Facts:
    accepted: dict
    cancels: list
    runs: list
    faults: list
    records: dict  # id -> Record, of every job in the ledger or on the broker
    totals: dict  # queue -> its meta
    keys: list  # (name, type, has a life)
    lengths: dict  # key -> entries, of those that must be empty
    findings: list  # of fsck
    processes: list  # (pid, what) that are still there
    once: dict  # id -> rows in the database

    def __post_init__(self):
        self.by_job = collections.defaultdict(list)
        for event in self.runs:
            self.by_job[event.id].append(event)

    def events(self, job, verb):
        return [event for event in self.by_job.get(job, ()) if event.verb == verb]

    @property
    def windows(self):
        """(begin, end) of what was cut off the AOF."""
        return [(fault.begin, fault.end) for fault in self.faults if fault.kind == "cut aof"]


EMPTY = (("HLEN", "running"), ("HLEN", "try"), ("HLEN", "cancel"), ("HLEN", "progress"),
         ("ZCARD", "leases"), ("ZCARD", "dead"), ("ZCARD", "due"), ("ZCARD", "retry"),
         ("ZCARD", "lanes"), ("ZCARD", "ring"), ("SCARD", "holding"), ("HLEN", "holds"),
         ("ZCARD", "refill"), ("HLEN", "uniques"))


def audit(stack, ids):
    """Each job's record, asked for by the client library."""
    done = servers.run("chaos_client", "audit", stdin="".join(f"{job}\n" for job in ids),
                       seconds=600, env=dict(stack.env, QUERN_BROKER_URL=stack.redis.url))
    if done.returncode != 0:
        raise AssertionError(f"audit: {done.stderr}")
    records = {}
    for line in done.stdout.splitlines():
        job, state, *rest = line.split()
        records[job] = Record(state, *(rest[:1] + [int(word) for word in rest[1:]]))
    return records


def scan(redis):
    """(name, type, has a life) of every key: one script, nobody else is there."""
    text = redis.cli("EVAL", "local out = {} for _, k in ipairs(redis.call('KEYS', '*')) do "
                     "out[#out + 1] = k .. ' ' .. redis.call('TYPE', k).ok .. ' ' "
                     ".. redis.call('PTTL', k) end return out", "0")
    return [(name, kind, int(life) >= 0)
            for name, kind, life in (line.split(" ") for line in text.splitlines() if line)]


def job_ids(keys):
    for name, _, _ in keys:
        for queue in QUEUES:
            if name.startswith(f"{tag(queue)}:j:"):
                yield f"{queue}.{name.removeprefix(f'{tag(queue)}:j:')}"


def fsck(stack):
    env = dict(stack.env, QUERN_BROKER_URL=stack.redis.url, QUERN_BROKER_TIMEOUT="10s")
    done = servers.run("quern", "fsck", "--json", env=env, seconds=120)
    try:
        return [finding["text"] for finding in json.loads(done.stdout)["findings"]]
    except (ValueError, KeyError):
        return [f"quern fsck ended with {done.returncode}: {done.stdout}{done.stderr}"]


def processes(mark):
    """Those that carry this run's environment."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
        pid = int(path.parent.name)
        try:
            if mark.encode() in path.read_bytes() and pid != os.getpid():
                line = (path.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found.append((pid, line.strip()))
        except OSError:
            pass
    return found


def rows(postgres):
    """job -> how many rows it left."""
    lines = postgres.psql("SELECT job, count(*) FROM chaos_effect GROUP BY job").splitlines()
    return {job: int(n) for job, n in (line.split("|") for line in lines)}


def gather(stack, ledger):
    keys = scan(stack.redis)
    accepted, runs = ledger.accepted(), ledger.runs()
    ids = dict.fromkeys([*accepted, *job_ids(keys), *(event.id for event in runs)])
    totals = {}
    for queue in QUEUES:
        words = stack.redis.cli("HGETALL", f"{tag(queue)}:meta").split("\n")
        totals[queue] = dict(zip(words[::2], words[1::2]))
    return Facts(
        accepted=accepted, cancels=ledger.cancels(), runs=runs, faults=list(ledger.faults.list),
        records=audit(stack, ids), totals=totals, keys=keys,
        lengths={f"{tag(queue)}:{key}": stack.count(command, queue, key)
                 for queue in QUEUES for command, key in EMPTY},
        findings=fsck(stack), once=rows(stack.postgres), processes=processes(str(ledger.runs_path)))
