/* tasks.h - the tasks that come with Quern. */
#ifndef TASKS_TASKS_H
#define TASKS_TASKS_H

#include <quern/task.h>

extern const struct qn_task *const qn_builtin_tasks[]; /* ends with NULL */

#endif
