/* smtp.h - the one way out for mail: a server of SMTP, through libcurl.
 *
 * A struct qn_smtp knows the server and how to log in. Each send is a connection of its
 * own, with TLS: at once for smtps://, by STARTTLS for smtp://, where a server that does not
 * offer it is refused. Certificates are verified against the system's authorities, or
 * ca_file. One message to one recipient, so that one answer is about one of them.
 *
 * All of it is bounded: 10 s to connect, 30 s for each answer of the server, the time given
 * for the whole. A stop is noticed within a second.
 *
 * Errors: QN_EINVAL for what the server refused for good (5xx), its answer in the text;
 * QN_EAGAIN for what it refused for now (4xx); QN_ECONN when nobody could be reached, or
 * TLS failed; QN_ETIMEOUT when the time was over, or stop_fd became readable; QN_EUNKNOWN
 * when the message was sent but the answer to it not heard: it may have been taken. No text
 * ever holds the password.
 *
 * Not here: the message (tasks/mail/message.h), whether to try again.
 */
#ifndef TASKS_LIB_SMTP_H
#define TASKS_LIB_SMTP_H

#include "common/buf.h"

#define QN_SMTP_CONNECT_MS     10000
#define QN_SMTP_ANSWER_SECONDS 30

struct qn_smtp_settings {
    const char *url;      /* smtp://host[:25][/name-of-this-host] or smtps://host[:465] */
    const char *user;     /* "": do not log in */
    const char *password; /* with a user */
    const char *ca_file;  /* PEM; "": those of the system */
    bool plain;           /* smtp:// without TLS; QN_EINVAL together with a user */
};

struct qn_smtp;

/* Copies the settings and connects to nobody. QN_EINVAL names what is wrong with them. Uses
 * curl_global_init, once in a process. */
QN_MUST_CHECK int qn_smtp_create(struct qn_smtp **ret, const struct qn_smtp_settings *settings,
                                 struct qn_err *reterr);
void qn_smtp_free(struct qn_smtp *smtp); /* NULL is fine */

struct qn_smtp_mail {
    const char *from; /* both are checked (address.h) */
    const char *to;
    struct qn_span message; /* headers and body, lines end with CR LF */
};

/* stop_fd: -1 for none. */
QN_MUST_CHECK int qn_smtp_send(struct qn_smtp *smtp, const struct qn_smtp_mail *mail, int stop_fd,
                               int64_t time_ms, struct qn_err *reterr);

#endif
