#include "query_take.h"

#include "common/str.h"
#include "common/utf8.h"
#include <string.h>

#define PARAM_MAX ((size_t)QUERY_COLUMNS_MAX * 12)

void query_take_init(struct query_take *take, struct query_rows *rows, const struct qn_model *model,
                     int64_t max_rows)
{
    *take = (struct query_take){.rows = rows, .model = model, .max_rows = max_rows};
    qn_buf_init(&take->cells, QUERY_BYTES_MAX / QUERY_CELL_BYTES * sizeof(struct qn_span));
    qn_buf_init(&take->text, QUERY_BYTES_MAX + 1);
    for (size_t i = 0; i < QUERY_TYPES_PARAMS; i++) {
        qn_buf_init(&take->params[i], PARAM_MAX);
    }
}

void query_take_release(struct query_take *take)
{
    qn_buf_release(&take->cells);
    qn_buf_release(&take->text);
    for (size_t i = 0; i < QUERY_TYPES_PARAMS; i++) {
        qn_buf_release(&take->params[i]);
    }
}

/* The same when it is UTF-8, else a repaired copy that is good until the next. */
static struct qn_span clean(struct query_take *take, struct qn_span bytes)
{
    if (qn_utf8_valid(bytes.data, bytes.len)) {
        return bytes;
    }
    qn_buf_reset(&take->text);
    for (size_t at = 0; at < bytes.len;) {
        const size_t n = qn_utf8_char(bytes.data + at, bytes.len - at);

        qn_buf_add(&take->text, n > 0 ? bytes.data + at : "\xef\xbf\xbd", n > 0 ? n : 3);
        at += n > 0 ? n : 1;
    }
    return (struct qn_span){take->text.data, take->text.len};
}

/* ---- columns ---- */

static void add_params(struct query_take *take, const struct qn_pg_column *column)
{
    const int64_t values[QUERY_TYPES_PARAMS] = {column->type, column->table, column->number};

    for (size_t i = 0; i < QUERY_TYPES_PARAMS; i++) {
        qn_buf_printf(&take->params[i], "%c%lld", take->params[i].len > 0 ? ',' : '{',
                      (long long)values[i]);
    }
}

int query_take_head(void *arg, const struct qn_pg_column *columns, size_t n, struct qn_err *reterr)
{
    struct query_take *take = arg;
    struct query_rows *rows = take->rows;
    bool asks = false;

    rows->columns = qn_arena_alloc(&rows->arena, n + 1, sizeof(*rows->columns));
    for (size_t i = 0; i < n && rows->columns != NULL; i++) {
        struct query_column *column = &rows->columns[i];
        const struct qn_span name = clean(take, qn_pg_text(columns[i].name));
        const char *type;

        column->kind = QUERY_OTHER;
        type = query_type_known(columns[i].type, &column->kind);
        column->name = qn_arena_text(&rows->arena, name.data, name.len);
        column->type = type != NULL ? type : "";
        column->unit = "";
        column->table = column->column = QN_MODEL_NONE;
        asks = asks || type == NULL || columns[i].table != 0;
        add_params(take, &columns[i]);
    }
    rows->n_columns = n;
    take->headed = true;
    for (size_t i = 0; i < QUERY_TYPES_PARAMS; i++) {
        if (!asks) {
            qn_buf_reset(&take->params[i]);
        } else {
            qn_buf_add_byte(&take->params[i], '}');
        }
    }
    return qn_arena_status(&rows->arena, "the columns of a result", reterr);
}

bool query_take_asks(const struct query_take *take)
{
    return take->params[0].len > 0;
}

int query_take_type(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct query_take *take = arg;

    (void)n;
    (void)reterr;
    if (take->asked < take->rows->n_columns) {
        query_types_take(&take->rows->columns[take->asked++], values, take->model,
                         &take->rows->arena);
    }
    return QN_OK;
}

/* ---- rows ---- */

static int over(struct query_take *take, struct qn_err *reterr)
{
    take->rows->truncated = true;
    return qn_fail(reterr, QN_ELIMIT, "more rows than are wanted");
}

/* Bytes of the row, as long as they fit. */
static bool fits(const struct query_take *take, const struct qn_span *values, size_t n,
                 size_t *ret_bytes)
{
    size_t bytes = 0;

    for (size_t i = 0; i < n; i++) {
        bytes += QUERY_CELL_BYTES + values[i].len;
        if (bytes > QUERY_BYTES_MAX - take->rows->bytes) {
            return false;
        }
    }
    *ret_bytes = bytes;
    return true;
}

static bool is_not_finite(const struct query_column *column, struct qn_span cell)
{
    if (column->kind == QUERY_NUMBER) {
        return qn_span_is(cell, "NaN") || qn_span_is(cell, "Infinity") ||
               qn_span_is(cell, "-Infinity");
    }
    return (column->kind == QUERY_DATE || column->kind == QUERY_TIMESTAMP) &&
           (qn_span_is(cell, "infinity") || qn_span_is(cell, "-infinity"));
}

static void add_cell(struct query_take *take, struct query_column *column, struct qn_span value)
{
    struct qn_span cell = {NULL, 0};

    if (value.data != NULL) {
        const struct qn_span text = clean(take, value);

        cell.data = qn_arena_text(&take->rows->arena, text.data, text.len);
        cell.len = text.len;
        column->not_finite = column->not_finite || is_not_finite(column, cell);
        take->rows->bytes += text.len - value.len; /* what a repair adds */
    }
    qn_buf_add(&take->cells, &cell, sizeof(cell));
}

int query_take_row(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct query_take *take = arg;
    struct query_rows *rows = take->rows;
    size_t bytes;
    int rc;

    if ((int64_t)rows->n_rows >= take->max_rows || rows->bytes > QUERY_BYTES_MAX ||
        !fits(take, values, n, &bytes)) {
        return over(take, reterr);
    }
    rows->bytes += bytes;
    for (size_t i = 0; i < n; i++) {
        add_cell(take, &rows->columns[i], values[i]);
    }
    rc = qn_buf_status(&take->cells);
    if (rc == QN_OK) {
        rc = qn_buf_status(&take->text);
    }
    if (rc != QN_OK) {
        return qn_fail(reterr, rc, "the rows of a result: %s", qn_err_text(rc));
    }
    rows->n_rows++;
    return qn_arena_status(&rows->arena, "the rows of a result", reterr);
}

/* ---- the end ---- */

int query_take_end(struct query_take *take, struct qn_err *reterr)
{
    struct query_rows *rows = take->rows;

    for (size_t i = 0; i < rows->n_columns; i++) {
        query_types_finish(&rows->columns[i], take->model);
    }
    rows->cells =
        qn_arena_alloc(&rows->arena, rows->n_rows * rows->n_columns + 1, sizeof(struct qn_span));
    if (rows->cells != NULL && take->cells.len > 0) {
        memcpy(rows->cells, take->cells.data,
               rows->n_rows * rows->n_columns * sizeof(struct qn_span));
    }
    return qn_arena_status(&rows->arena, "the rows of a result", reterr);
}
