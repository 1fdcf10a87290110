"""cli_case.py - the base of tests of quern: a Redis, a worker, and what a command said,
for people and for programs."""
import json

import case
import servers


class Cli(case.Case):
    def setUp(self):
        self.server = self.redis()
        self.env = {"QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": "t",
                    "QUERN_ARTIFACT_DIR": str(self.folder / "artifacts"),
                    "QUERN_CONFIG": "/dev/null"}
        (self.folder / "artifacts").mkdir()

    def worker(self):
        self.program("misbehaving_worker", "--queues", "default:2,small", "--concurrency", "2",
                     "--stop-grace", "1ms", env=self.env)
        self.wait_until(lambda: '"running"' in self.quern("worker", "list", "--json").stdout, 10,
                        "a worker")

    def quern(self, *words, stdin="", **env):
        return servers.run("quern", *words, env={**self.env, **env}, stdin=stdin)

    def ok(self, *words, **options):
        done = self.quern(*words, **options)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return done.stdout

    def json(self, *words, **options):
        return json.loads(self.ok(*words, "--json", **options))

    def fails(self, code, text, *words, **options):
        done = self.quern(*words, **options)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        self.assertIn(text, done.stderr)
        self.assertEqual(done.stdout, "")
        as_json = self.quern(*words, "--json", **options)
        self.assertEqual(as_json.returncode, code)
        self.assertEqual(json.loads(as_json.stderr)["exit"], code)

    def make(self, *words):
        return self.ok("enqueue", *words).strip()

    def wait_for_state(self, job, state):
        self.wait_until(lambda: self.json("job", "show", job)["state"] == state, 20, state)
