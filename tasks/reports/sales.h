/* sales.h - the task report.sales: arguments in, files and a result out.
 *
 * Not here: the figures (sales_report.h), the formats (sales_write.h).
 */
#ifndef TASKS_REPORTS_SALES_H
#define TASKS_REPORTS_SALES_H

#include <quern/task.h>

extern const struct qn_task sales_task;

#endif
