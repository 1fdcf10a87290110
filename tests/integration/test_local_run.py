"""quern-worker run and tasks, with a worker whose tasks misbehave: no broker anywhere."""
import json
import signal
import subprocess

import case
import servers

WORKER = "misbehaving_worker"


class Local(case.Case):
    def worker(self, *words, **options):
        return servers.run(WORKER, *words, **options)

    def lines(self, *words, code=0, **options):
        """What one call prints, each line read as JSON."""
        done = self.worker(*words, **options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def one(self, *words, **options):
        lines = self.lines(*words, **options)
        self.assertEqual(len(lines), 1, lines)
        return lines[0]

    def error(self, *words, **options):
        answer = self.one(*words, code=1, **options)
        self.assertEqual(list(answer), ["error"])
        return answer["error"]

    def file(self, text, name="input"):
        path = self.folder / name
        path.write_text(text)
        return path


class Arguments(Local):
    def test_words_are_read_by_the_type_of_their_parameter(self):
        answer = self.one("run", "test.echo", "text=12", "n=-7", "x=1.5e3", "flag=yes",
                          "day=2025-06-30", "list=a,b,12", 'map={"k":[1]}', "step=week")
        self.assertEqual(answer, {"text": "12", "n": -7, "x": 1500.0, "flag": True,
                                  "day": "2025-06-30", "list": ["a", "b", "12"],
                                  "map": {"k": [1]}, "step": "week"})

    def test_a_list_is_json_or_words(self):
        for text, wanted in (("[1,2]", [1, 2]), ("a", ["a"]), ("", []), ("a,", ["a", ""])):
            self.assertEqual(self.one("run", "test.echo", f"list={text}"), {"list": wanted})

    def test_text_is_taken_as_it_stands(self):
        text = 'a=b "quoted" \\ é\nline'
        self.assertEqual(self.one("run", "test.echo", f"text={text}"), {"text": text})

    def test_no_words_are_no_arguments(self):
        self.assertEqual(self.one("run", "test.echo"), {})

    def test_json_and_file_and_stdin_are_the_same(self):
        text = '{"n": 1,\n "text": "a b"}\n'
        wanted = {"n": 1, "text": "a b"}
        self.assertEqual(self.one("run", "test.echo", "--args", text), wanted)
        self.assertEqual(self.one("run", "test.echo", f"--args-file={self.file(text)}"), wanted)
        self.assertEqual(self.one("run", "test.echo", "--args-file", "-", stdin=text), wanted)

    def test_a_wrong_argument_is_rejected_and_named(self):
        for words, field, message in (
                (["n=x"], "n", "must be an integer"),
                (["n=1.5"], "n", "must be an integer"),
                (["flag=perhaps"], "flag", "must be a boolean"),
                (["day=2026-02-30"], "day", "no date"),
                (["step=hour"], "step", "none of: day, week, month"),
                (["nothing=1"], "nothing", "has none of that name"),
                (["map=[1]"], "map", "must be an object"),
                (["n=1", "n=2"], "", "duplicate key"),
                (["word"], "", "is not key=value"),
                (["--args", "{"], "", "byte 1"),
                (["--args", "[]"], "", "must be a JSON object"),
                (["--args", '{"n":1,"n":2}'], "", "duplicate key")):
            with self.subTest(words=words):
                error = self.error("run", "test.echo", *words)
                self.assertEqual(error["cause"], "rejected")
                self.assertEqual(error.get("field", ""), field)
                self.assertIn(message, error["message"])

    def test_a_missing_argument_is_named(self):
        error = self.error("run", "test.needy")
        self.assertEqual((error["cause"], error["field"]), ("rejected", "text"))

    def test_an_unknown_task_is_an_error(self):
        error = self.error("run", "test.none")
        self.assertEqual(error["cause"], "rejected")
        self.assertIn('no task "test.none"', error["message"])

    def test_too_large_arguments_are_an_error(self):
        large = self.file('{"text":"' + "x" * (1024 * 1024) + '"}')
        error = self.error("run", "test.echo", "--args-file", large)
        self.assertIn("over 1048576 bytes", error["message"])

    def test_a_wrong_command_line_is_told_and_nothing_runs(self):
        for words in ([], ["test.echo", "--unknown"], ["test.echo", "--args"],
                      ["test.echo", "n=1", "--args", "{}"],
                      ["test.echo", "--args", "{}", "--args", "{}"]):
            with self.subTest(words=words):
                done = self.worker("run", *words)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn("usage: quern-worker run", done.stderr)

    def test_a_file_that_is_not_there_is_told(self):
        done = self.worker("run", "test.echo", "--batch", self.folder / "none")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("No such file or directory", done.stderr)


class Results(Local):
    def test_a_result_is_one_line(self):
        done = self.worker("run", "test.spread")
        self.assertEqual(done.stdout, '{"a b":[1,2],"c":"d \\" e"}\n')

    def test_no_result_is_null(self):
        self.assertIsNone(self.one("run", "test.answer", "text=done"))

    def test_stdout_holds_nothing_but_the_result(self):
        done = self.worker("run", "test.chatter", "--verbose")
        self.assertEqual(done.stdout, "{}\n")
        self.assertIn("this is not a result", done.stderr)

    def test_progress_and_log_are_for_people(self):
        done = self.worker("run", "test.echo", "--verbose")
        self.assertIn("echo of 2 bytes\n", done.stderr)
        self.assertIn("100 % (1 of 1) echoed\n", done.stderr)
        self.assertEqual(self.worker("run", "test.echo").stderr, "")

    def test_an_answer_is_told_with_its_reason_and_delay(self):
        error = self.error("run", "test.answer", "text=retry", "n=1500")
        self.assertEqual(error, {"cause": "error", "answer": "retry", "delay_ms": 1500,
                                 "message": "it answers retry"})
        error = self.error("run", "test.answer", "text=fail")
        self.assertEqual(error["answer"], "fail")
        error = self.error("run", "test.answer", "text=snooze", "n=5")
        self.assertEqual((error["answer"], error["delay_ms"]), ("snooze", 5))

    def test_a_closed_stdout_is_an_error(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([servers.BIN / WORKER, "run", "test.echo"], stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left on device", done.stderr)


class Faults(Local):
    def test_a_crash_is_told_with_its_signal(self):
        error = self.error("run", "test.segfault")
        self.assertEqual((error["cause"], error["signal"]), ("crashed", signal.SIGSEGV))
        self.assertIn("SIGSEGV", error["message"])

    def test_an_exit_is_a_crash(self):
        for code in (0, 3):
            error = self.error("run", "test.exit", f"n={code}")
            self.assertEqual(error["cause"], "crashed")
            self.assertIn(f"exit code {code}", error["message"])

    def test_a_loop_ends_at_its_hard_limit(self):
        error = self.error("run", "test.loop")
        self.assertEqual(error, {"cause": "timeout", "message": "killed at its hard limit"})

    def test_the_soft_limit_asks_to_stop(self):
        error = self.error("run", "test.patient")
        self.assertEqual(error["message"], "stopped in time, as told")

    def test_garbage_on_the_link_is_a_crash(self):
        error = self.error("run", "test.garbage")
        self.assertEqual(error["cause"], "crashed")
        self.assertIn("broke its link", error["message"])

    def test_children_of_a_crashed_task_are_gone(self):
        # Who lives holds stderr open, and the call does not end.
        error = self.error("run", "test.fork_and_die")
        self.assertEqual(error["signal"], signal.SIGABRT)

    def start(self, *words):
        worker = subprocess.Popen([servers.BIN / WORKER, "run", *words], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(worker.wait, 30)
        self.addCleanup(worker.kill)
        for stream in (worker.stdin, worker.stdout, worker.stderr):
            self.addCleanup(stream.close)
        return worker

    def test_a_signal_asks_to_stop_and_no_more_input_is_taken(self):
        batch = self.file("{}\n" * 3)
        worker = self.start("test.wait", "--verbose", "--batch", str(batch))
        self.assertEqual(worker.stderr.readline(), "waits\n")
        worker.send_signal(signal.SIGTERM)
        lines = worker.stdout.readlines()
        self.assertEqual(len(lines), 1)
        self.assertEqual(json.loads(lines[0])["error"]["message"], "stopped in time, as told")
        self.assertEqual(worker.wait(30), 128 + signal.SIGTERM)

    def test_a_second_signal_kills(self):
        worker = self.start("test.stubborn", "--verbose")
        self.assertEqual(worker.stderr.readline(), "loops\n")
        worker.send_signal(signal.SIGINT)
        worker.send_signal(signal.SIGTERM)
        error = json.loads(worker.stdout.readline())["error"]
        self.assertEqual(error["message"], "killed: it was told to stop twice")
        self.assertEqual(worker.wait(30) // 128, 1)

    def test_a_signal_while_it_waits_for_input_ends_it(self):
        worker = self.start("test.echo", "--batch", "-")
        worker.stdin.write('{"n":1}\n')
        worker.stdin.flush()
        self.assertEqual(worker.stdout.readline(), '{"n":1}\n')
        worker.send_signal(signal.SIGTERM)
        self.assertEqual(abs(worker.wait(30)) % 128, signal.SIGTERM)


class Batches(Local):
    def batch(self, task, text, code=0):
        return self.lines("run", task, "--batch", self.file(text), code=code)

    def test_each_line_has_its_line_in_order(self):
        text = "".join(f'{{"n":{i}}}\n' for i in range(500))
        self.assertEqual(self.batch("test.echo", text), [{"n": i} for i in range(500)])

    def test_one_executor_serves_them_all(self):
        pids = self.batch("test.pid", "{}\n" * 20)
        self.assertEqual(len(set(pids)), 1)

    def test_an_executor_is_replaced_after_its_jobs(self):
        lines = self.lines("--max-jobs-per-child", "5", "run", "test.pid", "--batch",
                           self.file("{}\n" * 20))
        self.assertEqual(len(set(lines)), 4)

    def test_blank_lines_are_no_input_and_the_last_needs_no_newline(self):
        self.assertEqual(self.batch("test.echo", '\n{"n":1}\n  \r\n{"n":2}'), [{"n": 1}, {"n": 2}])

    def test_an_empty_batch_prints_nothing(self):
        self.assertEqual(self.batch("test.echo", ""), [])

    def test_a_bad_line_costs_itself_only(self):
        lines = self.batch("test.echo", '{"n":1}\n{"n":\n{"m":1}\n[]\n{"n":2}\n', code=1)
        self.assertEqual([line.get("n") for line in lines], [1, None, None, None, 2])
        self.assertEqual([line["error"]["cause"] for line in lines[1:4]], ["rejected"] * 3)

    def test_a_line_that_is_too_long_costs_itself_only(self):
        long = '{"text":"' + "x" * (1024 * 1024) + '"}'
        lines = self.batch("test.echo", f'{{"n":1}}\n{long}\n{{"n":2}}\n', code=1)
        self.assertEqual((lines[0], lines[2]), ({"n": 1}, {"n": 2}))
        self.assertIn("over 1048576 bytes", lines[1]["error"]["message"])

    def test_a_crash_costs_itself_only(self):
        lines = self.batch("test.segfault", '{"n":2}\n{"n":1}\n{"n":3}\n{"n":1}\n{"n":4}\n', code=1)
        self.assertEqual([line.get("n") for line in lines], [2, None, 3, None, 4])
        self.assertEqual(lines[1]["error"]["signal"], signal.SIGSEGV)


class TaskList(Local):
    def test_the_table_names_each_task_and_its_words(self):
        done = self.worker("tasks")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"(?m)^test\.needy +For tests: needy\n +text=$")
        self.assertIn("[n=]", done.stdout)

    def test_one_task_has_its_parameters(self):
        done = self.worker("tasks", "test.echo")
        self.assertRegex(done.stdout, r"(?m)^  step +day\|week\|month +One of three$")
        self.assertRegex(done.stdout, r"(?m)^  x +number +A number with a fraction \(else 0.5\)$")
        self.assertRegex(self.worker("tasks", "test.needy").stdout, r"(?m)\(required\)$")
        self.assertIn("queue small", self.worker("tasks", "test.needy").stdout)
        self.assertIn("hard limit 200ms", self.worker("tasks", "test.loop").stdout)

    def test_json_is_what_is_published(self):
        tasks = json.loads(self.worker("tasks", "--json").stdout)
        names = [task["name"] for task in tasks]
        self.assertEqual(names, sorted(names))
        self.assertIn("test.loop", names)
        one = json.loads(self.worker("tasks", "--json", "test.echo").stdout)
        self.assertEqual(one["params"][7]["choices"], ["day", "week", "month"])

    def test_an_unknown_task_is_told(self):
        done = self.worker("tasks", "test.none")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn('no task "test.none"', done.stderr)

    def test_a_wrong_command_line_is_told(self):
        self.assertEqual(self.worker("tasks", "--wrong").returncode, 2)
        self.assertEqual(self.worker("tasks", "a", "b").returncode, 2)


if __name__ == "__main__":
    case.main()
