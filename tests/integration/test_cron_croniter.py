"""Random expressions beside croniter, a second implementation, where the rules of both agree.

They do in UTC; without *-steps beside a restricted day field (croniter takes these as "either");
with L, d#k and dL only where the other day field is a star; without nW, LW, L-n, which it does not
know. Seconds stand last there, 5L is L5, and there is no ?.
"""
import datetime
import os
import random
import subprocess
import sys
import unittest

import servers

# Of Debian, for a python3 that is not Debian's.
sys.path.append("/usr/lib/python3/dist-packages")
import croniter  # noqa: E402

SEED = 20260630
EXPRESSIONS = 3000
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


class Maker:
    def __init__(self, seed):
        self.dice = random.Random(seed)

    def value(self, n, names, least):
        return names[n - least] if names and self.dice.random() < 0.3 else str(n)

    def item(self, least, most, names=()):
        first = self.dice.randint(least, most)
        last = self.dice.randint(first, most)
        kind = self.dice.randrange(4)
        if kind == 0 and last > first:
            return f"{self.value(first, names, least)}-{self.value(last, names, least)}"
        if kind == 1 and last > first:
            return f"{first}-{last}/{self.dice.randint(1, last - first)}"
        return self.value(first, names, least)

    def field(self, least, most, names=(), star=0.3, steps=True):
        if self.dice.random() < star:
            if steps and self.dice.random() < 0.5:
                return f"*/{self.dice.randint(1, (most - least) // 2)}"
            return "*"
        items = self.dice.choice((1, 1, 2, 3))
        return ",".join(self.item(least, most, names) for _ in range(items))

    def days(self):
        """Day of month and day of week, and the latter as croniter has it."""
        day = self.dice.choice(("*", "?", "L", self.field(1, 31, steps=False),
                                self.field(1, 31, steps=False)))
        weekday = theirs = self.field(0, 6, DAYS, star=0.5, steps=False)
        if day == "L":
            weekday = theirs = "*"
        elif day in "*?" and self.dice.random() < 0.3:
            n, k = self.dice.randint(0, 6), self.dice.randint(1, 5)
            weekday, theirs = self.dice.choice(
                ((f"{n}#{k}", f"{n}#{k}"), (f"{DAYS[n]}#{k}", f"{n}#{k}"), (f"{n}L", f"L{n}")))
        return day, weekday, theirs

    def expression(self):
        """Ours, and the same for croniter."""
        second = self.field(0, 59) if self.dice.random() < 0.3 else ""
        minute, hour = self.field(0, 59), self.field(0, 23)
        month = self.field(1, 12, MONTHS, star=0.7)
        day, weekday, theirs = self.days()
        ours = f"{second} {minute} {hour} {day} {month} {weekday}".strip()
        return ours, f"{minute} {hour} {day} {month} {theirs} {second}".strip().replace("?", "*")

    def after(self):
        return datetime.datetime.fromtimestamp(self.dice.randint(946_684_800, 4_102_444_800),
                                               datetime.timezone.utc)


def is_star_to_them(expression):
    """A day field that lists all values is restricted to us, and a star to croniter."""
    fields = expression.split()
    expanded, _ = croniter.croniter.expand(expression)
    return any(fields[n] != "*" and expanded[n] == ["*"] for n in (2, 4))


def theirs_of(expression, after):
    """None: there is no such date."""
    try:
        times = croniter.croniter(expression, after, max_years_between_matches=50)
        return [times.get_next(datetime.datetime).isoformat() for _ in range(3)]
    except croniter.CroniterBadDateError:
        return None


class Croniter(unittest.TestCase):
    def test_next_times_are_those_of_croniter(self):
        maker = Maker(SEED)
        rows = [(*maker.expression(), maker.after()) for _ in range(EXPRESSIONS)]
        lines = "".join(f"{ours}\tUTC\t{after.isoformat()}\n" for ours, _, after in rows)
        done = subprocess.run([servers.BIN / "quern", "cron", "next", "--batch", "-"], input=lines,
                              text=True, capture_output=True, timeout=60,
                              env=dict(os.environ, QUERN_CONFIG="/dev/null"))
        answers = [line.split("\t")[3] for line in done.stdout.splitlines()]
        self.assertEqual(len(answers), EXPRESSIONS)
        compared = 0
        for (ours, theirs, after), answer in zip(rows, answers):
            if is_star_to_them(theirs):
                continue
            wanted = theirs_of(theirs, after)
            if wanted is None:
                self.assertIn("no date of any year", answer, ours)
                continue
            self.assertEqual(answer.split(","), wanted, f"{ours} after {after.isoformat()}")
            compared += 1
        self.assertGreater(compared, EXPRESSIONS * 9 // 10)


if __name__ == "__main__":
    unittest.main()
