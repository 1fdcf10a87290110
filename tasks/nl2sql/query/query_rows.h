/* query_rows.h - what a statement gave: typed columns, cells as PostgreSQL's text.
 *
 * In an arena of its own. A cell is UTF-8 with a NUL behind it; {NULL, 0} is SQL NULL. Values are
 * PostgreSQL's output under DateStyle ISO, IntervalStyle iso_8601 and the time zone of the
 * datasource; numeric, float8 NaN and Infinity are as PostgreSQL writes them.
 *
 * query_rows_json gives the members "columns", "rows", "row_count", "truncated": integers up to
 * 2^53 and booleans are JSON's own, other numbers strings (exact), NaN and the infinities null with
 * the column's "not_finite": true, timestamps ISO 8601 with zone.
 *
 * Not here: CSV and HTML (export.h); running (query.h).
 */
#ifndef TASKS_NL2SQL_QUERY_QUERY_ROWS_H
#define TASKS_NL2SQL_QUERY_QUERY_ROWS_H

#include "tasks/lib/arena.h"
#include "tasks/lib/model/model.h"

#define QUERY_COLUMNS_MAX 256
#define QUERY_ROWS_PRESET 1000
#define QUERY_ROWS_MAX    10000
#define QUERY_BYTES_MAX   ((size_t)8 * 1024 * 1024)

enum query_kind {
    QUERY_TEXT,
    QUERY_INTEGER, /* int2, int4, int8 */
    QUERY_NUMBER,  /* numeric, float4, float8, money */
    QUERY_BOOLEAN,
    QUERY_DATE,
    QUERY_TIMESTAMP, /* with or without zone */
    QUERY_JSON,
    QUERY_OTHER, /* time of day, interval, arrays, bytea, ...: shown as text */
    QUERY_KINDS,
};
extern const char *const query_kind_names[QUERY_KINDS]; /* "text", "integer", ... */

struct query_column {
    const char *name; /* as the statement calls it */
    const char *type; /* PostgreSQL's: "numeric", "timestamp with time zone" */
    enum query_kind kind;
    /* Where it comes from when it is a table's column, unchanged: places in the model, or
     * QN_MODEL_NONE. */
    size_t table, column;
    enum qn_role role; /* of that column, else by kind: measure, time, flag, text */
    const char *unit;  /* of that column or metric; "" */
    bool not_finite;   /* one of its cells is NaN or infinite */
};

struct query_rows {
    struct qn_arena arena;
    struct query_column *columns;
    size_t n_columns;
    struct qn_span *cells; /* row by row */
    size_t n_rows;
    size_t bytes;
    bool truncated; /* there was more: rows or bytes over the maximum */
};

void query_rows_init(struct query_rows *rows);
void query_rows_release(struct query_rows *rows); /* after init, any number of times */
struct qn_span query_cell(const struct query_rows *rows, size_t row, size_t column);
/* The cell as a double, for geometry and comparing; NAN for NULL and what is no number. */
double query_number(const struct query_rows *rows, size_t row, size_t column);

/* Appends the four members, as described above; "columns" is
 * [{"name","type","kind","role","unit"?,"not_finite"?}]. Failure is in out's status. */
void query_rows_json(const struct query_rows *rows, struct qn_buf *out);

#endif
