/* digest.h - hashes, by libcrypto.
 *
 * SHA-256 names what is kept: the same bytes give the same name, and nobody finds others that
 * do. SHA-1 is what Redis calls a script by, and is used for nothing else.
 */
#ifndef TASKS_LIB_DIGEST_H
#define TASKS_LIB_DIGEST_H

#include "common/buf.h"

#define QN_DIGEST_SIZE 65 /* 64 lower-case hex digits and NUL */
#define QN_SHA1_SIZE   41

/* QN_ENOMEM. */
QN_MUST_CHECK int qn_digest_text(struct qn_span bytes, char out[QN_DIGEST_SIZE],
                                 struct qn_err *reterr);
QN_MUST_CHECK int qn_sha1_text(struct qn_span bytes, char out[QN_SHA1_SIZE], struct qn_err *reterr);

#endif
