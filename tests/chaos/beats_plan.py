"""beats_plan.py - 200 schedules, and when each is due: worked out here, with Python's zones.

    p = Plan(random)
    p.text()                       schedule.conf
    p.schedules["every7"].due(from_s, until_s)
"""
import dataclasses
import datetime
import functools
import zoneinfo

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe",
         "Pacific/Chatham")
KINDS = (("every", 90), ("second", 70), ("minute", 25), ("once", 15))
# Shorter than the pause in which a beat may have no job done: the mark must remember, no record.
FORGET = "result-ttl = 1s\n"

ENTRY = """[schedule {name}]
task = chaos.effect
args = {{"how": "plain"}}
queue = beat
catch-up = all
catch-up-max = 1000
{when}
"""


@dataclasses.dataclass(frozen=True)
class Schedule:
    name: str
    when: str            # lines of the file
    every: int = 0       # seconds
    seconds: tuple = ()  # of a minute
    minutes: int = 0     # each nth of the hour, on the clocks of zone
    zone: str = "UTC"
    at: int = 0          # once

    def due(self, from_s, until_s):
        """The planned times in [from_s, until_s]."""
        return {t for t in range(from_s, until_s + 1) if self.is_due(t)}

    def is_due(self, t):
        if self.at:
            return t == self.at
        if self.every:
            return t % self.every == 0
        return t % 60 in self.seconds and minute_of(self.zone, t // 60) % (self.minutes or 1) == 0


@functools.cache
def minute_of(zone, minute):
    return datetime.datetime.fromtimestamp(minute * 60, zoneinfo.ZoneInfo(zone)).minute


def every(random, name):
    n = random.randint(2, 15)
    return Schedule(name, f"every = {n}s", every=n)


def second(random, name):
    """With seconds in front, in some zone."""
    zone = random.choice(ZONES)
    if random.random() < 0.5:
        step = random.choice((5, 10, 15, 20))
        text, seconds = f"*/{step}", tuple(range(0, 60, step))
    else:
        seconds = tuple(sorted(random.sample(range(60), random.randint(1, 6))))
        text = ",".join(map(str, seconds))
    return Schedule(name, f"cron = {text} * * * * *\nzone = {zone}", seconds=seconds, zone=zone)


def minute(random, name):
    zone = random.choice(ZONES)
    n, at = random.choice((1, 2, 3, 5)), random.randrange(60)
    return Schedule(name, f"cron = {at} */{n} * * * ?\nzone = {zone}", seconds=(at,), minutes=n,
                    zone=zone)


def once(random, name, now_s):
    at = now_s + random.randint(5, 25)
    text = datetime.datetime.fromtimestamp(at, datetime.timezone.utc).isoformat()
    return Schedule(name, f"at = {text}", at=at)


class Plan:
    def __init__(self, random, now_s):
        self.random = random
        self.schedules = {}
        makers = {"every": every, "second": second, "minute": minute,
                  "once": functools.partial(once, now_s=now_s)}
        for kind, count in KINDS:
            for n in range(count):
                self.add(makers[kind](random, f"{kind}{n}"))

    def add(self, schedule):
        """A third starts its jobs a little later, a third has jobs that are soon forgotten."""
        extra = self.random.choice(("", "jitter = 2s\n", FORGET))
        self.schedules[schedule.name] = dataclasses.replace(
            schedule, when=schedule.when + "\n" + extra)

    def text(self):
        return "\n".join(ENTRY.format(name=each.name, when=each.when)
                         for each in self.schedules.values())
