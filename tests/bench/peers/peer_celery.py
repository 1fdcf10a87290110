"""Celery on Redis: two processes, as its documentation advises for jobs that must not be lost."""
import peer
from peer import Setting


class Celery(peer.RedisPeer):
    name = "celery"
    packages = ("celery", "python3-redis", "python3-hiredis")
    singles = 1000
    processes = 2
    settings = (
        Setting("", "safest", "prefork 2, late ack, results, prefetch 4 each", 3000,
                only_drain=False),
        Setting("_1", "", "the same with prefetch 1 each", 120),
        Setting("_fast", "best", "prefork 2, early ack, no results, prefetch 64 each", 4000),
    )
    PREFETCH = {"": 4, "_1": 1, "_fast": 64}

    def python(self):
        return self.place.find("usr/bin/python3")

    def producer(self):
        return [self.python(), peer.HERE / "celery_jobs.py"]

    def worker(self):
        return [self.python(), "-m", "celery", "-A", "celery_jobs", "worker",
                "--pool", "prefork", "--concurrency", "2", "--loglevel", "WARNING",
                "--prefetch-multiplier", str(self.PREFETCH[self.setting.suffix])]
