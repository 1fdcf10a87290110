"""servers.py - private Redis and PostgreSQL, and our programs, for black-box tests.

Everything lives in a folder the test names and ends with the test: by stop(), and
by the kernel when the test itself is killed. (The kernel looks at the thread that
started a process: start processes from the main thread.)
"""
import contextlib
import ctypes
import functools
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("QUERN_BIN", ROOT / "build" / "bin"))
SOCKET_PATH_MAX = 107  # bytes, of sockaddr_un
START_SECONDS = 20

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(signo=signal.SIGKILL):
    """In a child before exec: the kernel sends signo when the parent ends."""
    if _libc.prctl(_PR_SET_PDEATHSIG, int(signo), 0, 0, 0) != 0:
        os._exit(126)


def wait_until(predicate, seconds, what):
    """Returns the first true answer of predicate; fails when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        answer = predicate()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.01)


def free_port():
    """A loopback port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tail(path, lines=30):
    """The end of a text file, "" when it is not there."""
    try:
        text = pathlib.Path(path).read_text(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


class Process:
    """A child with its log in a file; stop() is safe to call at any time."""

    def __init__(self, argv, log, env=None, death_signal=signal.SIGKILL, **options):
        self.log_path = pathlib.Path(log)
        self.name = pathlib.Path(argv[0]).name
        with open(self.log_path, "ab") as out:
            self.popen = subprocess.Popen(
                [str(word) for word in argv], env=env, stdin=subprocess.DEVNULL, stdout=out,
                stderr=out, preexec_fn=functools.partial(die_with_parent, death_signal),
                **options)

    @property
    def pid(self):
        return self.popen.pid

    @property
    def running(self):
        return self.popen.poll() is None

    def log(self):
        return self.log_path.read_text(errors="replace")

    def send(self, signo):
        self.popen.send_signal(signo)

    def wait(self, seconds):
        """The exit code, negative for a signal."""
        try:
            return self.popen.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} still runs after {seconds} s\n"
                                 + tail(self.log_path)) from None

    def kill9(self):
        self.popen.kill()
        self.popen.wait()

    def stop(self, seconds=10, signo=signal.SIGTERM):
        """Asks it to end, kills it when it does not; the exit code."""
        if self.running:
            self.send(signo)
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self.popen.wait(timeout=seconds)
            self.kill9()
        return self.popen.returncode

    def require_running(self):
        if not self.running:
            raise AssertionError(f"{self.name} ended with {self.popen.returncode}\n"
                                 + tail(self.log_path))


class Program(Process):
    """One of build/bin, by name: Program(folder, "quern-worker", "--queues", "default").

    Its log is folder/<label>.log; label is the program's name unless given.
    """

    def __init__(self, folder, name, *words, env=None, label=None):
        super().__init__([BIN / name, *words], pathlib.Path(folder) / f"{label or name}.log",
                         env={**os.environ, **(env or {})})


def run(name, *words, env=None, stdin="", seconds=60):
    """Runs one of build/bin to its end: the CompletedProcess, with texts."""
    return subprocess.run([str(BIN / name), *map(str, words)], input=stdin, text=True,
                          capture_output=True, timeout=seconds, preexec_fn=die_with_parent,
                          env={**os.environ, **(env or {})})


def socket_path(path):
    if len(os.fsencode(path)) > SOCKET_PATH_MAX:
        raise ValueError(f"{path}: longer than the {SOCKET_PATH_MAX} bytes of a socket's path")
    return path


class Redis:
    """A server on a unix socket; with port=True on a loopback port as well."""

    def __init__(self, folder, persistent=True, port=False, options=()):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket = socket_path(self.folder / "redis.sock")
        self.port = free_port() if port else 0
        self.url = f"unix://{self.socket}"
        self.tcp_url = f"redis://127.0.0.1:{self.port}/0" if port else None
        self.argv = [
            "redis-server", "--port", self.port, "--bind", "127.0.0.1",
            "--unixsocket", self.socket, "--unixsocketperm", "700", "--dir", self.folder,
            "--save", "", "--appendonly", "yes" if persistent else "no",
            "--appendfsync", "everysec", "--maxmemory-policy", "noeviction", *options]
        self.start()

    def start(self):
        """Returns when it answers, with everything loaded."""
        self.process = Process(self.argv, self.folder / "redis.log")
        wait_until(self.answers, START_SECONDS, "Redis to answer")

    def answers(self):
        self.process.require_running()
        return self.ask("PING").stdout == "PONG\n"

    @property
    def pid(self):
        return self.process.pid

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-e", "-s", str(self.socket), *map(str, words)],
                              text=True, capture_output=True, timeout=START_SECONDS)

    def cli(self, *words):
        """The answer as redis-cli prints it, without the last line's end."""
        done = self.ask(*words)
        if done.returncode != 0:
            raise AssertionError(f"redis-cli {' '.join(map(str, words))}: "
                                 f"{(done.stdout + done.stderr).strip()}")
        return done.stdout.removesuffix("\n")

    def pipe(self, commands):
        """Many commands, one a line, sent together; an error of one is that of all."""
        done = subprocess.run(["redis-cli", "-s", str(self.socket), "--pipe"], text=True,
                              input=commands.replace("\n", "\r\n"), capture_output=True,
                              timeout=START_SECONDS)
        if done.returncode != 0 or "errors: 0," not in done.stdout:
            raise AssertionError(f"redis-cli --pipe: {(done.stdout + done.stderr).strip()}")

    def kill9(self):
        self.process.kill9()

    def pause(self):
        self.process.send(signal.SIGSTOP)

    def resume(self):
        self.process.send(signal.SIGCONT)

    def restart(self):
        """Starts again on the same data, whatever state it is in."""
        self.stop()
        self.start()

    def stop(self):
        self.process.send(signal.SIGCONT)
        self.process.stop()


