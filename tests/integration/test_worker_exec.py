#!/usr/bin/env python3
"""Tasks that are programs, and what programs can do to their executor: it is contained and
named, nothing of them is left, and the worker goes on."""
import json
import os
import pathlib
import shutil
import signal
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import case  # noqa: E402
import servers  # noqa: E402
from worker_case import LONG, WorkerCase, children_of, is_over, open_files  # noqa: E402

PROGRAMS = HERE / "hostile_programs"
# The interpreter that runs this: one of PATH may be a script that starts another.
PATH = f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"


def processes_of(job):
    """What has the job's id in its environment, traced or not."""
    found = []
    for environ in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"QUERN_JOB_ID={job}\0".encode() in environ.read_bytes():
                found.append(environ.parent.name)
        except OSError:
            pass  # it ended, or is somebody else's
    return found


class ProgramCase(WorkerCase):
    def setUp(self):
        super().setUp()
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.env |= {"QUERN_TASK_PATH": str(PROGRAMS), "PATH": PATH,
                     "TMPDIR": str(self.temporary), "QUERN_CONCURRENCY": "1"}

    def tearDown(self):
        super().tearDown()
        self.assertEqual(list(self.temporary.iterdir()), [], "folders of runs are left")

    def run_task(self, task, state, cause="", args=None, **fields):
        job = self.put(task, args)
        return self.check_ended(job, state, cause, **fields)

    def executor(self):
        """Its pid, told by a program that it runs."""
        return json.loads(self.run_task("p.ok", "succeeded")["result"])["executor"]

    def log_of(self, job):
        return self.server.cli("GET", self.key("log:" + job.split(".")[1]))

    def check_gone(self, job, least=1):
        """All that the job started is over as soon as it has ended."""
        pids = self.runs_of(job)
        self.assertGreaterEqual(len(pids), least)
        self.assertEqual([pid for pid in pids if not is_over(pid)], [])
        self.assertEqual(processes_of(job), [])


class Answers(ProgramCase):
    def test_an_exit_code_is_an_answer(self):
        self.worker()
        for code, state in ((0, "succeeded"), (100, "failed"), (1, "failed"), (255, "failed")):
            with self.subTest(code=code):
                info = self.run_task("p.exit", state, "error" if code else "", {"code": code})
                self.assertEqual(info["error"],
                                 f"the program ended with exit code {code}" if code else "")

    def test_a_retry_comes_when_the_program_said_and_a_fail_never(self):
        self.worker("--max-attempts", "5")
        say = [{"error": "not yet"}, {"retry_ms": 86400000}]
        job = self.put("p.exit", {"code": 7, "say": say}, attempts=3)
        self.wait_until(lambda: self.seen(job)["state"] == "retrying", LONG, "its retry")
        self.assertIn("not yet", self.seen(job)["history"])
        due = float(self.server.cli("ZSCORE", self.key("retry"), job.split(".")[1]))
        self.assertGreater(due / 1000 - time.time(), 80000)
        job = self.put("p.exit", {"code": 100, "say": [{"error": "never"}]}, attempts=3)
        self.check_ended(job, "failed", "error", error="never", attempts=1)

    def test_rejected_is_rejected_whatever_the_exit_code(self):
        self.worker()
        for code in (0, 1, 100):
            self.run_task("p.exit", "failed", "rejected", error="n is odd",
                          args={"code": code, "say": [{"rejected": "n is odd"}]})

    def test_a_snooze_is_run_again_without_an_attempt(self):
        self.worker()
        job = self.put("p.exit", {"say": [{"snooze_ms": 86400000}]})
        self.wait_until(lambda: self.seen(job)["state"] == "scheduled", LONG, "its snooze")
        self.assertEqual(self.seen(job)["attempts"], 0)

    def test_a_program_that_cannot_be_started_says_why(self):
        self.worker()
        for task, why in (("p.no_interpreter", "cannot start ./no_interpreter: No such file or "
                           "directory (the program that its first line names is missing)"),
                          ("p.no_format", "cannot start ./no_format: Exec format error (its first "
                           "line is not #! and a program)")):
            self.run_task(task, "failed", "error", error=why)

    def test_a_program_that_is_no_longer_executable_is_tried_again(self):
        folder = self.folder / "programs"
        shutil.copytree(PROGRAMS, folder)
        self.env["QUERN_TASK_PATH"] = str(folder)
        self.worker()
        (folder / "no_format").chmod(0o644)
        self.run_task("p.no_format", "failed", "error",
                      error="cannot start ./no_format: Permission denied")


