/* upkeep.h - what somebody must do for each queue: forward what is due, recover what
 * the dead held, purge dead letters.
 *
 * Every worker does it, with jitter; the scripts are safe to be called by all. At
 * least three times per lease, and at the moment when the next job is due or the next
 * lease runs out; dead letters each minute.
 */
#ifndef WORKER_UPKEEP_H
#define WORKER_UPKEEP_H

#include "base.h"

struct worker_upkeep;

QN_MUST_CHECK int worker_upkeep_create(struct worker_upkeep **ret, struct worker_base *base,
                                       struct qn_err *reterr);
void worker_upkeep_free(struct worker_upkeep *upkeep);

void worker_upkeep_start(struct worker_upkeep *upkeep);
void worker_upkeep_stop(struct worker_upkeep *upkeep);
/* A delayed job of the queue is due then: forward not later. */
void worker_upkeep_due(struct worker_upkeep *upkeep, size_t queue, int64_t in_ms);

#endif
