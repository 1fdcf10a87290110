#include "dashboard_record.h"

#include <string.h>

#define FORMAT     1 /* of a record */
#define NAME_MAX   1024
#define PLACES_MAX ((uint64_t)UINT32_MAX)
#define TAIL_SIZE  (sizeof(uint32_t) + 1) /* how many rows, whether there were more */

/* ---- writing ---- */

static void add_text(struct qn_buf *out, const char *text)
{
    const size_t len = strlen(text);

    qn_buf_add_varint(out, len);
    qn_buf_add(out, text, len);
}

/* 0: none. */
static void add_place(struct qn_buf *out, size_t place)
{
    qn_buf_add_varint(out, place == QN_MODEL_NONE || place >= PLACES_MAX ? 0 : place + 1);
}

static void add_column(struct qn_buf *out, const struct query_column *column)
{
    add_text(out, column->name);
    add_text(out, column->type);
    add_text(out, column->unit != NULL ? column->unit : "");
    qn_buf_add_byte(out, (int)column->kind);
    qn_buf_add_byte(out, (int)column->role);
    qn_buf_add_byte(out, column->not_finite);
    add_place(out, column->table);
    add_place(out, column->column);
}

/* 0 is NULL, else one more than the length. */
static void add_row(struct qn_buf *out, const struct query_rows *rows, size_t row)
{
    for (size_t i = 0; i < rows->n_columns; i++) {
        const struct qn_span cell = query_cell(rows, row, i);

        qn_buf_add_varint(out, cell.data != NULL ? cell.len + 1 : 0);
        qn_buf_add(out, cell.data != NULL ? cell.data : "", cell.len);
    }
}

/* Appends the rows that fit; how many. */
static size_t add_rows(struct qn_buf *out, const struct query_rows *rows, size_t max)
{
    size_t row;

    for (row = 0; row < rows->n_rows && qn_buf_status(out) == QN_OK; row++) {
        const size_t before = out->len;

        add_row(out, rows, row);
        if (out->len + TAIL_SIZE > max) {
            qn_buf_cut(out, before);
            break;
        }
    }
    return row;
}

static void add_head(struct qn_buf *out, const struct query_rows *rows, int64_t made_ms)
{
    qn_buf_add_byte(out, FORMAT);
    qn_buf_add_u64(out, (uint64_t)made_ms);
    qn_buf_add_varint(out, rows->n_columns);
    for (size_t i = 0; i < rows->n_columns; i++) {
        add_column(out, &rows->columns[i]);
    }
}

/* The number of rows is known only behind them: it is the end of the record. */
int dashboard_record_write(const struct query_rows *rows, int64_t made_ms, size_t max,
                           struct qn_buf *out, struct qn_err *reterr)
{
    struct qn_buf body;
    size_t n = 0;
    int rc;

    qn_buf_init(&body, max + QUERY_BYTES_MAX * 2);
    add_head(&body, rows, made_ms);
    if (body.len + TAIL_SIZE <= max) {
        n = add_rows(&body, rows, max);
        qn_buf_add_u32(&body, (uint32_t)n);
        qn_buf_add_byte(&body, rows->truncated || n < rows->n_rows);
        rc = qn_buf_status(&body);
    } else {
        rc = QN_ELIMIT;
    }
    rc = rc == QN_OK ? qn_buf_add(out, body.data, body.len) : rc;
    qn_buf_release(&body);
    return rc == QN_OK ? rc : qn_fail(reterr, rc, "rows of a widget: %s", qn_err_text(rc));
}

/* ---- reading ---- */

static bool take_text(struct qn_span *in, struct qn_arena *arena, size_t max, const char **ret)
{
    struct qn_span text;
    uint64_t len;

    if (!qn_span_varint(in, &len) || len > max || !qn_span_bytes(in, (size_t)len, &text)) {
        return false;
    }
    *ret = qn_arena_text(arena, text.data, text.len);
    return memchr(text.data, '\0', text.len) == NULL;
}

static bool take_place(struct qn_span *in, size_t *ret)
{
    uint64_t place;

    if (!qn_span_varint(in, &place) || place > PLACES_MAX) {
        return false;
    }
    *ret = place == 0 ? QN_MODEL_NONE : (size_t)place - 1;
    return true;
}

