/* sql_expr.h - expressions of the model, taken apart, so that their columns can get aliases.
 *
 * An expression is a metric's expr or filter, or a condition's where: SQL over "table.column"
 * names. Only names, calls, literals and operators are taken: no SELECT inside, no comment, no
 * semicolon, no dollar quotes. Each name that is a column of the model becomes a part of its own;
 * each other word must be a function's name or a word of SQL that stands in expressions.
 *
 * What is divided by becomes NULLIF(it, 0): no rows give no figure, not an error.
 *
 * Not here: whether a function may be called: the guard looks at the whole statement.
 */
#ifndef TASKS_NL2SQL_RULES_SQL_EXPR_H
#define TASKS_NL2SQL_RULES_SQL_EXPR_H

#include "tasks/lib/model/model.h"

#define SQL_EXPR_TABLES 6

struct sql_expr_part {
    const char *text; /* as it is; NULL: the column */
    size_t table, column;
};

struct sql_expr {
    struct sql_expr_part *parts;
    size_t n;
    size_t tables[SQL_EXPR_TABLES]; /* whose columns are in it, each once */
    size_t n_tables;
    bool one_call; /* all of it is one call: "sum(...)" */
    bool average;  /* it has avg or a division: to be rounded */
};

/* of: the table whose columns may stand without it; QN_MODEL_NONE: none. QN_ESTATE: what is in it
 * that cannot be taken. */
QN_MUST_CHECK int sql_expr_read(struct sql_expr *ret, const struct qn_model *model,
                                const char *text, size_t of, struct qn_arena *arena,
                                struct qn_err *reterr);

#endif
