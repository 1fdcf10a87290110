/* dashboard.h - the task nl2sql.dashboard: many statements that are kept, run at once; no language
 * model has a part in it.
 *
 * One widget that fails says so in its own place. A dashboard is saved only when the guard allows
 * every statement of it.
 */
#ifndef TASKS_NL2SQL_DASHBOARD_DASHBOARD_H
#define TASKS_NL2SQL_DASHBOARD_DASHBOARD_H

#include <quern/task.h>

extern const struct qn_task nl2sql_dashboard_task;

#endif
