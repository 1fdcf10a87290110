"""beat_case.py - the base of tests of quern-beat: schedules on a Redis, and their jobs."""
import json
import re

import case

TICK = {"name": "t.tick", "summary": "", "params": [
    {"name": "n", "type": "integer", "required": False, "doc": ""}]}
EVERY_SECOND = "[schedule tick]\ntask = t.tick\nevery = 1s\nargs = {\"n\": 1}\n"
LEASE = 0.4


class BeatCase(case.Case):
    def setUp(self):
        self.server = self.redis()
        self.publish(TICK)

    def publish(self, definition):
        self.server.cli("HSET", "{b}:tasks", definition["name"], json.dumps(definition))

    def beat(self, label, schedule=EVERY_SECOND, **env):
        path = self.folder / f"{label}.conf"
        path.write_text(schedule)
        return self.program("quern-beat", "--schedule", str(path), label=label,
                            env={"QUERN_BROKER_URL": self.server.url, "QUERN_NAMESPACE": "b",
                                 "QUERN_BEAT_LEASE": f"{int(LEASE * 1000)}ms", **env})

    def rewind(self, name, seconds):
        """As if the schedule had been dealt with so many seconds ago, and nobody led since: no
        job is left."""
        kept = self.server.cli("HGET", "{b}:schedules", name)
        at = int(re.match(r'{"changed_at":(\d+)', kept)[1])
        self.server.cli("HSET", "{b}:schedules", name, kept.replace(str(at), str(at - 10 ** 9), 1))
        now = int(self.server.cli("TIME").split()[0])
        version = self.server.cli("HGET", "{b}:schedules:planned", name).split()[-1]
        self.server.cli("HSET", "{b}:schedules:planned", name,
                        f"{(now - seconds) * 1000} default d 0 {version}")
        for key in self.server.cli("KEYS", "{b:*}:*").split():
            self.server.cli("DEL", key)
        return now - seconds

    def fired(self, queue="default"):
        """Planned seconds of the jobs made, in the order they were made."""
        elements = self.server.cli("LRANGE", f"{{b:{queue}}}:ready:0", 0, -1).split()
        return [int(element.rsplit("-", 1)[1]) for element in reversed(elements)]

    def wait_for_jobs(self, count, seconds=20):
        self.wait_until(lambda: len(self.fired()) >= count, seconds, f"{count} jobs")

    def check_each_once(self):
        seconds = self.fired()
        self.assertEqual(seconds, sorted(set(seconds)), "a planned time made more than one job")

    def leads(self, beat):
        lines = [line for line in beat.log().splitlines()
                 if '"leading"' in line or '"standing by"' in line]
        return bool(lines) and '"leading"' in lines[-1]
