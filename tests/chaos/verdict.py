"""verdict.py - what is wrong with the facts of a run. Each check yields lines that name ids.

What the AOF's tail cut may do is excused, and nothing else: a job that was acknowledged in
the seconds that were cut off may be gone; one that ran in them may have run without a
trace and run again. docs/protocol.md, "What this does not promise".
"""
import re

from stack import EVERY_S, NAMESPACE, QUEUES, tag

# How the jobs of each kind may end. A toxic job may be killed by us in both its attempts.
ENDS = {
    "effect": ("succeeded",), "once": ("succeeded",), "parent": ("succeeded",),
    "tenant": ("succeeded",),
    "beat": ("succeeded",), "child": ("succeeded",),
    "victim": ("succeeded", "cancelled"),
    "answers": ("succeeded", "failed crashed", "failed timeout"),
    "crashes": ("failed crashed", "failed timeout"),
    "overtime": ("failed timeout", "failed crashed"),
}
ENDED = ("succeeded", "failed", "cancelled", "expired")
LINGER_MS = 3000  # between a run and the end of it on the broker, when lines are broken
SWEEP_MS = 2000  # until a worker, perhaps stopped for a while, ends what a job left behind
NAMED_MOST = 20  # lines of one kind

# Keys without a life that a queue, or the namespace, keeps.
LASTING = {f"{tag(queue)}:{key}" for queue in QUEUES
           for key in ("meta", "fired", "failed", "ended", "wake", "limits")}
LASTING |= {f"{{{NAMESPACE}}}:{key}" for key in (
    "queues", "tasks", "proto", "workers", "schedules", "schedules:rev", "schedules:planned",
    "schedules:last", *(f"fires:{name}" for name in EVERY_S))}


def in_window(facts, begin, end):
    return any(begin <= until and since <= end for since, until in facts.windows)


def kind_of(facts, job):
    if job in facts.accepted:
        return facts.accepted[job].kind
    if job.startswith("beat."):
        return "beat"
    return "child"


def lost_jobs(facts):
    for job, accept in facts.accepted.items():
        if facts.records[job].state == "NOTFOUND" and not in_window(facts, accept.sent,
                                                                     accept.acked):
            yield f"lost: {job} ({accept.kind}), acknowledged at {accept.acked}, has no record"


def unended_jobs(facts):
    for job, record in facts.records.items():
        if record.state != "NOTFOUND" and record.state not in ENDED:
            yield f"stuck: {job} is {record.state}"


def wrong_ends(facts):
    for job, record in facts.records.items():
        kind = kind_of(facts, job)
        if record.state in ENDED and record.end not in ENDS[kind]:
            yield (f"wrong end: {job} ({kind}) is {record.end} after {record.attempts} attempts"
                   f" and {record.deaths} deaths")


def missing_effects(facts):
    for job, record in facts.records.items():
        if (record.state == "succeeded" and kind_of(facts, job) not in ("answers",)
                and not facts.events(job, "effect")):
            yield f"succeeded without an effect: {job}"


def repeated_effects(facts):
    """Every run counts as an attempt or a death, unless its count was cut off."""
    for job, record in facts.records.items():
        effects = [event for event in facts.events(job, "effect")
                   if not in_window(facts, event.ms, event.ms + LINGER_MS)]
        if record.state in ENDED and len(effects) > record.attempts + record.deaths:
            yield (f"double effect: {job} at {', '.join(str(event.ms) for event in effects)},"
                   f" but {record.attempts} attempts and {record.deaths} deaths")


def effects_not_once(facts):
    """The promise of the database's helper; no window excuses it."""
    for job, record in facts.records.items():
        if kind_of(facts, job) != "once":
            continue
        rows = facts.once.get(job, 0)
        if rows > 1:
            yield f"double effect: {job} has {rows} rows, exactly once was promised"
        elif rows == 0 and record.state == "succeeded":
            yield f"succeeded without its row: {job}"


def jobs_of_nobody(facts):
    parents = {event.id for event in facts.runs}
    for job in facts.by_job:
        if job in facts.accepted or job.startswith("beat."):
            continue
        of = {event.more for event in facts.events(job, "effect")}
        if not of <= parents:
            yield f"ran, but nobody made it: {job}"


