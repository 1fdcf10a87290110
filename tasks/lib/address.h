/* address.h - mail addresses, and the names of people beside them, checked strictly.
 *
 * What passes can stand in a header of a mail and in a command of SMTP: it holds nothing
 * that could begin another line or another address.
 *
 * Not here: how a name is encoded in a header (tasks/mail/message.h).
 */
#ifndef TASKS_LIB_ADDRESS_H
#define TASKS_LIB_ADDRESS_H

#include <quern/err.h>
#include <stddef.h>

#define QN_ADDRESS_MAX      254 /* bytes, of RFC 5321 */
#define QN_ADDRESS_NAME_MAX 200 /* bytes */

struct qn_address {
    char address[QN_ADDRESS_MAX + 1];
    char name[QN_ADDRESS_NAME_MAX + 1]; /* UTF-8; "": none */
};

/* local@domain: the local part 1-64 of RFC 5322's atext, with single dots inside; the domain
 * labels of letters, digits and inner hyphens, 1-63 each. Quoted local parts, [1.2.3.4]
 * and other than ASCII are refused. QN_EINVAL says why and never holds the address. */
QN_MUST_CHECK int qn_address_check(const char *address, size_t len, struct qn_err *reterr);

/* UTF-8 without control characters (C0, DEL, C1), line and paragraph separators and those
 * that turn the direction of what follows. */
QN_MUST_CHECK int qn_address_check_name(const char *name, size_t len, struct qn_err *reterr);

/* "local@domain", or "Name <local@domain>", the name in quotes or not. */
QN_MUST_CHECK int qn_address_parse(const char *text, struct qn_address *ret, struct qn_err *reterr);

#endif
