"""The verdict of a chaos run of beats can fail: what is planted is named."""
import random
import unittest

from beats_plan import Plan, Schedule
from beats_verdict import Life, judge, missing

BEGIN, END = 1_769_817_600, 1_769_817_660


class BeatsVerdict(unittest.TestCase):
    def setUp(self):
        self.plan = Plan(random.Random(1), BEGIN)
        self.lives = {name: [Life(each, (BEGIN, BEGIN + 2), (END, END + 3), late_s=0)]
                      for name, each in self.plan.schedules.items()}
        self.effects = [f"beat.{name}-{t}" for name, each in self.plan.schedules.items()
                        for t in each.due(BEGIN + 3, END - 1)]

    def judge(self):
        return judge(self.lives, self.effects)

    def test_what_fits_is_no_fault(self):
        self.assertEqual(len(self.plan.schedules), 200)
        self.assertGreater(len(self.effects), 500)
        self.assertEqual(self.judge(), [])
        self.effects.append(next(f"beat.{name}-{t}" for name, each in self.plan.schedules.items()
                                 for t in each.due(BEGIN + 1, BEGIN + 2)))
        self.assertEqual(self.judge(), [], "between asked and answered it may fire")

    def test_a_time_without_a_job_is_named(self):
        name, second = self.effects.pop().removeprefix("beat.").rsplit("-", 1)
        self.assertEqual(self.judge(), [f"{name}: nothing was made for {second}"])
        self.assertEqual(missing(self.lives, self.effects), [(name, int(second))])

    def test_a_time_with_two_jobs_is_named(self):
        self.effects.append(self.effects[0])
        name, second = self.effects[0].removeprefix("beat.").rsplit("-", 1)
        self.assertEqual(self.judge(), [f"{name}: 2 jobs ran for {second}"])

    def test_a_job_for_no_planned_time_is_named(self):
        every = self.plan.schedules["every0"]
        second = next(t for t in range(BEGIN + 3, END) if not every.is_due(t))
        for t in (second, BEGIN - 900 * every.every, END + 900 * every.every):
            self.effects.append(f"beat.every0-{t}")
            self.assertEqual(self.judge(),
                             [f"every0: a job was made for {t}, which was not to be fired"])
            self.effects.pop()
        self.effects.append("beat.nobody-5")
        self.assertEqual(self.judge(),
                         ["nobody: a job was made for 5, which was not to be fired"])

    def test_what_was_paused_must_be_silent(self):
        every = self.plan.schedules["every0"]
        asked = min(every.due(BEGIN + 30, END)) - 1
        self.lives["every0"] = [Life(every, (BEGIN, BEGIN + 2), (asked - 1, asked)),
                                Life(every, (END - 5, END - 5), (END, END))]
        silent = every.due(asked + 1, END - 6)
        self.assertGreater(len(silent), 0)
        self.assertEqual(self.judge(), [
            f"every0: a job was made for {t}, which was not to be fired" for t in sorted(silent)])

    def test_what_was_late_at_a_pause_may_be_passed_over(self):
        every = self.plan.schedules["every0"]
        late = max(every.due(BEGIN, END - 1))
        self.effects.remove(f"beat.every0-{late}")
        self.assertEqual(self.judge(), [f"every0: nothing was made for {late}"])
        self.lives["every0"][0].late_s = 15
        self.assertEqual(self.judge(), [])

    def test_clocks_of_zones_count(self):
        kathmandu = Schedule("k", "", seconds=(0,), minutes=2, zone="Asia/Kathmandu")
        self.assertEqual(kathmandu.due(BEGIN, BEGIN + 119), {BEGIN + 60})  # 05:46 there


if __name__ == "__main__":
    unittest.main()