def follow_ups(facts):
    children = {}
    for event in facts.runs:
        if event.verb == "effect" and event.more != "-":
            children.setdefault(event.more, set()).add(event.id)
    for job, accept in facts.accepted.items():
        if accept.kind != "parent" or facts.records[job].state != "succeeded":
            continue
        made = children.get(job, set())
        if len(made) != 1:
            yield f"parent {job} has {len(made)} follow-ups: {' '.join(sorted(made))}"


def cancelled_jobs(facts):
    """What was answered "cancelled" stays so and never starts."""
    for cancel in facts.cancels:
        record = facts.records.get(cancel.id)
        if cancel.state != "cancelled" or in_window(facts, cancel.sent, cancel.acked):
            continue
        if record and record.state not in ("cancelled", "NOTFOUND"):
            yield f"cancelled, but it is {record.state}: {cancel.id}"
        late = [event.ms for event in facts.events(cancel.id, "start")
                if event.ms > cancel.acked]
        if late and not in_window(facts, cancel.sent, max(late)):
            yield f"started at {late[0]}, cancelled at {cancel.acked}: {cancel.id}"


def totals(facts):
    """Enqueued = ended, as many records as were enqueued, and no room taken by live ones."""
    for queue, meta in facts.totals.items():
        enqueued = int(meta.get("enqueued", 0))
        ended = sum(int(meta.get(state, 0)) for state in ENDED)
        if ended != enqueued:
            yield f"queue {queue}: {enqueued} enqueued, {ended} ended"
        records = sum(job.startswith(f"{queue}.") and record.state != "NOTFOUND"
                      for job, record in facts.records.items())
        if records != enqueued:
            yield f"queue {queue}: {enqueued} enqueued, {records} records"
        for figure in ("jobs", "bytes"):
            if int(meta.get(figure, 0)):
                yield f"queue {queue}: {figure} is {meta[figure]}, and nothing is there"


def planned_times(facts):
    """A job's name is its schedule and planned time; a second firing would be a second run of
    that name, or a record more than names: other checks see these."""
    for job in facts.records:
        if not job.startswith("beat."):
            continue
        match = re.fullmatch(r"beat\.(\w+)-(\d+)", job)
        if not match or int(match[2]) % EVERY_S.get(match[1], 1 << 40):
            yield f"{job} is of no planned time"


def left_keys(facts):
    for key, entries in facts.lengths.items():
        if entries:
            yield f"left: {key} has {entries} entries"
    for name, kind, has_life in facts.keys:
        if not has_life and name not in LASTING and name not in facts.lengths:
            yield f"left: key {name} ({kind}) has neither life nor owner"


def fsck_findings(facts):
    for finding in facts.findings:
        yield f"fsck: {finding}"


def is_stated_limit(facts, pid):
    """Left by a toxic job whose worker was killed with -9 while it forked, or before it was
    ended."""
    killed = {fault.detail: fault.begin for fault in facts.faults if fault.kind == "kill worker"}
    return any(event.verb == "spawn" and event.pid == pid
               and abs(killed.get(event.more, 0) - event.ms) < SWEEP_MS for event in facts.runs)


def orphans(facts):
    for pid, line in facts.processes:
        if not is_stated_limit(facts, pid):
            yield f"orphan: process {pid} is left: {line}"


CHECKS = (lost_jobs, unended_jobs, wrong_ends, missing_effects, repeated_effects,
          effects_not_once, jobs_of_nobody, follow_ups, cancelled_jobs, totals, planned_times,
          left_keys, fsck_findings, orphans)


def judge(facts):
    """Lines that say what is wrong, none when nothing is."""
    wrong = []
    for check in CHECKS:
        found = list(check(facts))
        wrong += found[:NAMED_MOST]
        if len(found) > NAMED_MOST:
            wrong.append(f"... and {len(found) - NAMED_MOST} more like this ({check.__name__})")
    return wrong


def figures(facts):
    """What to tell beside the verdict."""
    gone = [job for job in facts.accepted if facts.records[job].state == "NOTFOUND"]
    effects = [facts.events(job, "effect") for job in facts.by_job]
    return {
        "jobs acknowledged": len(facts.accepted),
        "gone with a cut tail": len(gone),
        "follow-ups and planned times": len(facts.records) - len(facts.accepted),
        "effects": sum(map(len, effects)),
        "effects repeated": sum(len(each) - 1 for each in effects if each),
        "processes left by a killed worker": sum(is_stated_limit(facts, pid)
                                                 for pid, _ in facts.processes),
    }
