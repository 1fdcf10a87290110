"""smtp_server.py - a real SMTP server on a loopback port, that can be told to misbehave.

    server = smtp_server.SmtpServer(certificate, tls="starttls", login=("user", "secret"))
    server.refuse["RCPT"] = ["450 4.2.0 later"]     # one answer each time, then as usual
    server.hold.clear()                             # DATA is answered when it is set
    server.mails                                    # envelopes, in order

It listens in a thread of the test.
"""
import asyncio
import email
import email.policy
import pathlib
import socket
import ssl
import subprocess
import sys
import threading

import servers

try:
    from aiosmtpd.controller import Controller
except ModuleNotFoundError:  # another Python than the one that Debian's packages are for
    sys.path.append("/usr/lib/python3/dist-packages")
    from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

LIMIT = 30  # seconds that a held answer may take


class Certificate:
    """A self-signed one, which is its own authority: file, key."""

    def __init__(self, folder, names="IP:127.0.0.1,DNS:localhost", label="server"):
        self.file = pathlib.Path(folder) / f"{label}.pem"
        self.key = pathlib.Path(folder) / f"{label}.key"
        done = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=test",
             "-addext", f"subjectAltName={names}", "-keyout", self.key, "-out", self.file],
            text=True, capture_output=True)
        if done.returncode != 0:
            raise AssertionError(f"openssl: {done.stderr}")

    def context(self):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.file, self.key)
        return context


class Mail:
    """What came: the envelope, whether by TLS and as whom, the bytes."""

    def __init__(self, server, session, envelope):
        self.sender = envelope.mail_from
        self.recipients = envelope.rcpt_tos
        self.bytes = envelope.original_content
        self.tls = server.transport.get_extra_info("ssl_object") is not None
        self.user = session.auth_data

    @property
    def message(self):
        return email.message_from_bytes(self.bytes, policy=email.policy.default)


class SmtpServer:
    """tls: "starttls" (must be used), "smtps" or None. login: what AUTH takes, or None."""

    def __init__(self, certificate=None, tls=None, login=None):
        self.mails = []
        self.refuse = {}
        self.cut = 0  # so many times, when a message has come, without an answer
        self.arrived = 0  # messages that came, also those that were not answered
        self.hold = threading.Event()
        self.hold.set()
        self.login = login
        self.port = servers.free_port()
        context = certificate.context() if tls else None
        self.scheme = "smtps" if tls == "smtps" else "smtp"
        self.controller = Controller(
            self, hostname="127.0.0.1", port=self.port,
            ssl_context=context if tls == "smtps" else None,
            tls_context=context if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            authenticator=self.check if login else None, auth_required=login is not None,
            auth_require_tls=tls == "starttls")
        self.controller.start()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def stop(self):
        self.hold.set()
        self.controller.stop()

    def check(self, server, session, envelope, mechanism, data):
        good = (data.login.decode(), data.password.decode()) == self.login
        return AuthResult(success=good, handled=False, auth_data=data.login.decode())

    def answer(self, command, usual):
        waiting = self.refuse.get(command)
        return waiting.pop(0) if waiting else usual

    async def handle_MAIL(self, server, session, envelope, address, options):
        answer = self.answer("MAIL", "250 OK")
        if answer[0] == "2":
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answer("RCPT", "250 OK")
        if answer[0] == "2":
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.arrived += 1
        left = LIMIT * 100
        while not self.hold.is_set() and left > 0:
            left -= 1
            await asyncio.sleep(0.01)
        answer = self.answer("DATA", "250 taken")
        if self.cut > 0:
            self.cut -= 1
            self.mails.append(Mail(server, session, envelope))
            server.transport.abort()
        elif answer[0] == "2":
            self.mails.append(Mail(server, session, envelope))
        return answer


class Silent:
    """Accepts a connection, says what it is told to, then nothing any more."""

    def __init__(self, greeting=b""):
        self.greeting = greeting
        self.accepted = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            self.accepted.append(peer)
            peer.sendall(self.greeting)

    def stop(self):
        self.listener.close()
        for peer in self.accepted:
            peer.close()
