"""worker_case.py - a worker with hostile handlers on a Redis of its own, and questions to it."""
import json
import os
import pathlib

import case
import servers

NAMESPACE = "w"
LEASE = 0.6  # seconds
LONG = 30  # seconds that nothing here should take


def children_of(pid):
    """The direct children of a process, zombies too, [] when it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in text.split()]


def state_of(pid):
    """The kernel's letter for a process, "" when it is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return ""


def is_over(pid):
    """Ended; whoever inherits the orphans of a killed worker may not have reaped it yet."""
    return state_of(pid) in ("", "Z")


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class WorkerCase(case.Case):
    redis_options = {}
    worker_program = "hostile_worker"

    def setUp(self):
        self.trace = self.folder / "trace"
        self.trace.touch()
        self.server = self.redis(**self.redis_options)
        self.env = {"QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": NAMESPACE,
                    "QUERN_LEASE": f"{int(LEASE * 1000)}ms", "QUERN_BROKER_TIMEOUT": "2s",
                    "QUERN_ARTIFACT_DIR": str(self.folder / "artifacts"),
                    "HOSTILE_TRACE": str(self.trace)}

    def tearDown(self):
        """Nothing that a job started is left when its worker has ended."""
        for worker in getattr(self, "workers", []):
            worker.stop()
        for pid in self.traced_pids():
            self.wait_until(lambda pid=pid: is_over(pid), LONG, f"{pid} to be gone")

    def worker(self, *words, label="worker", wait=True, env=None):
        worker = self.program(self.worker_program, *words, env={**self.env, **(env or {})},
                              label=label)
        self.workers = [*getattr(self, "workers", []), worker]
        if wait:
            self.wait_for_state(worker, "running")
        return worker

    def lines(self, worker):
        """The log lines of a worker; what a dying library prints is passed over."""
        return [json.loads(line) for line in worker.log().splitlines() if line.startswith("{")]

    def wait_for_line(self, worker, what, **fields):
        def found():
            worker_lines = self.lines(worker)
            return [line for line in worker_lines if line["msg"].startswith(what)
                    and all(line.get(key) == value for key, value in fields.items())]
        return self.wait_until(found, LONG, f"the line {what!r}")[0]

    def wait_for_state(self, worker, state):
        self.wait_for_line(worker, state)

    def qnctl(self, *words):
        return servers.run("qnctl", *words, env=self.env)

    def put(self, task, args=None, **options):
        done = self.qnctl("put", task, json.dumps(args or {}),
                          *[f"{key}={value}" for key, value in options.items()])
        self.assertEqual(done.returncode, 0, done.stderr)
        ids = done.stdout.split()
        return ids if "count" in options else ids[0]

    def ended(self, job):
        done = self.qnctl("wait", job, LONG * 1000)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return json.loads(done.stdout)

    def seen(self, job):
        done = self.qnctl("get", job)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def runs_of(self, job):
        """The pids that a job was begun by, in order."""
        return [int(pid) for name, pid in self.traced() if name == job]

    def traced(self):
        return [line.split() for line in self.trace.read_text().splitlines()]

    def traced_pids(self):
        return {int(pid) for _, pid in self.traced()}

    def wait_for_run(self, job, number=1):
        return self.wait_until(lambda: (self.runs_of(job) + [None] * number)[number - 1], LONG,
                               f"run {number} of {job}")

    def key(self, name, queue="default"):
        return f"{{{NAMESPACE}:{queue}}}:{name}"

    def check_ended(self, job, state, cause="", **fields):
        info = self.ended(job)
        self.assertEqual((info["state"], info["cause"]), (state, cause), info)
        for key, value in fields.items():
            self.assertEqual(info[key], value, info)
        return info

    def check_lives(self, worker):
        """It still does what it is there for, with all executors."""
        self.check_ended(self.put("h.ok"), "succeeded")
        worker.require_running()

    def history(self, info):
        return [json.loads(line) for line in info["history"].splitlines()]
