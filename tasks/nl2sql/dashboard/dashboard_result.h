/* dashboard_result.h - what a dashboard shows, as the JSON of the job's result. Pure.
 *
 * A result has a maximum, which many widgets share. While all fit, all is there. Else each widget
 * gets the same share, what small ones leave goes to the others, and of one over its share rows
 * are left out, the last first (truncated, row_count says how many are there); where its picture
 * alone is too large the picture is. Pictures are always of all rows. Each cut is a warning.
 */
#ifndef TASKS_NL2SQL_DASHBOARD_DASHBOARD_RESULT_H
#define TASKS_NL2SQL_DASHBOARD_DASHBOARD_RESULT_H

#include "dashboard_fetch.h"

struct dashboard_timings { /* ms */
    int64_t store, database, guard, fetch, chart, total;
};

struct dashboard_result {
    const struct dashboard *form;
    const struct dashboard_part *const *parts; /* in the order they are shown */
    size_t n;
    struct qn_span warnings; /* lines */
    bool saved;
    struct dashboard_timings timings;
};

/* Appends at most max bytes. QN_ELIMIT when titles and statements alone are more. */
QN_MUST_CHECK int dashboard_result_write(const struct dashboard_result *result, size_t max,
                                         struct qn_buf *out, struct qn_err *reterr);

#endif
