"""mail.welcome: to a real SMTP server and into files; what is sent, when again, and when not."""
import email
import email.header
import email.policy
import json
import os
import pathlib
import signal
import subprocess
import tempfile

import case
import servers
import smtp_server
import worker_case
from worker_case import LONG

USER = 5
SECRET = "pass-w0rd of the server"
LOGIN = ("shop", SECRET)
SENDER = "shop@example.org"
# An update of a user waits while somebody holds the lock of number 3.
GATE = """
CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(3); RETURN NEW; END';
CREATE TRIGGER gate BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION gate();
"""
TEXTS = {"en": ("Welcome, ", "your account is ready"), "zh": ("欢迎您，", "您的账户已经开通"),
         "de": ("Willkommen, ", "Ihr Konto ist eingerichtet")}


def mailbox(message, header):
    """Its only one: (name, address). The new parser of Python keeps the blanks between encoded
    words, which RFC 2047 does not, so the name is read by the old one."""
    only, = message[header].addresses
    raw = dict(message.raw_items())[header]
    words = raw.rpartition("<")[0].replace("\r\n", "").removesuffix(" ")
    return str(email.header.make_header(email.header.decode_header(words))), only.addr_spec


class MailCase(worker_case.WorkerCase):
    worker_program = "quern-worker"

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="qm", dir="/tmp")
        cls.addClassCleanup(folder.cleanup)
        os.chmod(folder.name, 0o711)
        cls.certificate = smtp_server.Certificate(folder.name)
        cls.postgres = servers.start_postgres(pathlib.Path(folder.name) / "pg")
        cls.addClassCleanup(cls.postgres.stop)
        cls.postgres.psql((servers.ROOT / "tasks/sample/shop.sql").read_text() + GATE)

    def setUp(self):
        super().setUp()
        self.sql("UPDATE users SET welcome_sent_at = NULL, name = 'Grace Hopper',"
                 f" email = 'grace@example.com' WHERE id = {USER}")
        self.mails = self.folder / "mails" / "out"
        self.env |= {"QUERN_DATABASE_URL": self.postgres.url, "QUERN_QUEUES": "mail",
                     "QUERN_CONCURRENCY": "2", "QUERN_MAIL_DIR": str(self.mails),
                     "QUERN_SMTP_FROM": f"The Shop <{SENDER}>"}

    def sql(self, text):
        return self.postgres.psql(text)

    def put_mail(self, attempts=5, **args):
        return self.put("mail.welcome", args, queue="mail", retry=10, attempts=attempts)

    def to_user(self, **options):
        return self.put_mail(user_id=USER, **options)

    def to_person(self, address="ada@example.com", name="Ada Lovelace", **options):
        return self.put_mail(email=address, name=name, **options)

    def result(self, job):
        return json.loads(self.check_ended(job, "succeeded")["result"])

    def sent_at(self):
        return self.sql("SELECT to_char(welcome_sent_at AT TIME ZONE 'UTC',"
                        f" 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM users WHERE id = {USER}")

    def locks(self):
        return int(self.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))

    def check_mail(self, message, job, name, address, language="en"):
        """As Python's email package reads it."""
        subject, text = TEXTS[language]
        self.assertEqual(message.defects, [])
        self.assertEqual(message["Subject"], subject + name)
        self.assertEqual(mailbox(message, "To"), (name, address))
        self.assertEqual(mailbox(message, "From"), ("The Shop", SENDER))
        self.assertEqual(message["Message-ID"], f"<{worker_case.NAMESPACE}.{job}@example.org>")
        self.assertLess(abs(message["Date"].datetime.timestamp()
                            - int(self.sql("SELECT extract(epoch FROM now())::int"))), 600)
        self.assertEqual((message["Auto-Submitted"], message["Content-Language"]),
                         ("auto-generated", language))
        self.assertEqual(message.get_content_type(), "multipart/alternative")
        plain, html = message.iter_parts()
        self.assertEqual([part.get_content_type() for part in (plain, html)],
                         ["text/plain", "text/html"])
        self.assertEqual([part.defects for part in (plain, html)], [[], []])
        for part in (plain, html):
            self.assertIn(text, part.get_content())
            self.assertIn(address, part.get_content())
            self.assertNotIn("{{", part.get_content())
        self.assertIn(name, plain.get_content())
        return [part.get_content().replace("\r\n", "\n") for part in (plain, html)]

    def check_lines(self, data):
        lines = data.split(b"\r\n")
        self.assertNotIn(b"\n", data.replace(b"\r\n", b""))
        self.assertLessEqual(max(map(len, lines)), 78)
        self.assertTrue(data.isascii())


