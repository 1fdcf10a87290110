/* health.h - is the broker there, and is it one to work with?
 *
 * At the first connection the server is asked: one that evicts keys is refused, one
 * without an append-only file is warned of. While it is away, that is said now and
 * then, and after give-up it is hopeless.
 */
#ifndef WORKER_HEALTH_H
#define WORKER_HEALTH_H

#include "base.h"
#include "exits.h"

struct worker_health;

struct worker_health_events {
    void *arg;
    void (*connected)(void *arg); /* after the check */
    void (*disconnected)(void *arg, const char *why);
    void (*hopeless)(void *arg, enum worker_exit exit_code); /* logged */
};

/* Listens to the broker's link. */
QN_MUST_CHECK int worker_health_create(struct worker_health **ret, struct worker_base *base,
                                       const struct worker_health_events *events,
                                       struct qn_err *reterr);
void worker_health_free(struct worker_health *health);
/* The broker answered a question. Only this ends an outage: a connection that comes up and
 * breaks again, or a server that serves nobody, does not. */
void worker_health_reached(struct worker_health *health);

/* The server's description, as broker.h's server operation gives it. QN_EINVAL for one
 * that evicts; *ret_persists: it has an append-only file. */
QN_MUST_CHECK int worker_health_judge(struct qn_span json, bool *ret_persists,
                                      struct qn_err *reterr);

#endif
