"""What Redis refuses by itself is told with what to do about it."""
import case
from cli_case import Cli


class Refused(Cli):
    def refused(self, word, hint, *words, **env):
        done = self.quern(*words, **env)
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn(f"broker: {word} ", done.stderr)
        self.assertIn(hint, done.stderr)
        self.assertNotIn("was looked for at", done.stderr)
        self.assertEqual(self.quern(*words, "--json", **env).returncode, 69)

    def test_a_password_that_is_missing_or_wrong(self):
        wrong = self.server.url.replace("unix://", "unix://:nonsense@")
        self.refused("ERR", "this Redis knows of none", "job", "list", QUERN_BROKER_URL=wrong)
        self.server.cli("CONFIG", "SET", "requirepass", "sesame")
        self.refused("NOAUTH", "it wants a password", "job", "list")
        self.refused("WRONGPASS", "user or password are wrong", "stats", QUERN_BROKER_URL=wrong)

    def test_a_replica(self):
        self.worker()
        self.server.cli("REPLICAOF", "127.0.0.1", "1")
        self.refused("Redis is a replica", "the address of the primary", "queue", "pause",
                     "default")
        self.assertIn("(a replica)", self.ok("stats"))

    def test_a_broker_that_is_full(self):
        self.worker()
        self.server.cli("CONFIG", "SET", "maxmemory", "1mb")
        self.refused("OOM", "the broker is full", "enqueue", "test.echo")
        self.ok("queue", "pause", "default")


if __name__ == "__main__":
    case.main()
