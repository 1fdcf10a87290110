"""promise.py - the base of the named tests: a worker on a Redis of its own
(worker_case.py), and the command line and the API beside it."""
import json

import servers
from api import Api
from worker_case import LONG, NAMESPACE, WorkerCase


class Promise(WorkerCase):
    def quern(self, *words, code=0):
        """What quern printed on stdout; it ends with the code."""
        done = servers.run("quern", *words, env={**self.env, "QUERN_CONFIG": "/dev/null"})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def told(self, *words):
        """What quern says to programs."""
        return json.loads(self.quern(*words, "--json"))

    def api(self, url=None, label="quern-api", **env):
        (self.folder / "artifacts").mkdir(exist_ok=True)
        return Api(self, url or self.server.url, label=label,
                   **{"QUERN_NAMESPACE": NAMESPACE, "QUERN_CONFIG": "/dev/null", **env})

    def total(self, name, queue="default"):
        """A total of the queue since it began: "succeeded", "recovered", ..."""
        return int(self.server.cli("HGET", self.key("meta", queue), name) or 0)

    def length(self, command, name, queue="default"):
        return int(self.server.cli(command, self.key(name, queue)))

    def wait_for_total(self, name, count, queue="default"):
        self.wait_until(lambda: self.total(name, queue) >= count, LONG, f"{count} {name}")

    def check_sound(self):
        """No lock, lease or entry is left that nobody looks after."""
        self.assertEqual(self.told("fsck", "--queue", "default")["findings"], [])
