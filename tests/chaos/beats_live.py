"""beats_live.py - schedules that are added, changed, paused, resumed and removed while beats die.

Each through the command line, when Redis is there: a refusal is a fault. Lives (beats_verdict.py)
say from when to when a schedule was to fire, and by which definition.
"""
import time

import servers
from beats_plan import every
from beats_verdict import Life

LIVE_MOST = 20
JOB = ("--task", "chaos.effect", "--queue", "beat", "how=plain")
CATCH_UP = ("--catch-up", "all", "--catch-up-max", "1000")


class Live:
    def __init__(self, stack, random, lives):
        self.stack, self.random, self.lives = stack, random, lives
        self.env = dict(stack.env, QUERN_BROKER_URL=stack.redis.url)
        self.made = 0
        self.paused = set()

    def ask(self, *words):
        """(asked, answered)"""
        asked = time.time()
        done = servers.run("quern", "schedule", *words, env=self.env)
        if done.returncode != 0:
            raise AssertionError(f"quern schedule {' '.join(words)}: {done.stderr}")
        return asked, time.time()

    def ours(self):
        """Those that were added here and are there."""
        return [name for name, each in self.lives.items()
                if name.startswith("live") and (each[-1].end is None or name in self.paused)]

    def add(self):
        if len(self.ours()) >= LIVE_MOST:
            self.remove()
        gone = [name for name in self.lives
                if name.startswith("live") and name not in self.ours()]
        name = self.random.choice(gone) if gone and self.random.random() < 0.5 else None
        if name is None:
            name = f"live{self.made}"
            self.made += 1
        schedule = every(self.random, name)
        when = self.ask("add", name, "--every", f"{schedule.every}s", *CATCH_UP, *JOB)
        self.lives.setdefault(name, []).append(Life(schedule, when))

    def remove(self):
        names = self.ours()
        if names:
            name = self.random.choice(names)
            self.end(name, self.ask("remove", name, "--yes"))
            self.paused.discard(name)

    def change(self):
        names = [name for name in self.ours() if name not in self.paused]
        if not names:
            return
        name = self.random.choice(names)
        schedule = every(self.random, name)
        if schedule.every != self.lives[name][-1].schedule.every:
            when = self.ask("change", name, "--every", f"{schedule.every}s")
            self.end(name, when)
            self.lives[name].append(Life(schedule, when))

    def pause(self):
        """Those of the file too."""
        name = self.random.choice([name for name, each in self.lives.items()
                                   if each[-1].end is None])
        self.end(name, self.ask("pause", name))
        self.paused.add(name)

    def resume(self):
        if self.paused:
            name = self.random.choice(sorted(self.paused))
            self.paused.discard(name)
            schedule = self.lives[name][-1].schedule
            self.lives[name].append(Life(schedule, self.ask("resume", name)))

    def end(self, name, when):
        if self.lives[name][-1].end is None:
            self.lives[name][-1].end = when
