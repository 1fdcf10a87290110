"""beats_verdict.py - what must have been fired, what may, and what was.

A schedule has lives: from when it was defined or resumed until it was changed, paused or removed,
or the run ended. What was asked at one moment and answered at another is done somewhere between:
planned times in there may be fired or not. All others in a life must have made one job; outside of
lives none.
"""
import collections
import dataclasses
import math

# Who stands still may be this far behind: what was late when its schedule was paused or removed
# is passed over.
LATE_S = 15


@dataclasses.dataclass
class Life:
    """In Unix seconds; begin and end as (asked, answered), end None: it goes on."""
    schedule: object
    begin: tuple
    end: tuple = None
    late_s: int = LATE_S

    def must(self):
        return self.schedule.due(math.floor(self.begin[1]) + 1,
                                 math.ceil(self.end[0]) - 1 - self.late_s)

    def may(self):
        return self.schedule.due(math.floor(self.begin[0]), math.ceil(self.end[1]))


def end_all(lives, asked, answered):
    """The end of the run: whatever is late then is waited for."""
    for life in (life for each in lives.values() for life in each if life.end is None):
        life.end, life.late_s = (asked, answered), 0


def fired(effects):
    """Schedule -> Counter of planned times, from the ids of jobs that had their effect."""
    found = collections.defaultdict(collections.Counter)
    for job in effects:
        name, second = job.removeprefix("beat.").rsplit("-", 1)
        found[name][int(second)] += 1
    return found


def missing(lives, effects):
    """(schedule, planned time) of what must be there and is not yet."""
    found = fired(effects)
    return sorted({(name, t) for name, each in lives.items() for life in each
                   for t in life.must() - set(found[name])})


def judge(lives, effects):
    """What is wrong, a line each."""
    found = fired(effects)
    wrong = [f"{name}: nothing was made for {t}" for name, t in missing(lives, effects)]
    for name, times in sorted(found.items()):
        may = {t for life in lives.get(name, []) for t in life.may()}
        wrong += [f"{name}: {n} jobs ran for {t}" for t, n in sorted(times.items()) if n > 1]
        wrong += [f"{name}: a job was made for {t}, which was not to be fired"
                  for t in sorted(set(times) - may)]
    return wrong
