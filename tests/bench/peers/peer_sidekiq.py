"""Sidekiq on Redis. The free edition takes a job off Redis before it runs it."""
import os

import peer
from peer import Setting


class Sidekiq(peer.RedisPeer):
    name = "sidekiq"
    packages = ("ruby", "ruby-sidekiq")
    settings = (
        Setting("", "safest", "1 process of 5 threads on a core of its own, no ack", 50000,
                only_drain=False),
        Setting("_2", "best", "2 processes of 5 threads, each on a core, no ack", 80000,
                workers=2),
    )

    def ruby(self):
        return self.place.find("usr/bin/ruby", "usr/bin/ruby[0-9]*")

    def producer(self):
        return [self.ruby(), peer.HERE / "sidekiq_jobs.rb"]

    def worker(self):
        """Ruby runs one thread at a time: over several cores they wait for each other more."""
        cores = sorted(os.sched_getaffinity(0))
        core = cores[self.started % len(cores)]
        return ["taskset", "--cpu-list", str(core), self.ruby(),
                self.place.find("usr/bin/sidekiq"), "--environment", "production",
                "--require", peer.HERE / "sidekiq_jobs.rb", "--concurrency", "5"]
