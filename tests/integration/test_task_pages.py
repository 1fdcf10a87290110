"""The pages on tasks: what they have people type works, from an empty folder, with an
installed Quern."""
import os
import shutil
import subprocess
import unittest

import case
import servers
import transcript

PAGES = servers.ROOT / "docs" / "tasks"


class TaskPages(case.Case):
    def play(self, name):
        redis = self.redis()
        prefix = self.folder / "prefix"
        subprocess.run(["cmake", "--install", servers.BIN.parent, "--prefix", prefix], check=True,
                       capture_output=True)
        room, artifacts = self.folder / "room", self.folder / "artifacts"
        room.mkdir()
        artifacts.mkdir()
        env = {key: value for key, value in os.environ.items() if not key.startswith("QUERN_")}
        env |= {"PATH": f"{prefix}/bin:{env['PATH']}", "CMAKE_PREFIX_PATH": str(prefix),
                "LD_LIBRARY_PATH": next(map(str, (p.parent for p in prefix.rglob("libquern.so"))),
                                        ""),
                "QUERN_BROKER_URL": redis.url, "QUERN_ARTIFACT_DIR": str(artifacts),
                "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        transcript.play(self, PAGES / name, room, env)

    def test_a_worker_of_ones_own(self):
        self.play("compiled-in.md")

    def test_a_plugin(self):
        self.play("plugin.md")

    def test_a_program(self):
        self.play("program.md")

    @unittest.skipUnless(shutil.which("node"), "node is not installed")
    def test_a_program_in_javascript(self):
        self.skeleton("javascript")

    @unittest.skipUnless(shutil.which("jq"), "jq is not installed")
    def test_a_program_in_shell(self):
        self.skeleton("sh")

    def skeleton(self, language):
        """Not on a page, for it is the same but for the language."""
        env = {**os.environ, "QUERN_WORKER": str(servers.BIN / "quern-worker")}
        subprocess.run([servers.BIN / "quern", "new-task", "a.b", "--exec", "--language", language],
                       cwd=self.folder, check=True, capture_output=True)
        done = subprocess.run([self.folder / "a-b" / "test.sh"], env=env, text=True,
                              capture_output=True)
        self.assertEqual((done.returncode, done.stdout.count("ok: ")), (0, 3),
                         done.stdout + done.stderr)


if __name__ == "__main__":
    case.main()