class Messages(ProgramCase):
    def test_garbage_ends_the_program_and_is_shown(self):
        self.worker()
        job = self.put("p.garbage")
        info = self.check_ended(job, "failed", "error")
        self.assertIn("the program was ended: it wrote a line to descriptor 3 that is no JSON "
                      "object: \\x00\ufffd no JSON (", info["error"])
        self.check_gone(job)

    def test_a_result_of_1_gib_ends_at_the_maximum(self):
        self.worker()
        executor = self.executor()
        job = self.put("p.large_result")
        info = self.check_ended(job, "failed", "error")
        self.assertIn("wrote a line of over 1114112 bytes to descriptor 3", info["error"])
        self.check_gone(job)
        self.assertEqual(self.executor(), executor)
        status = pathlib.Path(f"/proc/{executor}/status").read_text()
        peak = next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line)
        self.assertLess(peak, 200 * 1024, "kB")

    def test_messages_without_end_are_dropped_until_the_limit(self):
        self.worker()
        job = self.put("p.endless_messages")
        self.check_ended(job, "failed", "timeout")
        self.assertLessEqual(len(self.log_of(job)), 64 * 1024)
        self.check_gone(job)

    def test_a_million_progress_lines_are_a_few(self):
        self.worker()
        job = self.put("p.many_progress")
        self.wait_until(lambda: self.seen(job)["progress"], LONG, "the first one")
        self.check_ended(job, "succeeded", result='"all"')

    def test_unknown_messages_and_wrong_ones_are_named(self):
        self.worker()
        for say, why in (({"prgress": 1}, 'there is no message "prgress"'),
                         ({}, "an empty object"),
                         ({"log": "a", "error": "b"}, 'one message a line, not also "error"'),
                         ({"progress": {"done": 0.5}}, '"progress": "done" is not a whole'),
                         ({"artifact": {"name": "a", "type": "text/plain", "path": "none"}},
                          'path "none": No such file'),
                         ({"artifact": {"name": "a", "type": "text/plain", "path": "."}},
                          'path "." is no file'),
                         ({"follow_up": {"task": "NO"}}, '"NO" is no task')):
            with self.subTest(say=say):
                info = self.run_task("p.exit", "failed", "error", {"say": [say]})
                self.assertIn(why, info["error"])


class Output(ProgramCase):
    def test_output_without_end_is_dropped_until_the_limit(self):
        self.worker()
        job = self.put("p.endless_output")
        self.check_ended(job, "failed", "timeout")
        log = self.log_of(job)
        self.assertTrue(log.startswith("y\ny\n") and len(log) <= 64 * 1024, log[:100])
        self.assertIn("more log lines were dropped", log)
        self.check_gone(job)

    def test_binary_output_becomes_lines_of_text(self):
        self.worker()
        job = self.put("p.binary")
        self.check_ended(job, "succeeded")
        lines = self.log_of(job).splitlines()
        self.assertTrue(lines[0].startswith("\\x00\\x01"), lines[0])
        self.assertEqual(lines[-1], "without an end")

    def test_a_program_that_closed_everything_still_answers(self):
        self.worker()
        for code, state in ((0, "succeeded"), (100, "failed")):
            job = self.put("p.closes_everything", {"code": code})
            self.check_ended(job, state, "error" if code else "")
            self.check_gone(job)

    def test_a_megabyte_of_arguments_need_not_be_read(self):
        self.worker()
        text = "x" * 100000  # what a command line of the test may hold; the unit test has more
        self.run_task("p.reads_nothing", "succeeded", args={"text": text},
                      result='"did not ask"')


