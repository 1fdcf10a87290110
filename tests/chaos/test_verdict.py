"""The verdict of a chaos run can fail: what is planted is named."""
import dataclasses
import os
import signal
import subprocess
import sys

import case
import facts as facts_module
import recovery
import servers
import verdict
from ledger import Accept, Event, Fault, Ledger, now_ms
from stack import Stack, tag

LEASE_MS = 200
TAG = tag("default")
SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]


def simple_facts(**given):
    """The facts of a run in which nothing happened, but for what is given."""
    nothing = dict(accepted={}, cancels=[], runs=[], faults=[], records={}, totals={}, keys=[],
                   lengths={}, findings=[], processes=[], once={})
    return facts_module.Facts(**nothing | given)


class VerdictOfARun(case.Case):
    def start(self):
        self.ledger = Ledger(self.folder)
        stack = Stack(self.folder, self.ledger, seed=1, lease_ms=LEASE_MS)
        self.addCleanup(stack.end)
        return stack

    def run_calmly(self):
        """A run without faults, with a victim whose cancel came in time, and its end."""
        stack = self.start()
        self.wait_until(lambda: len(self.ledger.accepted()) > 300 and self.early_cancel()
                        and "beat.tick" in self.ledger.runs_path.read_text(), 30, "some jobs")
        self.assertEqual(stack.stop(stack.producers) + stack.stop(stack.beats), [])
        self.wait_until(stack.is_drained, 30, "the queues to drain")
        self.assertEqual(stack.stop([*stack.workers, "api"]), [])
        return stack

    def early_cancel(self):
        return next((each.id for each in self.ledger.cancels() if each.state == "cancelled"), None)

    def line(self, verb, job, pid=1, more="-"):
        with open(self.ledger.runs_path, "a") as file:
            print(verb, now_ms() + 1, job, pid, more, file=file)

    def orphan(self):
        env = dict(os.environ, CHAOS_RUNS=str(self.ledger.runs_path))
        process = subprocess.Popen(SLEEPER, env=env, preexec_fn=servers.die_with_parent)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process.pid

    def test_a_calm_run_is_clean_and_each_planted_fault_is_named(self):
        stack = self.run_calmly()
        facts = facts_module.gather(stack, self.ledger)
        self.assertEqual(verdict.judge(facts), [])
        effects = [job for job, each in facts.accepted.items() if each.kind == "effect"]
        once = next(job for job, each in facts.accepted.items() if each.kind == "once")
        lost, twice, unended, lasting = effects[:4]
        victim = self.early_cancel()

        stack.redis.cli("DEL", f"{TAG}:j:{lost.removeprefix('default.')}")
        self.line("effect", twice)
        stack.redis.cli("HSET", f"{TAG}:running", unended.removeprefix("default."), "nobody:1")
        stack.redis.cli("PERSIST", f"{TAG}:j:{lasting.removeprefix('default.')}")
        stack.redis.cli("ZADD", f"{TAG}:leases", "1", "nobody")
        stack.redis.cli("SET", f"{TAG}:thing", "1")
        stack.postgres.psql(f"INSERT INTO chaos_effect VALUES ('{once}')")
        stack.redis.cli("COPY", f"{TAG}:j:{twice.removeprefix('default.')}",
                        f"{tag('beat')}:j:slow-1000000001")
        self.line("start", victim)
        self.line("effect", "default.nobody", more="default.none")
        pid = self.orphan()
        self.wait_until(lambda: facts_module.processes(str(self.ledger.runs_path)), 10, "it")

        found = "\n".join(verdict.judge(facts_module.gather(stack, self.ledger)))
        for expected in (
                f"lost: {lost}", f"double effect: {twice}", unended, lasting, victim,
                f"double effect: {once} has 2 rows", "cancelled at",
                f"left: {TAG}:leases has 1", f"left: key {TAG}:thing",
                f"left: {TAG}:running has 1", "beat.slow-1000000001 is of no planned time",
                "ran, but nobody made it: default.nobody",
                f"orphan: process {pid} is left", "queue beat:", "queue default:", "fsck:"):
            self.assertIn(expected, found)

    def test_a_program_that_ends_by_itself_is_named(self):
        stack = self.start()
        pid = stack.pid("beat1")
        os.kill(pid, signal.SIGKILL)
        self.wait_until(lambda: not stack.programs["beat1"].running, 10, "it to end")
        stack.notice_surprises()
        self.assertEqual(stack.surprises, [f"beat1 (pid {pid}) ended by itself with -9"])
        self.assertTrue(stack.programs["beat1"].running)


