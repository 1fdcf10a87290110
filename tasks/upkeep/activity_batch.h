/* activity_batch.h - one batch of activity: off Redis, into PostgreSQL, once.
 *
 * On the Redis of caches, below <namespace>:activity: there is
 *
 *   now            hash: c:<user> count of events, t:<user> when last seen, ms since 1970;
 *                  applications write it
 *   batches        set: names of what was moved aside and is not counted yet
 *   batch:<name>   hash: what now was then; name is <job>/<token>
 *
 * A batch never changes and no name is used twice, so each of them is counted once, under its
 * name, whoever does it and however often (once.h).
 *
 * Not here: which batches there are, and moving what was collected aside (activity.c).
 */
#ifndef TASKS_UPKEEP_ACTIVITY_BATCH_H
#define TASKS_UPKEEP_ACTIVITY_BATCH_H

#include "upkeep.h"

#define ACTIVITY_NAME_SIZE 96

struct activity_batch {
    struct qn_job *job;
    char name[ACTIVITY_NAME_SIZE]; /* <job>/<token> */
    char key[UPKEEP_KEY_SIZE];
};

/* What was counted, of one batch or of several. */
struct activity_count {
    int64_t users, events;                 /* that the table users has */
    int64_t unknown_users, unknown_events; /* that it has not */
    int64_t ignored;                       /* fields that are none of ours */
};

/* Fills batch; QN_EINVAL for a name that is none. */
QN_MUST_CHECK int activity_batch_name(struct activity_batch *batch, struct qn_job *job,
                                      struct qn_span name, struct qn_err *reterr);
/* Writes it unless another run did, and adds what it came to. The batch stays on Redis. */
QN_MUST_CHECK int activity_batch_write(const struct activity_batch *batch,
                                       struct activity_count *sum, struct qn_err *reterr);
/* A count as a JSON object. */
QN_MUST_CHECK int activity_count_add(struct qn_buf *out, const struct activity_count *count);

#endif
