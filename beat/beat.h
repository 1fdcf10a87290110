/* beat.h - the scheduler: while it leads, each planned time of each schedule
 * becomes a job.
 *
 * After it begins to lead it makes up for the planned times of the last
 * BEAT_GRACE_S seconds, one job per schedule at most; what lies further back is
 * passed over with a log line.
 */
#ifndef BEAT_BEAT_H
#define BEAT_BEAT_H

#include "broker-client/broker.h"
#include "schedule.h"

#define BEAT_GRACE_S 60

struct beat;

struct beat_options {
    struct qn_broker *broker;         /* borrowed */
    struct qn_loop *loop;             /* borrowed */
    const struct qn_clock *clock;     /* borrowed */
    struct beat_schedules *schedules; /* borrowed; what happens to them is written */
    const char *file;                 /* they are from; borrowed */
    int64_t lease_ms;
    bool accept_unknown;
};

QN_MUST_CHECK int beat_create(struct beat **ret, const struct beat_options *options,
                              struct qn_err *reterr);
void beat_free(struct beat *beat);

/* For how long the broker has answered nothing, and no question has ended. */
int64_t beat_unheard_ms(const struct beat *beat);
int64_t beat_silent_ms(const struct beat *beat);
bool beat_leads(const struct beat *beat);

/* Stops firing and gives the lead back; done is set when that is over. */
void beat_stop(struct beat *beat, bool *done);

#endif
