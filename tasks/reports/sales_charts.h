/* sales_charts.h - the charts of the HTML report, for sales_html.c only. Failure is
 * in out's status.
 */
#ifndef TASKS_REPORTS_SALES_CHARTS_H
#define TASKS_REPORTS_SALES_CHARTS_H

#include "sales_report.h"

void sales_chart_series(struct qn_buf *out, const struct sales_report *report);
void sales_chart_bars(struct qn_buf *out, const struct sales_report *report, enum sales_list_id id);
void sales_chart_stack(struct qn_buf *out, const struct sales_report *report,
                       enum sales_list_id id);

#endif
