/* leader.h - one beat leads: a named lease on the broker, renewed three times
 * per lease. Who stands by asks eight times, and at the moment when the lease runs out.
 *
 * The leader believes in its lease only until the time it sent the last
 * successful renewal plus the lease, by its own monotonic clock: it steps down
 * before the broker gives the lease away. What makes double firing impossible is
 * not this but the claim, and the mark that enqueue compares (docs/protocol.md).
 */
#ifndef BEAT_LEADER_H
#define BEAT_LEADER_H

#include "broker-client/broker.h"

struct beat_leader;

typedef void beat_leader_fn(void *arg, bool leading); /* it changed */
typedef void beat_revision_fn(void *arg, int64_t revision);

struct beat_leader_options {
    struct qn_broker *broker;     /* borrowed */
    struct qn_loop *loop;         /* borrowed */
    const struct qn_clock *clock; /* borrowed */
    int64_t lease_ms;
    beat_leader_fn *on_change;
    beat_revision_fn *on_revision; /* of the schedules, with each answer */
    void *arg;
};

QN_MUST_CHECK int beat_leader_create(struct beat_leader **ret,
                                     const struct beat_leader_options *options,
                                     struct qn_err *reterr);
void beat_leader_free(struct beat_leader *leader);

bool beat_leader_leads(const struct beat_leader *leader);
/* As it stands on the broker: "host:pid:token". */
const char *beat_leader_holder(const struct beat_leader *leader);
/* The broker's clock, told by another answer. */
void beat_leader_told(struct beat_leader *leader, int64_t now_ms);
/* The broker said that the lease is another one's. */
void beat_leader_lost(struct beat_leader *leader);
/* The broker's clock, carried on by the monotonic one; 0 before the first
 * answer. */
int64_t beat_leader_now_ms(const struct beat_leader *leader);
/* Mono times: when the broker gave an answer last (at first: of the creation), and when a
 * question ended last, in whatever way. */
int64_t beat_leader_heard_ms(const struct beat_leader *leader);
int64_t beat_leader_asked_ms(const struct beat_leader *leader);
/* Gives the lease back; done is set when the broker answered. */
void beat_leader_resign(struct beat_leader *leader, bool *done);

#endif
