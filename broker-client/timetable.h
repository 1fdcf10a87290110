/* timetable.h - schedules on the broker: what the operations of broker.h take and answer.
 *
 * A definition is JSON (schedule.h). It is owned by the beats' file, then only that file changes
 * it, or it is live: API and CLI do. Each change counts the revision up, so whoever works with the
 * definitions knows when to read them again.
 *
 * How a planned time becomes one job, whoever leads:
 *
 *   claim    in the slot of the namespace: the leader says which time comes next, for which queue.
 *            Only who holds the lease may, only by its newest version, only forward in time.
 *   enqueue  in the slot of the queue: compares the time with the queue's mark of the schedule.
 *   note     in the slot of the namespace: the time is dealt with; what became of it.
 *
 * A claimed time that was not noted is open: the next leader sends it again, to the queue of the
 * claim, and the mark there makes it one job (docs/decisions/0012).
 *
 * Not here: what a definition means (schedule.h), who fires when (beat/).
 */
#ifndef BROKER_CLIENT_TIMETABLE_H
#define BROKER_CLIENT_TIMETABLE_H

#include "common/buf.h"
#include <quern/client.h>

#define QN_SCHEDULES_MAX       10000
#define QN_SCHEDULES_BYTES_MAX (32 * 1024 * 1024) /* of all definitions together */
#define QN_SCHEDULE_JSON_MAX   (64 * 1024)        /* of one */
#define QN_SOURCE_MAX          200
#define QN_DEFINE_BATCH_MAX    100  /* of live ones */
#define QN_CLAIM_BATCH_MAX     1000 /* of notes too */
#define QN_FIRES_KEPT          20   /* of a schedule */
#define QN_FIRE_JSON_MAX       2048
#define QN_HOLDER_MAX          128

/* Who holds a lease. */
struct qn_lead {
    bool ours;
    const char *holder; /* "" nobody */
    int64_t left_ms;    /* of the lease, 0 of none */
    int64_t revision;   /* of the schedules */
};

/* How far a schedule is. Times are Unix ms; 0 none. */
struct qn_planned {
    int64_t at_ms;     /* the last planned time that was claimed */
    const char *queue; /* it went to, "" none */
    bool open;         /* nobody has noted what became of it */
    int64_t passed_ms; /* planned times until then are passed over: it was paused */
    int64_t version;   /* the revision that changed its definition or pause last */
};

struct qn_schedule_row {
    struct qn_span name;
    struct qn_span definition; /* JSON, with its source and changed_at */
    int64_t paused_ms;         /* since when, QN_NO_TIME */
    struct qn_planned planned;
    struct qn_span last; /* JSON of the last fire, "" none */
};
struct qn_timetable {
    int64_t revision;
    size_t n;
    const struct qn_schedule_row *rows; /* in no order */
};

/* json: qn_schedule_encode(). source: 1-200 of printable ASCII without quote and backslash, such as
 * "api" or "file quern-schedule.conf:12". */
struct qn_definition {
    const char *name;
    const char *source;
    struct qn_span json;
};
enum qn_define_code {
    QN_DEFINE_SAME = 0, /* nothing changed */
    QN_DEFINE_CREATED = 1,
    QN_DEFINE_CHANGED = 2, /* its history stays */
    QN_DEFINE_FILE = 3,    /* refused: it belongs to a file */
    QN_DEFINE_FULL = 4,    /* refused: 10,000 are there, or 32 MiB */
};
struct qn_defined {
    bool lost; /* the holder does not lead (any more): nothing was done */
    size_t n;
    const int *code; /* enum qn_define_code */
    int64_t removed; /* of the file, since they are in it no more */
    int64_t revision;
};

/* What drop and pause say of one. */
enum qn_change_code {
    QN_CHANGE_NONE = 0, /* there is none of this name */
    QN_CHANGE_DONE = 1,
    QN_CHANGE_SAME = 2, /* it was so before */
    QN_CHANGE_FILE = 3, /* drop: it belongs to a file */
};

struct qn_claim {
    const char *name;
    int64_t at_ms;
    const char *queue;
    int64_t version; /* as the timetable told it */
};
enum qn_claim_code {
    QN_CLAIM_OK = 1,   /* also: claimed before, for this queue, and open */
    QN_CLAIM_PAST = 2, /* this time or a later one was dealt with, or is passed over; or
                           there is no such schedule */
    QN_CLAIM_OPEN = 3, /* an earlier one is open, or this one for another queue: read it, finish it,
                          note it first */
    QN_CLAIM_EARLY = 4,   /* it is not that time yet, on the broker's clock */
    QN_CLAIM_CHANGED = 5, /* it was defined anew, paused or resumed: read it again */
};
struct qn_claimed {
    bool lost; /* the holder does not lead (any more): nothing was done */
    int64_t revision;
    size_t n; /* 0 when lost */
    const int *code;
};

/* at_ms 0: not for a planned time, somebody made the job by hand; it only enters the history. */
struct qn_fire_note {
    const char *name;
    int64_t at_ms;
    struct qn_span json; /* qn_fire_encode() */
};

#endif
