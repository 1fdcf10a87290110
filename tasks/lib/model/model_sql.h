/* model_sql.h - names of a model as they stand in its expressions.
 *
 * Not here: SQL that is run; catalog.h quotes always.
 */
#ifndef TASKS_LIB_MODEL_MODEL_SQL_H
#define TASKS_LIB_MODEL_MODEL_SQL_H

#include "model.h"

/* One name: itself when it is a plain identifier that is not reserved, else quoted. May be name. */
const char *qn_model_sql_name(struct qn_arena *arena, const char *name);
/* table, or schema.table when several schemas have it; parts are quoted when they are no plain
 * identifiers or are reserved. */
const char *qn_model_sql_table(struct qn_arena *arena, const struct qn_model *model, size_t table);
const char *qn_model_sql_column(struct qn_arena *arena, const struct qn_model *model, size_t table,
                                size_t column);

#endif
