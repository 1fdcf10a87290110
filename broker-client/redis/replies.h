/* replies.h - the memory of what Redis answers: taken from a block, given back all at once.
 *
 * hiredis makes an object for each element of an answer, and would ask the heap for each and
 * for each text. An answer is read as soon as it is whole, and is of no use afterwards.
 *
 * Not here: reading (answer.h), the connection (conn.h).
 */
#ifndef BROKER_CLIENT_REDIS_REPLIES_H
#define BROKER_CLIENT_REDIS_REPLIES_H

#include <hiredis/hiredis.h>

#define QN_REPLIES_KEEP (64 * 1024) /* bytes that stay for the next answers */

struct qn_replies {
    struct qn_replies_block *block; /* the newest one */
};

void qn_replies_init(struct qn_replies *replies);
void qn_replies_release(struct qn_replies *replies);

/* From here on the reader takes its objects here. replies must outlive it. */
void qn_replies_serve(struct qn_replies *replies, redisReader *reader);
/* All objects are gone. */
void qn_replies_reset(struct qn_replies *replies);

#endif
