#!/usr/bin/env python3
"""What each program does when its connections to the broker fail, in each way they can."""
import os
import pathlib
import socket
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import case  # noqa: E402
import servers  # noqa: E402
from api import Api  # noqa: E402
from fault_proxy import BLACK_HOLE, PASS, PAUSE, RESET, SWALLOW, FaultProxy, delay  # noqa: E402
from worker_case import LONG, NAMESPACE, WorkerCase  # noqa: E402

GIVE_UP = 1  # seconds

# A nameserver that counts questions and answers none; prints how many the program asked.
NAMESERVER = """
import socket, subprocess, sys, threading
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
asked = []
threading.Thread(target=lambda: [asked.append(server.recv(2000)) for _ in iter(int, 1)],
                 daemon=True).start()
subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
print(len(asked))
"""


class Faults(WorkerCase):
    """A proxy before a Redis that also has a port, so that its clients can be told apart."""
    redis_options = {"port": True}

    def setUp(self):
        super().setUp()
        self.proxy = FaultProxy(f"127.0.0.1:{self.server.port}")
        self.addCleanup(self.proxy.stop)
        self.health = self.folder / "health"
        self.env["QUERN_BROKER_TIMEOUT"] = "500ms"
        self.behind = {"QUERN_BROKER_URL": self.proxy.url, "QUERN_HEALTH_FILE": str(self.health)}

    def api(self):
        (self.folder / "artifacts").mkdir(exist_ok=True)
        return Api(self, self.proxy.url, QUERN_NAMESPACE=NAMESPACE,
                   QUERN_BROKER_TIMEOUT=self.env["QUERN_BROKER_TIMEOUT"])

    def probe(self, *words):
        """(exit code, text) of quern-worker health."""
        done = servers.run("hostile_worker", "health", *words,
                           env={**self.env, "QUERN_HEALTH_FILE": str(self.health)})
        return done.returncode, done.stdout.strip() + done.stderr.strip()

    def wait_for_probe(self, code, text=""):
        self.wait_until(lambda: (answer := self.probe())[0] == code and text in answer[1], LONG,
                        f"the probe to say {code} {text!r}")

    def clients(self, *words):
        """The connections of the proxy that CLIENT LIST tells."""
        ports = {line.split(" addr=127.0.0.1:")[1].split()[0]
                 for line in self.server.cli("CLIENT", "LIST", *words).splitlines()
                 if " addr=127.0.0.1:" in line}
        return [each for each in self.proxy.connections()
                if str(each.server.getsockname()[1]) in ports]


class Readiness(Faults):
    """Took a job lately, or could have."""

    def test_a_worker_is_ready_not_ready_while_redis_is_frozen_and_ready_again(self):
        worker = self.worker(env=self.behind)
        self.wait_for_probe(0, "ready")
        job = self.put("h.sleep", {"ms": 3000})
        self.wait_for_run(job)
        self.server.pause()
        self.wait_for_probe(1, "the broker is away")
        self.assertEqual(self.probe("--live")[0], 0)  # nothing for a probe to kill it for
        self.wait_for_line(worker, "job ended", job=job)
        self.server.resume()
        self.check_ended(job, "succeeded")
        self.assertEqual(len(self.runs_of(job)), 1)
        self.wait_for_probe(0)

    def test_a_worker_that_would_never_be_woken_is_not_ready(self):
        self.worker(env=self.behind)
        self.wait_for_probe(0)
        waiting = self.clients("TYPE", "normal")
        waiting = [each for each in waiting if "cmd=blpop" in self.line_of(each)]
        self.proxy.set_new(BLACK_HOLE)
        for each in waiting:
            each.set(BLACK_HOLE)
        self.wait_for_probe(1, "the waiting connection is silent")
        self.wait_until(lambda: "not ready" in servers.run("quern", "worker", "list",
                                                           env=self.env).stdout, LONG, "the list")
        self.assertEqual(self.probe("--live")[0], 0)
        self.proxy.set_new(PASS)
        self.wait_for_probe(0)

    def line_of(self, connection):
        port = connection.server.getsockname()[1]
        return next((line for line in self.server.cli("CLIENT", "LIST").splitlines()
                     if f" addr=127.0.0.1:{port} " in line), "")

    def test_a_worker_whose_loop_stands_is_not_alive_to_its_probe(self):
        worker = self.worker(env=self.behind)
        self.wait_for_probe(0)
        worker.send(servers.signal.SIGSTOP)
        self.wait_until(lambda: self.probe("--live")[0] == 1, LONG, "the file to go stale")
        worker.send(servers.signal.SIGCONT)
        self.wait_until(lambda: self.probe("--live")[0] == 0, LONG, "it to be alive again")

    def test_a_worker_that_was_told_to_be_quiet_is_not_ready_and_alive(self):
        worker = self.worker(env=self.behind)
        self.wait_for_probe(0)
        worker.send(servers.signal.SIGUSR1)
        self.wait_for_probe(1, "quiet")
        self.assertEqual(self.probe("--live")[0], 0)
        worker.stop()
        self.assertEqual(self.probe()[0], 1)
        self.assertFalse(self.health.exists())

    def test_a_probe_without_a_file_is_a_wrong_setting(self):
        done = servers.run("hostile_worker", "health", env=self.env)
        self.assertEqual(done.returncode, 2)
        self.assertIn("health-file", done.stderr)
        self.assertEqual(self.probe("--loud")[0], 2)
        self.health.write_text("what is this\n")
        self.assertEqual(self.probe()[0], 1)

    def test_the_api_answers_its_probe_at_once_while_redis_is_silent(self):
        api = self.api()
        self.wait_until(lambda: api.get("/readyz").status == 200, LONG, "it to be ready")
        self.proxy.set_all(BLACK_HOLE)
        self.wait_until(lambda: api.get("/readyz", timeout=1).status == 503, LONG, "not ready")
        self.assertEqual(api.get("/livez").status, 200)
        self.proxy.set_all(PASS)
        self.wait_until(lambda: api.get("/readyz").status == 200, LONG, "it to be ready again")


