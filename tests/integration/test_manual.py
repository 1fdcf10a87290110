"""What is made from the table of commands is there, is right, and works in real shells."""
import os
import re
import shutil
import subprocess
import unittest

import case
import cli_case
import servers

SHARE = servers.BIN.parent / "share"
PAGES = sorted(SHARE.glob("man/man?/*"))
BASH = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMP_LINE="$*"
compopt() { echo "compopt $1 $2"; }
_quern
printf '%s\\n' "${COMPREPLY[@]}"
"""


def has(program):
    return unittest.skipUnless(shutil.which(program), f"{program} is not installed")


def run(*words, **options):
    return subprocess.run(words, text=True, capture_output=True, timeout=60, **options)


class Pages(unittest.TestCase):
    def test_each_command_and_each_program_has_a_page(self):
        listed = run(servers.BIN / "quern", "help").stdout
        names = {"quern-" + re.split(r" (?![a-z])|  ", line.strip())[0].strip().replace(" ", "-")
                 for line in listed.split("\n\n")[1].splitlines()}
        names |= {"quern", "quern-worker", "quern-api", "quern-beat"}
        self.assertGreater(len(names), 30)
        self.assertEqual({page.stem for page in PAGES if page.suffix == ".1"}, names)

    def test_help_of_each_command_fits_a_terminal(self):
        for page in PAGES:
            done = run(servers.BIN / "quern", "help", *self.words_of(page))
            if page.stem in ("quern", "quern-worker", "quern-api", "quern-beat", "quern-settings"):
                continue
            self.assertEqual((done.returncode, done.stderr), (0, ""), page)
            self.assertLessEqual(max(map(len, done.stdout.splitlines())), 80, page)

    @staticmethod
    def words_of(page):
        """quern-dead-letter-list -> dead-letter list"""
        name = page.stem.removeprefix("quern-")
        for group in ("job", "queue", "limit", "worker", "task", "schedule", "cron", "dead-letter",
                      "model", "datasource"):
            if name.startswith(f"{group}-"):
                return group, name.removeprefix(f"{group}-")
        return (name,)

    def test_help_of_a_group_is_its_commands(self):
        done = run(servers.BIN / "quern", "help", "dead-letter")
        self.assertEqual(done.returncode, 0)
        self.assertEqual([line.split()[1] for line in done.stdout.splitlines() if line],
                         ["list", "replay", "delete"])
        self.assertEqual(run(servers.BIN / "quern", "dead-letter", "--help").stdout, done.stdout)

    @has("groff")
    def test_groff_has_nothing_to_say(self):
        for page in PAGES:
            done = run("groff", "-ww", "-man", "-Tutf8", "-z", str(page))
            self.assertEqual((done.returncode, done.stderr), (0, ""), page)

    @has("man")
    def test_what_is_shown_can_be_pasted(self):
        page = SHARE / "man" / "man1" / "quern-enqueue.1"
        env = dict(os.environ, LC_ALL="C.UTF-8", MANWIDTH="80", MAN_KEEP_FORMATTING="")
        done = run("man", "--warnings", "-l", str(page), env=env)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("quern enqueue mail.welcome --args '{\"user\": 7}' --delay 10m", done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 80)

    def test_the_page_of_the_docs_is_the_one_that_was_made(self):
        made = (SHARE / "doc" / "quern" / "commands.md").read_text()
        page = servers.ROOT / "docs" / "commands.md"
        self.assertEqual(page.read_text(), made, "./dev fix writes it anew")


class Completion(cli_case.Cli):
    def complete(self, *words, **env):
        """What bash offers, behind what the function asked of it."""
        script = SHARE / "bash-completion" / "completions" / "quern"
        path = f"{servers.BIN}:{os.environ['PATH']}"
        done = run("bash", "-c", BASH, "bash", str(script), "quern", *words,
                   env={**os.environ, **self.env, "PATH": path, **env}, cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def test_bash_completes_commands_options_and_files(self):
        (self.folder / "my file").touch()
        self.assertEqual(self.complete("que"), ["queue"])
        self.assertEqual(self.complete("queue", "p"), ["pause", "purge"])
        self.assertEqual(self.complete("job", "list", "--st"), ["--state"])
        self.assertEqual(self.complete("job", "list", "--state", "=", "fa"), ["failed"])
        self.assertEqual(self.complete("enqueue", "x", "--file", "my"),
                         ["compopt -o filenames", "my file"])

    def test_names_come_from_the_broker(self):
        self.worker()
        self.assertEqual(self.complete("queue", "pause", ""), ["default", "small"])
        tasks = [task["name"] for task in self.json("task", "list")["tasks"]]
        self.assertEqual(self.complete("task", "show", ""), tasks)
        worker = self.json("worker", "list")["workers"][0]
        self.assertEqual(self.complete("worker", "stop", ""),
                         [worker.get("id") or worker["incarnation"]])
        with_params = next(task for task in self.json("task", "list")["tasks"] if task["params"])
        offered = self.complete("enqueue", with_params["name"], "")
        self.assertEqual(offered, ["compopt -o nospace"]
                         + [f"{param['name']}=" for param in with_params["params"]])

    def test_schedules_are_those_that_there_are(self):
        (self.folder / "s.conf").write_text("[schedule nightly]\ntask = x\ncron = 0 1 * * *\n")
        self.program("quern-beat", "--schedule", self.folder / "s.conf", env=self.env)
        self.wait_until(lambda: self.complete("schedule", "show", "") == ["nightly"], 20, "beat")

    def test_a_broker_that_is_named_on_the_line_is_asked(self):
        self.worker()
        nobody = "unix:///nowhere"
        self.assertEqual(self.complete("--broker-url", self.server.url, "queue", "pause", "s",
                                       QUERN_BROKER_URL=nobody), ["small"])
        self.assertEqual(self.complete("queue", "pause", "", QUERN_BROKER_URL=nobody), [""])

    def test_a_broker_that_says_nothing_is_not_waited_for(self):
        self.server.pause()
        self.addCleanup(self.server.resume)
        self.assertEqual(self.complete("queue", "pause", ""), [""])

    def test_a_name_that_a_shell_would_take_for_more_is_not_offered(self):
        self.server.cli("SADD", "{t}:queues", "good", "$(touch x)", "a b", "--all")
        self.assertEqual(self.complete("queue", "pause", ""), ["good"])

    def test_quern_prints_what_is_installed(self):
        for shell, file in (("bash", "bash-completion/completions/quern"),
                            ("zsh", "zsh/site-functions/_quern"),
                            ("fish", "fish/vendor_completions.d/quern.fish")):
            self.assertEqual(self.ok("completion", shell), (SHARE / file).read_text())
        self.fails(2, "no completion for", "completion", "tcsh")

    @has("zsh")
    def test_zsh_reads_its_script(self):
        done = run("zsh", "-n", str(SHARE / "zsh" / "site-functions" / "_quern"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    @has("fish")
    def test_fish_reads_its_script(self):
        done = run("fish", "--no-execute",
                   str(SHARE / "fish" / "vendor_completions.d" / "quern.fish"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    case.main()
