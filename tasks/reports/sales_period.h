/* sales_period.h - which days a report is about, and the instants they begin at.
 *
 * Days are those of the report's zone. A period is half-open in time, [start of the
 * first day, start of the day after the last); so are its buckets, which days that
 * last 23 or 25 hours make no exception of. The database decides: its clock says
 * what today is, its zones when a day begins.
 */
#ifndef TASKS_REPORTS_SALES_PERIOD_H
#define TASKS_REPORTS_SALES_PERIOD_H

#include "sales_report.h"

/* Fills report->tz, group, period, base, generated_at and data_as_of from
 * report->args. In a transaction. QN_EINVAL "tz: ..." for a zone that the database
 * does not know. */
QN_MUST_CHECK int sales_period_find(struct sales_report *report, const struct sales_source *source,
                                    struct qn_err *reterr);
void sales_period_release(struct sales_period *period);

/* One column of the buckets as a PostgreSQL array; the last row, the end, is not of
 * it. column: 0 first days, 1 last days, 2 starts. */
QN_MUST_CHECK int sales_period_array(const struct sales_period *period, size_t column,
                                     struct qn_buf *out);

#endif
