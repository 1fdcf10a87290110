#include "export.h"

#include "common/json.h"
#include "common/mem.h"
#include "tasks/lib/arena.h"
#include <string.h>

#define NAMES_BYTES ((size_t)1024 * 1024)

static bool is_taken(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* "sum", "sum_2", "sum_3": a member's name is there once, whatever else the columns are called. */
static const char *name_of(struct qn_arena *arena, const struct query_rows *rows,
                           const char *const *names, size_t c)
{
    const char *name = rows->columns[c].name;

    for (size_t i = 2; is_taken(names, c, name) && arena->status == QN_OK; i++) {
        name = qn_arena_printf(arena, "%s_%zu", rows->columns[c].name, i);
    }
    return name;
}

struct values { /* "rows" of query_rows_json, read along */
    struct qn_buf text;
    struct qn_json_walk rows;
};

static int values_init(struct values *values, const struct query_rows *rows, size_t max)
{
    struct qn_json_item item;

    qn_buf_init(&values->text, max);
    qn_buf_add_byte(&values->text, '{');
    query_rows_json(rows, &values->text);
    qn_buf_add_byte(&values->text, '}');
    if (qn_buf_status(&values->text) != QN_OK) {
        return qn_buf_status(&values->text);
    }
    if (!qn_json_find(values->text.data, values->text.len, "rows", &item)) {
        return QN_EINVAL;
    }
    return qn_json_walk_init(&values->rows, item.value.data, item.value.len);
}

static void add_row(struct qn_buf *out, const char *const *names, struct qn_span row)
{
    struct qn_json_walk cells;
    struct qn_json_item cell;

    qn_buf_add_byte(out, '{');
    if (qn_json_walk_init(&cells, row.data, row.len) == QN_OK) {
        for (size_t c = 0; qn_json_walk_next(&cells, &cell); c++) {
            qn_json_add_key(out, names[c]);
            qn_buf_add(out, cell.value.data, cell.value.len);
        }
    }
    qn_buf_add_byte(out, '}');
}

static void add_rows(struct qn_buf *out, const char *const *names, struct values *values)
{
    struct qn_json_item row;
    bool first = true;

    qn_buf_add_byte(out, '[');
    while (qn_json_walk_next(&values->rows, &row)) {
        qn_buf_add_str(out, first ? "\n" : ",\n");
        add_row(out, names, row.value);
        first = false;
    }
    qn_buf_add_str(out, "\n]\n");
}

void export_json(const struct query_rows *rows, struct qn_buf *out)
{
    struct values values;
    struct qn_arena arena;
    const char **names;
    int rc;

    qn_arena_init(&arena, NAMES_BYTES);
    names = qn_arena_alloc(&arena, rows->n_columns + 1, sizeof(*names));
    for (size_t c = 0; c < rows->n_columns && names != NULL; c++) {
        names[c] = name_of(&arena, rows, names, c);
    }
    rc = values_init(&values, rows, out->max);
    rc = rc == QN_OK ? arena.status : rc;
    if (rc == QN_OK) {
        add_rows(out, names, &values);
    } else if (out->status == QN_OK) {
        out->status = rc;
    }
    qn_buf_release(&values.text);
    qn_arena_release(&arena);
}
