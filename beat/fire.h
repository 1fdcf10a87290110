/* fire.h - turn planned times of schedules into jobs.
 *
 * Each job goes out with its schedule and planned time, which the enqueue script
 * compares with the last one that fired: however often and by whomever a time is
 * sent, it makes one job. So an unknown outcome is simply sent again.
 *
 * Arguments are checked against the definition that workers published; an
 * unknown task is refused unless accept_unknown says otherwise.
 */
#ifndef BEAT_FIRE_H
#define BEAT_FIRE_H

#include "broker-client/broker.h"
#include "schedule.h"

struct beat_fire;

enum beat_fired {
    BEAT_FIRED,     /* there is a job for this time: made now or before */
    BEAT_REFUSED,   /* there will be none: the reason was given */
    BEAT_TRY_AGAIN, /* the broker could not be asked, or the outcome is unknown */
};

struct beat_fire_options {
    struct qn_broker *broker;     /* borrowed */
    const struct qn_clock *clock; /* borrowed */
    bool accept_unknown;
    /* Told once per send, from the loop. made: now, by us. text: the job's id when it
     * fired, else the reason. */
    void (*on_fired)(void *arg, size_t schedule, int64_t planned_s, enum beat_fired what, bool made,
                     const char *text);
    void *arg;
};

QN_MUST_CHECK int beat_fire_create(struct beat_fire **ret, const struct beat_fire_options *options,
                                   struct qn_err *reterr);
void beat_fire_free(struct beat_fire *fire);

/* index is given back to on_fired. */
void beat_fire_send(struct beat_fire *fire, const struct beat_schedule *schedule, size_t index,
                    int64_t planned_s);

#endif
