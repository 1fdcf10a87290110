#!/usr/bin/env python3
"""Whatever happens to its connections, a worker takes jobs again when the broker can be
reached; when it cannot for too long, it ends, so that its supervisor sees it."""
import case
from fault_proxy import BLACK_HOLE, PASS, PAUSE, RESET, SWALLOW, FaultProxy
from promise import Promise
from worker_case import LONG


class AWorker(Promise):
    def setUp(self):
        super().setUp()
        self.proxy = FaultProxy(self.server.socket)
        self.addCleanup(self.proxy.stop)
        self.one = self.worker(env={"QUERN_BROKER_URL": self.proxy.url,
                                    "QUERN_BROKER_TIMEOUT": "500ms"})
        self.check_lives(self.one)

    def wait_for_loss(self, number):
        self.wait_until(lambda: self.one.log().count("cannot be reached") >= number, LONG,
                        "it to notice")

    def test_consumes_again_after_its_connections_were_killed(self):
        for kind in ("normal", "normal", "pubsub"):
            self.server.cli("CLIENT", "KILL", "TYPE", kind)
            self.check_lives(self.one)

    def test_consumes_again_after_resets_stalls_and_silence(self):
        for number, fault in enumerate((RESET, SWALLOW, BLACK_HOLE, PAUSE), 1):
            with self.subTest(fault=fault.name):
                self.proxy.set_all(fault)
                self.wait_for_loss(number)
                self.proxy.set_all(PASS)
                self.check_lives(self.one)

    def test_consumes_again_when_only_the_connection_that_waits_died_silently(self):
        self.proxy.connections()[1].set(BLACK_HOLE)
        self.check_lives(self.one)
        self.check_lives(self.one)

    def test_consumes_again_after_redis_was_killed_and_after_it_was_frozen(self):
        self.server.kill9()
        self.wait_for_loss(1)
        self.server.restart()
        self.check_lives(self.one)
        self.server.pause()
        self.wait_for_loss(2)
        self.server.resume()
        self.check_lives(self.one)

    def test_consumes_again_after_its_broker_was_a_replica_for_a_while(self):
        self.server.cli("REPLICAOF", "127.0.0.1", "1")
        self.wait_for_loss(1)
        self.server.cli("REPLICAOF", "NO", "ONE")
        self.check_lives(self.one)

    def test_ends_when_the_broker_stays_away(self):
        two = self.worker("--give-up", "300ms", label="two",
                          env={"QUERN_BROKER_URL": self.proxy.url})
        self.proxy.set_all(BLACK_HOLE)
        self.assertEqual(two.wait(LONG), 69)
        self.proxy.set_all(PASS)
        self.check_lives(self.one)


if __name__ == "__main__":
    case.main()
