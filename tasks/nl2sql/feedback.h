/* feedback.h - the task nl2sql.feedback: a person approves, corrects or forgets the statement of a
 * question. */
#ifndef TASKS_NL2SQL_FEEDBACK_H
#define TASKS_NL2SQL_FEEDBACK_H

#include <quern/task.h>

extern const struct qn_task nl2sql_feedback_task;

#endif
