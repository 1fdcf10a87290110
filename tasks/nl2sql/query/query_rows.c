#include "query_rows.h"

#include "common/json.h"
#include "common/str.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX (12 * QUERY_BYTES_MAX)
#define EXACT_MAX ((int64_t)1 << 53) /* what every reader of JSON takes for itself */

const char *const query_kind_names[QUERY_KINDS] = {
    [QUERY_TEXT] = "text",       [QUERY_INTEGER] = "integer", [QUERY_NUMBER] = "number",
    [QUERY_BOOLEAN] = "boolean", [QUERY_DATE] = "date",       [QUERY_TIMESTAMP] = "timestamp",
    [QUERY_JSON] = "json",       [QUERY_OTHER] = "other",
};

void query_rows_init(struct query_rows *rows)
{
    *rows = (struct query_rows){.n_rows = 0};
    qn_arena_init(&rows->arena, ARENA_MAX);
}

void query_rows_release(struct query_rows *rows)
{
    qn_arena_release(&rows->arena);
    query_rows_init(rows);
}

struct qn_span query_cell(const struct query_rows *rows, size_t row, size_t column)
{
    if (row >= rows->n_rows || column >= rows->n_columns) {
        return (struct qn_span){NULL, 0};
    }
    return rows->cells[row * rows->n_columns + column];
}

/* "-$1,234.50", as lc_monetary C has it. */
static double money(struct qn_span cell)
{
    char digits[64];
    size_t n = 0;

    for (size_t i = 0; i < cell.len && n + 1 < sizeof(digits); i++) {
        if (cell.data[i] != '$' && cell.data[i] != ',') {
            digits[n++] = cell.data[i];
        }
    }
    digits[n] = '\0';
    return strtod(digits, NULL);
}

double query_number(const struct query_rows *rows, size_t row, size_t column)
{
    const struct qn_span cell = query_cell(rows, row, column);

    if (cell.data == NULL || (rows->columns[column].kind != QUERY_INTEGER &&
                              rows->columns[column].kind != QUERY_NUMBER)) {
        return NAN;
    }
    if (memchr(cell.data, '$', cell.len) != NULL) {
        return money(cell);
    }
    return strtod(cell.data, NULL); /* "NaN" and "Infinity" too */
}

/* ---- JSON ---- */

static bool is_finite_text(struct qn_span cell)
{
    const char first = cell.data[cell.len > 0 && cell.data[0] == '-'];

    return first != 'N' && first != 'I' && first != 'i';
}

/* "2025-06-30 07:15:00.5+02" becomes "2025-06-30T07:15:00.5+02:00"; with BC, or of a year that has
 * more digits, it stays as it is. */
static void add_timestamp(struct qn_buf *out, struct qn_span cell)
{
    const size_t day = sizeof("2025-06-30") - 1, time = sizeof("2025-06-30 07:15:00") - 1;
    char text[64];
    size_t zone;

    if (cell.len < time || cell.len + sizeof(":00") > sizeof(text) || cell.data[day] != ' ' ||
        cell.data[cell.len - 1] == 'C') {
        qn_json_add_string(out, cell.data, cell.len);
        return;
    }
    memcpy(text, cell.data, cell.len + 1);
    text[day] = 'T';
    zone = time + strcspn(text + time, "+-");
    if (cell.len - zone == sizeof("+02") - 1) {
        memcpy(text + cell.len, ":00", sizeof(":00"));
    }
    qn_json_add_str(out, text);
}

static void add_integer(struct qn_buf *out, struct qn_span cell)
{
    int64_t number;

    if (qn_strn_to_i64(cell.data, cell.len, &number) == QN_OK && number <= EXACT_MAX &&
        number >= -EXACT_MAX) {
        qn_json_add_i64(out, number);
    } else {
        qn_json_add_string(out, cell.data, cell.len);
    }
}

static void add_cell(struct qn_buf *out, const struct query_column *column, struct qn_span cell)
{
    const bool may_be_infinite = column->kind == QUERY_NUMBER || column->kind == QUERY_DATE ||
                                 column->kind == QUERY_TIMESTAMP;

    if (cell.data == NULL || (may_be_infinite && !is_finite_text(cell))) {
        qn_buf_add_str(out, "null");
    } else if (column->kind == QUERY_INTEGER) {
        add_integer(out, cell);
    } else if (column->kind == QUERY_BOOLEAN) {
        qn_buf_add_str(out, cell.data[0] == 't' ? "true" : "false");
    } else if (column->kind == QUERY_TIMESTAMP) {
        add_timestamp(out, cell);
    } else {
        qn_json_add_string(out, cell.data, cell.len);
    }
}

static void add_text(struct qn_buf *out, const char *key, const char *text)
{
    qn_json_add_key(out, key);
    qn_json_add_str(out, text);
}

static void add_column(struct qn_buf *out, const struct query_column *column)
{
    qn_buf_add_byte(out, '{');
    add_text(out, "name", column->name);
    add_text(out, "type", column->type);
    add_text(out, "kind", query_kind_names[column->kind]);
    add_text(out, "role", qn_role_names[column->role]);
    if (column->unit[0] != '\0') {
        add_text(out, "unit", column->unit);
    }
    if (column->not_finite) {
        qn_json_add_key(out, "not_finite");
        qn_buf_add_str(out, "true");
    }
    qn_buf_add_byte(out, '}');
}

void query_rows_json(const struct query_rows *rows, struct qn_buf *out)
{
    qn_json_add_key(out, "columns");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < rows->n_columns; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        add_column(out, &rows->columns[i]);
    }
    qn_buf_add_byte(out, ']');
    qn_json_add_key(out, "rows");
    qn_buf_add_byte(out, '[');
    for (size_t row = 0; row < rows->n_rows; row++) {
        qn_buf_add_str(out, row > 0 ? ",[" : "[");
        for (size_t i = 0; i < rows->n_columns; i++) {
            qn_buf_add_str(out, i > 0 ? "," : "");
            add_cell(out, &rows->columns[i], query_cell(rows, row, i));
        }
        qn_buf_add_byte(out, ']');
    }
    qn_buf_add_byte(out, ']');
    qn_json_add_key(out, "row_count");
    qn_json_add_i64(out, (int64_t)rows->n_rows);
    qn_json_add_key(out, "truncated");
    qn_buf_add_str(out, rows->truncated ? "true" : "false");
}
