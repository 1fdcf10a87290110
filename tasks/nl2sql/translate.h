/* translate.h - the task nl2sql.translate: a question to a statement; nothing is run. README.md has
 * its arguments and its result. */
#ifndef TASKS_NL2SQL_TRANSLATE_H
#define TASKS_NL2SQL_TRANSLATE_H

#include <quern/task.h>

extern const struct qn_task nl2sql_translate_task;

#endif
