/* fetch.h - idle executors and ready queues make takes.
 *
 * Never asks for more jobs, answered and unanswered, than executors are idle. Each idle
 * executor is given to a ready queue by its turn; what one queue gets in one look
 * travels in one take; while WORKER_IN_FLIGHT takes are not answered, it waits. A queue whose take
 * was refused is asked again after a second.
 *
 * Not here: what is done with the jobs (supervisor.h), waking up (waiting.h).
 */
#ifndef WORKER_FETCH_H
#define WORKER_FETCH_H

#include "base.h"
#include "lease.h"

struct worker_fetch;

struct worker_fetch_events {
    void *arg;
    void (*taken)(void *arg, size_t queue, const struct qn_take_entry *entry, int64_t now_ms);
    void (*due)(void *arg, size_t queue, int64_t in_ms);       /* a delayed job is due then */
    void (*changed)(void *arg);                                /* an answer came */
    void (*answered)(void *arg, const struct qn_reply *reply); /* whichever it is */
};

QN_MUST_CHECK int worker_fetch_create(struct worker_fetch **ret, struct worker_base *base,
                                      struct worker_lease *lease,
                                      const struct worker_fetch_events *events,
                                      struct qn_err *reterr);
void worker_fetch_free(struct worker_fetch *fetch);

/* Looks once; idle: executors that have no job. */
void worker_fetch_turn(struct worker_fetch *fetch, size_t idle);
size_t worker_fetch_asked(const struct worker_fetch *fetch); /* not answered yet */

#endif
