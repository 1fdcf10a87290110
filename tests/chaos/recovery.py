"""recovery.py - how long a job was without a run after its executor or worker was killed.

Measured between a kill and the next start of the job it interrupted, both in the ledger,
in the phases in which nothing else is done to the stack. Includes the retry's delay and
the time in line. Not measured: toxic jobs, which are killed at their limits too, jobs that
wait for a slot of a limit, and jobs that had ended when a cut tail brought them back.
"""
import bisect
import statistics

NOT_MEASURED = ("answers", "crashes", "overtime", "once", "tenant")
RETRY_MS = 20  # of the producers' jobs
EXECUTOR_BOUND_MS = 1000 + RETRY_MS
WORKER_BOUND_MS = 2000  # and the lease


class Interrupted:
    """Which runs were under way when a process was killed."""

    def __init__(self, facts):
        self.by_pid, self.by_worker, self.starts = {}, {}, {}
        self.windows = facts.windows
        for event in facts.runs:
            if event.id in facts.accepted and facts.accepted[event.id].kind in NOT_MEASURED:
                continue
            if event.verb in ("start", "end"):
                self.by_pid.setdefault(event.pid, []).append(event)
            if event.verb == "start":
                self.by_worker.setdefault(event.more, set()).add(event.pid)
                self.starts.setdefault(event.id, []).append(event)

    def job_of(self, pid, ms):
        """The run that pid was in at that time, None between runs."""
        events = self.by_pid.get(pid, [])
        at = bisect.bisect_right(events, ms, key=lambda event: event.ms)
        last = events[at - 1] if at else None
        return last if last and last.verb == "start" else None

    def pids(self, fault):
        if fault.kind == "kill executor":
            return [int(fault.detail)]
        return self.by_worker.get(fault.detail, ())

    def gaps(self, fault):
        """(ms until the next start, id) of each job that the kill interrupted."""
        for pid in self.pids(fault):
            run = self.job_of(pid, fault.begin)
            if run is None:
                continue
            starts = [event.ms for event in self.starts[run.id] if event is not run]
            later = min((ms for ms in starts if ms >= fault.begin), default=None)
            has_moved_on = any(run.ms <= ms < fault.begin for ms in starts)
            if later is not None and not has_moved_on and not any(
                    fault.begin <= end and begin <= later for begin, end in self.windows):
                yield later - fault.begin, run.id


def measure(facts, kind, phase):
    """Sorted (ms, id) of all jobs interrupted by this kind of kill in this phase."""
    interrupted = Interrupted(facts)
    return sorted(gap for fault in facts.faults if fault.kind == kind and fault.phase == phase
                  for gap in interrupted.gaps(fault))


def report(facts, lease_ms):
    """(lines to print, what is wrong)."""
    lines, wrong = [], []
    bounds = {"kill executor": ("executors", EXECUTOR_BOUND_MS),
              "kill worker": ("workers", lease_ms + WORKER_BOUND_MS)}
    for kind, (phase, bound) in bounds.items():
        for where in (phase, "storm"):
            gaps = measure(facts, kind, where)
            if gaps:
                p50 = statistics.median(ms for ms, _ in gaps)
                lines.append(f"{kind}, {where}: a job runs again after {p50:.0f} ms (p50), "
                             f"{gaps[-1][0]} ms (max), of {len(gaps)}; bound {bound} ms"
                             f"{' without other faults' if where == 'storm' else ''}")
            if where == phase:
                wrong += [f"slow recovery: {job} ran again {ms} ms after a {kind},"
                          f" bound {bound} ms" for ms, job in gaps if ms > bound]
    return lines, wrong