class Deaths(ProgramCase):
    def test_the_death_of_a_program_is_that_of_its_executor(self):
        worker = self.worker()
        for number in (signal.SIGSEGV, signal.SIGKILL, signal.SIGTERM, signal.SIGABRT):
            with self.subTest(signal=number):
                executor = self.executor()
                job = self.put("p.signal", {"signal": int(number)})
                info = self.check_ended(job, "failed", "crashed", deaths=1)
                self.assertEqual(self.history(info)[0]["signal"], int(number))
                self.assertIn(f"signal {int(number)} ({number.name[3:]})", info["error"])
                self.assertEqual(self.log_of(job), "about to go\n")
                self.check_gone(job)
                self.assertTrue(is_over(executor))
                self.assertNotEqual(self.executor(), executor)
        self.check_lives(worker)


class Stops(ProgramCase):
    def test_the_soft_limit_ends_a_program_that_does_not_listen(self):
        self.worker()
        job = self.put("p.sleeps", attempts=1)
        self.check_ended(job, "failed", "timeout",
                         error="the program was asked to stop, and TERM ended it")
        self.check_gone(job)

    def test_a_timeout_of_a_program_is_tried_again(self):
        self.worker()
        job = self.put("p.sleeps")
        self.wait_until(lambda: self.seen(job)["state"] == "retrying", LONG, "its retry")
        line = self.history(self.seen(job))[0]
        self.assertEqual((line["end"], line["cause"]), ("retrying", "timeout"))

    def test_a_program_that_stopped_itself_hears_term_too(self):
        self.worker()
        job = self.put("p.asleep")
        self.check_ended(job, "failed", "timeout")
        self.check_gone(job)

    def test_a_program_may_finish_when_it_is_asked_to_stop(self):
        self.worker()
        self.run_task("p.listens", "succeeded", result='"half of it"')

    def test_a_cancel_ends_the_program_and_not_its_executor(self):
        self.worker()
        executor = self.executor()
        job = self.put("p.waits")
        self.wait_for_run(job)
        self.qnctl("cancel", job)
        self.check_ended(job, "cancelled")
        self.check_gone(job)
        self.assertEqual(self.executor(), executor)

    def test_the_hard_limit_ends_a_program_that_hears_nothing_and_its_children(self):
        worker = self.worker()
        job = self.put("p.deaf")
        self.check_ended(job, "failed", "timeout")
        for pid in self.runs_of(job):
            self.wait_until(lambda pid=pid: is_over(pid), LONG, f"{pid} to be gone")
        self.assertEqual(len(self.runs_of(job)), 3)
        self.check_lives(worker)

    def test_killing_the_executor_takes_the_program_and_its_children(self):
        self.worker()
        executor = self.executor()
        job = self.put("p.grandchildren", {"wait": True})
        self.wait_until(lambda: len(self.runs_of(job)) == 7, LONG, "its children")
        os.kill(executor, signal.SIGKILL)
        info = self.check_ended(job, "failed", "crashed")
        self.assertEqual(self.history(info)[0]["signal"], int(signal.SIGKILL))
        for pid in self.runs_of(job):
            self.wait_until(lambda pid=pid: is_over(pid), LONG, f"{pid} to be gone")


class WithoutASupervisor(ProgramCase):
    def test_the_soft_limit_holds_while_the_supervisor_is_stopped(self):
        worker = self.worker()
        job = self.put("p.sleeps", attempts=1)
        program = self.wait_for_run(job)
        worker.send(signal.SIGSTOP)
        self.wait_until(lambda: is_over(program), LONG, "the end of the program")
        worker.send(signal.SIGCONT)
        self.check_ended(job, "failed", "timeout")

    def test_killing_the_supervisor_ends_executor_and_program(self):
        worker = self.worker()
        job = self.put("p.waits")
        program = self.wait_for_run(job)
        worker.kill9()
        self.wait_until(lambda: is_over(program), LONG, "the end of the program")
        self.worker(label="next")
        again = self.wait_for_run(job, 2)
        self.qnctl("cancel", job)
        self.check_ended(job, "cancelled")
        self.assertTrue(is_over(again))


