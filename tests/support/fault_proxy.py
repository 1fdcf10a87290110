#!/usr/bin/env python3
"""fault_proxy.py - a broken network between clients and a real server.

    proxy = FaultProxy(redis.socket)                 # or "127.0.0.1:6379"
    env = {"QUERN_BROKER_URL": proxy.url}
    proxy.set_all(delay(50))                         # those that are there, and new ones
    proxy.set_next(cut("down", 0))                   # the next connection only
    proxy.connections()[0].set(RESET)                # this one
    proxy.stop()

The faults, changed at any time:

    PASS                     none
    delay(ms)                each byte arrives ms later, in both directions
    cut("up", n)             n more bytes reach the server; the next one ends the connection
    cut("down", n)           the same of what the server says. cut("down", 0): the request
                             was carried out, its answer is lost
    RESET                    ends at once, with RST on TCP; a new one as soon as it is there
    BLACK_HOLE               stays open and carries nothing
    SWALLOW                  carries requests, but no answers
    PAUSE                    carries nothing for now; nothing is lost

cut(..., reset=True) ends with RST instead of an orderly end. A connection that has lost
bytes carries none ever again, as TCP would not: PASS after BLACK_HOLE or SWALLOW resets
it if it lost something.

As a program, for tests in other languages:

    fault_proxy.py SERVER [LISTEN]

prints "listening URL", then reads commands, one a line, and answers each with one line,
"ok", "error TEXT" or what was asked for:

    all FAULT | new FAULT | next FAULT | ID FAULT | list

FAULT: pass, delay MS, cut up|down N [reset], reset, black_hole, swallow, pause. It ends
at SIGTERM. Addresses: HOST:PORT, or the path of a unix socket. Not here: TLS.
"""
import collections
import concurrent.futures
import dataclasses
import errno
import os
import pathlib
import selectors
import socket
import struct
import sys
import threading
import time

CHUNK = 65536
HELD_MOST = 1 << 20  # bytes under way in one direction; more are not read
END = b""


@dataclasses.dataclass(frozen=True)
class Fault:
    name: str
    delay_ms: int = 0
    direction: str = ""  # of a cut
    after: int = 0
    reset: bool = False


PASS = Fault("pass")
RESET = Fault("reset")
BLACK_HOLE = Fault("black_hole")
SWALLOW = Fault("swallow")
PAUSE = Fault("pause")
_PLAIN = {fault.name: fault for fault in (PASS, RESET, BLACK_HOLE, SWALLOW, PAUSE)}


def delay(ms):
    return Fault("delay", delay_ms=ms)


def cut(direction, after, reset=False):
    if direction not in ("up", "down") or after < 0:
        raise ValueError("a cut is up or down, after 0 or more bytes")
    return Fault("cut", direction=direction, after=after, reset=reset)


def parse(text):
    """The fault a line names; ValueError for what is none."""
    match text.split():
        case [name] if name in _PLAIN:
            return _PLAIN[name]
        case ["delay", ms]:
            return delay(int(ms))
        case ["cut", direction, after]:
            return cut(direction, int(after))
        case ["cut", direction, after, "reset"]:
            return cut(direction, int(after), reset=True)
    raise ValueError(f"no fault: {text!r}")


def _address(text):
    """(family, address) of HOST:PORT or a path."""
    if isinstance(text, os.PathLike) or "/" in text:
        return socket.AF_UNIX, os.fspath(text)
    host, port = text.rsplit(":", 1)
    return socket.AF_INET, (host, int(port))


