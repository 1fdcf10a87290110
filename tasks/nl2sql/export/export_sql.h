/* export_sql.h - a statement laid out for reading: its clauses begin lines. Pure.
 *
 * Only blanks change, outside of quotes, brackets and comments: it stays the same statement. One
 * that has lines already stays as it is.
 */
#ifndef TASKS_NL2SQL_EXPORT_EXPORT_SQL_H
#define TASKS_NL2SQL_EXPORT_EXPORT_SQL_H

#include "common/buf.h"

void export_sql_lay_out(const char *sql, struct qn_buf *out); /* text, not escaped */

#endif
