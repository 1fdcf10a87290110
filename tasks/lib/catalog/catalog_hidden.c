#include "catalog_reading.h"
#include "catalog_sql.h"

#include "tasks/lib/hidden.h"
#include <string.h>

#define NAMED_BYTES_MAX ((size_t)32 * 1024 * 1024)

struct hiding {
    struct qn_catalog_reading *reading;
    struct qn_buf named; /* JSON: the columns that a pattern names */
};

/* ---- which ---- */

static int take_named(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct hiding *hiding = arg;
    const struct qn_catalog_hide *hide = hiding->reading->hide;
    size_t i = 0;
    int rc;

    (void)n;
    while (i < hide->n &&
           !qn_hidden_matches(hide->patterns[i], values[0].data, values[1].data, values[3].data)) {
        i++;
    }
    if (i == hide->n) {
        return QN_OK;
    }
    rc = qn_buf_printf(&hiding->named, "%s{\"t\":%s,\"c\":%s,\"f\":%s}",
                       hiding->named.len > 1 ? "," : "", values[2].data, values[4].data,
                       i < hide->n_owner ? "true" : "false");
    return rc == QN_OK ? rc : qn_fail(reterr, rc, "hidden columns: %s", qn_err_text(rc));
}

/* Column 0: all of them. */
static int take_hidden(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    const struct hiding *hiding = arg;
    struct qn_catalog_table *table = qn_catalog_of(hiding->reading, values[0]);
    int64_t number = qn_catalog_number(values[1]);

    (void)n;
    (void)reterr;
    for (size_t i = 0; table != NULL && i < table->n_columns; i++) {
        struct qn_catalog_column *column = &table->columns[i];

        if ((number == 0 || column->number == number) && (column->readable || column->hidden)) {
            column->readable = false;
            column->hidden = true;
            column->hidden_for_good = column->hidden_for_good || qn_catalog_true(values[2]);
        }
    }
    return QN_OK;
}

static int find_hidden(struct hiding *hiding, struct qn_err *reterr)
{
    struct qn_pg *pg = hiding->reading->pg;
    struct qn_span param;
    int rc;

    qn_buf_add_byte(&hiding->named, '[');
    rc = qn_pg_stream(pg, catalog_sql_every_column, NULL, 0, take_named, hiding, reterr);
    if (rc == QN_OK && qn_buf_add_byte(&hiding->named, ']') != QN_OK) {
        rc = qn_fail(reterr, qn_buf_status(&hiding->named), "hidden columns: too many, or no room");
    }
    if (rc != QN_OK || hiding->named.len == 2) {
        return rc;
    }
    param = qn_pg_bytes(hiding->named.data, hiding->named.len);
    return qn_pg_stream(pg, catalog_sql_heirs, &param, 1, take_hidden, hiding, reterr);
}

/* ---- what tells of them ---- */

static bool any_hidden(const struct qn_catalog_table *table, const size_t *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (table->columns[columns[i]].hidden) {
            return true;
        }
    }
    return false;
}

static void strip_keys(struct qn_catalog_table *table)
{
    size_t keys = 0, indexes = 0;

    for (size_t i = 0; i < table->n_keys; i++) {
        if (!any_hidden(table, table->keys[i].columns, table->keys[i].n)) {
            table->keys[keys++] = table->keys[i];
        }
    }
    for (size_t i = 0; i < table->n_indexes; i++) {
        if (!any_hidden(table, table->indexes[i].columns, table->indexes[i].n)) {
            table->indexes[indexes++] = table->indexes[i];
        }
    }
    table->n_keys = keys;
    table->n_indexes = indexes;
}

static void strip_references(const struct qn_catalog *catalog, struct qn_catalog_table *table)
{
    size_t kept = 0;

    for (size_t i = 0; i < table->n_references; i++) {
        const struct qn_catalog_reference *reference = &table->references[i];
        const struct qn_catalog_table *parent = &catalog->tables[reference->parent];

        if (!any_hidden(table, reference->columns, reference->n) &&
            !any_hidden(parent, reference->parent_columns, reference->n)) {
            table->references[kept++] = *reference;
        }
    }
    table->n_references = kept;
}

/* An expression that only sounds like a hidden column goes too. */
static void strip_checks(struct qn_arena *arena, struct qn_catalog_table *table, const char *name)
{
    const char **kept = qn_arena_alloc(arena, table->n_checks + 1, sizeof(*kept));
    size_t n = 0;

    for (size_t i = 0; kept != NULL && i < table->n_checks; i++) {
        if (strstr(table->checks[i], name) == NULL) {
            kept[n++] = table->checks[i];
        }
    }
    table->checks = kept;
    table->n_checks = n;
}

static void strip_columns(struct qn_arena *arena, struct qn_catalog_table *table)
{
    bool any = false, readable = false, for_good = true;

    for (size_t i = 0; i < table->n_columns; i++) {
        struct qn_catalog_column *column = &table->columns[i];

        readable = readable || column->readable;
        if (column->hidden) {
            any = true;
            for_good = for_good && column->hidden_for_good;
            column->comment = column->preset = "";
            column->n_labels = 0;
            strip_checks(arena, table, column->name);
        }
    }
    if (any && !readable) {
        table->hidden = true;
        table->hidden_for_good = for_good;
        table->readable = false;
        table->comment = table->view = "";
        table->rows = -1;
        table->n_checks = 0;
    }
}

int qn_catalog_hide(struct qn_catalog_reading *reading, struct qn_err *reterr)
{
    struct qn_catalog *catalog = reading->catalog;
    struct hiding hiding = {.reading = reading};
    int rc;

    qn_buf_init(&hiding.named, NAMED_BYTES_MAX);
    rc = find_hidden(&hiding, reterr);
    qn_buf_release(&hiding.named);
    for (size_t i = 0; rc == QN_OK && i < catalog->n_tables; i++) {
        strip_references(catalog, &catalog->tables[i]);
        strip_keys(&catalog->tables[i]);
        strip_columns(&catalog->arena, &catalog->tables[i]);
    }
    return rc == QN_OK ? qn_catalog_taken(reading, reterr) : rc;
}
