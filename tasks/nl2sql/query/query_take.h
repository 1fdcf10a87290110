/* query_take.h - the columns and rows of a statement as they come, up to the maximum.
 *
 * What is no UTF-8 (a database without encoding) becomes U+FFFD, byte by byte.
 */
#ifndef TASKS_NL2SQL_QUERY_QUERY_TAKE_H
#define TASKS_NL2SQL_QUERY_QUERY_TAKE_H

#include "query_types.h"

#define QUERY_CELL_BYTES 4 /* counted for each cell besides its text */

struct query_take {
    struct query_rows *rows; /* empty */
    const struct qn_model *model;
    int64_t max_rows;
    bool headed;         /* the columns are known */
    struct qn_buf cells; /* struct qn_span */
    struct qn_buf text;  /* of a cell that was repaired */
    struct qn_buf params[QUERY_TYPES_PARAMS];
    size_t asked; /* rows of query_types_sql */
};

void query_take_init(struct query_take *take, struct query_rows *rows, const struct qn_model *model,
                     int64_t max_rows);
void query_take_release(struct query_take *take);

/* For struct qn_pg_sink; arg is the struct query_take. The row over the maximum sets
 * rows->truncated and is QN_ELIMIT. */
int query_take_head(void *arg, const struct qn_pg_column *columns, size_t n, struct qn_err *reterr);
int query_take_row(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr);

/* Whether the server has to be asked query_types_sql, and its rows. */
bool query_take_asks(const struct query_take *take);
int query_take_type(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr);

/* The last: rows are whole. */
QN_MUST_CHECK int query_take_end(struct query_take *take, struct qn_err *reterr);

#endif
