/* explain_type.h - a statement being made, for explain*.c only. */
#ifndef BROKER_CLIENT_EXPLAIN_TYPE_H
#define BROKER_CLIENT_EXPLAIN_TYPE_H

#include "crew.h"
#include "explain.h"

struct qn_telling {
    const struct qn_facts *facts;
    const struct qn_job_info *job;
    struct qn_crew crew;
    char queue[QN_QUEUE_MAX + 1];
    const char *code; /* of the row under way */
    struct qn_explanation *out;
};

/* A moment and how far it is: "2026-01-31 08:00:00 (in 3m20s)". */
#define QN_MOMENT_SIZE 80
void qn_moment(const struct qn_telling *t, int64_t at_ms, char out[QN_MOMENT_SIZE]);
/* to - from, of what may be any number: far away counts as 140,000 years. */
int64_t qn_ms_between(int64_t from_ms, int64_t to_ms);
/* As far as people care: "250ms", "1m3s", "2h5m", "29d23h". */
void qn_span_of_time(int64_t ms, char out[QN_MS_TEXT_SIZE]);

/* A statement of the row's code; at_ms 0 none. Never NULL: where there is no room left
 * it is written over the last one. */
struct qn_reason *qn_say(struct qn_telling *t, int64_t at_ms, const char *fmt, ...) QN_PRINTF(3, 4);
void qn_hint(struct qn_reason *reason, const char *fmt, ...) QN_PRINTF(2, 3);

/* explain_held.c */
bool qn_in_a_lane(const struct qn_telling *t);
void qn_tell_behind_limit(struct qn_telling *t);
void qn_tell_turn(struct qn_telling *t);

/* explain_past.c */
void qn_tell_succeeded(struct qn_telling *t);
void qn_tell_failed(struct qn_telling *t);
void qn_tell_cancelled(struct qn_telling *t);
void qn_tell_expired(struct qn_telling *t);
void qn_tell_runs(struct qn_telling *t);
void qn_tell_kept(struct qn_telling *t);

#endif