class Manager:
    """systemd's side of the notify socket."""

    def __init__(self, name):
        self.heard = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + name[1:] if name[0] == "@" else name)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while message := self.socket.recv(4096).decode():
            self.heard += message.splitlines()

    def count(self, line):
        return self.heard.count(line)


class Systemd(Faults):
    """The notify protocol, as sd_notify(3) has it."""

    def manager(self, name):
        manager = Manager(name)
        self.behind |= {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "600000"}
        return manager

    def check_outage(self, manager):
        """The watchdog hears of it all the time: a broker that is away kills nobody."""
        self.proxy.set_all(BLACK_HOLE)
        self.wait_until(lambda: manager.heard[-1:] and any(
            line.startswith("STATUS=the broker") for line in manager.heard), LONG, "the status")
        before = manager.count("WATCHDOG=1")
        self.wait_until(lambda: manager.count("WATCHDOG=1") > before + 10, LONG, "the watchdog")
        self.proxy.set_all(PASS)

    def test_a_worker_says_ready_alive_and_stopping(self):
        manager = self.manager(str(self.folder / "notify"))
        self.proxy.set_all(BLACK_HOLE)
        worker = self.worker(env=self.behind, wait=False)
        self.wait_until(lambda: manager.count("WATCHDOG=1") > 2, LONG, "the watchdog")
        self.assertEqual(manager.count("READY=1"), 0)  # it could not take a job yet
        self.proxy.set_all(PASS)
        self.wait_until(lambda: manager.count("READY=1"), LONG, "it to be ready")
        self.check_outage(manager)
        self.wait_until(lambda: manager.heard[-1] == "WATCHDOG=1" and
                        self.probe()[0] == 0, LONG, "it to be ready again")
        self.assertEqual(manager.count("READY=1"), 1)
        worker.stop()
        self.wait_until(lambda: manager.count("STOPPING=1") == 1, LONG, "its last word")

    def test_the_api_says_ready_alive_and_stopping(self):
        manager = self.manager("@quern-" + self.folder.name)
        api = Api(self, self.proxy.url, QUERN_NAMESPACE=NAMESPACE, QUERN_BROKER_TIMEOUT="500ms",
                  **{key: self.behind[key] for key in ("NOTIFY_SOCKET", "WATCHDOG_USEC")})
        self.wait_until(lambda: manager.count("READY=1"), LONG, "it to be ready")
        self.check_outage(manager)
        api.program.stop()
        self.wait_until(lambda: manager.count("STOPPING=1") == 1, LONG, "its last word")

    def test_beat_says_ready_alive_and_stopping_and_ends_when_redis_stays_away(self):
        manager = self.manager(str(self.folder / "notify"))
        schedule = self.folder / "schedule.conf"
        schedule.write_text("")
        beat = self.program("quern-beat", "--schedule", str(schedule), "--beat-lease", "600ms",
                            env={**self.env, **self.behind})
        self.wait_until(lambda: manager.count("READY=1"), LONG, "it to be ready")
        self.check_outage(manager)
        self.wait_until(lambda: "STATUS=leads" in manager.heard, LONG, "it to lead")
        beat.stop()
        self.wait_until(lambda: manager.count("STOPPING=1") == 1, LONG, "its last word")
        self.proxy.set_all(BLACK_HOLE)
        two = self.program("quern-beat", "--schedule", str(schedule), "--give-up",
                           f"{GIVE_UP}s", env={**self.env, **self.behind}, label="two")
        self.assertEqual(two.wait(LONG), 69)


