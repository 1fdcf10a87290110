/* gather.h - jobs of requests that arrive together travel in one operation of the broker.
 *
 * For a caller it is the broker's enqueue: the same arguments, the same reply, once. What is
 * asked within a turn of the loop for the same queue is sent at its end as one operation, and
 * each caller gets his part of the answer. Nothing waits for others to come; a turn that makes
 * many jobs sends them in parts, so that the broker works on one while the next is made.
 *
 * Not here: what becomes of an unknown outcome (enqueue_send.c).
 */
#ifndef API_GATHER_H
#define API_GATHER_H

#include "broker-client/broker.h"

struct api_gather;

QN_MUST_CHECK int api_gather_create(struct api_gather **ret, struct qn_broker *broker,
                                    struct qn_loop *loop, struct qn_err *reterr);
void api_gather_free(struct api_gather *gather); /* NULL is fine; nobody may be waiting */

/* n is 1 to QN_ENQUEUE_BATCH_MAX. What the jobs point at stays the caller's, and must live
 * until the reply. */
void api_gather_enqueue(struct api_gather *gather, const char *queue, const struct qn_new_job *jobs,
                        size_t n, qn_reply_fn *fn, void *arg);
/* Sends now what would be sent at the end of the turn. */
void api_gather_flush(struct api_gather *gather);

#endif
