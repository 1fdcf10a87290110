/* encode.h - text for mails: encoded words for headers, quoted-printable for bodies.
 *
 * Not here: which text goes where (message.h).
 */
#ifndef TASKS_MAIL_ENCODE_H
#define TASKS_MAIL_ENCODE_H

#include "common/buf.h"

/* UTF-8 without control characters. As it is when it is short and plain, else as encoded words
 * of RFC 2047, folded; for behind the name of a header, which has at most 12 bytes. */
void mail_encode_words(struct qn_buf *out, const char *text);

/* UTF-8 whose lines end with LF: lines of at most 76 bytes that end with CR LF, the last one
 * too. No line begins with a dot. */
void mail_encode_body(struct qn_buf *out, const char *text, size_t len);

#endif
