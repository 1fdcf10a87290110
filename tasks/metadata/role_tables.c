#include "role_tables.h"

#include "common/mem.h"
#include "common/str.h"
#include "tasks/lib/catalog/catalog.h"
#include "tasks/lib/catalog/catalog_sql.h"
#include <string.h>

#define ARENA_MAX ((size_t)256 * 1024 * 1024)
#define JSON_MAX  ((size_t)16 * 1024 * 1024)

/* Quern's own tables are nobody's datasource: passwords are in them. Partitions are read through
 * their table. */
static const char read_sql[] =
    "SELECT n.nspname, c.relname, c.oid::bigint, a.attname, a.attnum,"
    " format_type(a.atttypid, a.atttypmod),"
    " pg_has_role(c.relowner, 'USAGE')"
    "  OR has_table_privilege(c.oid, 'SELECT WITH GRANT OPTION'),"
    " has_schema_privilege(n.oid, 'USAGE')"
    "  AND has_column_privilege(c.oid, a.attnum, 'SELECT')"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition"
    " AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'quern')"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass"
    "  AND d.objid = c.oid AND d.deptype = 'e')"
    " ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\", c.oid, a.attnum";

struct reading {
    struct role_tables *tables;
    const struct datasource_record *record;
    struct datasource_list hidden; /* what the hints hide */
};

/* ---- rows ---- */

static void *grow(void *items, size_t n, size_t *room, size_t size)
{
    void *more;

    if (n < *room) {
        return items;
    }
    more = qn_realloc_array(items, *room > 0 ? *room * 2 : 64, size);
    if (more != NULL) {
        *room = *room > 0 ? *room * 2 : 64;
    }
    return more;
}

static bool any_table(const struct datasource_list *globs, const struct role_table *table)
{
    for (size_t i = 0; i < globs->n; i++) {
        if (qn_glob_match(globs->items[i], table->schema, table->name)) {
            return true;
        }
    }
    return false;
}

static bool any_column(const struct datasource_list *patterns, const struct role_table *table,
                       const char *column)
{
    for (size_t i = 0; i < patterns->n; i++) {
        if (role_column_matches(patterns->items[i], table, column)) {
            return true;
        }
    }
    return false;
}

static bool in_schema(const struct datasource_list *schemas, const char *schema)
{
    for (size_t i = 0; i < schemas->n; i++) {
        if (strcmp(schemas->items[i], schema) == 0) {
            return true;
        }
    }
    return schemas->n == 0;
}

/* Those that are not are read too: what is chosen may be made of them. */
static bool is_chosen(const struct datasource_record *record, const struct role_table *table)
{
    return in_schema(&record->schemas, table->schema) &&
           (record->include.n == 0 || any_table(&record->include, table)) &&
           !any_table(&record->exclude, table);
}

static enum role_hidden hidden_of(const struct reading *reading, const struct role_table *table,
                                  const char *column, const char *type)
{
    if (any_column(&reading->record->hide, table, column) ||
        any_column(&reading->hidden, table, column)) {
        return ROLE_HIDDEN;
    }
    if (role_is_secret(column, type) && !any_column(&reading->record->show, table, column)) {
        return ROLE_SECRET;
    }
    return ROLE_SEEN;
}

static const char *keep(struct role_tables *tables, struct qn_span text)
{
    return qn_arena_text(&tables->arena, text.data != NULL ? text.data : "", text.len);
}

static int64_t number(struct qn_span text)
{
    int64_t value = 0;

    return text.data != NULL && qn_strn_to_i64(text.data, text.len, &value) == QN_OK ? value : 0;
}

/* The table of a row: the last one, or a new one. NULL: no memory. */
static struct role_table *table_of(struct reading *reading, const struct qn_span *values)
{
    struct role_tables *all = reading->tables;
    int64_t oid = number(values[2]);
    struct role_table *more, *table;

    if (all->n_tables > 0 && all->tables[all->n_tables - 1].oid == oid) {
        return &all->tables[all->n_tables - 1];
    }
    more = grow(all->tables, all->n_tables, &all->tables_room, sizeof(*more));
    if (more == NULL) {
        return NULL;
    }
    all->tables = more;
    table = &more[all->n_tables++];
    *table = (struct role_table){
        .schema = keep(all, values[0]),
        .name = keep(all, values[1]),
        .oid = oid,
        .grantable = qn_span_is(values[6], "t"),
        .first = all->n_columns,
    };
    table->chosen = is_chosen(reading->record, table);
    return table;
}

