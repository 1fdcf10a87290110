"""compose/: what its files name exists, its checks of health tell the truth, and the programs are
fit to be process 1 of a container."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import unittest

import case
import servers
from worker_case import children_of, state_of

COMPOSE = servers.ROOT / "compose"
HEALTH = COMPOSE / "quern-health"
PROGRAMS = ("quern", "quern-api", "quern-beat", "quern-worker")
NOT_LIBRARIES = {"ca-certificates", "tzdata"}  # data that is read at run time
TASK = """[task left.behind]
command = ./run.sh
summary = Leaves processes behind
"""
# Leaves a process behind that left its group, and one that ends at once.
PROGRAM = """#!/bin/sh
setsid sleep 1000 </dev/null >/dev/null 2>&1 3>&- &
setsid sh -c 'sleep 0.01 & exit 0' </dev/null >/dev/null 2>&1 3>&-
exit 0
"""


def has(command, why):
    there = shutil.which(command[0]) is not None
    there = there and subprocess.run(command, capture_output=True).returncode == 0
    return unittest.skipUnless(there, why)


def in_file(name):
    return (COMPOSE / name).read_text()


def packages(stage):
    """The packages that a stage of the Dockerfile installs."""
    text = re.split(r"^FROM .*$", in_file("Dockerfile"), flags=re.M)[stage]
    words = re.search(r"--no-install-recommends(.*?)&&", text.replace("\\\n", " "), re.S)[1]
    return set(words.split())


def owner(path):
    """The package that a library belongs to, which may know it as of /lib or of /usr/lib."""
    for name in (path, path.removeprefix("/usr")):
        done = subprocess.run(["dpkg", "-S", name], text=True, capture_output=True)
        if done.returncode == 0:
            return done.stdout.split(":")[0]
    return path


class Files(unittest.TestCase):
    @has(["docker", "compose", "version"], "docker compose is not here")
    def test_docker_compose_takes_the_file(self):
        env = {**os.environ, "REDIS_PASSWORD": "a", "POSTGRES_PASSWORD": "b"}
        command = ["docker", "compose", "--env-file", "/dev/null", "-f",
                   str(COMPOSE / "compose.yaml"), "config", "--quiet"]
        done = subprocess.run(command, env=env, text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        bare = {key: value for key, value in os.environ.items() if "PASSWORD" not in key}
        done = subprocess.run(command, env=bare, text=True, capture_output=True)
        self.assertIn("set it in compose/.env", done.stderr)

    def test_each_variable_is_in_the_example_and_each_setting_exists(self):
        text = in_file("compose.yaml")
        asked = {name for name in re.findall(r"(?<!\$)\$\{(\w+)", text)}
        offered = set(re.findall(r"^(\w+)=", in_file(".env.example"), re.M))
        self.assertEqual(asked, offered)
        known = (servers.ROOT / "broker-client" / "settings.c").read_text()
        for name in re.findall(r"^ +(QUERN_\w+):", text, re.M):
            self.assertIn(f'.env = "{name}"', known)

    def test_defaults_are_those_of_the_example(self):
        example = dict(re.findall(r"^(\w+)=(.*)$", in_file(".env.example"), re.M))
        for name, default in re.findall(r"\$\{(\w+):-([^}]*)\}", in_file("compose.yaml")):
            self.assertEqual(default, example[name], name)

    def test_no_password_is_in_a_file(self):
        for name in ("compose.yaml", ".env.example", "Dockerfile"):
            self.assertNotRegex(in_file(name), r"(?i)password[=:] *[^\s$:?-]", name)

    def test_each_program_exists(self):
        named = set(re.findall(r"\bquern-(?:api|worker|beat|health)\b", in_file("compose.yaml")))
        self.assertEqual(named, {"quern-api", "quern-worker", "quern-beat", "quern-health"})
        for program in named - {"quern-health"}:
            self.assertTrue((servers.BIN / program).is_file(), program)

    def test_the_image_carries_the_version(self):
        header = (servers.ROOT / "include" / "quern" / "version.h").read_text()
        tag = "quern:" + re.search(r'QN_VERSION +"(.*)"', header)[1]
        self.assertEqual(re.findall(r"image: (quern:\S+)", in_file("compose.yaml")), [tag])
        self.assertEqual(re.findall(r"FROM (quern:[\d.]+)", in_file("README.md")), [tag])

    def test_only_loopback_is_published(self):
        ports = re.search(r"ports:\n((?: +- .*\n)+)", in_file("compose.yaml"))[1].split()
        self.assertEqual([word for word in ports if word != "-"],
                         ['"127.0.0.1:${API_PORT:-8000}:8000"'])

    def test_the_image_is_built_from_listed_packages(self):
        listed = {line.split()[0] for line in
                  (servers.ROOT / "scripts" / "packages").read_text().splitlines()
                  if line.strip() and not line.startswith("#")}
        self.assertLessEqual(packages(1), listed)

    @has(["grep", "-q", 'VERSION_ID="12"', "/etc/os-release"], "this is not Debian 12")
    def test_the_image_has_the_libraries_of_the_programs(self):
        needed = set()
        for program in PROGRAMS:
            out = subprocess.run(["ldd", servers.BIN / program], text=True, check=True,
                                 capture_output=True).stdout
            direct = subprocess.run(["readelf", "-d", servers.BIN / program], text=True,
                                    check=True, capture_output=True).stdout
            for name in re.findall(r"NEEDED.*\[(.*)\]", direct):
                path = re.search(rf"{re.escape(name)} => (\S+)", out)
                if path:
                    needed.add(os.path.realpath(path[1]))
        wanted = {owner(path) for path in needed} - {"libc6"}
        sanitizers = {name for name in wanted if re.match("lib(asan|ubsan|gcc)", name)}
        self.assertEqual(packages(2) - NOT_LIBRARIES, wanted - sanitizers)

    def test_the_page_tells_the_packages_of_the_image(self):
        page = (servers.ROOT / "docs" / "installation.md").read_text()
        for package in packages(2):
            self.assertIn(f"`{package}`", page)


class Context(case.Case):
    def test_what_is_left_out_of_the_context_is_not_needed(self):
        left_out = [line.rstrip("/") for line in
                    (servers.ROOT / ".dockerignore").read_text().splitlines()
                    if line and not line.startswith("#")]
        context = self.folder / "context"
        shutil.copytree(servers.ROOT, context, ignore=lambda folder, names: [
            name for name in names if folder == str(servers.ROOT)
            and any(pathlib.PurePath(name).match(pattern) for pattern in left_out)])
        self.assertFalse((context / "tests").exists())
        done = subprocess.run(["cmake", "--preset", "release", "-B", self.folder / "build"],
                              cwd=context, text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        for copied in re.findall(r"^COPY (?!--)(\S+) ", in_file("Dockerfile"), re.M):
            self.assertTrue((context / copied).exists(), copied)


class Running(case.Case):
    def setUp(self):
        self.server = self.redis()
        (self.folder / "artifacts").mkdir()
        (self.folder / "schedule.conf").write_text(in_file("schedule.conf"))
        self.port = servers.free_port()
        self.env = {"QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": "t",
                    "QUERN_ARTIFACT_DIR": str(self.folder / "artifacts"),
                    "QUERN_CONFIG": "/dev/null", "QUERN_LEASE": "1s",
                    "QUERN_PORT": str(self.port),
                    "QUERN_SCHEDULE": str(self.folder / "schedule.conf"),
                    "QUERN_ACCEPT_UNKNOWN": "true",
                    "QUERN_HEALTH_FILE": str(self.folder / "health"),
                    "PATH": f"{servers.BIN}:{os.environ['PATH']}"}

    def health(self, what):
        return subprocess.run(["bash", HEALTH, what], env={**os.environ, **self.env},
                              capture_output=True, timeout=30).returncode


class Services(Running):
    def healthy(self, program):
        service = program.removeprefix("quern-")
        self.assertEqual(self.health(service), 1)
        running = self.program(program, env=self.env)
        self.wait_until(lambda: self.health(service) == 0, 20, f"{program} to be healthy")
        return running

    def test_the_api_is_healthy_when_it_and_the_broker_answer(self):
        self.healthy("quern-api")
        self.server.stop()
        self.wait_until(lambda: self.health("api") == 1, 20, "the api to be ill")

    def test_the_worker_is_healthy_as_long_as_it_could_take_a_job(self):
        self.healthy("quern-worker").kill9()
        self.wait_until(lambda: self.health("worker") == 1, 20, "the worker to be ill")

    def test_beat_is_healthy_when_one_leads(self):
        self.healthy("quern-beat")

    def test_an_unknown_service_is_refused(self):
        self.assertEqual(self.health("postgres"), 2)


@has(["unshare", "--pid", "--fork", "--mount-proc", "true"], "no namespaces can be made here")
class ProcessOne(Running):
    def start(self, program):
        """The program as process 1 of a namespace: its pid here."""
        outer = servers.Process(["unshare", "--pid", "--fork", "--mount-proc", "--kill-child",
                                 servers.BIN / program], self.folder / f"{program}.log",
                                env={**os.environ, **self.env})
        self.addCleanup(outer.kill9)
        self.wait_until(lambda: children_of(outer.pid), 10, program)
        return outer, children_of(outer.pid)[0]

    def test_each_program_ends_at_term(self):
        for program in PROGRAMS[1:]:
            outer, inner = self.start(program)
            service = program.removeprefix("quern-")
            self.wait_until(lambda: self.health(service) == 0, 20, f"{program} to be healthy")
            os.kill(inner, signal.SIGTERM)
            self.assertEqual(outer.wait(20), 0, outer.log())

    def test_the_worker_reaps_what_tasks_leave_behind(self):
        (self.folder / "left.behind.task").write_text(TASK)
        (self.folder / "run.sh").write_text(PROGRAM)
        (self.folder / "run.sh").chmod(0o755)
        self.env["QUERN_TASK_PATH"] = str(self.folder / "left.behind.task")
        self.env["QUERN_CONCURRENCY"] = "1"
        _, inner = self.start("quern-worker")
        self.wait_until(lambda: self.health("worker") == 0, 20, "the worker")
        before = len(children_of(inner))
        for _ in range(3):
            done = servers.run("quern", "enqueue", "left.behind", "--wait", "--json", env=self.env)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.wait_until(lambda: len(children_of(inner)) <= before
                        and all(state_of(pid) != "Z" for pid in children_of(inner)), 20,
                        "nothing to be left")


if __name__ == "__main__":
    case.main()