class Replies(Faults):
    """Redis answers, and not with what was asked for."""

    def test_a_disk_that_is_full_stops_taking_and_loses_no_end_and_ends_no_worker(self):
        self.server.cli("CONFIG", "SET", "save", "3600 1")
        worker = self.worker("--give-up", f"{GIVE_UP}s", env=self.behind)
        job = self.put("h.sleep", {"ms": 1500})
        self.wait_for_run(job)
        waits = self.put("h.ok", delay=500)
        obstacle = self.server.folder / "dump.rdb"
        obstacle.mkdir()
        self.server.cli("BGSAVE")
        self.wait_until(self.refuses_writes, LONG, "Redis to refuse writes")
        self.wait_for_probe(1)
        self.wait_for_line(worker, "job ended", job=job)
        self.wait_for_line(worker, "the broker does not take ends of jobs")
        before = self.refused()
        self.wait_until(lambda: self.refused() > before + 10, LONG, "it to go on asking")
        worker.require_running()
        obstacle.rmdir()
        self.server.cli("BGSAVE")
        self.check_ended(job, "succeeded")
        self.check_ended(waits, "succeeded")
        self.assertEqual((len(self.runs_of(job)), len(self.runs_of(waits))), (1, 1))
        self.wait_for_probe(0)

    def refuses_writes(self):
        done = self.server.ask("SET", "x", "1")
        return "MISCONF" in done.stdout + done.stderr

    def refused(self):
        line = next((line for line in self.server.cli("INFO", "errorstats").splitlines()
                     if line.startswith("errorstat_MISCONF")), "=0")
        return int(line.rsplit("=", 1)[1])

    def test_a_replica_is_left_and_not_asked_without_end(self):
        worker = self.worker(env=self.behind)
        self.server.cli("REPLICAOF", "127.0.0.1", "1")
        self.wait_for_probe(1, "the broker is away")
        first = self.proxy.accepted()
        self.wait_for_line(worker, "the broker cannot be reached")
        lines = len(self.lines(worker))
        self.wait_until(lambda: self.proxy.accepted() > first + 3, LONG, "it to try again")
        self.assertLess(len(self.lines(worker)) - lines, 20)
        self.server.cli("REPLICAOF", "NO", "ONE")
        self.check_lives(worker)

    def test_a_replica_that_stays_one_ends_a_worker_with_69(self):
        worker = self.worker("--give-up", f"{GIVE_UP}s", env=self.behind)
        self.server.cli("REPLICAOF", "127.0.0.1", "1")
        self.assertEqual(worker.wait(LONG), 69)
        self.assertIn("replica", self.wait_for_line(worker, "giving up")["why"])

    def test_a_failover_to_a_replica_loses_nothing_that_reached_it(self):
        replica = self.redis("replica", port=True)
        self.server.cli("CONFIG", "SET", "repl-diskless-sync-delay", "0")
        replica.cli("REPLICAOF", "127.0.0.1", self.server.port)
        self.wait_until(lambda: "master_link_status:up" in replica.cli("INFO", "replication"),
                        LONG, "the replica")
        worker = self.worker("--concurrency", "1", env=self.behind)
        job = self.put("h.sleep", {"ms": 4000})
        self.wait_for_run(job)
        queued = self.put("h.ok")
        self.wait_until(lambda: self.reached(replica), LONG, "all of it to reach the replica")
        self.server.kill9()
        self.proxy.server = (socket.AF_INET, ("127.0.0.1", replica.port))
        self.wait_for_line(worker, "the broker cannot be reached")
        replica.cli("REPLICAOF", "NO", "ONE")
        self.env["QUERN_BROKER_URL"] = replica.url
        for each in (job, queued):
            self.check_ended(each, "succeeded")
            self.assertEqual(len(self.runs_of(each)), 1)
        self.check_lives(worker)

    def reached(self, replica):
        return (replica.cli("HLEN", self.key("running")) == "1" and
                replica.cli("LLEN", self.key("ready:0")) == "1")

    def test_a_redis_that_loads_its_data_is_waited_for(self):
        worker = self.worker("--give-up", "30s", env=self.behind)
        self.server.cli("CONFIG", "SET", "rdbcompression", "no")
        self.server.cli("EVAL", "for i = 1, 150 do redis.call('SET', 'filler:' .. i, "
                        "string.rep('x', 2000)) end", 0)
        self.server.cli("BGREWRITEAOF")
        self.wait_until(lambda: "aof_rewrite_in_progress:0" in self.server.cli(
            "INFO", "persistence"), LONG, "a base to load from")
        self.server.kill9()
        self.server.argv += ["--key-load-delay", "20000",
                             "--loading-process-events-interval-bytes", "1024"]
        self.server.process = servers.Process(self.server.argv, self.server.folder / "again.log")
        self.wait_for_probe(1, "LOADING")
        self.wait_until(self.server.answers, LONG, "it to have loaded")
        self.server.cli("CONFIG", "SET", "key-load-delay", "0")
        self.check_lives(worker)

    def test_a_password_that_is_wanted_later_is_told_and_waited_for(self):
        worker = self.worker(env=self.behind)
        self.server.kill9()
        self.server.argv += ["--requirepass", "secret"]
        self.server.process = servers.Process(self.server.argv, self.server.folder / "again.log")
        self.wait_for_probe(1, "NOAUTH")
        done = self.server.ask("-a", "secret", "CONFIG", "SET", "requirepass", "")
        self.assertEqual(done.stdout, "OK\n", done)
        self.check_lives(worker)

    def test_a_script_that_runs_for_long_makes_not_ready_and_is_waited_for(self):
        self.server.cli("CONFIG", "SET", "busy-reply-threshold", "50")
        worker = self.worker(env=self.behind)
        self.wait_for_probe(0)
        endless = threading.Thread(target=self.server.ask, args=("EVAL", "while true do end", 0))
        endless.start()
        self.addCleanup(endless.join)
        self.addCleanup(self.server.ask, "SCRIPT", "KILL")
        self.wait_for_probe(1)
        lines = len(self.lines(worker))
        self.wait_until(lambda: len(self.lines(worker)) > lines + 3, LONG, "it to go on asking")
        worker.require_running()
        self.assertEqual(self.server.cli("SCRIPT", "KILL"), "OK")
        self.check_lives(worker)

    def test_scripts_that_are_forgotten_again_and_again_are_loaded_again(self):
        worker = self.worker(env=self.behind)
        for _ in range(10):
            self.server.cli("SCRIPT", "FLUSH")
            self.check_lives(worker)
        self.assertEqual(worker.log().count("cannot be reached"), 0)

    def test_a_user_who_may_no_longer_run_scripts_is_told_so(self):
        worker = self.worker(env=self.behind)
        self.server.cli("ACL", "SETUSER", "default", "-evalsha")
        self.wait_for_probe(1)
        worker.require_running()
        self.server.cli("ACL", "SETUSER", "default", "+evalsha")
        self.check_lives(worker)
        self.wait_for_probe(0)


