#include "postgres.h"

#include "common/mem.h"

/* Values lie one after the other in one buffer, each with a NUL behind it; cells
 * say where, row by row. */
struct cell {
    uint32_t start;
    uint32_t len; /* UINT32_MAX: NULL */
};

struct qn_pg_rows {
    struct qn_buf values;
    struct qn_buf cells;
    size_t columns;
    size_t count;
};

static int keep_row(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = arg;

    rows->columns = n;
    rows->count++;
    for (size_t i = 0; i < n; i++) {
        struct cell cell = {(uint32_t)rows->values.len, (uint32_t)values[i].len};

        if (values[i].data == NULL) {
            cell.len = UINT32_MAX;
        } else {
            qn_buf_add(&rows->values, values[i].data, values[i].len);
            qn_buf_add_byte(&rows->values, '\0');
        }
        qn_buf_add(&rows->cells, &cell, sizeof(cell));
    }
    if (qn_buf_status(&rows->values) != QN_OK || qn_buf_status(&rows->cells) != QN_OK) {
        int rc = qn_buf_status(&rows->values);

        return qn_fail(reterr, rc != QN_OK ? rc : qn_buf_status(&rows->cells),
                       "PostgreSQL: no room for row %zu of the result", rows->count);
    }
    return QN_OK;
}

int qn_pg_query(struct qn_pg *pg, const char *sql, const struct qn_span *params, size_t n_params,
                struct qn_pg_rows **ret, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = qn_zalloc(1, sizeof(*rows));
    int rc;

    if (rows == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a result");
    }
    qn_buf_init(&rows->values, QN_PG_ROWS_BYTES);
    qn_buf_init(&rows->cells, QN_PG_ROWS_BYTES);
    rc = qn_pg_stream(pg, sql, params, n_params, keep_row, rows, reterr);
    if (rc != QN_OK) {
        qn_pg_rows_free(rows);
        return rc;
    }
    *ret = rows;
    return QN_OK;
}

void qn_pg_rows_free(struct qn_pg_rows *rows)
{
    if (rows == NULL) {
        return;
    }
    qn_buf_release(&rows->values);
    qn_buf_release(&rows->cells);
    qn_free(rows);
}

size_t qn_pg_rows_count(const struct qn_pg_rows *rows)
{
    return rows->count;
}

size_t qn_pg_rows_columns(const struct qn_pg_rows *rows)
{
    return rows->columns;
}

struct qn_span qn_pg_value(const struct qn_pg_rows *rows, size_t row, size_t column)
{
    const struct cell *cells = (const void *)rows->cells.data;
    struct cell cell;

    if (row >= rows->count || column >= rows->columns) {
        return (struct qn_span){NULL, 0};
    }
    cell = cells[row * rows->columns + column];
    if (cell.len == UINT32_MAX) {
        return (struct qn_span){NULL, 0};
    }
    return (struct qn_span){rows->values.data + cell.start, cell.len};
}

const char *qn_pg_str(const struct qn_pg_rows *rows, size_t row, size_t column)
{
    struct qn_span value = qn_pg_value(rows, row, column);

    return value.data != NULL ? value.data : "";
}
