"""api.py - quern-api under test: started on a free port, spoken to over sockets."""
import hashlib
import http.client
import json
import re
import socket
import struct

import servers

NAMESPACE = "t"

SALES = {"name": "report.sales", "summary": "Sales report", "queue": "default",
         "soft_limit_ms": 0, "hard_limit_ms": 0, "max_attempts": 0,
         "params": [{"name": "from", "type": "date", "required": True, "doc": "first day"},
                    {"name": "group", "type": "string", "required": False, "doc": "",
                     "choices": ["day", "week"]},
                    {"name": "top", "type": "integer", "required": False, "doc": ""}]}
ECHO = {"name": "test.echo", "summary": "", "queue": "default", "soft_limit_ms": 0,
        "hard_limit_ms": 0, "max_attempts": 0,
        "params": [{"name": "value", "type": "object", "required": False, "doc": ""}]}


def publish(redis, tasks=(SALES, ECHO), queues=("default", "reports")):
    """What a worker would have published."""
    for task in tasks:
        redis.cli("HSET", f"{{{NAMESPACE}}}:tasks", task["name"], json.dumps(task))
    for queue in queues:
        redis.cli("SADD", f"{{{NAMESPACE}}}:queues", queue)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {dict(self.headers)} {self.body[:300]!r}>"


class Api:
    """One quern-api; case starts and stops it."""

    def __init__(self, case, url, label="quern-api", **env):
        env = {"QUERN_BROKER_URL": url, "QUERN_NAMESPACE": NAMESPACE, "QUERN_PORT": "0",
               "QUERN_ARTIFACT_DIR": str(case.folder / "artifacts"), **env}
        self.program = case.program("quern-api", env=env, label=label)
        found = case.wait_until(self.find_url, 10, "quern-api to listen")
        self.host, self.port = found.group(1), int(found.group(2))

    def find_url(self):
        self.program.require_running()
        return re.search(r'"url":"http://([^":]+):(\d+)"', self.program.log())

    def connect(self, timeout=10):
        return socket.create_connection((self.host, self.port), timeout=timeout)

    def ask(self, method, path, body=None, headers=None, timeout=70):
        """body: bytes as they are, or anything else as JSON."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        headers = dict(headers or {})
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path, **options):
        return self.ask("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.ask("POST", path, body, **options)

    def raw(self, *parts, timeout=5):
        """Sends the parts, reads until the server closes or is silent for a moment
        after an answer: (status codes, all bytes, whether it was closed)."""
        with self.connect(timeout) as peer:
            try:
                for part in parts:
                    peer.sendall(part)
            except OSError:
                pass  # closed already: the answer is still to be read
            data, closed = b"", False
            while True:
                try:
                    some = peer.recv(65536)
                except ConnectionResetError:
                    closed = True
                    break
                except TimeoutError:
                    break
                if not some:
                    closed = True
                    break
                data += some
                peer.settimeout(0.3)
        return statuses(data), data, closed


def statuses(data):
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", data)]


class Wire:
    """A connection to Redis that is safe for bytes."""

    def __init__(self, redis):
        self.peer = socket.socket(socket.AF_UNIX)
        self.peer.connect(str(redis.socket))
        self.file = self.peer.makefile("rb")

    def close(self):
        self.file.close()
        self.peer.close()

    def ask(self, *words):
        words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self.peer.sendall(b"*%d\r\n" % len(words)
                          + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        line = self.file.readline()
        if line[:1] == b"$" and int(line[1:]) >= 0:
            return self.file.read(int(line[1:]) + 2)[:-2]
        return line


def field(kind, data):
    out, size = bytes([kind]), len(data)
    while size > 127:
        out += bytes([size & 127 | 128])
        size >>= 7
    return out + bytes([size]) + data


def end_by_hand(redis, job_id, letter="S", result=None, artifacts=None, error=None):
    """Writes a final record as docs/protocol.md has it, as a worker would."""
    queue, name = job_id.split(".", 1)
    key = f"{{{NAMESPACE}:{queue}}}:j:{name}"
    wire = Wire(redis)
    live = wire.ask("GET", key)
    outcome = b""
    if error is not None:
        outcome += field(1, b"\x01") + field(2, error.encode())
    if result is not None:
        outcome += field(6, json.dumps(result).encode())
    if artifacts is not None:
        outcome += field(7, json.dumps(artifacts).encode())
    head = b"\x01" + letter.encode() + b"\0" + struct.pack("<q", 1770000000000) + b"\x01-"
    wire.ask("SET", key, head + struct.pack("<I", len(outcome)) + outcome + live)
    wire.close()


def store(case, data):
    """A file in the artifact directory, as a worker stores it: its sha256."""
    digest = hashlib.sha256(data).hexdigest()
    folder = case.folder / "artifacts" / digest[:2]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / digest).write_bytes(data)
    return digest
