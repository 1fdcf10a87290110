/* vitals.h - has this worker taken work lately, or could it have? And is it stuck?
 *
 * Collects signs from the parts and judges them; both answers come from the same times.
 *
 * Ready: it runs, is connected, holds its leases, its takes are not refused, it has
 * executors, and the waiting connection brought an answer lately: one that is connected
 * and would never be woken is not ready.
 *
 * Stuck: connected, and yet none of its questions had any answer for as long as each of
 * them, by its own deadline, must have had one. That is a fault in here, which a new
 * process cures. While the broker is away nothing is stuck: jobs run on.
 */
#ifndef WORKER_VITALS_H
#define WORKER_VITALS_H

#include "base.h"
#include "broker-client/service.h"
#include "states.h"

#define WORKER_WAIT_MS 5000 /* a wait for work ends by then */

/* Times are mono, 0: not since it connected. */
struct worker_vitals {
    const struct worker_base *base;
    int64_t connected_ms; /* 0: it is not */
    int64_t reached_ms;   /* a question about the lease was answered, or failed */
    int64_t waited_ms;    /* a wait ended, somehow */
    int64_t heard_ms;     /* a wait ended with an answer */
    int64_t until_ms;     /* the leases are held until then */
    char away[QN_SERVICE_WHY_MAX];
    char refused[QN_SERVICE_WHY_MAX]; /* why the last take failed; "" it did not */
};

void worker_vitals_init(struct worker_vitals *vitals, const struct worker_base *base);
void worker_vitals_connected(struct worker_vitals *vitals);
void worker_vitals_disconnected(struct worker_vitals *vitals, const char *why);
void worker_vitals_reached(struct worker_vitals *vitals);
void worker_vitals_until(struct worker_vitals *vitals, int64_t until_ms);
void worker_vitals_waited(struct worker_vitals *vitals, bool heard);
void worker_vitals_taken(struct worker_vitals *vitals, const struct qn_reply *reply);
/* As far as takes and waits tell. */
bool worker_vitals_may_take(const struct worker_vitals *vitals);

/* What only the supervisor knows. */
struct worker_vitals_now {
    enum worker_state state;
    size_t executors;
    bool full; /* of ends of jobs that the broker does not take */
};
void worker_vitals_judge(const struct worker_vitals *vitals, const struct worker_vitals_now *now,
                         struct qn_service_state *ret);

#endif