class Leftovers(ProgramCase):
    def test_what_left_the_group_and_holds_the_pipes_is_ended_with_the_run(self):
        self.worker()
        executor = self.executor()
        files = open_files(executor)
        job = self.put("p.grandchildren")
        self.check_ended(job, "succeeded")
        self.check_gone(job, least=7)
        self.assertEqual(self.executor(), executor)
        self.wait_until(lambda: children_of(executor) == [], LONG, "no child of the executor")
        self.assertEqual(open_files(executor), files)

    def test_generations_that_hide_behind_each_other_are_ended(self):
        self.worker()
        job = self.put("p.generations")
        self.check_ended(job, "succeeded")
        self.check_gone(job, least=201)

    def test_a_process_that_flees_by_forking_is_caught(self):
        worker = self.worker()
        executor = self.executor()
        job = self.put("p.forks")
        self.check_ended(job, "succeeded")
        self.check_gone(job)
        self.assertEqual(self.executor(), executor)
        self.assertEqual(children_of(executor), [])
        self.check_lives(worker)


class Examples(ProgramCase):
    """Those of examples/program, in the three languages."""

    def setUp(self):
        super().setUp()
        self.env["QUERN_TASK_PATH"] = str(HERE.parents[1] / "examples" / "program")

    def needs(self, program):
        if not shutil.which(program):
            self.skipTest(f"{program} is not here")

    def test_the_one_in_shell(self):
        self.needs("jq")
        self.worker()
        job = self.put("example.greet", {"name": "Ada \"L.\"", "times": 2})
        info = self.check_ended(job, "succeeded")
        self.assertEqual(json.loads(info["result"]), {"greetings": 2, "attempt": 1})
        self.assertEqual(self.log_of(job), 'Hello, Ada "L."!\n' * 2)
        self.run_task("example.greet", "failed", "rejected", {"name": "Ada", "times": 1001},
                      error="times: 1001 is not 1 to 1000")

    def test_the_one_in_python(self):
        self.worker()
        job = self.put("example.wordcount", {"text": "a b\nA c", "top": 1})
        info = self.check_ended(job, "succeeded")
        self.assertEqual(json.loads(info["result"]), {"words": 4, "top": {"a": 2}})
        self.assertIn("3 different words", self.log_of(job))
        files = [path for path in (self.folder / "artifacts").rglob("*") if path.is_file()]
        self.assertEqual([path.read_text() for path in files], ["word,count\na,2\nb,1\nc,1\n"])
        self.run_task("example.wordcount", "failed", "error", {"text": "!"},
                      error="there is no word in the text")

    def test_the_one_in_javascript(self):
        self.needs("node")
        self.worker()
        self.run_task("example.slug", "succeeded", args={"title": "A & \u00dcber"},
                      result='{"slug":"a-uber"}')
        job = self.put("example.slug", {"title": "A", "not_before": "9999-12-31"})
        self.wait_until(lambda: self.seen(job)["state"] == "scheduled", LONG, "its snooze")


class WithoutABroker(ProgramCase):
    def test_nothing_is_left_after_the_hard_limit(self):
        self.env["QUERN_JOB_ID"] = "nobody"
        done = servers.run("hostile_worker", "run", "p.deaf", env=self.env)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(json.loads(done.stdout)["error"]["cause"], "timeout")
        self.assertEqual(len(self.traced_pids()), 3)
        self.assertEqual([pid for pid in self.traced_pids() if not is_over(pid)], [])


if __name__ == "__main__":
    case.main()