class Peers(Faults):
    """The other end accepts, and that is all, or goes away without a word."""

    def test_a_peer_that_accepts_and_says_nothing_ends_each_program_in_time(self):
        self.proxy.set_all(BLACK_HOLE)
        worker = self.worker("--give-up", f"{GIVE_UP}s", env=self.behind, wait=False)
        self.assertEqual(worker.wait(LONG), 69)
        done = servers.run("quern", "queue", "list", env={**self.env, **self.behind})
        self.assertEqual(done.returncode, 69, done)
        self.assertIn("no connection within 500 ms", done.stderr)

    def test_a_connection_that_comes_up_and_never_serves_is_an_outage(self):
        one = self.worker("--give-up", f"{GIVE_UP}s", env=self.behind)
        self.check_lives(one)
        self.server.cli("REPLICAOF", "127.0.0.1", "1")
        self.server.cli("ACL", "SETUSER", "default", "-info")  # so that the role is not told
        self.assertEqual(one.wait(LONG), 69)
        self.server.cli("ACL", "SETUSER", "default", "+info")
        self.server.cli("REPLICAOF", "NO", "ONE")

    def test_a_nameserver_that_is_silent_is_asked_once_for_each_kind_of_address(self):
        """A lookup holds all else up: by the resolver's own rules for half a minute."""
        resolv = self.folder / "resolv.conf"
        resolv.write_text("nameserver 127.0.0.1\n")
        alone = ["unshare", "--mount", "--net", "sh", "-c",
                 f"mount --bind {resolv} /etc/resolv.conf && ip link set lo up && exec \"$@\"",
                 "sh"]
        if subprocess.run([*alone, "true"], capture_output=True).returncode != 0:
            self.skipTest("needs the right to make a network of its own")
        done = subprocess.run([*alone, sys.executable, "-c", NAMESERVER, servers.BIN / "quern",
                               "queue", "list", "--broker-url", "redis://no.such.host/0"],
                              text=True, capture_output=True, timeout=LONG,
                              env={**os.environ, "QUERN_CONFIG": "/dev/null"})
        self.assertEqual(done.stdout, "2\n", done)

    def test_no_answer_at_a_time_when_nobody_asks_is_noticed(self):
        api = self.api()
        self.wait_until(lambda: len(self.clients("TYPE", "pubsub")) == 1, LONG, "it to listen")
        before = self.proxy.accepted()
        for connection in self.proxy.connections():
            connection.set(BLACK_HOLE)
        self.wait_until(lambda: self.proxy.accepted() >= before + 2, LONG, "new connections")
        self.wait_until(lambda: api.get("/readyz").status == 200, LONG, "it to be ready")


