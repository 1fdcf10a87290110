#include "run.h"

#include <math.h>
#include <stdlib.h>

static const char statement[] =
    "SELECT s.attname, s.n_distinct FROM pg_catalog.pg_stats AS s "
    "WHERE s.schemaname OPERATOR(pg_catalog.=) $1 AND s.tablename OPERATOR(pg_catalog.=) $2 "
    "AND s.n_distinct OPERATOR(pg_catalog.<>) 0 ORDER BY s.inherited";

struct blend {
    struct qn_run *run;
    const bool *wanted;
};

static int take_row(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    const struct blend *blend = arg;
    const struct qn_run *run = blend->run;

    (void)reterr;
    for (size_t i = 0; n == 2 && i < run->table->n_columns; i++) {
        struct qn_profile_column *column = &run->ret->columns[i];
        double told;

        if (!blend->wanted[i] || !qn_span_is(values[0], run->table->columns[i].name)) {
            continue;
        }
        told = strtod(values[1].data, NULL);
        told = told < 0 ? -told * run->ret->rows : told;
        column->distinct = fmin(fmax(column->distinct, told), run->ret->rows * (1 - column->nulls));
    }
    return QN_OK;
}

enum qn_run_end qn_run_blend(struct qn_run *run, const bool *wanted, struct qn_err *err)
{
    const struct qn_span names[] = {qn_pg_text(run->table->schema), qn_pg_text(run->table->name)};
    struct blend blend = {run, wanted};
    const struct qn_run_ask ask = {statement, names, 2, take_row, &blend};

    return qn_run_statement(run, &ask, err);
}
