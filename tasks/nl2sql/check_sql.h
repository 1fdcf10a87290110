/* check_sql.h - a statement in one way of writing, for people and for comparing. */
#ifndef TASKS_NL2SQL_CHECK_SQL_H
#define TASKS_NL2SQL_CHECK_SQL_H

#include "common/buf.h"

/* Appends what libpg_query writes of a statement that the guard allows; nothing when it cannot.
 * To be shown, not run: the guard has not read it. */
void check_sql_canonical(const char *sql, struct qn_buf *out);

#endif