class Files(MailCase):
    def file_of(self, job):
        return self.mails / f"{job}.eml"

    def message(self, job):
        data = self.file_of(job).read_bytes()
        self.check_lines(data)
        return email.message_from_bytes(data, policy=email.policy.default)

    def test_without_a_server_the_mail_is_a_file(self):
        self.worker()
        job = self.to_user()
        self.assertEqual(self.result(job), {
            "sent": True, "message_id": f"{worker_case.NAMESPACE}.{job}@example.org",
            "delivery": "file", "file": str(self.file_of(job)),
            "welcome_sent_at": self.sent_at()})
        self.check_mail(self.message(job), job, "Grace Hopper", "grace@example.com")
        self.assertEqual([path.name for path in self.mails.iterdir()], [f"{job}.eml"])
        self.assertEqual(self.file_of(job).stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.locks(), 0)

    def test_who_got_one_before_gets_none_again(self):
        self.worker()
        self.result(self.to_user())
        before = self.sent_at()
        self.assertEqual(self.result(self.to_user()),
                         {"sent": False, "welcome_sent_at": before})
        self.assertEqual((self.sent_at(), len(list(self.mails.iterdir()))), (before, 1))

    def test_somebody_in_no_database_needs_none(self):
        self.worker(env={"QUERN_DATABASE_URL": ""})
        job = self.to_person()
        self.assertEqual(self.result(job)["delivery"], "file")
        self.check_mail(self.message(job), job, "Ada Lovelace", "ada@example.com")
        info = self.check_ended(self.to_user(attempts=2), "failed", "error")
        self.assertEqual((info["error"], info["attempts"]),
                         ("QUERN_DATABASE_URL is not set", 2))

    def test_each_language_has_its_texts(self):
        self.worker()
        for language in TEXTS:
            job = self.to_person(language=language)
            self.result(job)
            self.check_mail(self.message(job), job, "Ada Lovelace", "ada@example.com", language)

    def test_names_of_all_kinds_come_back_as_they_were(self):
        self.worker()
        for name in ("王小明", "Zoë Ångström", "a" * 200, "é" * 100, "🙂" * 50, "O'Neil, Jr. <x@y>",
                     '"quoted" \\ back', "=?UTF-8?B?QQ==?=", " . ", "to: x@example.com",
                     "Ada " * 40 + "王"):
            with self.subTest(name=name):
                job = self.to_person(name=name)
                self.result(job)
                plain, html = self.check_mail(self.message(job), job, name, "ada@example.com")
                self.assertIn(f"Hello {name},\n", plain)
                self.assertEqual("<x@y>" in html, False)

    def test_html_holds_no_markup_of_a_name(self):
        self.worker()
        job = self.to_person(name="<script>alert(1)</script> & \"x\"")
        self.result(job)
        _, html = self.check_mail(self.message(job), job, "<script>alert(1)</script> & \"x\"",
                                  "ada@example.com")
        self.assertNotIn("<script", html)
        self.assertIn("&lt;script&gt;", html)

    def test_what_could_begin_another_header_is_rejected(self):
        self.worker()
        for address in ("a@b\r\nBcc: c@d", "a@b\nBcc: c@d", "a@b\0c", "a b@c", "a@b, c@d",
                        "<a@b>", "a@b>", "a@b c", "a@", "@b", "a", "a@b@c", ".a@b", "a.@b",
                        "a..b@c", '"a b"@c', "a@-b", "a@b-", "a@b..c", "a@[127.0.0.1]", "a@b_c",
                        "ü@b", "a@ü", "a" * 65 + "@b", "a@" + "b" * 64, "a@" + "b." * 126 + "b",
                        "a@b\t", "a\x7f@b", "", "a@b RCPT TO:<c@d>", "a@b%0d%0a\r"):
            with self.subTest(address=address):
                self.rejected("email: ", address)
        for name in ("a\r\nBcc: c@d", "a\nb", "a\rb", "a\tb", "a\x1bb", "a\x7fb", "a\x85b",
                     "a\u2028b", "a\u202eb", "a\u2066b", "a" * 201, ""):
            with self.subTest(name=name):
                self.rejected("name: ", "ada@example.com", name)
        self.assertFalse(self.mails.exists())

    def rejected(self, text, address, name="Ada"):
        """By the task, or by who looks at the JSON before."""
        args = {"email": address, "name": name}
        done = self.qnctl("put", "mail.welcome", json.dumps(args), "queue=mail")
        if done.returncode == 0:
            info = self.check_ended(done.stdout.strip(), "failed", "rejected")
            self.assertIn(text, info["error"])
            self.assertEqual(info["attempts"], 0)
        else:
            self.assertIn("\\u0000", json.dumps(args))

    def test_one_of_user_and_address_is_required_and_no_more(self):
        self.worker()
        for args, text in (({}, "either user_id or email"),
                           ({"user_id": USER, "email": "a@b"}, "either user_id or email"),
                           ({"user_id": USER, "name": "Ada"}, "name: belongs to email"),
                           ({"email": "a@b"}, "name: is required")):
            info = self.check_ended(self.put_mail(**args), "failed", "rejected")
            self.assertIn(text, info["error"])

    def test_a_user_whom_no_mail_can_reach_fails_for_good(self):
        self.worker()
        for change, text in (("email = E'a@b\\r\\nBcc: c@d'", "users.email has no domain"),
                             ("email = ''", "users.email has no @"),
                             ("name = E'a\\nb'", "users.name has the control character U+000A")):
            self.sql("UPDATE users SET email = 'grace@example.com', name = 'Grace'"
                     f" WHERE id = {USER}; UPDATE users SET {change} WHERE id = {USER}")
            info = self.check_ended(self.to_user(), "failed", "error")
            self.assertIn(f"user {USER}: {text}", info["error"])
            self.assertEqual(info["attempts"], 1)
        info = self.check_ended(self.put_mail(user_id=999999), "failed", "error")
        self.assertEqual((info["error"], info["attempts"]), ("user 999999 does not exist", 1))
        self.assertEqual((self.sent_at(), self.locks()), ("", 0))

    def hold_mark(self):
        """Who has sent waits before it is marked; call the answer to let it."""
        psql = subprocess.Popen(["psql", "-XAtq", "-d", self.postgres.url], text=True, bufsize=1,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                preexec_fn=servers.die_with_parent)
        psql.stdin.write("SELECT pg_advisory_lock(3);\n\\echo held\n")
        while psql.stdout.readline() != "held\n":
            self.assertIsNone(psql.poll())

        def let_go():
            if psql.poll() is None:
                psql.communicate(timeout=LONG)
        self.addCleanup(let_go)
        return let_go

    def wait_for_mark(self):
        self.wait_until(lambda: self.sql("SELECT count(*) FROM pg_locks WHERE NOT granted"
                                         " AND locktype = 'advisory'") == "1", LONG, "the mark")

    def test_a_run_that_is_killed_after_sending_writes_the_same_file_again(self):
        worker = self.worker(env={"QUERN_CONCURRENCY": "1"})
        let_go = self.hold_mark()
        job = self.to_user()
        self.wait_for_mark()
        self.assertTrue(self.file_of(job).exists())
        os.kill(worker_case.children_of(worker.pid)[0], signal.SIGKILL)
        let_go()
        self.result(job)
        self.check_mail(self.message(job), job, "Grace Hopper", "grace@example.com")
        self.assertEqual([path.name for path in self.mails.iterdir()], [f"{job}.eml"])

    def test_a_mail_that_is_out_is_marked_though_the_job_is_to_stop(self):
        worker = self.worker()
        let_go = self.hold_mark()
        job = self.to_user()
        self.wait_for_mark()
        self.assertEqual(self.qnctl("cancel", job).returncode, 0)
        self.wait_for_line(worker, "job asked to stop", job=job)
        let_go()
        self.wait_until(self.sent_at, LONG, "the mark")
        self.ended(job)
        self.wait_until(lambda: self.locks() == 0, LONG, "no lock to be held")

    def test_a_folder_that_takes_no_files_is_a_retry_that_names_it(self):
        (self.folder / "mails").write_text("a file")
        self.worker()
        info = self.check_ended(self.to_person(attempts=2), "failed", "error")
        self.assertIn(f"mail-dir {self.mails}: Not a directory", info["error"])
        self.assertEqual(info["attempts"], 2)