def start_redis(folder, persistent=True, port=False, options=()):
    """persistent: AOF, every second. options: more words for redis-server."""
    return Redis(folder, persistent, port, options)


def postgres_bin():
    """The folder of the newest PostgreSQL: Debian keeps it off the PATH."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"),
                   key=lambda path: int(path.parent.parent.name))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if not on_path:
        raise AssertionError("no PostgreSQL server is installed")
    return pathlib.Path(on_path).parent


def postgres_user():
    """PostgreSQL refuses to run as root: who it runs as then, as options of Popen."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("postgres")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def give_to_postgres(folder):
    if os.geteuid() == 0:
        entry = pwd.getpwnam("postgres")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def postgres_template():
    """An initialised data folder, made once and kept beside the programs."""
    binaries = postgres_bin()
    template = BIN.parent / f"postgres-template-{binaries.parent.name}"
    if template.is_dir():
        return template
    with tempfile.TemporaryDirectory(prefix="qpg") as name:
        made = pathlib.Path(name) / "data"
        made.mkdir(mode=0o700)
        os.chmod(name, 0o711)
        give_to_postgres(made)
        done = subprocess.run(
            [binaries / "initdb", "-D", made, "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--locale", "C.UTF-8", "--no-sync", "--no-instructions"],
            cwd="/", text=True, capture_output=True, **postgres_user())
        if done.returncode != 0:
            raise AssertionError(f"initdb: {done.stdout}{done.stderr}")
        template.parent.mkdir(parents=True, exist_ok=True)
        mine = pathlib.Path(tempfile.mkdtemp(dir=template.parent, prefix="postgres-new-"))
        shutil.copytree(made, mine, dirs_exist_ok=True)
        try:
            mine.rename(template)
        except OSError:  # another test was quicker
            shutil.rmtree(mine)
    return template


class Postgres:
    """A server on a unix socket, user postgres without a password, database postgres."""

    def __init__(self, folder, options=()):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "data"
        socket_path(self.folder / ".s.PGSQL.5432")
        subprocess.run(["cp", "-r", "--reflink=auto", postgres_template(), self.data], check=True)
        self.data.chmod(0o700)
        give_to_postgres(self.folder)
        self.url = self.database_url("postgres")
        settings = ["listen_addresses=", f"unix_socket_directories={self.folder}", "fsync=off",
                    "synchronous_commit=off", "full_page_writes=off", "max_connections=50",
                    "shared_buffers=64MB", "timezone=UTC", "jit=off", *options]
        self.argv = [postgres_bin() / "postgres", "-D", self.data]
        for setting in settings:
            self.argv += ["-c", setting]
        self.start()

    def database_url(self, database):
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def start(self):
        # SIGQUIT ends its children too.
        self.process = Process(self.argv, self.folder / "postgres.log", cwd="/",
                               death_signal=signal.SIGQUIT, **postgres_user())
        wait_until(self.answers, START_SECONDS, "PostgreSQL to answer")

    def answers(self):
        self.process.require_running()
        return self.ask("SELECT 1", "postgres").returncode == 0

    @property
    def pid(self):
        return self.process.pid

    def ask(self, sql, database):
        return subprocess.run(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", "-", self.database_url(database)],
            input=sql, text=True, capture_output=True, timeout=300)

    def psql(self, sql, database="postgres"):
        """Runs SQL, meta-commands of psql too; rows as text, columns parted by |."""
        done = self.ask(sql, database)
        if done.returncode != 0:
            raise AssertionError(f"psql: {done.stderr.strip()}")
        return done.stdout.removesuffix("\n")

    def kill9(self):
        self.process.kill9()

    def restart(self):
        self.stop()
        self.start()

    def stop(self):
        self.process.stop(signo=signal.SIGINT)  # does not wait for clients


def start_postgres(folder, options=()):
    """options: settings as name=value."""
    return Postgres(folder, options)
