/* bare.h - the Redis behind a broker, without the queue: for who measures it.
 *
 * Operations as in broker.h, on the broker's command connection. The broker has to be one on
 * Redis.
 *
 * Not here: anything that a queue needs.
 */
#ifndef BROKER_CLIENT_REDIS_BARE_H
#define BROKER_CLIENT_REDIS_BARE_H

#include "broker-client/broker.h"

#define QN_BARE_PAGE 500

bool qn_bare_fits(const struct qn_broker *b); /* it is on Redis */

/* A round trip that does nothing: PING. */
void qn_bare_ping(struct qn_broker *b, qn_reply_fn *fn, void *arg);
/* reply->text: a section of INFO as Redis wrote it. It may be forbidden. */
void qn_bare_info(struct qn_broker *b, const char *section, qn_reply_fn *fn, void *arg);
/* reply->listed: a page of the keys of a queue (NULL: of the namespace itself), from a cursor
 * (0 at first), some of them more than once; all that are there all the time. */
void qn_bare_keys(struct qn_broker *b, const char *queue, int64_t cursor, qn_reply_fn *fn,
                  void *arg);
/* Removes keys of one page, 1 or more, whatever is in them; reply->number: how many were there. */
void qn_bare_drop(struct qn_broker *b, const char *const *keys, size_t n, qn_reply_fn *fn,
                  void *arg);

#endif