class VerdictOfFacts(case.Case):
    done = facts_module.Record("succeeded", "-", 1, 0)
    cut = Fault(1000, 3200, "cut aof", "", "storm")

    def test_only_what_was_acknowledged_in_a_cut_tail_may_be_gone(self):
        gone = facts_module.Record("NOTFOUND")
        facts = simple_facts(
            accepted={"q.in": Accept(1500, 1600, "effect"), "q.early": Accept(900, 999, "effect"),
                      "q.late": Accept(3300, 3400, "effect")},
            records={"q.in": gone, "q.early": gone, "q.late": gone}, faults=[self.cut])
        self.assertEqual([line.split()[1] for line in verdict.lost_jobs(facts)],
                         ["q.early", "q.late"])

    def test_only_runs_in_a_cut_tail_may_leave_an_effect_more(self):
        def runs(job, *times):
            return [Event("effect", ms, job, 1, "-") for ms in times]
        facts = simple_facts(
            runs=runs("q.in", 1500, 4000) + runs("q.late", 3300, 9000), faults=[self.cut],
            records={"q.in": self.done, "q.late": self.done},
            accepted={"q.in": Accept(1, 2, "effect"), "q.late": Accept(1, 2, "effect")})
        self.assertEqual([line.split()[2] for line in verdict.repeated_effects(facts)],
                         ["q.late"])

    def test_rows_that_were_promised_once_have_no_excuse(self):
        facts = simple_facts(
            accepted={job: Accept(1500, 1600, "once") for job in ("q.one", "q.two", "q.none")},
            records=dict.fromkeys(("q.one", "q.two", "q.none"), self.done), faults=[self.cut])
        facts = dataclasses.replace(facts, once={"q.one": 1, "q.two": 2})
        self.assertEqual(list(verdict.effects_not_once(facts)),
                         ["double effect: q.two has 2 rows, exactly once was promised",
                          "succeeded without its row: q.none"])

    def test_each_kind_of_job_ends_in_its_way(self):
        failed = facts_module.Record("failed", "error", 1, 0)
        facts = simple_facts(accepted={"q.a": Accept(1, 2, "effect"), "q.b": Accept(1, 2, "once")},
                             records={"q.a": failed, "q.b": facts_module.Record("running")})
        self.assertIn("wrong end: q.a (effect) is failed error after 1", verdict.judge(facts)[1])
        self.assertIn("stuck: q.b is running", verdict.judge(facts)[0])

    def test_a_parent_has_one_follow_up(self):
        facts = simple_facts(
            accepted={job: Accept(1, 2, "parent") for job in ("q.a", "q.b")},
            records=dict.fromkeys(("q.a", "q.b", "q.c", "q.d"), self.done),
            runs=[Event("effect", 5, "q.c", 1, "q.a"), Event("effect", 5, "q.d", 1, "q.a")])
        self.assertEqual(list(verdict.follow_ups(facts)),
                         ["parent q.a has 2 follow-ups: q.c q.d", "parent q.b has 0 follow-ups: "])

    def test_processes_of_a_killed_worker_are_a_stated_limit_and_no_others(self):
        facts = simple_facts(
            runs=[Event("spawn", 9000, "q.a", 71, "40"), Event("spawn", 9000, "q.b", 72, "41"),
                  Event("spawn", 9010, "q.a", 75, "40"),
                  Event("spawn", 1000, "q.c", 74, "40")],
            faults=[Fault(9006, 9007, "kill worker", "40", "storm")],
            processes=[(71, "x"), (72, "y"), (73, "z"), (74, "long before"), (75, "y")])
        self.assertEqual([line.split()[2] for line in verdict.orphans(facts)], ["72", "73", "74"])

    def test_a_slow_recovery_is_named(self):
        kill = Fault(1000, 1000, "kill executor", "50", "executors")
        runs = [Event("start", 900, "q.a", 50, "40"), Event("start", 2500, "q.a", 51, "40"),
                Event("start", 900, "q.b", 51, "40"), Event("end", 950, "q.b", 51, "-")]
        lines, wrong = recovery.report(simple_facts(runs=runs, faults=[kill]), LEASE_MS)
        self.assertIn("1500 ms (max), of 1;", lines[0])
        self.assertEqual(wrong, ["slow recovery: q.a ran again 1500 ms after a kill executor,"
                                 " bound 1020 ms"])

    def test_what_no_kill_interrupted_is_no_recovery(self):
        kill = Fault(1000, 1000, "kill worker", "40", "workers")
        cut = Fault(8000, 9500, "cut aof", "", "storm")
        runs = [Event("start", 900, "q.toxic", 50, "40"), Event("start", 5000, "q.toxic", 60, "41"),
                Event("start", 900, "q.moved", 51, "40"), Event("start", 950, "q.moved", 61, "41"),
                Event("start", 5000, "q.moved", 62, "41"),
                Event("start", 900, "q.back", 52, "40"), Event("start", 9900, "q.back", 63, "41")]
        lines, wrong = recovery.report(simple_facts(
            accepted={"q.toxic": Accept(1, 2, "overtime")}, runs=runs, faults=[kill, cut]),
            LEASE_MS)
        self.assertEqual((lines, wrong), ([], []))


if __name__ == "__main__":
    case.main()
