/* tasks.h - the tasks that come with Quern, the checks of what they need, and the subcommands
 * of quern-worker that belong to them.
 */
#ifndef TASKS_TASKS_H
#define TASKS_TASKS_H

#include "common/migration.h"
#include "common/subcommand.h"
#include "common/verdict.h"
#include <quern/task.h>

extern const struct qn_task *const qn_builtin_tasks[];      /* ends with NULL */
extern const struct qn_subcommand qn_builtin_subcommands[]; /* ends with a NULL name */

/* PostgreSQL, by the setting database-url. */
qn_check_fn qn_check_database;
qn_migrate_fn qn_migrate_database;

#endif