class Waiters(Faults):
    """Who waits for the end of a job is told, wherever in between it comes."""

    def start_waits(self, job):
        """One by the API, one by the command line; each gets what it was told."""
        self.told = {}
        api = self.api()

        def by_api():
            self.told["api"] = api.get(f"/v1/jobs/{job}?wait=60").json["state"]

        def by_cli():
            done = servers.run("quern", "job", "wait", job, "--json", "--timeout", "60s",
                               env={**self.env, **self.behind})
            self.told["cli"] = "cancelled" if '"cancelled"' in done.stdout else done
        self.waits = [threading.Thread(target=each) for each in (by_api, by_cli)]
        self.wait_until(lambda: api.get("/readyz").status == 200, LONG, "the API")
        return self.waits

    def check_told(self):
        for wait in self.waits:
            wait.join(LONG)  # half of what they wait
        self.assertEqual(self.told, {"api": "cancelled", "cli": "cancelled"})

    def wait_for_registrations(self, job, count=2):
        name = job.split(".", 1)[1]
        self.wait_until(lambda: len(self.server.cli("HGET", self.key("waiters"), name).split())
                        == count, LONG, f"{count} who wait")

    def wait_for_listeners(self, count):
        self.wait_until(lambda: len(self.clients("TYPE", "pubsub")) == count, LONG,
                        f"{count} who listen")

    def end(self, job):
        self.assertEqual(self.qnctl("cancel", job).stdout, "cancelled\n")

    def waiting(self):
        """A job that two wait for, who have looked."""
        job = self.put("h.sleep")
        for wait in self.start_waits(job):
            wait.start()
        self.wait_for_registrations(job)
        self.wait_for_listeners(2)
        return job

    def test_an_end_before_the_look_is_seen(self):
        job = self.put("h.sleep")
        self.end(job)
        for wait in self.start_waits(job):
            wait.start()
        self.check_told()

    def test_an_end_that_is_told_before_the_look_is_answered_is_not_lost(self):
        """What was seen is older than what was told, and comes later."""
        self.env["QUERN_BROKER_TIMEOUT"] = "5s"
        job = self.put("h.sleep")
        waits = self.start_waits(job)
        self.proxy.set_all(delay(200))
        for wait in waits:
            wait.start()
        self.wait_for_registrations(job)
        for listening in self.clients("TYPE", "pubsub"):
            listening.set(PASS)
        self.end(job)
        self.check_told()

    def test_an_end_while_they_wait_is_told(self):
        self.end(self.waiting())
        self.check_told()

    def test_an_end_while_nobody_can_listen_is_seen(self):
        job = self.waiting()
        listening = self.clients("TYPE", "pubsub")
        self.proxy.set_new(PAUSE)
        for each in listening:
            each.set(RESET)
        self.wait_for_listeners(0)
        self.end(job)
        self.check_told()  # they look by themselves: nobody can connect again

    def test_an_end_between_the_loss_of_the_line_and_the_next_one_is_seen(self):
        job = self.waiting()
        self.proxy.set_all(PAUSE)
        for each in self.proxy.connections():
            each.set(RESET)
        self.end(job)
        self.proxy.set_all(PASS)
        self.check_told()

    def check_dead_line(self, fault):
        job = self.waiting()
        for each in self.clients("TYPE", "pubsub"):
            each.set(fault)
        self.end(job)
        self.check_told()

    def test_an_end_that_was_told_into_a_dead_line_is_seen(self):
        self.check_dead_line(SWALLOW)

    def test_an_end_that_was_told_into_a_black_hole_is_seen(self):
        self.check_dead_line(BLACK_HOLE)

    def test_an_end_while_redis_restarts_is_seen(self):
        job = self.waiting()
        self.server.kill9()
        self.server.restart()
        self.end(job)
        self.check_told()


if __name__ == "__main__":
    case.main()
