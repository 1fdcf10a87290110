"""llm_server.py - a real HTTP server that speaks as OpenAI's does, well or badly.

    llm_server.py PORT_FILE [--answers FILE] [--key KEY] [--delay SECONDS]

What it does is said by the model's name: one of SCENARIOS; any other model is "ok". It is strict:
a request that the real servers would refuse gets 400. Tokens are counted: a prompt has a token
for every four bytes of its contents (rounded up), an answer likewise.

    GET  /count          {"scenario": requests so far, ...}
    GET  /last           the last request of each scenario, as it came
    POST /reset
    GET  /v1/models
    POST /v1/chat/completions

With --answers, a model named "file" answers as the file says: lines {"question": ..., "sql": ...};
the question is the text of the last block between <question> and </question> in the prompt. sql
may be null (it says that it cannot answer), and a list: what it says first, after the first
complaint, and so on. The model file-NOISE writes one of NOISES around what the model file says.
"""
import argparse
import gzip
import http.server
import json
import os
import pathlib
import re
import socket
import threading
import time

SQL = "SELECT count(*) FROM orders"
HUGE = 5 * 1024 * 1024
STALL_SECONDS = 60
WORDS = "The answer is 42 \u4e2d\u6587\u5b57."
KNOWN = {"model", "messages", "temperature", "max_tokens", "max_completion_tokens", "seed", "stop",
         "response_format", "stream", "stream_options"}


def tokens(text):
    return (len(text.encode()) + 3) // 4


class Wrong(Exception):
    """A request that the real servers refuse."""


def require(holds, text):
    if not holds:
        raise Wrong(text)


def check_message(message):
    require(isinstance(message, dict) and set(message) == {"role", "content"}, "a message")
    require(message["role"] in ("system", "user", "assistant"), "a role")
    require(isinstance(message["content"], str), "content")


def check(request):
    """What the protocol asks for."""
    require(isinstance(request, dict), "an object")
    require(not set(request) - KNOWN, f"unknown field {sorted(set(request) - KNOWN)}")
    require(isinstance(request.get("model"), str) and request["model"], "model")
    require(isinstance(request.get("messages"), list) and request["messages"], "messages")
    for message in request["messages"]:
        check_message(message)
    if "temperature" in request:
        require(0 <= request["temperature"] <= 2, "temperature")
    most = request.get("max_tokens", request.get("max_completion_tokens"))
    require(isinstance(most, int) and most > 0, "max_tokens")
    require(isinstance(request.get("stream"), bool), "stream")
    require("stream_options" not in request or request["stream"], "stream_options")
    if "response_format" in request:
        require(request["response_format"] == {"type": "json_object"}, "response_format")


def prompt_of(request):
    return "".join(message["content"] for message in request["messages"])


