"""Plugins: what one may use, how a bad one is refused, and what a worker with one does."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

import case
import servers
import worker_case

PLUGINS = servers.BIN.parent / "plugins"
HOSTILE = PLUGINS / "hostile"
PROGRAMS_OF_TASKS = pathlib.Path(__file__).resolve().parent / "hostile_programs"
PROGRAMS = ("quern-worker", "hello-worker", "hostile_worker")
WHILE_LOADED = "while it was loaded"
REFUSED = {
    "wrong_abi": "built for ABI 3 by Quern 0.9.0, this worker has ABI 2",
    "wrong_magic": "its quern_plugin does not begin with QN_PLUGIN_MAGIC",
    "no_symbol": "does not export quern_plugin: QN_PLUGIN(table) defines it",
    "undefined_symbol": "cannot be loaded: undefined symbol: qn_job_foo",
    "load_crash": f"died of signal 11 (SIGSEGV) {WHILE_LOADED}",
    "load_exit": f"exited with code 7 {WHILE_LOADED}",
    "load_closes": f"closed descriptors that are not its own {WHILE_LOADED}",
    "load_speaks": "wrote into descriptors that are not its own",
    "null_table": "its table of tasks is NULL",
    "empty_table": "its table of tasks is empty",
    "long_table": "over 1000 tasks: does its table end with NULL?",
    "open_table": "died of signal 11 (SIGSEGV) while its tasks were read",
    "wild_pointer": "died of signal 11 (SIGSEGV) while its tasks were read",
    "bad_definition": 'task p.bad, parameter 1 ("n"): only a string has choices',
    "bad_name": 'task "a\\x0a{\ufffd"b"}": the name is not 1-64 of [a-z0-9_.-]',
    "no_run": "task p.no_run: run is missing",
    "same_name": "task p.same is there twice",
}


def plugin(name):
    return HOSTILE / f"{name}.so"


def declared_functions():
    """What job.h and err.h declare: each ends with ; and has its name before the first (."""
    names = set()
    for header in ("job.h", "err.h"):
        text = (servers.ROOT / "include/quern" / header).read_text()
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        text = re.sub(r"^#(?:.*\\\n)*.*$", "", text, flags=re.M)
        text = re.sub(r"\{[^{}]*\}", "", text)
        names |= {match[1] for match in re.finditer(r"\b(qn_\w+)\s*\([^;]*;", text)}
    return names


def symbols(path, *words):
    done = subprocess.run(["nm", "-D", *words, path], capture_output=True, text=True, check=True)
    return {line.split()[-1] for line in done.stdout.splitlines()}


def shown(path):
    """A file's name as errors show it."""
    text = str(path)
    return text if len(text) < 100 else "..." + text[-96:]


class WhatAPluginMayUse(case.Case):
    def test_a_program_exports_what_job_h_and_err_h_declare_and_nothing_else(self):
        functions = declared_functions()
        self.assertIn("qn_job_result", functions)
        self.assertIn("qn_fail_sys", functions)
        for program in PROGRAMS:
            exported = {name for name in symbols(servers.BIN / program, "--defined-only")
                        if "@" not in name and not name.startswith("_")}
            self.assertEqual(exported, functions, program)

    def test_a_plugin_that_needs_every_function_is_loaded(self):
        self.assertLessEqual(declared_functions(), symbols(plugin("every_function"), "-u"))
        for program in PROGRAMS:
            done = servers.run(program, "--task-path", plugin("every_function"), "tasks",
                               "p.every")
            self.assertEqual(done.returncode, 0, done.stderr)
            done = servers.run(program, "--task-path", plugin("every_function"), "run", "p.every")
            self.assertEqual((done.stdout, done.returncode), ('{"fine":true}\n', 0), done.stderr)


class ABadPlugin(case.Case):
    def refused(self, path, why, *words):
        """The worker does not start, and says so once."""
        done = servers.run("hostile_worker", "--task-path", path, *words or ["tasks"])
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        line, = done.stderr.splitlines()
        line = json.loads(line)
        self.assertEqual((line["level"], line["msg"], line["why"]),
                         ("error", "quern-worker cannot run", f"task-path: {why}"))

    def test_each_is_refused_with_its_file_and_the_reason(self):
        for name, why in REFUSED.items():
            with self.subTest(name):
                self.refused(plugin(name), f"{shown(plugin(name))}: {why}")

    def test_another_layout_is_refused_with_the_sizes(self):
        done = servers.run("hostile_worker", "--task-path", plugin("wrong_size"), "tasks")
        self.assertEqual(done.returncode, 1)
        self.assertIn("was it built for this kind of machine?", done.stderr)

    def test_serve_and_run_do_not_start_either(self):
        why = f"{shown(plugin('load_crash'))}: {REFUSED['load_crash']}"
        self.refused(plugin("load_crash"), why, "serve")
        self.refused(plugin("load_crash"), why, "run", "h.ok")

    def test_its_end_is_known_where_sigchld_was_ignored(self):
        words = [servers.BIN / "hostile_worker", "--task-path", plugin("load_exit"), "tasks"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False,
                              preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        self.assertIn("exited with code 7", done.stderr)

    def test_a_worker_without_streams_does_not_blame_it(self):
        for closed in ((0, 1), (0, 1, 2)):
            words = [servers.BIN / "hostile_worker", "--task-path", plugin("fine"), "tasks"]
            done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False,
                                  preexec_fn=lambda closed=closed: [os.close(n) for n in closed])
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_what_is_no_plugin_is_named(self):
        folder = self.folder
        (folder / "text.so").write_text("a text")
        (folder / "empty.so").touch()
        (folder / "cut.so").write_bytes(plugin("fine").read_bytes()[:200])
        (folder / "x.py").touch()
        os.mkfifo(folder / "fifo.so")
        self.refused(folder / "gone.so", f"{folder}/gone.so: No such file or directory")
        self.refused(folder / "text.so", f"{folder}/text.so: is not a shared object")
        self.refused(folder / "empty.so", f"{folder}/empty.so: is not a shared object")
        self.refused(folder / "cut.so", f"{folder}/cut.so: cannot be loaded: cannot read file data")
        self.refused(folder / "x.py",
                     f"{folder}/x.py: is neither a plugin (.so) nor a task file (.task)")
        self.refused(folder / "fifo.so", f"{folder}/fifo.so: is neither a file nor a folder")

    def test_two_with_the_same_name_are_named_both(self):
        other = self.folder / "other.so"
        shutil.copy(plugin("fine"), other)
        self.refused(f"{plugin('fine')}:{other}",
                     f"{other}: task p.fine is in {shown(plugin('fine'))} too")
        self.refused(f"{other}:{self.folder}/../{self.folder.name}/other.so",
                     f"{other}: is in task-path twice")

    def test_a_bad_one_in_a_folder_of_good_ones_is_not_left_out(self):
        shutil.copy(plugin("fine"), self.folder / "a.so")
        shutil.copy(plugin("load_exit"), self.folder / "b.so")
        self.refused(self.folder, f"{self.folder}/b.so: {REFUSED['load_exit']}")


class AFolder(case.Case):
    def test_files_count_in_order_and_hidden_ones_and_others_do_not(self):
        (self.folder / "sub.so").mkdir()
        shutil.copy(plugin("fine"), self.folder / "b.so")
        shutil.copy(plugin("load_prints"), self.folder / "a.so")
        shutil.copy(plugin("load_crash"), self.folder / ".hidden.so")
        shutil.copy(plugin("load_crash"), self.folder / "c.so.old")
        done = servers.run("quern-worker", "--task-path", f":{self.folder}:", "tasks", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = {row["name"]: row for row in json.loads(done.stdout)}
        self.assertEqual((rows["p.fine"]["source"], rows["p.fine"]["file"]),
                         ("plugin", f"{self.folder}/b.so"))
        self.assertEqual(rows["p.prints"]["file"], f"{self.folder}/a.so")
        self.assertEqual(rows["report.sales"]["source"], "compiled-in")
        self.assertNotIn("file", rows["report.sales"])
        self.assertEqual(done.stderr, "printed while it was loaded\n")

    def test_tasks_tells_people_where_a_task_comes_from(self):
        done = servers.run("quern-worker", "--task-path", PLUGINS / "wordcount.so", "tasks",
                           "text.wordcount")
        self.assertEqual(done.stdout.splitlines()[-1], f"plugin {PLUGINS}/wordcount.so")


class AWorkerWithPlugins(worker_case.WorkerCase):
    def copy(self, name, to="plugin.so"):
        """A file that takes the place of what was there, as an installation does it."""
        new = self.folder / "new"
        shutil.copy(plugin(name), new)
        return str(new.rename(self.folder / to))

    def start(self, path, **options):
        return self.worker("--task-path", path, "--concurrency", "1", **options)

    def test_its_tasks_are_published_and_run_beside_the_others(self):
        worker = self.start(f"{plugin('fine')}:{PLUGINS / 'wordcount.so'}")
        self.check_ended(self.put("p.fine"), "succeeded", result='{"fine":true}')
        info = self.check_ended(self.put("text.wordcount", {"text": "a b a", "top": 1}),
                                "succeeded")
        self.assertEqual(json.loads(info["result"]),
                         {"words": 3, "different": 2, "top": [{"word": "a", "count": 2}]})
        done = self.qnctl("put", "text.wordcount", '{"text":1}')
        self.assertIn('argument \\"text\\"', json.dumps(done.stderr))
        self.check_lives(worker)

    def test_a_process_of_a_constructor_is_gone_when_the_worker_runs(self):
        worker = self.start(plugin("load_forks"))
        (_, pid), = self.traced()
        self.assertTrue(worker_case.is_over(int(pid)))
        self.check_ended(self.put("p.forks"), "succeeded", result='{"fine":true}')
        self.check_lives(worker)

    def test_a_constructor_that_returns_twice_makes_one_executor(self):
        worker = self.start(plugin("load_doubles"))
        for job in self.put("p.doubles", count=5):
            self.check_ended(job, "succeeded", result='{"fine":true}', attempts=1)
        self.check_lives(worker)

    def test_a_task_that_returns_twice_gives_one_answer(self):
        worker = self.start(plugin("habits"))
        self.check_lives(worker)
        executor, = worker_case.children_of(worker.pid)
        for task in ("p.twice", "p.init_twice"):
            for job in self.put(task, count=5):
                self.check_ended(job, "succeeded", result='{"fine":true}', attempts=1)
        self.wait_until(lambda: all(map(worker_case.is_over, worker_case.children_of(executor))),
                        worker_case.LONG, "the end of the copies")
        self.check_lives(worker)
        self.assertEqual(worker_case.children_of(worker.pid), [executor])

    def test_what_a_run_started_ends_with_it_and_what_init_started_stays(self):
        worker = self.start(plugin("habits"))
        self.check_lives(worker)
        executor, = worker_case.children_of(worker.pid)
        helper, = json.loads(self.check_ended(self.put("p.helper"), "succeeded")["result"])
        left = json.loads(self.check_ended(self.put("p.leave_children"), "succeeded")["result"])
        self.assertEqual(len(left), 3)
        self.wait_until(lambda: all(map(worker_case.is_over, left)), worker_case.LONG,
                        "the end of what was left behind")
        info = self.check_ended(self.put("p.helper"), "succeeded")
        self.assertEqual(json.loads(info["result"]), [helper])
        self.assertEqual(worker_case.children_of(executor), [helper])
        self.assertEqual(worker_case.children_of(worker.pid), [executor])

    def test_streams_that_a_task_closed_are_not_missed_by_the_next_ones(self):
        self.start(f"{plugin('habits')}:{PROGRAMS_OF_TASKS}")
        self.check_ended(self.put("p.close_streams"), "succeeded")
        self.check_ended(self.put("p.exit", {"say": [{"result": 1}]}), "succeeded", result="1")

    def test_a_log_full_of_the_shortest_lines_is_no_crash(self):
        self.start(plugin("habits"))
        self.check_ended(self.put("p.log_nothing"), "succeeded", result='{"fine":true}')

    def test_what_a_constructor_prints_is_no_result(self):
        done = servers.run("hostile_worker", "--task-path", plugin("load_prints"), "run",
                           "p.prints")
        self.assertEqual((done.returncode, done.stdout), (0, '{"fine":true}\n'), done.stderr)

    def test_a_crash_when_an_executor_loads_it_is_the_crash_of_that_job(self):
        worker = self.start(plugin("second_crash"))
        self.check_lives(worker)
        info = self.check_ended(self.put("p.second", retry=20), "failed", "crashed")
        self.assertEqual(info["error"], "the executor was killed by signal 11 (SEGV)")
        self.check_lives(worker)

    def test_a_load_that_hangs_in_an_executor_ends_at_the_jobs_hard_limit(self):
        worker = self.start(plugin("second_hang"))
        self.check_ended(self.put("p.hang", retry=20, soft=50, hard=200), "failed", "timeout")
        self.check_lives(worker)

    def test_a_file_that_changed_is_a_retry_until_it_is_back(self):
        worker = self.start(self.copy("fine"))
        self.copy("fine_changed")
        job = self.put("p.fine", attempts=50, retry=20)
        self.retried(job, "task p.fine is defined otherwise than when the worker started: "
                          "the file changed, restart the worker")
        worker.stop()
        self.start(self.copy("fine"), label="restarted")
        self.check_ended(job, "succeeded", result='{"fine":true}')

    def retried(self, job, why):
        def told():
            return [line for line in self.history(self.seen(job)) if why in line["error"]]
        self.wait_until(told, worker_case.LONG, why)
        self.assertEqual(self.history(self.seen(job))[0]["error"],
                         f"{self.folder}/plugin.so: {why}")

    def test_a_file_without_the_task_is_a_retry(self):
        worker = self.start(self.copy("fine"))
        self.copy("load_prints")
        job = self.put("p.fine", attempts=500, retry=20)
        self.retried(job, "task p.fine is not in it any more: the file changed, "
                          "restart the worker")
        self.check_lives(worker)

    def test_a_file_that_is_gone_is_a_retry_until_it_is_there(self):
        worker = self.start(self.copy("fine"))
        pathlib.Path(self.folder / "plugin.so").unlink()
        job = self.put("p.fine", attempts=500, retry=20)
        self.retried(job, "cannot be read: No such file or directory")
        self.copy("fine")
        self.check_ended(job, "succeeded", result='{"fine":true}')
        self.check_lives(worker)

    def test_the_supervisor_itself_has_no_plugin_in_its_memory(self):
        worker = self.start(plugin("fine"))
        self.check_ended(self.put("p.fine"), "succeeded")
        maps = {pid: pathlib.Path(f"/proc/{pid}/maps").read_text()
                for pid in (worker.pid, *worker_case.children_of(worker.pid))}
        self.assertNotIn("fine.so", maps.pop(worker.pid))
        self.assertTrue(any("fine.so" in text for text in maps.values()))

    def test_a_worker_is_not_hurt_by_a_kill_while_its_plugin_is_loaded(self):
        worker = self.worker("--task-path", plugin("load_hang"), wait=False)
        child, = self.wait_until(lambda: worker_case.children_of(worker.pid), worker_case.LONG,
                                 "the process that loads it")
        worker.send(signal.SIGTERM)
        self.assertEqual(worker.wait(worker_case.LONG), -signal.SIGTERM)
        self.wait_until(lambda: worker_case.is_over(child), worker_case.LONG, "its end")


if __name__ == "__main__":
    case.main()
