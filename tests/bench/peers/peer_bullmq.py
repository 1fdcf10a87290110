"""BullMQ on Redis: a lock for each job, stalled jobs run again."""
import json
import shutil

import peer
from peer import Setting


class Bullmq(peer.RedisPeer):
    name = "bullmq"
    modules = True
    settings = (
        Setting("", "safest", "1 process, 50 at once, results kept", 60000, only_drain=False),
        Setting("_1", "", "1 process, one at a time, results kept", 10000),
        Setting("_fast", "best", "1 process, 50 at once, no results", 60000),
    )
    CONCURRENCY = {"": 50, "_1": 1, "_fast": 50}

    def producer(self):
        return [shutil.which("node"), peer.HERE / "bullmq_jobs.cjs"]

    def worker(self):
        return [*self.producer(), "worker", str(self.CONCURRENCY[self.setting.suffix])]

    def versions(self):
        pinned = json.loads((peer.HERE / "package.json").read_text())["dependencies"]
        told = [f"{name} {version}" for name, version in pinned.items()]
        return ", ".join([*told, "node " + self.place.output(["node", "--version"])[1:]])
