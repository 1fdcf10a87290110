/* unique.h - what of a job must be there once, as the 32 digits that the broker compares.
 *
 * The first 16 bytes of SHA-256 over the task, a zero byte and the key: what the producer
 * said is unique, or else the arguments, byte by byte. Pure.
 *
 * Not here: who has a key (docs/protocol.md, lua/enqueue.lua).
 */
#ifndef BROKER_CLIENT_UNIQUE_H
#define BROKER_CLIENT_UNIQUE_H

#include "common/buf.h"
#include <quern/client.h>

#define QN_UNIQUE_KEY_SIZE 33

QN_MUST_CHECK int qn_unique_key(struct qn_span task, struct qn_span what,
                                char out[QN_UNIQUE_KEY_SIZE], struct qn_err *reterr);

/* A rule that can be kept. QN_EINVAL names the member. */
QN_MUST_CHECK int qn_unique_check(const struct qn_unique *unique, struct qn_err *reterr);

/* Its words, by the enum's numbers, NULL at the end; "" for QN_UNIQUE_NO. */
extern const char *const qn_unique_untils[];
extern const char *const qn_unique_conflicts[];

#endif
