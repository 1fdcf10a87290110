"""RabbitMQ with a durable queue, persistent messages and confirms, our own client in C."""
import subprocess

import peer
import servers
from peer import Setting

START_SECONDS = 60

# Debian's own looks for Erlang in /usr/lib only.
ERL = """#!/bin/sh
export ROOTDIR={root} EMU=beam PROGNAME=erl
BINDIR=$(echo "$ROOTDIR"/erts-*/bin)
export BINDIR
exec "$BINDIR/erlexec" "$@"
"""


class Rabbitmq(peer.OwnClient):
    name = "rabbitmq"
    packages = ("rabbitmq-server", "librabbitmq-dev")
    singles = 3000
    settings = (
        Setting("", "safest", "prefetch 1, each message acknowledged", 30000,
                only_drain=False),
        Setting("_500", "", "prefetch 500, each message acknowledged", 60000),
        Setting("_fast", "best", "prefetch 500, 50 messages acknowledged at once", 60000),
    )
    WORDS = {"": ("1", "1"), "_500": ("500", "1"), "_fast": ("500", "50")}

    def prepare(self):
        library = self.place.find("usr/lib/*/librabbitmq.so")
        self.program = self.place.compile("rabbitmq_jobs", "-L", library.parent, "-lrabbitmq")

        self.erl = self.folder / "bin" / "erl"
        self.erl.parent.mkdir()
        self.erl.write_text(ERL.format(root=self.place.find("usr/lib/erlang")))
        self.erl.chmod(0o755)

    def start(self):
        """Its own epmd, so that none stays behind; all ports are free ones on loopback."""
        self.port, names, distribution = (servers.free_port() for _ in range(3))
        scripts = self.place.find("usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin")
        home = self.folder / "rabbitmq"
        home.mkdir()
        (home / "plugins").write_text("[].\n")
        (home / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        env = self.place.environment()
        env = {
            **env, "PATH": f"{self.erl.parent}:{env['PATH']}", "HOME": str(home),
            "ERL_EPMD_PORT": str(names), "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"peer{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                "-noinput -kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_ALLOW_INPUT": "1",  # the script becomes the server: its pid is known
            "RABBITMQ_CONF_ENV_FILE": str(home / "none"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(home / "data"), "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
        }
        epmd = self.place.find("usr/lib/erlang/erts-*/bin/epmd", "usr/bin/epmd")
        self.epmd = servers.Process([epmd], self.folder / "epmd.log", env=env)
        self.log = self.folder / "rabbitmq.log"
        self.server = servers.Process([scripts / "rabbitmq-server"], self.log, env=env, cwd=home)
        servers.wait_until(self.answers, START_SECONDS, "RabbitMQ to answer")

    def answers(self):
        self.server.require_running()
        return "completed with" in self.server.log() and self.purged()

    def stop(self):
        for process in ("server", "epmd"):
            if hasattr(self, process):
                peer.stop(getattr(self, process), 20)

    def purged(self):
        done = subprocess.run([self.program, "purge"], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=30,
                              env={**self.place.environment(), "PEER_BROKER": str(self.port)})
        return done.returncode == 0

    def clear(self):
        if not self.purged():
            raise peer.Failure("its queue cannot be emptied")
