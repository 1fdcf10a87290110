/* schedule.h - a schedule's definition: JSON to a struct and back, and when it is due. Pure but for
 * zones, which are files.
 *
 *   {"cron": "0 1 * * *",              or "every": "300s" (or seconds), or "at": RFC 3339
 *    "zone": "Europe/Berlin",          of cron, and of what people are shown
 *    "jitter": "30s",                  the job may start up to this much later
 *    "starts_at": ..., "ends_at": ..., RFC 3339; planned times from the one to the other, both too
 *    "catch_up": "one",                of times missed: skip, one (the last), all (the last
 *    "catch_up_max": 100,              catch_up_max)
 *    "overlap": "allow",               while its last job has not ended: allow, skip (no job),
 *                                      cancel_previous
 *    "job": {"task": ..., "args": ..., the words of POST /v1/jobs (draft.h) but name, eta and an
 *            ...}}                     absolute expires
 *
 * As it is kept, "changed_at" (Unix ms) and "source" come before the others; the broker puts them
 * there. The next time follows from the schedule alone, so all beats agree: an interval is due at
 * multiples of its length since 1970, a cron entry by its expression.
 *
 * Planned times are Unix seconds; INT64_MAX is never.
 *
 * Not here: what was fired (timetable.h, fire_note.h), who fires (beat/), the file (beat/).
 */
#ifndef BROKER_CLIENT_SCHEDULE_H
#define BROKER_CLIENT_SCHEDULE_H

#include "broker-client/draft.h"
#include "broker-client/timetable.h"
#include "cron/cron.h"
#include "cron/zone_cache.h"

#define QN_SCHEDULE_LATE_S   10 /* planned times so young are late, not missed */
#define QN_CATCH_UP_MOST     1000
#define QN_CATCH_UP_USUAL    100 /* catch_up_max when it is not given */
#define QN_SCHEDULE_WHEN_MAX QN_CRON_TEXT_MAX

enum qn_schedule_kind { QN_SCHEDULE_CRON, QN_SCHEDULE_EVERY, QN_SCHEDULE_AT };
enum qn_catch_up { QN_CATCH_UP_SKIP, QN_CATCH_UP_ONE, QN_CATCH_UP_ALL };
enum qn_overlap { QN_OVERLAP_ALLOW, QN_OVERLAP_SKIP, QN_OVERLAP_CANCEL };
/* The words, by these numbers; NULL ends. */
extern const char *const qn_schedule_kinds[]; /* "cron", "every", "at": the member's name */
extern const char *const qn_catch_ups[];
extern const char *const qn_overlaps[];

struct qn_schedule {
    char name[QN_QUEUE_MAX + 1];
    enum qn_schedule_kind kind;
    char when[QN_SCHEDULE_WHEN_MAX + 1]; /* expression or time as written, or interval */
    char zone_name[QN_ZONE_NAME_MAX + 1];
    struct qn_zone *zone; /* held */
    struct qn_cron cron;  /* an interval is cron.every_s */
    int64_t at_s;
    int64_t jitter_ms;
    int64_t starts_s, ends_s; /* 0, INT64_MAX when not given */
    enum qn_catch_up catch_up;
    int64_t catch_up_max;
    enum qn_overlap overlap;
    struct qn_span job;    /* JSON, of text */
    struct qn_draft draft; /* of job; points into text */
    char *text;            /* its own copy of the JSON */
    size_t len;
    /* kept definitions */
    char source[QN_SOURCE_MAX + 1];
    int64_t changed_ms;
};

struct qn_schedule_rules {
    const char *zone;            /* of one that names none; NULL: UTC */
    struct qn_zone_cache *zones; /* borrowed for the call; NULL: each zone is read */
    bool kept;                   /* it comes from the broker: has changed_at and source */
};

/* QN_OK; QN_EINVAL and what is wrong: field gets the member ("job.args", "" the whole), reterr a
 * sentence that names it; QN_ENOMEM. json needs no check before. Released in every case but QN_OK.
 */
QN_MUST_CHECK int qn_schedule_parse(struct qn_schedule *ret, const char *name, struct qn_span json,
                                    const struct qn_schedule_rules *rules,
                                    char field[QN_DRAFT_FIELD_SIZE], struct qn_err *reterr);
void qn_schedule_release(struct qn_schedule *schedule); /* zeroed is fine */

/* Appends the definition as it is given to the broker: every member that has a meaning, in one
 * order, without changed_at and source; of the job's bytes only blanks between tokens are left out.
 * Two that mean the same, written in two ways, are the same bytes but for when and job. */
int qn_schedule_encode(const struct qn_schedule *schedule, struct qn_buf *out);

/* The first planned time strictly after a second. */
int64_t qn_schedule_after(const struct qn_schedule *schedule, int64_t second);
/* The last one in (from, to], INT64_MIN when there is none. */
int64_t qn_schedule_last(const struct qn_schedule *schedule, int64_t from, int64_t to);
/* How many are in (from, to]; counting ends at most most. */
int64_t qn_schedule_count(const struct qn_schedule *schedule, int64_t from, int64_t to,
                          int64_t most);

/* Which planned time is to be fired next, when it is now_s and all until done_s are dealt with:
 * those of the last QN_SCHEDULE_LATE_S each, older ones by catch_up. May be in the past, or now, or
 * later; INT64_MAX: it is done. ret_missed (may be NULL): how many are passed over before it,
 * counted to 1,000. */
int64_t qn_schedule_due(const struct qn_schedule *schedule, int64_t done_s, int64_t now_s,
                        int64_t *ret_missed);
/* Until when all planned times of a kept one are dealt with: what was claimed and noted, what was
 * passed over in a pause, what was before its definition changed. */
int64_t qn_schedule_done_s(const struct qn_schedule *schedule, const struct qn_planned *planned);

/* How much later than a planned time its job may start: below jitter, and always the same for the
 * same name and time. */
int64_t qn_schedule_jitter_ms(const struct qn_schedule *schedule, int64_t planned_s);

/* It is changed through a file only. */
bool qn_schedule_of_file(const struct qn_schedule *schedule);

#endif
