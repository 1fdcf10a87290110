"""RQ on Redis."""
import peer
from peer import Setting


class Rq(peer.RedisPeer):
    name = "rq"
    packages = ("python3-rq", "python3-redis", "python3-hiredis")
    roundtrips = 500
    settings = (
        Setting("", "best", "2 SimpleWorkers, jobs in the worker's process", 3000, workers=2,
                only_drain=False),
        Setting("_fork", "safest", "2 Workers, a process for each job", 150, workers=2),
    )

    def command(self):
        return [self.place.find("usr/bin/python3"), peer.HERE / "rq_jobs.py"]

    def producer(self):
        return self.command()

    def worker(self):
        return [*self.command(), "worker"]
