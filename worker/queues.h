/* queues.h - the queues a worker serves, and whose turn it is. Pure.
 *
 * Weighted: smooth weighted round robin among the ready ones, so that a:3,b:1
 * gives a a b a. Strict: the first ready one in the order given. A queue is ready when
 * its token came or when it had more than was asked for last time. Tokens are waited for
 * only while no queue is ready, so one that has a backlog must not hide the others: they are
 * looked at beside it.
 */
#ifndef WORKER_QUEUES_H
#define WORKER_QUEUES_H

#include <quern/client.h>
#include <stddef.h>

#define WORKER_QUEUES_MAX 64
#define WORKER_WEIGHT_MAX 1000
#define WORKER_NO_QUEUE   SIZE_MAX
#define WORKER_LOOK_MS    20

struct worker_queue {
    char name[QN_QUEUE_MAX + 1];
    int weight;
    int current; /* of the round robin */
    bool ready;
    int64_t asked_ms; /* when a take was sent last, mono */
};

struct worker_queues {
    struct worker_queue list[WORKER_QUEUES_MAX];
    size_t n;
    bool strict;
};

/* "reports:3,default:1"; without a weight 1. QN_EINVAL names what is wrong. */
QN_MUST_CHECK int worker_queues_parse(struct worker_queues *ret, const char *text, bool strict,
                                      struct qn_err *reterr);
size_t worker_queues_find(const struct worker_queues *queues, const char *name);
void worker_queues_all_ready(struct worker_queues *queues);
bool worker_queues_any_ready(const struct worker_queues *queues);
/* While some queue is ready, those that were not asked for WORKER_LOOK_MS are as well. */
void worker_queues_look_beside(struct worker_queues *queues, int64_t now_ms);
/* The queue to ask for one more job, or WORKER_NO_QUEUE. */
size_t worker_queues_pick(struct worker_queues *queues);

#endif
