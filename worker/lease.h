/* lease.h - the promise that nobody else runs our jobs, on each queue.
 *
 * Joins under a new incarnation, renews three times per lease. After a reconnect, an
 * unknown outcome and once a minute it compares notes with the broker: with no take
 * under way it renews, has unacknowledged ends sent again, and sends what is held;
 * only then may be taken again. When the broker says that the lease is lost, all of
 * this incarnation is over: the owner kills and writes nothing, a new one joins.
 *
 * Not here: killing (pool.h), taking (fetch.h).
 */
#ifndef WORKER_LEASE_H
#define WORKER_LEASE_H

#include "base.h"

struct worker_lease;

struct worker_lease_events {
    void *arg;
    void (*held)(void *arg); /* taking is allowed, for the first time or again */
    void (*lost)(void *arg); /* before the new incarnation joins */
    void (*until)(void *arg, int64_t mono_ms);
    void (*resend)(void *arg);
    void (*cancel)(void *arg, size_t queue, const char *name);
    void (*gone)(void *arg, size_t queue, const char *name); /* not ours any more: kill */
    void (*left)(void *arg);                                 /* of worker_lease_leave */
    /* A question was answered, or not in time; reached: the broker itself answered. */
    void (*asked)(void *arg, bool reached);
};

QN_MUST_CHECK int worker_lease_create(struct worker_lease **ret, struct worker_base *base,
                                      const struct worker_lease_events *events,
                                      struct qn_err *reterr);
void worker_lease_free(struct worker_lease *lease);

/* The connection is there: joins, or compares notes. */
void worker_lease_connected(struct worker_lease *lease);
void worker_lease_disconnected(struct worker_lease *lease);

bool worker_lease_may_take(const struct worker_lease *lease);
bool worker_lease_is_held(const struct worker_lease *lease);
void worker_lease_take_began(struct worker_lease *lease);
void worker_lease_take_ended(struct worker_lease *lease, const struct qn_reply *reply);

/* Gives it back on all queues; no renewing from here on. */
void worker_lease_leave(struct worker_lease *lease);

#endif