static int take_row(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct reading *reading = arg;
    struct role_tables *all = reading->tables;
    struct role_table *table = n == 8 ? table_of(reading, values) : NULL;
    struct role_column *more =
        grow(all->columns, all->n_columns, &all->columns_room, sizeof(*more));
    struct role_column *column;

    if (table == NULL || more == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for the tables of a datasource");
    }
    all->columns = more;
    if (all->n_columns >= ROLE_COLUMNS_MAX) {
        return qn_fail(reterr, QN_ELIMIT, "more than %d columns: name schemas or globs",
                       ROLE_COLUMNS_MAX);
    }
    column = &more[all->n_columns++];
    table->n++;
    *column = (struct role_column){
        .name = keep(all, values[3]),
        .number = (int)number(values[4]),
        .readable = qn_span_is(values[7], "t"),
    };
    column->hidden = hidden_of(reading, table, column->name, keep(all, values[5]));
    return qn_arena_status(&all->arena, "the tables of a datasource", reterr);
}

/* ---- what is made of hidden columns ---- */

static void list_hidden(const struct role_tables *all, struct qn_buf *out)
{
    qn_buf_add_byte(out, '[');
    for (size_t t = 0; t < all->n_tables; t++) {
        const struct role_table *table = &all->tables[t];

        for (size_t i = table->first; i < table->first + table->n; i++) {
            if (all->columns[i].hidden != ROLE_SEEN) {
                qn_buf_printf(out, "%s{\"t\":%lld,\"c\":%d}", out->len > 1 ? "," : "",
                              (long long)table->oid, all->columns[i].number);
            }
        }
    }
    qn_buf_add_byte(out, ']');
}

/* column 0: all of them. */
static void hide_heir(struct role_tables *all, int64_t oid, int64_t column)
{
    for (size_t t = 0; t < all->n_tables; t++) {
        const struct role_table *table = &all->tables[t];

        for (size_t i = table->first; table->oid == oid && i < table->first + table->n; i++) {
            if (all->columns[i].hidden == ROLE_SEEN &&
                (column == 0 || column == all->columns[i].number)) {
                all->columns[i].hidden = ROLE_HIDDEN_HEIR;
            }
        }
    }
}

static int hide_heirs(struct role_tables *all, struct qn_pg *pg, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    struct qn_buf json;
    int rc;

    qn_buf_init(&json, JSON_MAX);
    list_hidden(all, &json);
    rc = qn_buf_status(&json);
    if (rc != QN_OK) {
        rc = qn_fail(reterr, rc, "hidden columns: %s", qn_err_text(rc));
    } else if (json.len > 2) {
        struct qn_span param = qn_pg_bytes(json.data, json.len);

        rc = qn_pg_query(pg, catalog_sql_heirs, &param, 1, &rows, reterr);
    }
    qn_buf_release(&json);
    for (size_t i = 0; rc == QN_OK && rows != NULL && i < qn_pg_rows_count(rows); i++) {
        hide_heir(all, number(qn_pg_value(rows, i, 0)), number(qn_pg_value(rows, i, 1)));
    }
    qn_pg_rows_free(rows);
    return rc;
}

int role_tables_read(struct role_tables *ret, struct qn_pg *pg,
                     const struct datasource_record *record, struct qn_err *reterr)
{
    struct reading reading = {.tables = ret, .record = record};
    int rc;

    *ret = (struct role_tables){.n_tables = 0};
    qn_arena_init(&ret->arena, ARENA_MAX);
    rc = role_hidden_of_hints(record->hints, &ret->arena, &reading.hidden, reterr);
    if (rc == QN_OK) {
        rc = qn_pg_stream(pg, read_sql, NULL, 0, take_row, &reading, reterr);
    }
    return rc == QN_OK ? hide_heirs(ret, pg, reterr) : rc;
}

void role_tables_release(struct role_tables *tables)
{
    qn_free(tables->tables);
    qn_free(tables->columns);
    qn_arena_release(&tables->arena);
}
