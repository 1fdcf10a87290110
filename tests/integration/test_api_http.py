"""quern-api as a server: framing that is wrong, clients that are slow, many or gone, a
broker that dies, and stopping under load. The rule that holds throughout: no byte of
one request is ever answered as another."""
import concurrent.futures
import http.client
import json
import resource
import signal
import socket
import threading
import time

import api
import case
import servers

HOST = b"Host: x\r\n"
NEXT = b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n"
BODY = b'{"task":"test.echo"}'


def post(headers, body=b"", path=b"/v1/jobs", method=b"POST", version=b"HTTP/1.1"):
    return (method + b" " + path + b" " + version + b"\r\n" + HOST
            + b"Content-Type: application/json\r\n" + headers + b"\r\n" + body)


def chunked(body, end=b"\r\n"):
    return b"%x" % len(body) + end + body + end + b"0" + end + end


LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"


class Framing(case.Case):
    def setUp(self):
        self.server = self.redis(persistent=False)
        api.publish(self.server)
        self.api = api.Api(self, self.server.url)

    def test_requests_in_one_packet_are_answered_in_order(self):
        codes, data, closed = self.api.raw(
            NEXT + post(LENGTH, BODY) + b"GET /nope HTTP/1.1\r\n" + HOST + b"\r\n" + NEXT)
        self.assertEqual((codes, closed), ([200, 202, 404, 200], False))
        self.assertLess(data.index(b"alive"), data.index(b"test.echo"))

    def test_a_head_may_come_in_single_bytes(self):
        request = (b"\r\nPOST /v1/jobs?  HTTP/1.1\r\n".replace(b"?  ", b" ") + HOST
                   + b"X-Long: " + b"v" * 3000 + b"\r\nContent-Type:application/json\r\n"
                   + b"Empty:\r\nX-Tail: v \t\r\n" + LENGTH + b"\r\n" + BODY)
        with self.api.connect() as peer:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for i in range(len(request)):
                peer.sendall(request[i:i + 1])
            self.assertEqual(api.statuses(peer.recv(65536)), [202])

    def test_ambiguous_framing_ends_the_connection(self):
        cases = {
            "both": post(LENGTH + CHUNKED, chunked(BODY)),
            "two lengths": post(LENGTH + b"Content-Length: 5\r\n", BODY),
            "two equal lengths": post(LENGTH + LENGTH, BODY),
            "a list of lengths": post(b"Content-Length: 20, 20\r\n", BODY),
            "signed": post(b"Content-Length: +20\r\n", BODY),
            "negative": post(b"Content-Length: -1\r\n", BODY),
            "hexadecimal": post(b"Content-Length: 0x14\r\n", BODY),
            "no length": post(b"Content-Length:\r\n", BODY),
            "words": post(b"Content-Length: 20 x\r\n", BODY),
            "two codings": post(CHUNKED + CHUNKED, chunked(BODY)),
            "xchunked": post(b"Transfer-Encoding: xchunked\r\n", chunked(BODY)),
            "gzip, chunked": post(b"Transfer-Encoding: gzip, chunked\r\n", chunked(BODY)),
            "identity": post(b"Transfer-Encoding: identity\r\n" + LENGTH, BODY),
            "chunked in 1.0": post(CHUNKED, chunked(BODY), version=b"HTTP/1.0"),
            "blank before colon": post(b"Transfer-Encoding : chunked\r\n", chunked(BODY)),
            "blank before colon of length": post(b"Content-Length : 20\r\n", BODY),
            "tab before colon": post(b"Content-Length\t: 20\r\n", BODY),
            "folded length": post(b"Content-Length:\r\n 20\r\n", BODY),
            "folded into a length": post(b"Content-: 20\r\n Length\r\n", BODY),
            "folded coding": post(b"Transfer-Encoding:\r\n chunked\r\n", chunked(BODY)),
            "folded, compensated": post(b"A:b\r\nC:d\r\nE:f\r\nX: a\r\n b\r\n" + LENGTH, BODY),
            "bare LF": post(b"X: y\n" + LENGTH, BODY),
            "bare LF, compensated": post(b"X: y\nY:  z\r\n" + LENGTH, BODY),
            "bare LF at the end": post(LENGTH, BODY).replace(b"\r\n\r\n", b"\r\n\n"),
            "bare CR": post(b"X: y\rContent-Length: 3\r\n" + LENGTH, BODY),
            "NUL in a length": post(b"Content-Length: 20\x005\r\n", BODY),
            "NUL in a coding": post(b"Transfer-Encoding: chunked\0x\r\n", chunked(BODY)),
            "NUL in a name": post(b"Content-Length\0: 20\r\n", BODY),
            "NUL in a value": post(b"X: a\0b\r\n" + LENGTH, BODY),
            "NUL in the last value": post(LENGTH + b"X: a\0b\r\n", BODY),
            "NUL in the target": post(LENGTH, BODY, path=b"/v1/jobs\0x"),
            "two hosts": post(HOST + LENGTH, BODY),
            "no host": b"GET /livez HTTP/1.1\r\n\r\n",
            "no colon": post(b"Nonsense\r\n" + LENGTH, BODY),
            "HTTP/1.2": post(LENGTH, BODY, version=b"HTTP/1.2"),
            "HTTP/2.0": post(LENGTH, BODY, version=b"HTTP/2.0"),
            "HTTP/0.9": b"GET /livez\r\n",
            "bad chunk size": post(CHUNKED, chunked(BODY).replace(b"14\r", b"0x14\r")),
            "negative chunk size": post(CHUNKED, b"-1\r\n" + BODY + b"\r\n0\r\n\r\n"),
            "long chunk size": post(CHUNKED, b"f" * 40 + b"\r\n" + BODY),
            "no end of a chunk": post(CHUNKED, b"14\r\n" + BODY + b"0\r\n\r\n"),
            "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        }
        for name, request in cases.items():
            with self.subTest(name):
                codes, data, closed = self.api.raw(request + NEXT * 2)
                self.assertTrue(closed, data)
                self.assertLessEqual(set(codes), {400, 413, 505}, data)
                self.assertNotIn(b"alive", data)
        self.assertEqual(self.api.get("/v1/jobs").json["jobs"], [])

    def test_a_refused_body_is_never_a_request(self):
        length = b"Content-Length: %d\r\n" % len(NEXT)
        cases = {
            400: post(length, NEXT, path=b"/livez", method=b"GET"),
            404: post(length, NEXT, path=b"/nope"),
            405: post(length, NEXT, path=b"/v1/queues"),
            415: post(length, NEXT).replace(b"application/json", b"text/plain"),
            413: post(b"Content-Length: 99999999\r\n", NEXT),
        }
        for code, request in cases.items():
            for method in (b"POST", b"DELETE", b"GET", b"PATCH"):
                with self.subTest((code, method)):
                    first = method + request[request.index(b" "):]
                    codes, data, closed = self.api.raw(first + NEXT)
                    self.assertTrue(closed, data)
                    self.assertEqual(len(codes), 1)
                    self.assertNotIn(b"alive", data)

    def test_a_body_of_chunks_is_the_last_of_its_connection(self):
        for end in (b"\r\n", b"\n"):
            codes, data, closed = self.api.raw(post(CHUNKED, chunked(BODY, end)) + NEXT)
            self.assertTrue(closed)
            self.assertIn(codes, ([202], [400]))
            self.assertNotIn(b"alive", data)
        self.assertEqual(self.api.raw(post(CHUNKED, chunked(BODY)))[0], [202])

    def test_bodies_and_heads_have_a_limit(self):
        part = b"10000\r\n" + b" " * 65536 + b"\r\n"
        for request in (post(CHUNKED, part * 17), post(CHUNKED, part * 160 + b"0\r\n\r\n"),
                        post(b"Content-Length: 10485760\r\n", b" " * 10485760),
                        post(b"Content-Length: 1048577\r\nExpect: 100-continue\r\n")):
            codes, data, closed = self.api.raw(request)
            self.assertEqual((codes, closed), ([413], True), data)
            self.assertIn(b"too_large", data)
        for request in (b"GET /livez HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 65536 + b"\r\n\r\n",
                        b"GET /livez HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 5000 + b"\r\n",
                        b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n" + HOST + b"\r\n"):
            codes, data, closed = self.api.raw(request)
            self.assertTrue(closed)
            self.assertLessEqual(set(codes), {414, 431}, data)
        codes, _, closed = self.api.raw(post(LENGTH + b"Expect: 100-continue\r\n"), BODY)
        self.assertEqual((codes[-1], closed), (202, False))


class Clients(case.Case):
    def setUp(self):
        self.server = self.redis(persistent=False)
        api.publish(self.server)
        self.api = api.Api(self, self.server.url)

    def test_a_query_of_many_parameters_is_refused_at_once(self):
        for n in (33, 300, 2000):
            target = b"/v1/jobs?" + b"&".join(b"a%d" % i for i in range(n))
            codes, data, closed = self.api.raw(b"GET " + target + b" HTTP/1.1\r\n" + HOST
                                               + b"\r\n" + NEXT)
            self.assertEqual((codes, closed), ([400], True), n)
            self.assertIn(b"over 32 parameters", data)
        codes, _, _ = self.api.raw(b"GET /v1/jobs?" + b"&".join([b"a=1"] * 32)
                                   + b" HTTP/1.1\r\n" + HOST + b"\r\n" + NEXT)
        self.assertEqual(codes, [400, 200])

    def test_a_thousand_connections_are_served(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        peers = [self.api.connect() for _ in range(1000)]
        try:
            for peer in peers:
                peer.sendall(NEXT)
            for peer in peers:
                self.assertEqual(api.statuses(peer.recv(65536)), [200])
            for peer in peers:  # all at once, and all of them kept
                peer.sendall(post(LENGTH, BODY))
            for peer in peers:
                self.assertEqual(api.statuses(peer.recv(65536)), [202])
        finally:
            for peer in peers:
                peer.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        self.assertEqual(self.api.get("/v1/queues/default").json["queued"], 1000)

    def drip(self, first, more, seconds):
        """Sends a byte now and then; how long the server let it."""
        started = time.monotonic()
        with self.api.connect() as peer:
            peer.sendall(first)
            peer.settimeout(0.5)
            while time.monotonic() - started < seconds:
                try:
                    peer.sendall(more)
                    if not peer.recv(65536):
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
        return time.monotonic() - started

    def test_slow_heads_and_bodies_are_cut_off(self):
        """A byte now and then extends nothing: 10 s for a head, 30 s for a body."""
        body = post(b"Content-Length: 1000\r\n")
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            head = pool.submit(self.drip, b"GET /livez HTTP/1.1\r\nX: ", b"x", 60)
            nothing = pool.submit(self.drip, b"", b"", 60)
            whole = pool.submit(self.drip, body, b" ", 60)
            chunks = pool.submit(self.drip, post(CHUNKED), b"1\r\n \r\n", 60)
            self.assertLess(head.result(), 25)
            self.assertLess(nothing.result(), 25)
            self.assertLess(whole.result(), 50)
            self.assertLess(chunks.result(), 50)
        self.assertEqual(self.api.get("/livez").status, 200)

    def test_clients_that_leave_in_the_middle_do_no_harm(self):
        job = self.api.post("/v1/jobs", {"task": "test.echo"}).json["id"]
        for request in (b"GET", b"GET /livez HTTP/1.1\r\n", NEXT, post(LENGTH), post(LENGTH, b"{"),
                        post(LENGTH, BODY), post(CHUNKED, b"5\r\n{"),
                        f"GET /v1/jobs/{job}?wait=60 HTTP/1.1\r\nHost: x\r\n\r\n".encode()):
            for linger in (None, b"\1\0\0\0\0\0\0\0"):  # FIN, then RST
                for _ in range(20):
                    peer = self.api.connect()
                    peer.sendall(request)
                    if linger:
                        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    peer.close()
        self.assertEqual(self.api.get("/livez").status, 200)
        self.wait_until(lambda: self.server.cli("HLEN", "{t:default}:waiters") == "0", 5,
                        "no wait to be left")


class Faults(case.Case):
    def test_without_redis_it_lives_but_is_not_ready(self):
        server = api.Api(self, f"unix://{self.folder}/redis/redis.sock")
        self.assertEqual(server.get("/livez").status, 200)
        for path in ("/readyz", "/health", "/v1/jobs", "/v1/jobs/default.x", "/v1/queues",
                     "/v1/workers", "/v1/tasks", "/v1/queues/default"):
            answer = server.get(path)
            self.assertEqual(answer.status, 503, path)
            self.assertIsNotNone(answer.headers["Retry-After"])
        answer = server.post("/v1/jobs", {"task": "test.echo"})
        self.assertEqual((answer.status, answer.json["code"]), (503, "broker_away"))
        for why in (answer.json["detail"], server.get("/readyz").json["detail"],
                    server.get("/health").json["parts"]["broker"]["detail"]):
            self.assertIn("redis.sock", why)
        redis = self.redis(persistent=False)
        api.publish(redis)
        self.wait_until(lambda: server.get("/readyz").status == 200, 15, "it to recover")
        self.assertEqual(server.post("/v1/jobs", {"task": "test.echo"}).status, 202)

    def test_a_broker_that_it_must_not_use_ends_it(self):
        redis = self.redis(persistent=False)
        server = api.Api(self, redis.url)
        self.wait_until(lambda: server.get("/readyz").status == 200, 15, "it to be ready")
        redis.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        redis.cli("CLIENT", "KILL", "TYPE", "normal")
        self.assertEqual(server.program.wait(15), 1)
        self.assertIn("must be noeviction", servers.tail(server.program.log_path, 1))

    def test_no_acknowledged_job_is_lost_when_redis_is_killed(self):
        redis = self.redis(options=("--appendfsync", "always"))
        api.publish(redis)
        server = api.Api(self, redis.url)
        acknowledged, refused, stop = [], set(), threading.Event()

        def produce(n):
            i = 0
            while not stop.is_set():
                i += 1
                key = {"Idempotency-Key": f"{n}-{i}"}
                for _ in range(200):
                    answer = server.post("/v1/jobs", {"task": "test.echo"}, headers=key)
                    if answer.status == 202:
                        acknowledged.append(answer.json["id"])
                        break
                    refused.add((answer.status, answer.json["code"]))
                    time.sleep(0.05)

        threads = [threading.Thread(target=produce, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(3):
            before = len(acknowledged)
            self.wait_until(lambda: len(acknowledged) > before + 50, 20, "jobs to be made")
            redis.kill9()
            time.sleep(0.1)
            redis.restart()
        before = len(acknowledged)
        self.wait_until(lambda: len(acknowledged) > before + 50, 20, "jobs to be made")
        stop.set()
        for thread in threads:
            thread.join(30)
        self.assertLessEqual({status for status, _ in refused}, {503}, refused)
        self.assertEqual(len(set(acknowledged)), len(acknowledged))
        lost = [job for job in acknowledged if server.get(f"/v1/jobs/{job}").status != 200]
        self.assertEqual(lost, [])
        self.assertEqual(server.get("/v1/queues/default").json["queued"], len(acknowledged))

    def test_a_wait_outlives_a_restart_of_redis(self):
        redis = self.redis()
        api.publish(redis)
        server = api.Api(self, redis.url)
        job = server.post("/v1/jobs", {"task": "test.echo"}).json["id"]
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(server.get, f"/v1/jobs/{job}?wait=60")
            self.wait_until(lambda: redis.cli("HLEN", "{t:default}:waiters") == "1", 5,
                            "the wait to be registered")
            redis.cli("DEL", "{t:default}:waiters")
            redis.restart()
            self.wait_until(lambda: server.get("/readyz").status == 200, 15, "it to recover")
            self.wait_until(lambda: redis.cli("HLEN", "{t:default}:waiters") == "1", 15,
                            "the wait to be registered again")
            server.ask("DELETE", f"/v1/jobs/{job}")
            self.assertEqual(answer.result(10).json["state"], "cancelled")

    def test_a_full_broker_says_try_later(self):
        redis = self.redis(persistent=False)
        api.publish(redis)
        server = api.Api(self, redis.url)
        self.assertEqual(server.post("/v1/jobs", {"task": "test.echo"}).status, 202)
        redis.cli("CONFIG", "SET", "maxmemory", "1mb")
        answer = server.post("/v1/jobs", {"task": "test.echo"})
        self.assertEqual((answer.status, answer.json["code"]), (503, "broker_full"))
        self.assertIsNotNone(answer.headers["Retry-After"])
        redis.cli("CONFIG", "SET", "maxmemory", "0")
        self.assertEqual(server.post("/v1/jobs", {"task": "test.echo"}).status, 202)

    def test_a_broker_that_hangs_is_an_unknown_outcome(self):
        redis = self.redis(persistent=False)
        api.publish(redis)
        server = api.Api(self, redis.url, QUERN_BROKER_TIMEOUT="500ms")
        self.assertEqual(server.post("/v1/jobs", {"task": "test.echo"}).status, 202)
        redis.pause()
        answer = server.post("/v1/jobs", {"task": "test.echo", "name": "maybe"})
        redis.resume()
        self.assertEqual((answer.status, answer.json["code"]), (503, "unknown_outcome"))
        self.assertIn("default.maybe", answer.json["detail"])
        self.wait_until(lambda: server.get("/readyz").status == 200, 15, "it to recover")


class Stopping(case.Case):
    def test_stopping_answers_what_is_under_way(self):
        redis = self.redis(persistent=False)
        api.publish(redis)
        server = api.Api(self, redis.url)
        job = server.post("/v1/jobs", {"task": "test.echo"}).json["id"]
        with concurrent.futures.ThreadPoolExecutor(5) as pool:
            waits = [pool.submit(server.get, f"/v1/jobs/{job}?wait=60") for _ in range(5)]
            self.wait_until(lambda: redis.cli("HLEN", "{t:default}:waiters") == "1", 5,
                            "the waits to be registered")
            time.sleep(0.2)
            server.program.send(signal.SIGTERM)
            answers = [wait.result(10) for wait in waits]
        self.assertEqual([(a.status, a.json["state"]) for a in answers], [(200, "queued")] * 5)
        self.assertEqual(server.program.wait(15), 0)

    def test_stopping_under_load_cuts_no_answer(self):
        redis = self.redis(persistent=False)
        api.publish(redis)
        server = api.Api(self, redis.url)
        made, cut = [], []

        def produce():
            """On one connection until it ends; what was begun must be whole."""
            peer = http.client.HTTPConnection(server.host, server.port, timeout=20)
            try:
                while True:
                    try:
                        peer.request("POST", "/v1/jobs", BODY, {"Content-Type": "application/json"})
                        answer = peer.getresponse()
                    except (ConnectionError, http.client.RemoteDisconnected):
                        return
                    try:
                        text = answer.read()
                        if answer.status == 202:
                            made.append(json.loads(text)["id"])
                    except (http.client.IncompleteRead, ValueError, ConnectionError) as why:
                        cut.append(why)
                        return
                    if answer.will_close:
                        return
            finally:
                peer.close()

        threads = [threading.Thread(target=produce) for _ in range(20)]
        for thread in threads:
            thread.start()
        self.wait_until(lambda: len(made) > 200, 20, "some load")
        server.program.send(signal.SIGTERM)
        self.assertEqual(server.program.wait(15), 0)
        for thread in threads:
            thread.join(20)
        self.assertEqual(cut, [])
        self.assertEqual(int(redis.cli("LLEN", "{t:default}:ready:0")), len(made))

    def test_stopping_ends_though_the_broker_hangs(self):
        redis = self.redis(persistent=False)
        api.publish(redis)
        server = api.Api(self, redis.url, QUERN_BROKER_TIMEOUT="60s")
        self.assertEqual(server.get("/v1/tasks").status, 200)
        redis.pause()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(server.get, "/v1/workers")
            self.wait_until(lambda: '"listening"' in server.program.log(), 5, "it to run")
            time.sleep(0.2)
            server.program.send(signal.SIGTERM)
            self.assertEqual(answer.result(20).status, 503)
        self.assertEqual(server.program.wait(15), 0)
        redis.resume()


if __name__ == "__main__":
    case.main()