class Said:
    """One answer, before it is written."""

    def __init__(self, request, text, **more):
        self.request = request
        self.text = text
        self.reasoning = more.get("reasoning", "")
        self.finish = more.get("finish", "stop")
        self.cached = more.get("cached", 0)
        self.refusal = more.get("refusal")
        self.told = more.get("told", True)

    def usage(self):
        thought = tokens(self.reasoning)
        prompt, said = tokens(prompt_of(self.request)), tokens(self.text) + thought
        return {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said,
                "prompt_tokens_details": {"cached_tokens": self.cached},
                "completion_tokens_details": {"reasoning_tokens": thought}}

    def head(self, kind):
        return {"id": "x", "object": kind, "created": 1, "model": self.request["model"]}

    def message(self):
        message = {"role": "assistant", "content": self.text}
        if self.reasoning:
            message["reasoning_content"] = self.reasoning
        if self.refusal:
            message.update(content=None, refusal=self.refusal)
        return message

    def whole(self):
        body = {**self.head("chat.completion"), "choices": [
            {"index": 0, "message": self.message(), "finish_reason": self.finish}]}
        if self.told:
            body["usage"] = self.usage()
        return body

    def pieces(self, usage="own"):
        """Chunks of a stream; usage: in a chunk of its "own" or in the "last" one."""
        kind = self.head("chat.completion.chunk")

        def chunk(delta, finish=None):
            return {**kind, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

        yield chunk({"role": "assistant", "content": ""})
        if self.reasoning:
            yield chunk({"reasoning_content": self.reasoning})
        for at in range(0, len(self.text), 5):
            yield chunk({"content": self.text[at:at + 5]})
        last = chunk({}, self.finish)
        if usage == "last" and self.told:
            last["usage"] = self.usage()
        yield last
        if usage == "own" and self.told:
            yield {**kind, "choices": [], "usage": self.usage()}


# Answers of status 200, whole or streamed: scenario -> what makes them.
ANSWERS = {
    "ok": lambda r: Said(r, WORDS),
    "fenced": lambda r: Said(r, f"```sql\n{SQL};\n```"),
    "prose-sql": lambda r: Said(r, f"Here you are:\n\n```sql\n{SQL}\n```\nThat counts them."),
    "think-tag": lambda r: Said(r, f"<think>let me see: DROP TABLE x</think>\n\n{SQL}"),
    "only-closing-think": lambda r: Said(r, f"let me see: DROP TABLE x</think>\n{SQL}"),
    "reasoning-content": lambda r: Said(r, SQL, reasoning="I count them."),
    "cached-tokens": lambda r: Said(r, WORDS, cached=tokens(prompt_of(r)) // 2),
    "json": lambda r: Said(r, '{"a": [1, 2, 3]}'),
    "bad-json": lambda r: Said(r, '{"a": [1, 2'),
    "cut-json": lambda r: Said(r, '{"a": [1, 2', finish="length"),
    "empty": lambda r: Said(r, "  \n"),
    "refuse": lambda r: Said(r, "", refusal="I cannot help with that."),
    "content-filter": lambda r: Said(r, "", finish="content_filter"),
    "overloaded": lambda r: Said(r, "SEL", finish="insufficient_system_resource"),
    "no-usage": lambda r: Said(r, WORDS, told=False),
}
# What models write around a statement: name -> the text with it.
NOISES = {
    "fenced": lambda sql: f"```sql\n{sql};\n```",
    "prose": lambda sql: f"Here is the query that you asked for:\n\n```sql\n{sql}\n```\n\n"
                         "It joins the tables and groups the rows. Let me know if it helps!",
    "bare": lambda sql: f"Sure! This answers it:\n\n{sql};\n\nIt was written for PostgreSQL.",
    "think": lambda sql: f"<think>DROP TABLE x; or SELECT 1? No.</think>\n\n{sql}",
    "lone": lambda sql: f"First SELECT * FROM a, then ... done.</think>\n```\n{sql}\n```",
    "two": lambda sql: f"```sql\nSELECT 1\n```\nBetter:\n```sql\n{sql}\n```",
    "label": lambda sql: f"SQL: {sql}",
    "json": lambda sql: json.dumps({"sql": sql, "explanation": "It counts."}),
    "marks": lambda sql: f"\ufeff\u200b{sql}\u200b\n",
}
# Answers of another status: scenario -> status, headers, body.
BUSY = {"error": {"message": "Rate limit reached", "type": "rate_limit_error"}}
ERRORS = {
    "429-retry-after-1": (429, {"Retry-After": "1"}, BUSY),
    "429-retry-after-20": (429, {"Retry-After": "20"}, BUSY),
    "429-retry-after-600": (429, {"Retry-After": "600"}, BUSY),
    "429-bare": (429, {}, BUSY),
    "429-quota": (429, {}, {"error": {"message": "You exceeded your current quota",
                                      "code": "insufficient_quota"}}),
    "400": (400, {}, {"error": {"message": "something is wrong"}}),
    "402": (402, {}, {"error": {"message": "Insufficient Balance"}}),
    "403": (403, {}, {"error": {"message": "forbidden"}}),
    "404": (404, {}, {"error": {"message": "no such model"}}),
    "422": (422, {}, {"detail": "no"}),
    "500": (500, {}, {"error": {"message": "internal"}}),
    "502": (502, {}, "bad gateway"),
    "503": (503, {}, {"error": {"message": "busy"}}),
    "529": (529, {}, {"error": {"message": "overloaded"}}),
    "redirect": (302, {"Location": "/v1/models"}, {}),
    "context-openai": (400, {}, {"error": {
        "message": "This model's maximum context length is 8192 tokens.",
        "type": "invalid_request_error", "code": "context_length_exceeded"}}),
    "context-llama": (400, {}, {"error": {
        "code": 400, "message": "the request exceeds the available context size",
        "type": "exceed_context_size_error", "n_prompt_tokens": 9000, "n_ctx": 8192}}),
    "context-llama-500": (500, {}, {"error": {
        "code": 500, "message": "the request exceeds the available context size. try increasing",
        "type": "server_error"}}),
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    # ---- writing ----

    def send(self, status, body, headers=(), kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def begin_stream(self, kind="text/event-stream", length=None):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def hang_up(self):
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def event(self, data, end="\n"):
        text = data if isinstance(data, str) else json.dumps(data)
        self.chunk(f"data: {text}{end}{end}".encode())

    def write(self, said):
        if not said.request["stream"]:
            self.send(200, said.whole())
            return
        wants = said.request.get("stream_options", {}).get("include_usage", False)
        self.begin_stream()
        for piece in said.pieces("own" if wants else "none"):
            self.event(piece)
        self.event("[DONE]")
        self.chunk(b"")

    # ---- requests ----

    def do_GET(self):
        state = self.server.state
        if self.path == "/count":
            self.send(200, state.count)
        elif self.path == "/last":
            self.send(200, state.last)
        elif not self.has_key():
            self.refuse_key()
        elif self.path == "/v1/models":
            self.send(200, {"object": "list", "data": [{"id": "ok", "object": "model"}]})
        else:
            self.send(404, {"error": {"message": "no such place"}})

    def has_key(self):
        key = self.server.state.key
        return not key or self.headers.get("Authorization") == f"Bearer {key}"

    def refuse_key(self):
        self.send(401, {"error": {"message": "Incorrect API key provided: "
                                             + self.headers.get("Authorization", "none")}})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/reset":
            self.server.state.reset()
            self.send(200, {})
            return
        try:
            require(self.path == "/v1/chat/completions", f"no such place: {self.path}")
            require(self.headers.get("Content-Type") == "application/json", "Content-Type")
            request = json.loads(body)
            check(request)
        except (Wrong, ValueError) as fault:
            self.server.state.note("wrong", body.decode(errors="replace"))
            self.send(400, {"error": {"message": f"bad request: {fault}"}})
            return
        turn = self.server.state.note(request["model"], request)
        if not self.has_key():
            self.refuse_key()
            return
        try:
            self.play(request, request["model"], turn)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def play(self, request, scenario, turn):
        if self.server.state.delay:
            time.sleep(self.server.state.delay)
        if scenario.startswith("file-") and scenario[5:] in NOISES:
            self.play_file(request, turn, scenario)
            return
        method = self.method_of(scenario) or self.method_of(re.sub(r"-\d+$", "", scenario))
        if scenario in ERRORS:
            status, headers, body = ERRORS[scenario]
            self.send(status, body, headers)
        elif method:
            method(request, turn, scenario)
        else:
            self.write(ANSWERS.get(scenario, ANSWERS["ok"])(request))

    def method_of(self, scenario):
        return getattr(self, "play_" + scenario.replace("-", "_"), None)

    # ---- scenarios that need more ----

    def play_file(self, request, _turn, scenario):
        blocks = re.findall(r"<question>\s*((?:(?!<question>).)*?)\s*</question>",
                            prompt_of(request), re.S)
        sql = self.server.state.answers.get(blocks[-1] if blocks else None)
        if isinstance(sql, list):
            said = sum(message["role"] == "assistant" for message in request["messages"])
            sql = sql[min(said, len(sql) - 1)]
        noise = NOISES.get(scenario[5:], str)
        self.write(Said(request, noise(sql) if sql else "CANNOT ANSWER"))

    def play_describe(self, request, _turn, _scenario):
        """Says something of each column of the table in the prompt; the first time not of the last
        one, and of one that is not there."""
        table = json.loads(re.findall(r"<table>(.*?)</table>", prompt_of(request), re.S)[-1])
        names = [column["name"] for column in table["columns"]]
        first = self.server.state.note(f"describe {table['name']} {names[0]}", request) == 1
        said = names[:-1] + ["ghost"] if first and len(names) > 1 else names
        columns = [{"name": name, "description": f"What {name} says.\n", "unit": "",
                    "synonyms": [f"word of {name}", "shared word"]} for name in said]
        answer = {"table": {"description": f"Rows of {table['name']}.",
                            "synonyms": [f"{table['name']} rows"]}, "columns": columns}
        self.write(Said(request, json.dumps(answer)))

    def play_401(self, *_):
        self.refuse_key()

    def play_503_then_ok(self, request, turn, scenario):
        """503-then-ok-N: the first N."""
        if turn <= int(scenario.rsplit("-", 1)[1]):
            self.send(503, {"error": {"message": "busy"}})
        else:
            self.write(Said(request, WORDS))

    def play_429_http_date(self, *_):
        when = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 900))
        self.send(429, BUSY, {"Retry-After": when})

    def play_length(self, request, _turn, _scenario):
        """As long as it may be, but not longer than 64 tokens."""
        most = request.get("max_tokens", 0)
        self.write(Said(request, "x" * 4 * min(most, 64),
                        finish="length" if most < 64 else "stop"))

    def play_length_always(self, request, _turn, _scenario):
        self.write(Said(request, "x" * 4 * request["max_tokens"], finish="length"))

    def play_slow_first_byte(self, *_):
        self.server.state.stall()

    def play_stall_mid_stream(self, request, _turn, _scenario):
        self.begin_stream()
        self.event(next(Said(request, WORDS).pieces()))
        self.server.state.stall()

    def play_cut_mid_stream(self, request, _turn, _scenario):
        self.begin_stream()
        for piece in list(Said(request, WORDS).pieces())[:3]:
            self.event(piece)
        self.hang_up()

    def play_cut_quietly(self, request, _turn, _scenario):
        """All chunks are ended as they should, and yet the answer is not whole."""
        self.begin_stream()
        for piece in list(Said(request, WORDS).pieces())[:3]:
            self.event(piece)
        self.chunk(b"")

    def play_cut_mid_utf8(self, request, _turn, _scenario):
        pieces = [json.dumps(p, ensure_ascii=False) for p in Said(request, WORDS).pieces()]
        data = next(p for p in pieces if "\u4e2d" in p).encode()
        self.begin_stream()
        self.chunk(b"data: " + data[:data.index("\u4e2d".encode()) + 1])
        self.hang_up()

    def play_cut_body(self, request, _turn, _scenario):
        """Not streamed: fewer bytes than were announced."""
        data = json.dumps(Said(request, WORDS).whole()).encode()
        self.begin_stream("application/json", len(data))
        self.wfile.write(data[:-20])
        self.hang_up()

    def play_hang_up(self, *_):
        self.hang_up()

    def play_no_done(self, request, _turn, _scenario):
        self.begin_stream()
        for piece in Said(request, WORDS).pieces():
            self.event(piece)
        self.chunk(b"")

    def play_usage_in_last_choice_chunk(self, request, _turn, _scenario):
        self.begin_stream()
        for piece in Said(request, WORDS).pieces("last"):
            self.event(piece)
        self.event("[DONE]")
        self.chunk(b"")

    def play_crlf_comments(self, request, _turn, _scenario):
        self.begin_stream()
        self.chunk(b": keep-alive\r\n\r\nevent: x\r\nretry: 5\r\n\r\n")
        for piece in Said(request, WORDS).pieces():
            self.event(piece, "\r\n")
        self.event("[DONE]", "\r\n")
        self.chunk(b"")

    def play_error_in_stream(self, request, _turn, _scenario):
        self.begin_stream()
        self.event(next(Said(request, WORDS).pieces()))
        self.event({"error": {"message": "the worker died", "type": "server_error"}})
        self.chunk(b"")

    def play_error_in_200(self, *_):
        self.send(200, {"error": {"message": "upstream failed"}})

    def play_huge(self, request, _turn, _scenario):
        self.send(200, Said(request, "x" * HUGE).whole())

    def play_bomb(self, request, _turn, _scenario):
        data = gzip.compress(json.dumps(Said(request, "x" * HUGE).whole()).encode())
        self.send(200, data, {"Content-Encoding": "gzip"})

    def play_gzip(self, request, _turn, _scenario):
        data = gzip.compress(json.dumps(Said(request, WORDS).whole()).encode())
        self.send(200, data, {"Content-Encoding": "gzip"})

    def play_chunked_1_byte(self, request, _turn, _scenario):
        said = Said(request, WORDS)
        text = json.dumps(said.whole(), ensure_ascii=False)
        if request["stream"]:
            text = "".join(f"data: {json.dumps(p, ensure_ascii=False)}\n\n"
                           for p in said.pieces()) + "data: [DONE]\n\n"
        self.begin_stream()
        for byte in text.encode():
            self.chunk(bytes([byte]))
        self.chunk(b"")

    def play_wrong_content_type(self, request, _turn, _scenario):
        self.send(200, Said(request, WORDS).whole(), kind="text/plain")

    def play_stream_ignored(self, request, _turn, _scenario):
        """JSON at once, whatever was asked for."""
        self.send(200, Said(request, WORDS).whole())

    def play_html(self, *_):
        self.send(200, b"<html><body>Welcome to the portal</body></html>", kind="text/html")

    def play_502_html(self, *_):
        self.send(502, b"<html>Bad Gateway</html>", kind="text/html")

    def play_no_choices(self, *_):
        self.send(200, {"id": "x", "choices": []})

    def play_ollama_silent(self, request, _turn, _scenario):
        """The front of the prompt was dropped: 100 tokens are left of it."""
        body = Said(request, WORDS).whole()
        body["usage"]["prompt_tokens"] = 100
        self.send(200, body)

    def play_no_json_mode(self, request, _turn, _scenario):
        if "response_format" in request:
            self.send(400, {"error": {"message": "Unknown parameter: 'response_format'."}})
        else:
            self.write(Said(request, '{"a": 1}'))

    def play_new_openai(self, request, _turn, _scenario):
        if "max_tokens" in request:
            self.send(400, {"error": {"message": "Unsupported parameter: 'max_tokens' is not "
                                                 "supported. Use 'max_completion_tokens' instead.",
                                      "param": "max_tokens"}})
        else:
            self.write(Said(request, WORDS))


class State:
    def __init__(self, key, answers, delay):
        self.key, self.answers, self.delay = key, answers, delay
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.reset()

    def reset(self):
        self.count, self.last = {}, {}

    def note(self, scenario, request):
        """Counts it; its number."""
        with self.lock:
            self.count[scenario] = self.count.get(scenario, 0) + 1
            self.last[scenario] = request
            return self.count[scenario]

    def stall(self):
        self.over.wait(STALL_SECONDS)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, key="", answers=None, delay=0.0, tls=None):
        """tls: an ssl.SSLContext."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.state = State(key, answers or {}, delay)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
            self.url = self.url.replace("http:", "https:")

    def handle_error(self, *_):
        pass  # a client that went away

    def start(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self):
        self.state.over.set()
        self.shutdown()
        self.server_close()


def read_answers(path):
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return {row["question"].strip(): row["sql"] for row in rows}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port_file")
    parser.add_argument("--answers")
    parser.add_argument("--key", default="")
    parser.add_argument("--delay", type=float, default=0.0)
    args = parser.parse_args()
    server = Server(args.key, read_answers(args.answers) if args.answers else None, args.delay)
    pathlib.Path(args.port_file + ".new").write_text(f"{server.server_address[1]}\n",
                                                     encoding="ascii")
    os.replace(args.port_file + ".new", args.port_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
