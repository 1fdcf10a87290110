/* bell.h - how executors wake their supervisor: one eventfd for all, rung only when it sleeps.
 *
 * The supervisor says that it is about to sleep, looks once more into all boxes, and sleeps.
 * An executor puts its answer into its box, then rings if the supervisor sleeps. So either
 * the look finds the answer, or the bell does. What the supervisor says can only be read by
 * executors: none can keep another's ring from being heard.
 */
#ifndef WORKER_BELL_H
#define WORKER_BELL_H

#include "broker-client/loop.h"
#include <stdatomic.h>

struct worker_bell;

/* For executors: the descriptor, and whether it is worth ringing. */
struct worker_bell_rope {
    int fd;
    const struct worker_bell_page *page;
};

/* rung is called from the loop. */
QN_MUST_CHECK int worker_bell_create(struct worker_bell **ret, struct qn_loop *loop,
                                     qn_timer_fn *rung, void *arg, struct qn_err *reterr);
void worker_bell_free(struct worker_bell *bell);

/* Sleeping: a ring is wanted from here on. So it is at first. */
void worker_bell_sleep(struct worker_bell *bell, bool sleeping);
struct worker_bell_rope worker_bell_rope(const struct worker_bell *bell);

/* In an executor. */
void worker_bell_guard(const struct worker_bell_rope *rope); /* makes the page read-only */
void worker_bell_ring(const struct worker_bell_rope *rope);

#endif
