"""ledger.py - what is known of a chaos run without asking Redis.

Files of one folder, one line per event, times in ms of the wall clock:

    made.*    accept SENT ACKED ID KIND, cancel SENT ACKED ID STATE   (the producers)
    runs      start, effect, end, spawn                               (chaos_worker.c)
    faults    BEGIN END KIND DETAIL                                   (this module)
"""
import collections
import dataclasses
import os
import time

TAIL_BYTES = 8192


def now_ms():
    return int(time.time() * 1000)


@dataclasses.dataclass(frozen=True)
class Accept:
    sent: int
    acked: int
    kind: str


@dataclasses.dataclass(frozen=True)
class Cancel:
    sent: int
    acked: int
    id: str
    state: str


@dataclasses.dataclass(frozen=True)
class Event:
    """A line of a task: more is the worker's pid, or the parent job of an effect."""
    verb: str
    ms: int
    id: str
    pid: int
    more: str


@dataclasses.dataclass
class Fault:
    begin: int
    end: int  # 0: still going on
    kind: str
    detail: str
    phase: str

    def overlaps(self, begin, end):
        return self.begin <= end and begin <= (self.end or end)


class Faults:
    """What was done to the stack, in the order it began."""

    def __init__(self, path):
        self.path = path
        self.list = []
        self.phase = ""

    def begin(self, kind, detail=""):
        fault = Fault(now_ms(), 0, kind, str(detail), self.phase)
        self.list.append(fault)
        return fault

    def end(self, fault):
        fault.end = now_ms()
        with open(self.path, "a") as file:
            print(fault.begin, fault.end, fault.phase, fault.kind, fault.detail, file=file)

    def happened(self, kind, detail=""):
        fault = self.begin(kind, detail)
        self.end(fault)
        return fault

    def of(self, *kinds):
        return [fault for fault in self.list if fault.kind in kinds]

    def counts(self):
        return collections.Counter(fault.kind for fault in self.list)


class Ledger:
    """Where the files are, and what they say."""

    def __init__(self, folder):
        self.folder = folder
        self.runs_path = folder / "runs"
        self.runs_path.touch()
        self.faults = Faults(folder / "faults")

    def made_path(self, producer):
        return self.folder / f"made.{producer}"

    def _made(self):
        for path in sorted(self.folder.glob("made.*")):
            for line in path.read_text().splitlines():
                yield line.split()

    def accepted(self):
        """id -> Accept, of the first acknowledgement."""
        found = {}
        for verb, sent, acked, name, kind in self._made():
            if verb == "accept":
                found.setdefault(name, Accept(int(sent), int(acked), kind))
        return found

    def cancels(self):
        return [Cancel(int(sent), int(acked), name, state)
                for verb, sent, acked, name, state in self._made() if verb == "cancel"]

    def busy(self):
        """The executors that were in a run a moment ago."""
        with open(self.runs_path, "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            lines = file.read().decode().splitlines()[1:]
        last = {line.split()[3]: line.split()[0] for line in lines}
        return {int(pid) for pid, verb in last.items() if verb == "start"}

    def runs(self):
        events = []
        for line in self.runs_path.read_text().splitlines():
            verb, ms, name, pid, *more = line.split()
            events.append(Event(verb, int(ms), name, int(pid), more[0] if more else "-"))
        return events
