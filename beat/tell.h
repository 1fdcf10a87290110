/* tell.h - the leader tells the broker its schedules, for everybody who asks what is
 * planned (docs/schedules.md).
 *
 * At the start of leading, a moment after each firing, and once a minute: so that
 * whoever reads it knows from its age whether anybody leads. What the schedules last did is
 * taken over from the leader before.
 */
#ifndef BEAT_TELL_H
#define BEAT_TELL_H

#include "broker-client/broker.h"
#include "leader.h"
#include "schedule.h"

#define BEAT_TELL_EVERY_MS 60000
#define BEAT_NEXT_TIMES    5    /* told of each schedule, */
#define BEAT_NEXT_FEW      1000 /* of one, when there are more schedules than this */

struct beat_tell;

struct beat_tell_options {
    struct qn_broker *broker;         /* borrowed */
    struct qn_loop *loop;             /* borrowed */
    struct beat_schedules *schedules; /* borrowed; what they last did is written */
    const char *file;                 /* they are from; borrowed */
};

QN_MUST_CHECK int beat_tell_create(struct beat_tell **ret, const struct beat_tell_options *options,
                                   struct qn_err *reterr);
void beat_tell_free(struct beat_tell *tell);

/* We lead from now on, or no more: then nothing is told. leader says the time. */
void beat_tell_lead(struct beat_tell *tell, const struct beat_leader *leader, bool leading);
/* Something is new; told within seconds, however often this is called. */
void beat_tell_soon(struct beat_tell *tell);

#endif