class _Stream:
    """One direction: what was read at source and is not yet written to sink."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink
        self.held = collections.deque()  # (due, bytes), END last
        self.size = 0
        self.budget = None  # bytes before a cut
        self.passed = 0
        self.ended = False  # the source said its last
        self.finished = False  # the sink was told so

    def hold(self, data, due):
        if self.held:
            due = max(due, self.held[-1][0])  # order is kept when a delay shrinks
        self.held.append((due, data))
        self.size += len(data)
        self.ended |= data == END

    def due(self):
        return self.held[0][0] if self.held else None

    def write(self, now):
        """Sends what is due. True when the cut was reached."""
        while self.held and self.held[0][0] <= now:
            due, data = self.held[0]
            if data == END:
                self.sink.shutdown(socket.SHUT_WR)
                self.finished = True
                self.held.popleft()
                return False
            allowed = data if self.budget is None else data[:self.budget]
            sent = self.sink.send(allowed) if allowed else 0
            self.passed += sent
            self.size -= sent
            if self.budget is not None:
                self.budget -= sent
                if self.budget == 0 and sent < len(data):
                    return True
            if sent < len(data):
                self.held[0] = (due, data[sent:])
                return False
            self.held.popleft()
        return False


class Connection:
    """One client and its line to the server; a handle for tests."""

    def __init__(self, proxy, number, client, server, fault):
        self.proxy, self.number = proxy, number
        self.client, self.server = client, server
        self.up, self.down = _Stream(client, server), _Stream(server, client)
        self.fault = PASS
        self.lost = False
        self.open = True
        self._apply(fault)

    def set(self, fault):
        self.proxy.call(lambda: self.open and self._change(fault))

    def __repr__(self):
        return (f"{self.number} {self.fault.name} up {self.up.passed} down {self.down.passed}"
                f"{' lost' if self.lost else ''}{'' if self.open else ' closed'}")

    # What follows runs in the proxy's thread.

    def _change(self, fault):
        would_carry = fault not in (self.fault, BLACK_HOLE)
        self._apply(RESET if self.lost and would_carry else fault)

    def _apply(self, fault):
        self.fault = fault
        self.up.budget = fault.after if fault.direction == "up" else None
        self.down.budget = fault.after if fault.direction == "down" else None
        if fault == RESET:
            self.close(reset=True)

    def _loses(self, stream):
        return self.fault == BLACK_HOLE or self.fault == SWALLOW and stream is self.down

    def wants_read(self, stream):
        return self.fault != PAUSE and not stream.ended and stream.size < HELD_MOST

    def wants_write(self, stream, now):
        due = stream.due()
        return self.fault != PAUSE and due is not None and due <= now

    def read(self, stream):
        data = stream.source.recv(CHUNK)
        if self._loses(stream):
            self.lost = True
            if data == END:  # of the client: nobody is left to be deceived
                stream.ended = True
                if stream is self.up:
                    self.close()
            return
        stream.hold(data, time.monotonic() + self.fault.delay_ms / 1000)

    def write(self, stream):
        if self._loses(stream):
            stream.held.clear()
            stream.size = 0
            self.lost = True
        elif stream.write(time.monotonic()):
            self.close(reset=self.fault.reset)
        elif self.up.finished and self.down.finished:
            self.close()

    def close(self, reset=False):
        self.open = False
        for peer in (self.client, self.server):
            if reset and peer.family == socket.AF_INET:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()


class FaultProxy:
    """Listens at once and carries in a thread of its own, until stop()."""

    def __init__(self, server, listen="127.0.0.1:0", fault=PASS):
        self.server = _address(server)
        family, address = _address(listen)
        self.listener = socket.socket(family)
        if family == socket.AF_INET:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(address)
        self.listener.listen(128)
        self.listener.setblocking(False)
        name = self.listener.getsockname()
        self.address = name if family == socket.AF_INET else os.fspath(address)
        self.url = ("redis://%s:%d/0" % name if family == socket.AF_INET
                    else f"unix://{self.address}")
        self.fault = fault  # of new connections
        self._next = collections.deque()
        self._connections = []
        self._count = 0
        self._calls = collections.deque()
        self._running = True
        self._waker, self._woken = socket.socketpair()
        self._waker.setblocking(False)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def set_all(self, fault):
        """Every connection, and those to come."""
        def change():
            self.fault = fault
            self._next.clear()
            for connection in self._alive():
                connection._change(fault)
        self.call(change)

    def set_new(self, fault):
        """Connections to come."""
        self.call(lambda: setattr(self, "fault", fault))

    def set_next(self, *faults):
        """The next connections, one fault each; later ones are as set_new says."""
        self.call(lambda: self._next.extend(faults))

    def connections(self):
        """Those that are open, the oldest first."""
        return self.call(self._alive)

    def accepted(self):
        """How many connections there have been."""
        return self.call(lambda: self._count)

    def stop(self):
        if self._thread.is_alive():
            self.call(lambda: setattr(self, "_running", False))
            self._thread.join()
        self._waker.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def call(self, function):
        """Runs function in the proxy's thread, between two steps; its result."""
        if not self._thread.is_alive():
            raise RuntimeError("the proxy was stopped")
        future = concurrent.futures.Future()
        self._calls.append((future, function))
        try:
            self._waker.send(b"x")
        except BlockingIOError:
            pass  # there is a wake-up under way
        return future.result(timeout=30)

    # The thread.

    def _alive(self):
        self._connections = [each for each in self._connections if each.open]
        return list(self._connections)

    def _run(self):
        try:
            while self._running:
                self._step()
        finally:
            for connection in self._alive():
                connection.close()
            self.listener.close()
            self._woken.close()
            if self.listener.family == socket.AF_UNIX:
                pathlib.Path(self.address).unlink(missing_ok=True)

    def _step(self):
        now = time.monotonic()
        with selectors.PollSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ, [])
            selector.register(self.listener, selectors.EVENT_READ, [])
            timeout = self._register(selector, now)
            ready = selector.select(timeout)
        for key, events in ready:
            if key.fileobj is self._woken:
                self._answer_calls()
            elif key.fileobj is self.listener:
                self._accept()
            else:
                self._carry(key.data, events)

    def _register(self, selector, now):
        """What each connection waits for; seconds until something held falls due."""
        dues = []
        for connection in self._alive():
            wishes = {connection.client: [0], connection.server: [0]}
            for stream in (connection.up, connection.down):
                if connection.wants_read(stream):
                    wishes[stream.source][0] |= selectors.EVENT_READ
                    wishes[stream.source].append((selectors.EVENT_READ, connection.read, stream))
                if connection.wants_write(stream, now):
                    wishes[stream.sink][0] |= selectors.EVENT_WRITE
                    wishes[stream.sink].append((selectors.EVENT_WRITE, connection.write, stream))
                elif connection.fault != PAUSE and stream.due() is not None:
                    dues.append(stream.due())
            for peer, (events, *steps) in wishes.items():
                if events:
                    selector.register(peer, events, [connection, *steps])
        return max(0, min(dues) - now) if dues else None

    def _answer_calls(self):
        self._woken.recv(4096)
        while self._calls:
            future, function = self._calls.popleft()
            try:
                future.set_result(function())
            except Exception as fault:  # the caller's
                future.set_exception(fault)

    def _accept(self):
        try:
            client, _ = self.listener.accept()
        except OSError:
            return  # it has left already
        family, address = self.server
        server = socket.socket(family)
        for peer in (client, server):
            peer.setblocking(False)
            if peer.family == socket.AF_INET:
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._count += 1
        fault = self._next.popleft() if self._next else self.fault
        if server.connect_ex(address) not in (0, errno.EINPROGRESS):
            fault = RESET
        self._connections.append(Connection(self, self._count, client, server, fault))

    @staticmethod
    def _carry(data, events):
        connection, *steps = data
        for wanted, step, stream in steps:
            if not connection.open:
                return
            if events & wanted:
                try:
                    step(stream)
                except BlockingIOError:
                    pass
                except OSError:
                    connection.close(reset=True)


def _obey(proxy, line):
    who, _, what = line.strip().partition(" ")
    if who == "list":
        return "; ".join(map(repr, proxy.connections())) or "none"
    setters = {"all": proxy.set_all, "new": proxy.set_new, "next": proxy.set_next}
    setters |= {str(each.number): each.set for each in proxy.connections()}
    if who not in setters:
        raise ValueError(f"no connection and no command: {who!r}")
    setters[who](parse(what))
    return "ok"


def main(argv):
    if not 2 <= len(argv) <= 3:
        print("usage: fault_proxy.py SERVER [LISTEN]", file=sys.stderr)
        return 2
    proxy = FaultProxy(*argv[1:])
    print("listening", proxy.url, flush=True)
    for line in sys.stdin:
        try:
            print(_obey(proxy, line), flush=True)
        except ValueError as fault:
            print("error", fault, flush=True)
    proxy._thread.join()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
