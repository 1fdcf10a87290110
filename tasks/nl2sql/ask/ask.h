/* ask.h - the task nl2sql.ask: a question becomes SQL, rows, a picture (tasks/nl2sql/README.md). */
#ifndef TASKS_NL2SQL_ASK_ASK_H
#define TASKS_NL2SQL_ASK_ASK_H

#include <quern/task.h>

extern const struct qn_task nl2sql_ask_task;

#endif
