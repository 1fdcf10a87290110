/* answer.h - from what Redis said to a struct qn_reply.
 *
 * An operation's answer function begins a reading, picks the values and ends it;
 * whatever does not fit makes the reply QN_EPROTO. Lists it allocates live until
 * the end.
 */
#ifndef BROKER_CLIENT_REDIS_ANSWER_H
#define BROKER_CLIENT_REDIS_ANSWER_H

#include "call.h"

#define QN_READING_LISTS 4

struct qn_reading {
    struct qn_call *call;
    const redisReply *answer;
    struct qn_reply reply;
    struct qn_err err;
    void *lists[QN_READING_LISTS];
    int n_lists;
};

/* False: the reply function has been told of the failure already. The answer is
 * an array of at least n elements then, or anything when n is 0. */
bool qn_reading_begin(struct qn_reading *reading, struct qn_call *call, int rc,
                      const struct qn_err *err, const redisReply *answer, size_t n);
/* Of a call that is answered {number, now}. */
qn_call_fn qn_reading_number;
/* Of one that is answered {now, a code for each of the n that the call is about}. */
qn_call_fn qn_reading_now_codes;
/* Tells the reply function and frees the lists. */
void qn_reading_end(struct qn_reading *reading);
/* Both remember the first failure. */
void qn_reading_fail(struct qn_reading *reading, int rc, const char *what);
void *qn_reading_list(struct qn_reading *reading, size_t n, size_t size);

/* Element i of the answer. A wrong type is a failure that is remembered, and a
 * value of 0, "" or an empty list. */
const redisReply *qn_reading_at(struct qn_reading *reading, size_t i);
int64_t qn_reading_i64(struct qn_reading *reading, const redisReply *value);
struct qn_span qn_reading_span(struct qn_reading *reading, const redisReply *value);
/* QN_NO_TIME for nil. */
int64_t qn_reading_time(struct qn_reading *reading, const redisReply *value);
/* The same for what a hand may have damaged: no failure, but 0 for what is no number, and the
 * nearest that is a date for what is no whole number or out of bounds. */
int64_t qn_reading_score(struct qn_reading *reading, const redisReply *value);
/* An array of n elements at least, else NULL. */
const redisReply *qn_reading_array(struct qn_reading *reading, const redisReply *value, size_t n);
/* All strings of an array. */
size_t qn_reading_strings(struct qn_reading *reading, const redisReply *value,
                          const char *const **ret);
/* Elements from i on, as numbers. */
const int *qn_reading_codes(struct qn_reading *reading, size_t i, size_t n);
/* Element i is "ok" or "lost" (then the reply is QN_ELOST) or another word. */
const char *qn_reading_status(struct qn_reading *reading, size_t i);

#endif
