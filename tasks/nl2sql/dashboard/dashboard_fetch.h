/* dashboard_fetch.h - rows of widgets: from the cache, the rest from the database.
 *
 * Each widget is a value of its own in the cache (kind "widget", 60 s), under all that its rows
 * depend on: dashboard and widget, the database and the role that asks it, the semantic model, the
 * statement, its limits. So what was changed is never answered by what it was before, and saving
 * forgets the rest.
 *
 * Single flight and side by side, both: a load of the cache is of one value, while statements are
 * to run together. So the load of one widget asks for the next one, and the innermost runs, with
 * query_run, all that are missing; then each load gives its own. While they run, the leases of all
 * of them are held, and another process that wants the same dashboard waits and gets these rows.
 * Widgets are asked for in the order of their ids: two processes never wait for each other. Who
 * waited in vain runs the statement without keeping its rows.
 *
 * A statement that the server refuses is not kept. One whose database cannot be reached, or that
 * took too long, is answered by its last rows where the cache has them still (its grace), as stale.
 */
#ifndef TASKS_NL2SQL_DASHBOARD_DASHBOARD_FETCH_H
#define TASKS_NL2SQL_DASHBOARD_DASHBOARD_FETCH_H

#include "dashboard_form.h"
#include "tasks/nl2sql/chart/chart.h"
#include "tasks/nl2sql/place/place.h"
#include "tasks/nl2sql/query/query.h"

#define DASHBOARD_ROWS_MAX 1000 /* of a widget */

enum dashboard_code {
    DASHBOARD_ANSWERED,
    DASHBOARD_GUARD,       /* "refused_by_guard" */
    DASHBOARD_FAILED,      /* the server refuses it, or the role is too strong */
    DASHBOARD_TIMEOUT,     /* took longer than it may */
    DASHBOARD_UNREACHABLE, /* no such database, or it does not answer */
    DASHBOARD_CODES,
};
extern const char *const dashboard_code_names[DASHBOARD_CODES];

enum dashboard_from { DASHBOARD_FROM_SOURCE, DASHBOARD_FROM_CACHE, DASHBOARD_FROM_STALE };
extern const char *const dashboard_from_names[]; /* "none", "L2", "stale" */

struct dashboard_part { /* a widget with its answer */
    const struct dashboard_widget *widget;
    struct guard_verdict verdict; /* of guard_check: asked whatever the cache has */
    enum dashboard_code code;
    char reason[GUARD_REASON_MAX]; /* for people, "" when answered */
    struct query_rows rows;        /* when answered */
    enum dashboard_from from;
    int64_t made_ms; /* wall: when the rows were read */
    int64_t ms;      /* the statement, with its wait for a place and its connection; 0: not run */
    struct chart chart;
    bool has_chart;
};

void dashboard_part_init(struct dashboard_part *part, const struct dashboard_widget *widget);
void dashboard_part_release(struct dashboard_part *part);
/* Not answered. */
void dashboard_part_refuse(struct dashboard_part *part, enum dashboard_code code, const char *why);

struct dashboard_fetch {
    struct place *place;
    const struct place_database *database;
    struct qn_job *job;
    const char *id;          /* of the dashboard */
    int64_t deadline_ms;     /* monotonic: what has not run by then is a timeout */
    bool refresh;            /* whatever the cache has */
    struct qn_buf *warnings; /* lines */
};

/* Fills parts[0..n), all of the same database, allowed by its guard and in the order of their
 * widgets' ids. Failures are of all: stopped, no memory. */
QN_MUST_CHECK int dashboard_fetch(const struct dashboard_fetch *fetch,
                                  struct dashboard_part **parts, size_t n, struct qn_err *reterr);

#endif
