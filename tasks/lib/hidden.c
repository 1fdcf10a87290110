#include "hidden.h"

#include "common/json.h"
#include "tasks/lib/catalog/catalog.h"
#include <stdio.h>
#include <string.h>

#define PATTERN_MAX QN_HIDDEN_PATTERN_MAX

/* ---- by pattern ---- */

/* A glob without its dots, so to speak: what qn_glob_match makes of the part behind one. */
static bool name_matches(const char *glob, const char *name)
{
    char pattern[PATTERN_MAX];

    return snprintf(pattern, sizeof(pattern), "x.%s", glob) < (int)sizeof(pattern) &&
           qn_glob_match(pattern, "x", name);
}

static bool table_matches(struct qn_span glob, const char *schema, const char *table)
{
    char pattern[PATTERN_MAX];

    return glob.len < sizeof(pattern) &&
           snprintf(pattern, sizeof(pattern), "%.*s", (int)glob.len, glob.data) >= 0 &&
           (name_matches(pattern, table) || qn_glob_match(pattern, schema, table));
}

bool qn_hidden_matches(const char *pattern, const char *schema, const char *table,
                       const char *column)
{
    const char *dot = strchr(pattern, '.');

    if (name_matches(pattern, column)) {
        return true;
    }
    for (; dot != NULL; dot = strchr(dot + 1, '.')) {
        if (name_matches(dot + 1, column) &&
            table_matches((struct qn_span){pattern, (size_t)(dot - pattern)}, schema, table)) {
            return true;
        }
    }
    return false;
}

/* ---- lists ---- */

int qn_hidden_add(void *hidden, const char *pattern, struct qn_err *reterr)
{
    struct qn_hidden *list = hidden;

    if ((list->n & (list->n - 1)) == 0) { /* room is 1, 2, 4 ... */
        const char **more =
            qn_arena_alloc(list->arena, list->n > 0 ? 2 * list->n : 1, sizeof(*more));

        if (more == NULL) {
            return qn_arena_status(list->arena, "what is hidden", reterr);
        }
        if (list->n > 0) {
            memcpy(more, list->patterns, list->n * sizeof(*more));
        }
        list->patterns = more;
    }
    list->patterns[list->n++] = qn_arena_str(list->arena, pattern);
    return qn_arena_status(list->arena, "what is hidden", reterr);
}

int qn_hidden_add_column(struct qn_hidden *hidden, const char *schema, const char *table,
                         const char *column, struct qn_err *reterr)
{
    return qn_hidden_add(hidden, qn_arena_printf(hidden->arena, "%s.%s.%s", schema, table, column),
                         reterr);
}

int qn_hidden_add_list(struct qn_hidden *hidden, const char *json, struct qn_err *reterr)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    struct qn_buf text;
    int rc = QN_OK;

    if (json[0] == '\0') {
        return QN_OK;
    }
    if (qn_json_walk_init(&walk, json, strlen(json)) != QN_OK) {
        return qn_fail(reterr, QN_ECORRUPT, "what is hidden is no list");
    }
    qn_buf_init(&text, PATTERN_MAX);
    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        qn_buf_reset(&text);
        rc = item.type == QN_JSON_STRING ? qn_json_unescape(item.value, &text) : QN_ECORRUPT;
        rc = rc == QN_OK ? qn_hidden_add(hidden, text.data, reterr)
                         : qn_fail(reterr, rc, "what is hidden: %s", qn_err_text(rc));
    }
    qn_buf_release(&text);
    return rc;
}

/* ---- by hints ---- */

struct hints {
    struct qn_arena *arena;
    qn_hidden_fn *take;
    void *arg;
};

/* "a"."b" is a.b. */
static void add_unquoted(struct qn_buf *out, struct qn_span escaped)
{
    struct qn_buf text;

    qn_buf_init(&text, PATTERN_MAX);
    if (qn_json_unescape(escaped, &text) != QN_OK) {
        qn_buf_add_byte(out, '*'); /* too long: rather too much than too little */
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '"') {
            qn_buf_add_byte(out, text.data[i]);
        }
    }
    qn_buf_release(&text);
}

static int hide(const struct hints *hints, struct qn_span table, struct qn_span column,
                struct qn_err *reterr)
{
    struct qn_buf pattern;
    int rc;

    qn_buf_init(&pattern, PATTERN_MAX * 3);
    add_unquoted(&pattern, table);
    qn_buf_add_byte(&pattern, '.');
    add_unquoted(&pattern, column);
    rc = hints->take(hints->arg, qn_arena_text(hints->arena, pattern.data, pattern.len), reterr);
    qn_buf_release(&pattern);
    return rc == QN_OK ? qn_arena_status(hints->arena, "what hints hide", reterr) : rc;
}

static int hide_listed(const struct hints *hints, struct qn_span table, struct qn_span list,
                       struct qn_err *reterr)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    int rc = qn_json_walk_init(&walk, list.data, list.len);

    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        if (item.type == QN_JSON_STRING) {
            rc = hide(hints, table, item.value, reterr);
        }
    }
    return rc;
}

static bool is_true(struct qn_span object, const char *member)
{
    struct qn_json_item item;

    return qn_json_find(object.data, object.len, member, &item) && qn_span_is(item.value, "true");
}

static int hide_columns(const struct hints *hints, struct qn_span table, struct qn_span columns,
                        struct qn_err *reterr)
{
    struct qn_json_walk walk;
    struct qn_json_item column;
    int rc = qn_json_walk_init(&walk, columns.data, columns.len);

    while (rc == QN_OK && qn_json_walk_next(&walk, &column)) {
        if (column.type == QN_JSON_OBJECT && is_true(column.value, "hidden")) {
            rc = hide(hints, table, column.key, reterr);
        }
    }
    return rc;
}

static int take_table(const struct hints *hints, const struct qn_json_item *table,
                      struct qn_err *reterr)
{
    const struct qn_span all = {"*", 1};
    struct qn_json_item item;
    int rc = QN_OK;

    if (table->type != QN_JSON_OBJECT) {
        return QN_OK;
    }
    if (is_true(table->value, "hidden")) {
        return hide(hints, table->key, all, reterr);
    }
    if (qn_json_find(table->value.data, table->value.len, "hidden", &item) &&
        item.type == QN_JSON_ARRAY) {
        rc = hide_listed(hints, table->key, item.value, reterr);
    }
    if (rc == QN_OK && qn_json_find(table->value.data, table->value.len, "columns", &item) &&
        item.type == QN_JSON_OBJECT) {
        rc = hide_columns(hints, table->key, item.value, reterr);
    }
    return rc;
}

int qn_hidden_of_hints(struct qn_span hints, struct qn_arena *arena, qn_hidden_fn *take, void *arg,
                       struct qn_err *reterr)
{
    const struct hints all = {arena, take, arg};
    struct qn_json_walk walk;
    struct qn_json_item tables, table;
    enum qn_json_type type;
    int rc;

    if (hints.len == 0) {
        return QN_OK;
    }
    rc = qn_json_check(hints.data, hints.len, &type, reterr);
    if (rc != QN_OK || type != QN_JSON_OBJECT ||
        !qn_json_find(hints.data, hints.len, "tables", &tables)) {
        return rc;
    }
    rc = qn_json_walk_init(&walk, tables.value.data, tables.value.len);
    while (rc == QN_OK && qn_json_walk_next(&walk, &table)) {
        rc = take_table(&all, &table, reterr);
    }
    return rc == QN_OK || rc == QN_ELIMIT || rc == QN_ENOMEM
               ? rc
               : qn_fail(reterr, rc, "hints: tables is no object");
}
