/* message.h - a mail as bytes: headers, and one text in two forms.
 *
 * multipart/alternative of text/plain and text/html, UTF-8 in quoted-printable; what is not
 * plain ASCII in a header goes out as encoded words (RFC 2047). Lines end with CR LF and have
 * at most 78 bytes, but for a long address or id.
 *
 * Pure: the same message gives the same bytes. Not here: what it says (template.h), where it
 * goes (tasks/lib/smtp.h, file.h).
 */
#ifndef TASKS_MAIL_MESSAGE_H
#define TASKS_MAIL_MESSAGE_H

#include "common/buf.h"
#include "tasks/lib/address.h"

#define MAIL_SUBJECT_MAX 400 /* bytes */

struct mail_message {
    const struct qn_address *from; /* both have passed their checks */
    const struct qn_address *to;
    const char *subject;
    const char *id;       /* of the message, without its brackets */
    const char *language; /* such as "en" */
    int64_t wall_ms;
    struct qn_span text; /* UTF-8, lines end with LF */
    struct qn_span html;
};

/* QN_EINVAL for what cannot stand in a header; else the status of out. */
QN_MUST_CHECK int mail_message_write(const struct mail_message *message, struct qn_buf *out,
                                     struct qn_err *reterr);

#endif
