"""The fault proxy does to a connection what its fault says, and nothing else."""
import pathlib
import socket
import subprocess
import sys

import case
import fault_proxy
from fault_proxy import BLACK_HOLE, PASS, PAUSE, RESET, SWALLOW, cut, delay

PROGRAM = pathlib.Path(fault_proxy.__file__)


class Client:
    """Speaks inline commands of Redis; ask() is None when there is no answer in time."""

    def __init__(self, proxy):
        family = socket.AF_INET if isinstance(proxy.address, tuple) else socket.AF_UNIX
        self.peer = socket.socket(family)
        self.peer.connect(proxy.address)

    def say(self, words):
        self.peer.sendall(words.encode() + b"\r\n")

    def hear(self, seconds=10):
        self.peer.settimeout(seconds)
        try:
            return self.peer.recv(4096).decode()
        except TimeoutError:
            return None

    def ask(self, words, seconds=10):
        self.say(words)
        return self.hear(seconds)


class FaultProxyOfTests(case.Case):
    def setUp(self):
        self.server = self.redis(persistent=False)
        self.proxy = fault_proxy.FaultProxy(self.server.socket)
        self.addCleanup(self.proxy.stop)

    def client(self):
        client = Client(self.proxy)
        self.addCleanup(client.peer.close)
        return client

    def value(self, key):
        return self.server.cli("GET", key)

    def test_pass_carries_both_ways_over_tcp_and_unix_sockets(self):
        self.assertEqual(self.client().ask("PING"), "+PONG\r\n")
        with fault_proxy.FaultProxy(self.server.socket, str(self.folder / "p.sock")) as other:
            self.assertEqual(other.url, f"unix://{self.folder}/p.sock")
            client = Client(other)
            self.assertEqual(client.ask("PING"), "+PONG\r\n")
            client.peer.close()
        self.assertFalse((self.folder / "p.sock").exists())

    def test_a_megabyte_arrives_whole_and_in_order(self):
        client = self.client()
        text = "".join(str(n % 10) for n in range(1 << 20))
        client.peer.settimeout(20)
        client.peer.sendall(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$%d\r\n%s\r\n"
                            % (len(text), text.encode()))
        self.assertEqual(client.hear(), "+OK\r\n")
        self.assertEqual(self.value("k"), text)

    def test_delay_holds_what_is_under_way(self):
        client = self.client()
        client.ask("PING")
        self.proxy.set_all(delay(60_000))
        self.assertIsNone(client.ask("SET k v", seconds=0.2))
        self.assertEqual(self.value("k"), "")
        self.proxy.set_all(delay(1))
        self.assertEqual(self.client().ask("PING"), "+PONG\r\n")

    def test_cut_down_loses_the_answer_of_what_was_carried_out(self):
        client = self.client()
        client.ask("PING")
        self.proxy.set_all(cut("down", 0))
        self.assertEqual(client.ask("SET k v"), "")
        self.assertEqual(self.value("k"), "v")

    def test_cut_up_loses_the_request(self):
        client = self.client()
        client.ask("PING")
        self.proxy.set_all(cut("up", 3))
        self.assertEqual(client.ask("SET k v"), "")
        self.assertEqual(self.value("k"), "")

    def test_cut_passes_the_bytes_before_it(self):
        client = self.client()
        client.ask("PING")
        self.proxy.set_all(cut("down", 3))
        self.assertEqual(client.ask("PING"), "+PO")
        self.assertEqual(client.hear(), "")

    def test_reset_ends_connections_and_refuses_new_ones(self):
        client = self.client()
        client.ask("PING")
        self.proxy.set_all(RESET)
        with self.assertRaises(ConnectionResetError):
            client.hear()
        late = self.client()
        with self.assertRaises(ConnectionResetError):
            late.hear()

    def test_black_hole_carries_nothing_and_what_lost_bytes_never_speaks_again(self):
        client, silent = self.client(), self.client()
        client.ask("PING"), silent.ask("PING")
        self.proxy.set_all(BLACK_HOLE)
        self.assertIsNone(client.ask("SET k v", seconds=0.2))
        self.assertEqual(self.value("k"), "")
        self.proxy.set_all(PASS)
        with self.assertRaises(ConnectionResetError):
            client.hear()
        self.assertEqual(silent.ask("PING"), "+PONG\r\n")  # it had said nothing

    def test_swallow_carries_out_and_does_not_answer(self):
        client = self.client()
        client.ask("PING")
        self.proxy.set_all(SWALLOW)
        self.assertIsNone(client.ask("SET k v", seconds=0.2))
        self.assertEqual(self.value("k"), "v")

    def test_pause_loses_nothing(self):
        client = self.client()
        client.ask("PING")
        self.proxy.set_all(PAUSE)
        self.assertIsNone(client.ask("SET k v", seconds=0.2))
        self.proxy.set_all(PASS)
        self.assertEqual(client.hear(), "+OK\r\n")

    def test_a_fault_is_of_one_connection_or_of_the_next(self):
        self.proxy.set_next(RESET)
        with self.assertRaises(ConnectionResetError):
            self.client().hear()
        first, second = self.client(), self.client()
        self.assertEqual([first.ask("PING"), second.ask("PING")], ["+PONG\r\n"] * 2)
        self.assertEqual(self.proxy.accepted(), 3)
        oldest = self.proxy.connections()[0]
        oldest.set(cut("down", 0))
        self.assertEqual([first.ask("PING"), second.ask("PING")], ["", "+PONG\r\n"])
        oldest.set(RESET)  # it is gone already

    def test_a_server_that_is_away_resets(self):
        self.server.kill9()
        with self.assertRaises(ConnectionResetError):
            self.client().hear()

    def test_the_end_of_a_client_reaches_the_server(self):
        client = self.client()
        client.ask("CLIENT SETNAME short")
        client.peer.close()
        self.wait_until(lambda: "name=short" not in self.server.cli("CLIENT", "LIST"), 10,
                        "the server to see the client go")
        self.wait_until(lambda: not self.proxy.connections(), 10, "the line to be closed")

    def test_the_program_obeys_line_by_line(self):
        with subprocess.Popen([sys.executable, "-B", PROGRAM, self.server.socket],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
            self.addCleanup(program.kill)
            host, port = program.stdout.readline().removeprefix(
                "listening redis://").removesuffix("/0\n").split(":")

            def order(line):
                program.stdin.write(line + "\n")
                program.stdin.flush()
                return program.stdout.readline().strip()

            self.assertEqual(order("list"), "none")
            self.assertEqual(order("next cut down 0"), "ok")
            with socket.create_connection((host, int(port))) as peer:
                peer.sendall(b"SET k v\r\n")
                self.assertEqual(peer.recv(100), b"")
            self.assertEqual(self.value("k"), "v")
            self.assertEqual(order("all delay x")[:5], "error")
            self.assertEqual(order("7 pass")[:5], "error")
            self.assertEqual(order("all cut aside 3")[:5], "error")
            program.terminate()


if __name__ == "__main__":
    case.main()
