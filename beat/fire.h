/* fire.h - turn planned times of schedules into jobs, many at a time.
 *
 * A volley is up to QN_CLAIM_BATCH_MAX schedules, each with its next planned time: one call claims
 * the times, one per 450 jobs of a queue makes them, one notes what became of them. Each step may
 * be sent again, so what has no known outcome begins anew with the claim: the claim is still open,
 * and the queue's mark makes it one job, by whomever it is sent.
 *
 * Not here: which schedule is due (plan.h), who may fire (leader.h).
 */
#ifndef BEAT_FIRE_H
#define BEAT_FIRE_H

#include "broker-client/fire_note.h"
#include "judge.h"
#include "plan.h"

struct beat_fire;

enum beat_fired {
    BEAT_NOTED,     /* dealt with: what became of it is noted */
    BEAT_TRY_AGAIN, /* the broker could not be asked, or something is not known yet */
    BEAT_STALE,     /* it has changed, or somebody else dealt with it: read it again */
};

struct beat_fire_options {
    struct qn_broker *broker; /* borrowed */
    struct beat_judge *judge; /* borrowed */
    const char *holder;       /* of the lease; borrowed */
    /* Asked before each step: one that leads no more sends nothing. */
    bool (*may_fire)(void *arg);
    /* Told once for each schedule of a volley, from the loop, with its entry given back. fire:
     * what became of it, when it is noted; why: else. */
    void (*on_fired)(void *arg, struct beat_entry *entry, enum beat_fired what,
                     const struct qn_fire *fire, const char *why);
    /* The broker says that somebody else leads; its clock and the revision of the schedules. */
    void (*on_claimed)(void *arg, const struct qn_claimed *claimed, int64_t now_ms);
    void *arg;
};

QN_MUST_CHECK int beat_fire_create(struct beat_fire **ret, const struct beat_fire_options *options,
                                   struct qn_err *reterr);
void beat_fire_free(struct beat_fire *fire);

/* Entries are borrowed until on_fired. n is 1 to QN_CLAIM_BATCH_MAX. */
void beat_fire_volley(struct beat_fire *fire, struct beat_entry *const *entries, size_t n);
/* Volleys under way. */
int beat_fire_under_way(const struct beat_fire *fire);

#endif
