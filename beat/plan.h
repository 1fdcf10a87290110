/* plan.h - the schedules as the leader knows them, and which is due first.
 *
 * Loaded from the broker's timetable. Between two loads the plan moves by itself: who took an
 * entry out gives it back with what became of its planned time.
 *
 * Not here: making jobs (fire.h), asking the broker (beat.h).
 */
#ifndef BEAT_PLAN_H
#define BEAT_PLAN_H

#include "broker-client/schedule.h"

struct beat_entry {
    struct beat_entry *next; /* in its bucket */
    struct qn_schedule schedule;
    int64_t version;
    bool sound; /* its definition could be read */
    bool paused;
    bool open;                    /* next_s was claimed, and nobody noted what became of it: */
    char queue[QN_QUEUE_MAX + 1]; /* it belongs to this queue */
    int64_t done_s;               /* planned times until then are dealt with */
    int64_t next_s;               /* INT64_MAX never */
    bool unsettled;               /* next_s is not worked out yet */
    int64_t missed;               /* before next_s */
    char last_job[QN_ID_SIZE];    /* the newest that it made, "" none */
    size_t place;                 /* in the heap, from 1 on; 0 none */
    bool told;                    /* by the load under way */
    struct beat_entry *again;     /* the next of those that are tried again */
};

struct beat_plan;

/* zones is borrowed. */
struct beat_plan *beat_plan_create(struct qn_zone_cache *zones); /* NULL: out of memory */
void beat_plan_free(struct beat_plan *plan);                     /* NULL is fine */
size_t beat_plan_n(const struct beat_plan *plan);

/* Takes the timetable over: nothing is taken out at the moment. anew: by another leader, or none,
 * until now, so that all is worked out; else what did not change stays as it is. Definitions that
 * cannot be read are logged and not fired. QN_ENOMEM: the plan is not to be used. */
QN_MUST_CHECK int beat_plan_load(struct beat_plan *plan, const struct qn_timetable *table,
                                 int64_t now_s, bool anew);

/* What a load leaves to be worked out is due at once, so that it comes to the front: works the
 * first ones out, a bounded number, since many that missed many times take seconds. */
void beat_plan_settle(struct beat_plan *plan);
/* When the first is due; INT64_MAX none. */
int64_t beat_plan_first_s(const struct beat_plan *plan);
/* Takes out the first, which must be due until now_s; NULL none, or to be settled before. Those of
 * the same second come in no order. */
struct beat_entry *beat_plan_take(struct beat_plan *plan, int64_t now_s);
/* Gives one back; its next_s as it is now. */
void beat_plan_give(struct beat_plan *plan, struct beat_entry *entry);
/* Its planned time is dealt with: moves on to the next. */
void beat_plan_done(struct beat_entry *entry, int64_t now_s);
/* What is known of it is old: not fired before the next load, which reads it anew. */
void beat_plan_doubt(struct beat_entry *entry);

/* Asks for all zones again, and works the times of those that changed out anew. */
void beat_plan_zones(struct beat_plan *plan, int64_t now_s);

#endif
