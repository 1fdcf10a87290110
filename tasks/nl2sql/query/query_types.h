/* query_types.h - what a column of a result is: its type's name, its kind.
 *
 * Types of PostgreSQL itself are known here by their number, which never changes; of others, and
 * of the tables that columns come from, the server is asked afterwards, in one statement.
 */
#ifndef TASKS_NL2SQL_QUERY_QUERY_TYPES_H
#define TASKS_NL2SQL_QUERY_QUERY_TYPES_H

#include "query_rows.h"
#include "tasks/lib/postgres_flow.h"

/* NULL: a type that is not PostgreSQL's own. */
const char *query_type_known(unsigned type, enum query_kind *ret_kind);

/* A row for each column, in order: the type's name and category, schema, table and column. Its
 * parameters are arrays as text: types, tables, numbers in those. Trusts no search_path. */
extern const char query_types_sql[];
#define QUERY_TYPES_PARAMS 3

/* Fills a column from such a row. model NULL: none. */
void query_types_take(struct query_column *column, const struct qn_span *values,
                      const struct qn_model *model, struct qn_arena *arena);
/* Role and unit, when the rest is known. */
void query_types_finish(struct query_column *column, const struct qn_model *model);

#endif