static bool take_column(struct qn_span *in, struct qn_arena *arena, struct query_column *column)
{
    uint8_t kind, role, not_finite;

    if (!take_text(in, arena, NAME_MAX, &column->name) ||
        !take_text(in, arena, NAME_MAX, &column->type) ||
        !take_text(in, arena, QN_MODEL_TEXT_MAX, &column->unit) || !qn_span_u8(in, &kind) ||
        !qn_span_u8(in, &role) || !qn_span_u8(in, &not_finite)) {
        return false;
    }
    column->kind = kind;
    column->role = role;
    column->not_finite = not_finite == 1;
    return kind < QUERY_KINDS && role < QN_ROLES && not_finite <= 1 &&
           take_place(in, &column->table) && take_place(in, &column->column);
}

static bool take_columns(struct qn_span *in, struct query_rows *rows)
{
    uint64_t n;

    if (!qn_span_varint(in, &n) || n > QUERY_COLUMNS_MAX) {
        return false;
    }
    rows->columns = qn_arena_alloc(&rows->arena, (size_t)n + 1, sizeof(*rows->columns));
    for (; rows->columns != NULL && rows->n_columns < n; rows->n_columns++) {
        if (!take_column(in, &rows->arena, &rows->columns[rows->n_columns])) {
            return false;
        }
    }
    return true;
}

static bool take_cell(struct qn_span *in, struct qn_arena *arena, struct qn_span *ret)
{
    uint64_t len;
    struct qn_span text;

    if (!qn_span_varint(in, &len)) {
        return false;
    }
    *ret = (struct qn_span){NULL, 0};
    if (len > 0) {
        if (len - 1 > in->len || !qn_span_bytes(in, (size_t)len - 1, &text)) {
            return false;
        }
        *ret = (struct qn_span){qn_arena_text(arena, text.data, text.len), text.len};
    }
    return true;
}

static bool take_rows(struct qn_span *in, struct query_rows *rows, uint32_t n)
{
    const size_t cells = (size_t)n * rows->n_columns;

    if (n > QUERY_ROWS_MAX || cells > in->len) { /* a cell is one byte at least */
        return false;
    }
    rows->cells = qn_arena_alloc(&rows->arena, cells + 1, sizeof(*rows->cells));
    for (size_t i = 0; rows->cells != NULL && i < cells; i++) {
        if (!take_cell(in, &rows->arena, &rows->cells[i])) {
            return false;
        }
        rows->bytes += rows->cells[i].len;
    }
    rows->n_rows = n;
    return true;
}

static bool take_tail(struct qn_span *in, uint32_t *ret_n, bool *ret_truncated)
{
    struct qn_span tail;
    uint8_t truncated;

    if (in->len < TAIL_SIZE) {
        return false;
    }
    tail = (struct qn_span){in->data + in->len - TAIL_SIZE, TAIL_SIZE};
    in->len -= tail.len;
    if (!qn_span_u32(&tail, ret_n) || !qn_span_u8(&tail, &truncated)) {
        return false;
    }
    *ret_truncated = truncated == 1;
    return truncated <= 1;
}

static bool take_record(struct qn_span *in, struct query_rows *rows, int64_t *ret_made_ms)
{
    uint8_t format;
    uint64_t made_ms;
    uint32_t n;

    if (!qn_span_u8(in, &format) || format != FORMAT || !qn_span_u64(in, &made_ms) ||
        made_ms > INT64_MAX || !take_tail(in, &n, &rows->truncated)) {
        return false;
    }
    *ret_made_ms = (int64_t)made_ms;
    return take_columns(in, rows) && take_rows(in, rows, n) && in->len == 0;
}

int dashboard_record_read(struct query_rows *rows, int64_t *ret_made_ms, struct qn_span bytes,
                          struct qn_err *reterr)
{
    const bool read = take_record(&bytes, rows, ret_made_ms);
    const int rc = qn_arena_status(&rows->arena, "rows of a widget", reterr);

    if (rc == QN_OK && read) {
        return QN_OK;
    }
    rows->n_rows = 0;
    rows->n_columns = 0;
    return rc != QN_OK ? rc : qn_fail(reterr, QN_ECORRUPT, "rows of a widget do not read");
}
