"""Sidekiq on Redis. The free edition takes a job off Redis before it runs it."""
import peer
from peer import Setting


class Sidekiq(peer.RedisPeer):
    name = "sidekiq"
    packages = ("ruby", "ruby-sidekiq")
    settings = (
        Setting("", "safest", "1 process of 10 threads, no ack", 60000, only_drain=False),
        Setting("_2", "best", "2 processes of 10 threads, no ack", 80000, workers=2),
    )

    def ruby(self):
        return self.place.find("usr/bin/ruby", "usr/bin/ruby[0-9]*")

    def producer(self):
        return [self.ruby(), peer.HERE / "sidekiq_jobs.rb"]

    def worker(self):
        return [self.ruby(), self.place.find("usr/bin/sidekiq"), "--environment", "production",
                "--require", peer.HERE / "sidekiq_jobs.rb", "--concurrency", "10"]
