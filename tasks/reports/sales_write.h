/* sales_write.h - a sales report as JSON, CSV and HTML.
 *
 * All amounts go out as the text that the database gave (HTML groups the digits).
 * Failure is in out's status, which is also returned. The formats are described in
 * README.md.
 *
 * Not here: where the files go (sales.c).
 */
#ifndef TASKS_REPORTS_SALES_WRITE_H
#define TASKS_REPORTS_SALES_WRITE_H

#include "sales_report.h"

/* summary: without the lists, for a result that would be too large with them. */
int sales_write_json(const struct sales_report *report, bool summary, struct qn_buf *out);
/* One table: the column "section" says which list a record is of. */
int sales_write_csv(const struct sales_report *report, struct qn_buf *out);
/* One file that needs nothing else and runs nothing. */
int sales_write_html(const struct sales_report *report, struct qn_buf *out);

#endif
