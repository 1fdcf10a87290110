"""beanstalkd with a binlog, our own client in C."""
import socket

import peer
import servers
from peer import Setting


class Beanstalkd(peer.OwnClient):
    name = "beanstalkd"
    packages = ("beanstalkd",)
    settings = (
        Setting("", "safest", "binlog, 10 connections, a job on each", 100000,
                only_drain=False),
        Setting("_fast", "best", "binlog, 1 connection, 50 jobs pipelined", 100000),
    )
    WORDS = {"": ("10", "1"), "_fast": ("1", "50")}

    def prepare(self):
        self.program = self.place.compile("beanstalkd_jobs")

    def start(self):
        self.port = servers.free_port()
        self.binlog = self.folder / "binlog"
        self.binlog.mkdir()
        self.server = servers.Process(
            [self.place.find("usr/bin/beanstalkd", "usr/sbin/beanstalkd"), "-l", "127.0.0.1",
             "-p", self.port, "-b", self.binlog], self.folder / "beanstalkd.log",
            env=self.place.environment())
        servers.wait_until(self.answers, servers.START_SECONDS, "beanstalkd to answer")

    def answers(self):
        self.server.require_running()
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def stop(self):
        if hasattr(self, "server"):
            peer.stop(self.server)

    def clear(self):
        """With a new server: it has no command to empty a tube."""
        self.stop()
        for path in self.binlog.iterdir():
            path.unlink()
        self.binlog.rmdir()
        self.start()
