/* tasks.h - the tasks that come with Quern, and the checks of what they need. */
#ifndef TASKS_TASKS_H
#define TASKS_TASKS_H

#include "common/migration.h"
#include "common/verdict.h"
#include <quern/task.h>

extern const struct qn_task *const qn_builtin_tasks[]; /* ends with NULL */

/* PostgreSQL, by the setting database-url. */
qn_check_fn qn_check_database;
qn_migrate_fn qn_migrate_database;

#endif
