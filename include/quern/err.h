/* err.h - what can go wrong, once for everybody.
 *
 * A function that can fail returns int: QN_OK or a negative QN_E... code. The
 * text goes into the caller's struct qn_err (NULL is allowed): untouched on
 * success, complete enough to be logged as it is. Predicates return bool,
 * lookups a borrowed pointer or NULL; nothing else.
 *
 * Not here: a handler's answer (enum qn_outcome in task.h), which is not an
 * error code.
 */
#ifndef QUERN_ERR_H
#define QUERN_ERR_H

#include <stdbool.h>

#pragma GCC visibility push(default)

#define QN_MUST_CHECK        __attribute__((warn_unused_result))
#define QN_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* clang-format off */
#define QN_ERR_MAP(X)                                                       \
    /*  name         num  text                                  transient */ \
    X(NOMEM,         1,  "out of memory",                        true)      \
    X(INVAL,         2,  "invalid argument",                     false)     \
    X(LIMIT,         3,  "over a configured limit",              false)     \
    X(AGAIN,         4,  "nothing to do yet",                    true)      \
    X(NOTFOUND,      5,  "no such thing",                        false)     \
    X(EXISTS,        6,  "already there",                        false)     \
    X(LOST,          7,  "lease no longer ours",                 false)     \
    X(CONN,          8,  "connection failed",                    true)      \
    X(TIMEOUT,       9,  "timed out",                            true)      \
    X(PROTO,        10,  "peer broke the protocol",              false)     \
    X(CORRUPT,      11,  "stored data does not decode",          false)     \
    X(SYS,          12,  "system call failed",                   true)      \
    X(UNSUPPORTED,  13,  "not supported",                        false)     \
    X(UNKNOWN,      14,  "sent, but the outcome is unknown",     true)      \
    X(FULL,         15,  "the broker has no room, try later",    true)      \
    X(STATE,        16,  "not possible in this state",           false)
/* clang-format on */

enum qn_code {
    QN_OK = 0,
#define QN_ERR_ENUM(name, num, text, transient) QN_E##name = -(num),
    QN_ERR_MAP(QN_ERR_ENUM)
#undef QN_ERR_ENUM
};

#define QN_ERR_TEXT_MAX 256

struct qn_err {
    int code; /* enum qn_code */
    int sys;  /* errno at the place of failure, or 0 */
    char msg[QN_ERR_TEXT_MAX];
};

/* Fills *err (if not NULL) and returns code, so that a caller may write
 * return qn_fail(reterr, QN_EINVAL, "queue: %s", why). Text over the maximum
 * is cut. */
int qn_fail(struct qn_err *err, int code, const char *fmt, ...) QN_PRINTF(3, 4);

/* The same for a failed system call: appends ": strerror(errno)", keeps errno
 * in sys and returns QN_ESYS. */
int qn_fail_sys(struct qn_err *err, const char *fmt, ...) QN_PRINTF(2, 3);

const char *qn_err_name(int code);  /* "INVAL"; "OK" for 0; "?" otherwise */
const char *qn_err_text(int code);  /* "invalid argument" */
bool qn_err_is_transient(int code); /* may succeed when tried again */

#pragma GCC visibility pop

#endif
