"""slow_server.py - a stand-in for what jobs wait for: HTTP, each answer after some seconds."""
import asyncio
import json
import re
import threading

import servers

END = b"\r\n\r\n"


def nothing(_):
    return b"{}"


def statement(body):
    """The answer of a language model to "... over N?": how many orders there are over N."""
    number = re.findall(rb" over (\d+)", body)[-1].decode()
    text = f"```sql\nSELECT count(*) FROM orders WHERE total_amount > {number}\n```"
    return json.dumps({
        "id": "x", "object": "chat.completion", "created": 1, "model": "slow",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text},
                     "finish_reason": "stop"}],
        "usage": {"prompt_tokens": len(body) // 4, "completion_tokens": 20,
                  "total_tokens": len(body) // 4 + 20}}).encode()


class Connection(asyncio.Protocol):
    """Request after request, on the same connection."""

    def __init__(self, server):
        self.server = server
        self.received = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.received += data
        while END in self.received:
            head, rest = self.received.split(END, 1)
            length = int((re.search(rb"(?i)content-length: (\d+)", head) or [0, 0])[1])
            if len(rest) < length:
                return
            body, self.received = rest[:length], rest[length:]
            self.server.loop.call_later(self.server.seconds, self.give, self.server.answer(body))

    def give(self, answer):
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                             b"Content-Length: %d\r\n\r\n" % len(answer) + answer)


class SlowServer:
    """with SlowServer(3) as server: ... server.url. It runs on a thread of its own."""

    def __init__(self, seconds, answer=nothing):
        self.seconds, self.answer = seconds, answer
        self.port = servers.free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.loop.run_until_complete(self.loop.create_server(
            lambda: Connection(self), "127.0.0.1", self.port, backlog=1024))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def run(self):
        self.loop.run_forever()
        self.loop.close()
