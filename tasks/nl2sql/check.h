/* check.h - the task nl2sql.check: a statement of anybody's, a verdict; nothing is run.
 */
#ifndef TASKS_NL2SQL_CHECK_H
#define TASKS_NL2SQL_CHECK_H

#include <quern/task.h>

extern const struct qn_task nl2sql_check_task;

#endif
