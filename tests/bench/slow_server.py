"""slow_server.py - a stand-in for what jobs wait for: HTTP, each answer after some seconds."""
import asyncio
import threading

import servers

ANSWER = (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
          b"\r\n{}")
END = b"\r\n\r\n"


class Connection(asyncio.Protocol):
    """GET after GET, on the same connection."""

    def __init__(self, loop, seconds):
        self.loop, self.seconds = loop, seconds
        self.received = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        *whole, self.received = (self.received + data).split(END)
        for _ in whole:
            self.loop.call_later(self.seconds, self.transport.write, ANSWER)


class SlowServer:
    """with SlowServer(3) as server: ... server.url. It runs on a thread of its own."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.port = servers.free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.loop.run_until_complete(self.loop.create_server(
            lambda: Connection(self.loop, self.seconds), "127.0.0.1", self.port, backlog=1024))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def run(self):
        self.loop.run_forever()
        self.loop.close()
