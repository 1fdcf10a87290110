#!/usr/bin/env python3
"""All keys of a queue are in one slot. On a Redis Cluster of one master everything works; one
of several is refused at start, with the reason."""
import case
import servers
from promise import Promise
from worker_case import LONG

SLOTS = 16384


class Cluster(Promise):
    """Redis in cluster mode: a script or command over two slots is an error there."""

    redis_options = {"options": ("--cluster-enabled", "yes")}

    def give_slots(self, server, first, last):
        server.cli("CLUSTER", "ADDSLOTSRANGE", first, last)

    def wait_until_it_serves(self, server):
        self.wait_until(lambda: "cluster_state:ok" in server.cli("CLUSTER", "INFO"), LONG,
                        "the cluster")

    def serve_alone(self):
        self.give_slots(self.server, 0, SLOTS - 1)
        self.wait_until_it_serves(self.server)

    def test_of_one_master_runs_every_part_of_a_jobs_life(self):
        self.serve_alone()
        worker = self.worker(label="first")
        for task, args, options, state in (
                ("h.ok", {}, {}, "succeeded"), ("h.ok", {}, {"delay": 50}, "succeeded"),
                ("h.fail", {}, {}, "failed"), ("h.retry_twice", {}, {}, "succeeded"),
                ("h.follow_up", {"n": 2}, {}, "succeeded"),
                ("h.segfault", {}, {"retry": 1}, "failed")):
            self.assertEqual(self.ended(self.put(task, args, **options))["state"], state, task)
        running = self.put("h.cooperative")
        self.wait_for_run(running)
        self.told("job", "cancel", running)
        self.check_ended(running, "cancelled")
        lost = self.put("h.sleep", {"ms": 100})
        self.wait_for_run(lost)
        worker.kill9()
        self.worker(label="second")
        self.check_ended(lost, "succeeded", deaths=1)
        self.quern("dead-letter", "replay", "--all", "--yes")
        self.quern("queue", "pause", "default")
        self.assertEqual(self.told("job", "explain", self.put("h.ok"))["state"], "queued")
        self.quern("queue", "purge", "default", "--yes")
        for words in (("stats",), ("worker", "list"), ("task", "list"), ("queue", "list")):
            self.told(*words)
        self.check_sound()
        self.assertNotIn("CROSSSLOT", self.server.cli("INFO", "errorstats"))

    def test_of_one_master_has_each_queue_in_one_slot(self):
        self.serve_alone()
        self.worker("--queues", "default,other")
        for queue in ("default", "other"):
            job = self.put("h.retry_twice", queue=queue)
            self.put("h.ok", queue=queue, delay=3600 * 1000)
            self.check_ended(job, "succeeded")
        slots = {}
        for key in self.server.cli("KEYS", "*").splitlines():
            slot = self.server.cli("CLUSTER", "KEYSLOT", key)
            slots.setdefault(key[:key.index("}") + 1], set()).add(slot)
        self.assertEqual({tag: len(found) for tag, found in slots.items()},
                         {"{w}": 1, "{w:default}": 1, "{w:other}": 1})

    def test_of_one_master_wakes_a_worker_of_several_queues(self):
        self.serve_alone()
        names = [f"q{number}" for number in range(5)]
        worker = self.worker("--queues", ",".join(names))
        for queue in names + names:
            self.check_ended(self.put("h.ok", queue=queue), "succeeded")
        job = self.put("h.cooperative", queue=names[-1])
        self.wait_for_run(job)
        self.told("job", "cancel", job)
        self.check_ended(job, "cancelled")
        self.quern("worker", "stop", "--all")
        self.assertEqual(worker.wait(LONG), 0)

    def test_of_several_masters_is_refused_with_the_reason(self):
        buses = [servers.free_port() for _ in range(3)]
        nodes = [self.redis(f"node{number}", port=True, options=(
            "--cluster-enabled", "yes", "--cluster-port", bus))
            for number, bus in enumerate(buses)]
        share = SLOTS // 3
        for number, node in enumerate(nodes):
            last = SLOTS - 1 if number == 2 else (number + 1) * share - 1
            self.give_slots(node, number * share, last)
            nodes[0].cli("CLUSTER", "MEET", "127.0.0.1", node.port, buses[number])
        for node in nodes:
            self.wait_until_it_serves(node)
            self.env["QUERN_BROKER_URL"] = node.url
            for done in (servers.run("hostile_worker", env=self.env),
                         servers.run("quern", "enqueue", "h.ok", "--json", env=self.env)):
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn("a cluster of 3 masters", done.stderr)
            self.assertEqual(node.cli("DBSIZE"), "0")


if __name__ == "__main__":
    case.main()
