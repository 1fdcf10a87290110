/* waiting.h - sleeping until there is work: the wait on wake tokens and messages.
 *
 * Messages are always waited for; tokens only while an executor is idle and nothing is
 * asked for, since a token that nobody here can use is missing elsewhere.
 */
#ifndef WORKER_WAITING_H
#define WORKER_WAITING_H

#include "base.h"
#include "states.h"

struct worker_waiting;

struct worker_waiting_events {
    void *arg;
    void (*woken)(void *arg, size_t queue); /* the queue is ready */
    void (*cancel)(void *arg, size_t queue, const char *name);
    void (*told)(void *arg, enum worker_event event); /* an operator: HUSH or DRAIN */
    void (*changed)(void *arg);                       /* nothing is waited for: call turn */
    void (*ended)(void *arg, bool heard);             /* a wait; heard: the broker answered */
};

QN_MUST_CHECK int worker_waiting_create(struct worker_waiting **ret, struct worker_base *base,
                                        const struct worker_waiting_events *events,
                                        struct qn_err *reterr);
void worker_waiting_free(struct worker_waiting *waiting);

/* Waits for what is wanted now, if it does not already: tokens only when no queue is
 * ready. soon: this may change at once, a new wait is not worth it. */
void worker_waiting_turn(struct worker_waiting *waiting, bool tokens, bool soon);

#endif