class Server(MailCase):
    def smtp(self, **options):
        server = smtp_server.SmtpServer(self.certificate, **options)
        self.addCleanup(server.stop)
        self.env |= {"QUERN_SMTP_URL": server.url}
        if options.get("tls"):
            self.env["QUERN_SMTP_CA_FILE"] = str(self.certificate.file)
        self.env["QUERN_SMTP_TLS"] = "true" if options.get("tls") else "false"
        if options.get("login"):
            self.env |= {"QUERN_SMTP_USER": LOGIN[0], "QUERN_SMTP_PASSWORD": LOGIN[1]}
        return server

    def check_no_secret(self):
        for log in self.folder.rglob("*.log"):
            self.assertNotIn(SECRET, log.read_text(errors="replace"))

    def failed(self, job, text, attempts):
        info = self.check_ended(job, "failed", "error")
        self.assertIn(text, info["error"])
        self.assertNotIn(SECRET, json.dumps(info))
        self.assertEqual(info["attempts"], attempts)
        self.check_no_secret()

    def check_sent(self, server, tls, user):
        self.worker()
        job = self.to_user(language="zh")
        result = self.result(job)
        self.assertEqual((result["sent"], result["delivery"], result["welcome_sent_at"]),
                         (True, "smtp", self.sent_at()))
        mail, = server.mails
        self.assertEqual((mail.sender, mail.recipients, mail.tls, mail.user),
                         (SENDER, ["grace@example.com"], tls, user))
        self.check_lines(mail.bytes)
        self.check_mail(mail.message, job, "Grace Hopper", "grace@example.com", "zh")
        self.assertEqual(self.result(self.to_user())["sent"], False)
        self.assertEqual(len(server.mails), 1)
        self.assertFalse(self.mails.exists())
        self.check_no_secret()

    def test_by_starttls_with_a_login(self):
        self.check_sent(self.smtp(tls="starttls", login=LOGIN), True, LOGIN[0])

    def test_by_tls_from_the_start(self):
        self.check_sent(self.smtp(tls="smtps"), True, None)

    def test_without_tls_when_that_was_asked_for(self):
        self.check_sent(self.smtp(), False, None)

    def test_a_file_and_a_mail_are_the_same_but_for_their_moment(self):
        server = self.smtp()
        self.worker()
        name = ".\n".strip() + "王 . = . end. " + "x" * 60
        job = self.to_person(name=name)
        self.result(job)
        plain, _ = self.check_mail(server.mails[0].message, job, name, "ada@example.com")
        self.assertIn(f"Hello {name},\n", plain)

    def test_a_server_without_tls_is_refused(self):
        server = self.smtp()
        self.env["QUERN_SMTP_TLS"] = "true"
        self.worker()
        self.failed(self.to_user(attempts=2), "SMTP: STARTTLS", 2)
        self.assertEqual((server.mails, self.sent_at()), ([], ""))

    def test_a_certificate_of_nobody_known_or_of_another_host_is_refused(self):
        for tls in ("starttls", "smtps"):
            with self.subTest(tls=tls):
                server = self.smtp(tls=tls)
                self.env["QUERN_SMTP_CA_FILE"] = ""
                worker = self.worker(label=f"nobody-{tls}")
                self.failed(self.to_user(attempts=2), "SSL certificate problem", 2)
                worker.stop()
                self.assertEqual(server.arrived, 0)
        other = smtp_server.Certificate(self.folder, "DNS:mail.example.org", "other")
        server = smtp_server.SmtpServer(other, tls="smtps")
        self.addCleanup(server.stop)
        self.env |= {"QUERN_SMTP_URL": server.url, "QUERN_SMTP_CA_FILE": str(other.file)}
        self.worker(label="other")
        self.failed(self.to_user(attempts=1), "no alternative certificate subject", 1)
        self.assertEqual(server.arrived, 0)

    def test_a_wrong_password_fails_for_good_and_is_told_nowhere(self):
        self.smtp(tls="starttls", login=("shop", "another"))
        self.worker()
        self.failed(self.to_user(), "the SMTP server refused: 535", 1)

    def test_what_the_server_refuses_for_now_is_tried_again(self):
        server = self.smtp()
        server.refuse = {"MAIL": ["451 4.3.0 busy"], "RCPT": ["450 4.2.0 greylisted"],
                         "DATA": ["452 4.3.1 full"]}
        self.worker()
        job = self.to_user()
        self.result(job)
        info = self.seen(job)
        self.assertEqual(info["attempts"], 4)
        told = [step.get("error", "") for step in self.history(info)]
        for text in ("451 4.3.0 busy", "450 4.2.0 greylisted", "452 4.3.1 full"):
            self.assertTrue(any(text in one for one in told), told)
        self.assertEqual(len(server.mails), 1)

    def test_what_the_server_refuses_for_good_fails_for_good_in_its_words(self):
        server = self.smtp()
        self.worker()
        for command, answer in (("RCPT", "550 5.1.1 no such user"), ("MAIL", "553 5.1.8 who?"),
                                ("DATA", "554 5.7.1 looks like spam")):
            server.refuse = {command: [answer]}
            self.failed(self.to_user(), f"the SMTP server refused: {answer}", 1)
        self.assertEqual((server.mails, self.sent_at(), self.locks()), ([], "", 0))

    def test_nobody_there_is_a_retry(self):
        self.env |= {"QUERN_SMTP_URL": f"smtp://127.0.0.1:{servers.free_port()}"}
        self.worker()
        self.failed(self.to_user(attempts=2), "SMTP: Failed to connect", 2)

    def test_an_answer_that_was_lost_sends_the_same_mail_again(self):
        for tls in (None, "starttls", "smtps"):
            with self.subTest(tls=tls):
                server = self.smtp(tls=tls)
                server.cut = 1
                worker = self.worker(label=f"worker-{tls}")
                job = self.to_person()
                self.result(job)
                first, second = (mail.message for mail in server.mails)
                self.assertEqual(first["Message-ID"], second["Message-ID"])
                told = [step.get("error", "") for step in self.history(self.seen(job))]
                self.assertIn("whether the server took the message is not known", told[0])
                self.assertEqual(self.seen(job)["attempts"], 2)  # and no executor died
                worker.stop()

    def wait_for_message(self, server, number=1):
        self.wait_until(lambda: server.arrived >= number, LONG, f"message {number}")

    def test_an_executor_killed_while_sending_sends_the_same_mail_again(self):
        server = self.smtp()
        worker = self.worker(env={"QUERN_CONCURRENCY": "1"})
        server.hold.clear()
        job = self.to_user()
        self.wait_for_message(server)
        os.kill(worker_case.children_of(worker.pid)[0], signal.SIGKILL)
        self.wait_for_message(server, 2)
        self.assertEqual(self.sent_at(), "")
        server.hold.set()
        self.result(job)
        self.assertEqual({mail.message["Message-ID"] for mail in server.mails},
                         {f"<{worker_case.NAMESPACE}.{job}@example.org>"})
        self.assertEqual(self.result(self.to_user())["sent"], False)

    def test_a_supervisor_killed_while_sending_sends_the_same_mail_again(self):
        server = self.smtp()
        first = self.worker(label="first")
        server.hold.clear()
        job = self.to_user()
        self.wait_for_message(server)
        first.kill9()
        self.worker(label="second")
        self.wait_for_message(server, 2)
        server.hold.set()
        self.result(job)
        self.assertEqual(len({mail.message["Message-ID"] for mail in server.mails}), 1)

    def test_two_jobs_for_a_user_at_once_send_one_mail(self):
        server = self.smtp()
        self.worker()
        server.hold.clear()
        first = self.to_user()
        self.wait_for_message(server)
        second = self.to_user()
        self.wait_until(lambda: self.seen(second)["state"] == "scheduled", LONG,
                        "the second one to snooze")
        server.hold.set()
        self.assertEqual((self.result(first)["sent"], self.result(second)["sent"]),
                         (True, False))
        self.assertEqual(len(server.mails), 1)
        self.assertEqual(self.seen(second)["attempts"], 1)

    def test_a_server_that_says_nothing_keeps_no_cancelled_job(self):
        for label, greeting in (("mute", b""), ("half", b"220 hello\r\n")):
            with self.subTest(label=label):
                silent = smtp_server.Silent(greeting)
                self.addCleanup(silent.stop)
                worker = self.worker(env={"QUERN_SMTP_URL": silent.url}, label=label)
                job = self.to_user()
                self.wait_until(lambda: silent.accepted, LONG, "the connection")
                self.assertEqual(self.qnctl("cancel", job).returncode, 0)
                self.check_ended(job, "cancelled")
                self.wait_until(lambda: self.locks() == 0, LONG, "no lock to be held")
                worker.stop()

    def test_a_soft_limit_ends_the_conversation(self):
        silent = smtp_server.Silent(b"220 hello\r\n")
        self.addCleanup(silent.stop)
        self.worker(env={"QUERN_SMTP_URL": silent.url})
        job = self.put("mail.welcome", {"user_id": USER}, queue="mail", attempts=1, soft=300,
                       hard=20000)
        info = self.ended(job)
        self.assertEqual((info["state"], info["cause"]), ("failed", "timeout"), info)

    def test_settings_that_do_not_hold_are_named_and_not_told(self):
        for env, text in (
                ({"QUERN_SMTP_URL": f"smtp://shop:{SECRET[:8]}@127.0.0.1"}, "holds a user"),
                ({"QUERN_SMTP_URL": "http://127.0.0.1"}, "begins neither with smtp:// nor"),
                ({"QUERN_SMTP_URL": "smtp://"}, "smtp-url: is not a URL"),
                ({"QUERN_SMTP_URL": "smtp://127.0.0.1", "QUERN_SMTP_TLS": "false",
                  "QUERN_SMTP_USER": "shop", "QUERN_SMTP_PASSWORD": SECRET}, "in the clear"),
                ({"QUERN_SMTP_FROM": "nobody"}, "smtp-from: the address has no @"),
                ({"QUERN_SMTP_FROM": "A\rB <a@b>"}, "smtp-from: the name has the control")):
            with self.subTest(text=text):
                worker = self.worker(env=env, label=f"w{len(self.lines_of_all())}")
                self.failed(self.to_person(attempts=1), text, 1)
                self.assertNotIn(SECRET[:8], worker.log())
                worker.stop()

    def lines_of_all(self):
        return getattr(self, "workers", [])


if __name__ == "__main__":
    case.main()
