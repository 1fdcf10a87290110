/* schedule_json.h - a schedule as JSON, as API and CLI show it (docs/http-api.md). Pure but for
 * zones, which are files.
 *
 *   {"name": "nightly", "state": "active", "text": "At 01:00",
 *    "definition": {...},          as it may be given again
 *    "source": "api", "changed_at": ..., "paused_since": ...,
 *    "next": ["2026-01-31T01:00:00+01:00", ...],
 *    "last": {...}}                its last fire (fire_note.h)
 *
 * Not here: who leads, what becomes of a planned time (timetable.h).
 */
#ifndef BROKER_CLIENT_SCHEDULE_JSON_H
#define BROKER_CLIENT_SCHEDULE_JSON_H

#include "broker-client/schedule.h"

#define QN_SCHEDULE_TIMES_MAX   100
#define QN_SCHEDULE_TIMES_USUAL 5

/* active: it has a next time. over: it has none. damaged: what is kept does not read, here. */
enum qn_schedule_state {
    QN_SCHEDULE_ACTIVE,
    QN_SCHEDULE_PAUSED,
    QN_SCHEDULE_OVER,
    QN_SCHEDULE_DAMAGED,
};
extern const char *const qn_schedule_states[];

/* A row of the timetable, read. */
struct qn_schedule_view {
    char name[QN_QUEUE_MAX + 1];
    struct qn_schedule schedule; /* unless damaged */
    enum qn_schedule_state state;
    struct qn_err why; /* it is damaged */
    int64_t now_ms;    /* the broker's clock */
    int64_t paused_ms; /* QN_NO_TIME */
    char *last;        /* JSON of its last fire, which passed the check; or NULL */
};

/* QN_ENOMEM. A row that does not read is a view that says so. zones: as of qn_schedule_parse(). */
QN_MUST_CHECK int qn_schedule_view_make(struct qn_schedule_view *ret,
                                        const struct qn_schedule_row *row, int64_t now_ms,
                                        struct qn_zone_cache *zones, struct qn_err *reterr);
void qn_schedule_view_release(struct qn_schedule_view *view); /* zeroed is fine */

/* Appends the members of an object that is open, with so many of the next times. */
int qn_schedule_view_json(struct qn_buf *out, const struct qn_schedule_view *view, int times);

/* Appends an array of its next times after a moment, at most so many. */
int qn_schedule_json_next(struct qn_buf *out, const struct qn_schedule *schedule, int64_t after_s,
                          int times);

/* Appends {"text", "zone", "next": [...]}: of a definition that is not kept. */
int qn_schedule_json_preview(struct qn_buf *out, const struct qn_schedule *schedule,
                             int64_t after_s, int times);

/* Appends {"name", "fires": [...]}, the newest first; a line that does not read is left out. */
int qn_schedule_json_fires(struct qn_buf *out, const char *name, const struct qn_entries *fires);

/* Appends when it is due in words: "At 02:30 on weekdays". */
void qn_schedule_words(const struct qn_schedule *schedule, struct qn_buf *out);

/* RFC 3339 with the offset of its zone: the instant, and what the clocks there show. */
#define QN_SCHEDULE_TIME_SIZE 40
void qn_schedule_time(const struct qn_schedule *schedule, int64_t second,
                      char out[QN_SCHEDULE_TIME_SIZE]);

#endif
