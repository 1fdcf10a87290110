/* alive.h - what a worker tells of itself: its tasks and queues at start, its
 * description now and then.
 *
 * The description is JSON:
 *   {"incarnation":"...","host":"...","pid":1,"version":"0.1.0","state":"running",
 *    "ready":true,"why":"ready","started_ms":0,"concurrency":4,"idle":3,"busy":1,"processes":4,
 *    "queues":[{"name":"default","weight":1}],"tasks":["report.sales"],
 *    "jobs":[{"id":"default.x","task":"report.sales","since_ms":0,"soft_ms":1500000,
 *             "hard_ms":1800000,"pid":2}]}
 * ready is what quern-worker health says (vitals.h). soft_ms and hard_ms are the limits of the run.
 * Of more than 200 tasks the first 200 are named; "tasks_more" is how many are not.
 */
#ifndef WORKER_ALIVE_H
#define WORKER_ALIVE_H

#include "base.h"
#include "broker-client/service.h"
#include "pool.h"

struct worker_alive;

/* ask: whether it is ready. */
QN_MUST_CHECK int worker_alive_create(struct worker_alive **ret, struct worker_base *base,
                                      const struct worker_pool *pool, qn_service_fn *ask,
                                      void *ask_arg, struct qn_err *reterr);
void worker_alive_free(struct worker_alive *alive);

/* Tasks, their limits, and queues; after each connect and each lost lease, since the broker
 * may be a new one, or emptied. */
void worker_alive_publish(struct worker_alive *alive);
/* The description from now on, and with which state. */
void worker_alive_say(struct worker_alive *alive, const char *state);
/* The last one, which goes at once. */
void worker_alive_leave(struct worker_alive *alive);

#endif
