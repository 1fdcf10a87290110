#include "relation_probe.h"

#include "common/clock.h"
#include "common/str.h"
#include <string.h>

#define SQL_MAX     ((size_t)256 * 1024)
#define ROWS_MAX    50000  /* read for the distinct values */
#define UNIQUE_ROWS 200000 /* read for a key */

static const char *name_of(const struct qn_relation_schema *schema, size_t table, size_t column)
{
    return schema->catalog->tables[table].columns[column].name;
}

static void add_list(const struct qn_relation_schema *schema, struct qn_buf *sql, size_t table,
                     const size_t *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(sql, i > 0 ? ", " : "");
        qn_catalog_add_name(sql, name_of(schema, table, columns[i]));
    }
}

/* Of a large table pages from all over it. */
static void add_from(const struct qn_relation_schema *schema, struct qn_buf *sql, size_t table,
                     double wanted)
{
    const struct qn_catalog_table *from = &schema->catalog->tables[table];
    double rows = schema->tables[table].rows;

    qn_buf_add_str(sql, " FROM ");
    qn_catalog_add_table(sql, from);
    if (rows > 4 * wanted && from->kind == QN_CATALOG_TABLE) {
        double percent = 200 * wanted / rows;

        qn_buf_printf(sql, " TABLESAMPLE SYSTEM (%.6f) REPEATABLE (1)",
                      percent < 0.001 ? 0.001 : percent);
    }
}

static void add_not_null(const struct qn_relation_schema *schema, struct qn_buf *sql, size_t table,
                         const size_t *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(sql, i > 0 ? " AND " : " WHERE ");
        qn_catalog_add_name(sql, name_of(schema, table, columns[i]));
        qn_buf_add_str(sql, " IS NOT NULL");
    }
}

static void add_places(struct qn_buf *sql, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        qn_buf_printf(sql, "%sv%zu", i > 0 ? ", " : "", i);
    }
}

/* s: different values, c: how many rows of those read have them. */
static void add_sample(const struct qn_relation_schema *schema, struct qn_buf *sql,
                       const struct qn_relation_candidate *of)
{
    qn_buf_add_str(sql, "WITH x(");
    add_places(sql, of->n);
    qn_buf_add_str(sql, ") AS (SELECT ");
    add_list(schema, sql, of->child, of->child_columns, of->n);
    add_from(schema, sql, of->child, ROWS_MAX);
    add_not_null(schema, sql, of->child, of->child_columns, of->n);
    qn_buf_printf(sql, " LIMIT %d), s AS MATERIALIZED (SELECT count(*) AS c, ", ROWS_MAX);
    add_places(sql, of->n);
    qn_buf_add_str(sql, " FROM x GROUP BY ");
    add_places(sql, of->n);
    qn_buf_printf(sql, " LIMIT %d) SELECT count(*), sum(c)", QN_RELATION_SAMPLE);
}

static bool leads_index(const struct qn_catalog_table *table, size_t column)
{
    for (size_t i = 0; i < table->n_indexes; i++) {
        const struct qn_catalog_index *index = &table->indexes[i];

        if (index->valid && !index->partial && index->n > 0 && index->columns[0] == column) {
            return true;
        }
    }
    return false;
}

static void add_lookup(const struct qn_relation_schema *schema, struct qn_buf *sql,
                       const struct qn_relation_candidate *candidate)
{
    qn_buf_add_str(sql, "EXISTS (SELECT 1 FROM ");
    qn_catalog_add_table(sql, &schema->catalog->tables[candidate->parent]);
    qn_buf_add_str(sql, " p");
    for (size_t i = 0; i < candidate->n; i++) {
        qn_buf_add_str(sql, i > 0 ? " AND p." : " WHERE p.");
        qn_catalog_add_name(sql, name_of(schema, candidate->parent, candidate->parent_columns[i]));
        qn_buf_printf(sql, " = s.v%zu", i);
    }
    qn_buf_add_byte(sql, ')');
}

/* Without an index the planner may read the parent anew for each value; this way it makes a
 * hash of it once. */
static void add_hashed(const struct qn_relation_schema *schema, struct qn_buf *sql,
                       const struct qn_relation_candidate *candidate)
{
    qn_buf_add_byte(sql, '(');
    for (size_t i = 0; i < candidate->n; i++) {
        qn_buf_printf(sql, "%ss.v%zu", i > 0 ? ", " : "", i);
    }
    qn_buf_add_str(sql, ") IN (SELECT ");
    add_list(schema, sql, candidate->parent, candidate->parent_columns, candidate->n);
    qn_buf_add_str(sql, " FROM ");
    qn_catalog_add_table(sql, &schema->catalog->tables[candidate->parent]);
    add_not_null(schema, sql, candidate->parent, candidate->parent_columns, candidate->n);
    qn_buf_add_byte(sql, ')');
}

static void add_found(const struct qn_relation_schema *schema, struct qn_buf *sql,
                      const struct qn_relation_candidate *candidate, size_t at)
{
    const struct qn_catalog_table *parent = &schema->catalog->tables[candidate->parent];

    qn_buf_add_str(sql, ", ");
    if (leads_index(parent, candidate->parent_columns[0])) {
        add_lookup(schema, sql, candidate);
    } else {
        add_hashed(schema, sql, candidate);
    }
    qn_buf_printf(sql, " AS f%zu", at);
}

static int begin(struct qn_relation_probe *probe, struct qn_err *reterr)
{
    int64_t left = probe->deadline_ms - qn_mono_ms(&qn_clock_system);
    struct qn_buf sql;
    int rc;

    if (left > probe->query_ms) {
        left = probe->query_ms;
    }
    if (left <= 0) {
        return qn_fail(reterr, QN_ETIMEOUT, "no time is left");
    }
    qn_buf_init(&sql, 1000);
    rc = qn_buf_printf(&sql,
                       "BEGIN READ ONLY; SET LOCAL statement_timeout = %lld; "
                       "SET LOCAL lock_timeout = 1000; SET LOCAL search_path = pg_catalog; "
                       "SET LOCAL work_mem = '64MB'",
                       (long long)left);
    rc = rc == QN_OK ? qn_pg_script(probe->pg, sql.data, reterr)
                     : qn_fail(reterr, rc, "no memory for a statement");
    qn_buf_release(&sql);
    return rc;
}

/* True for what ends the search, and not only this probe. */
static bool is_fatal(const struct qn_relation_probe *probe, int rc)
{
    return rc == QN_ECONN || rc == QN_ENOMEM || (rc == QN_ETIMEOUT && qn_pg_is_stopped(probe->pg));
}

static int blame(struct qn_relation_probe *probe, size_t table, int rc, const struct qn_err *err,
                 struct qn_err *reterr)
{
    if (is_fatal(probe, rc)) {
        return qn_fail(reterr, rc, "%s", err->msg);
    }
    if (probe->trouble[0] == '\0') {
        probe->trouble = qn_arena_printf(probe->arena, "%s was not probed: %s",
                                         probe->schema->catalog->tables[table].name, err->msg);
    }
    return QN_OK;
}

/* ret NULL and QN_OK: the table is to blame. */
static int ask(struct qn_relation_probe *probe, const struct qn_buf *sql, size_t table,
               struct qn_pg_rows **ret, struct qn_err *reterr)
{
    struct qn_err err = {0};
    int rc = qn_buf_status(sql);

    *ret = NULL;
    if (rc == QN_ENOMEM) {
        return qn_fail(reterr, rc, "no memory for a statement");
    }
    if (rc != QN_OK) {
        qn_fail(&err, rc, "its statement is too long");
        return blame(probe, table, rc, &err, reterr);
    }
    rc = begin(probe, &err);
    if (rc == QN_OK) {
        probe->statements++;
        rc = qn_pg_query(probe->pg, sql->data, NULL, 0, ret, &err);
    }
    qn_pg_rollback(probe->pg);
    qn_pg_hide_values(&err);
    return rc == QN_OK ? QN_OK : blame(probe, table, rc, &err, reterr);
}

static double number(const struct qn_pg_rows *rows, size_t column)
{
    int64_t value = 0;

    return qn_str_to_i64(qn_pg_str(rows, 0, column), &value) == QN_OK ? (double)value : 0;
}

int qn_relation_probe_columns(struct qn_relation_probe *probe,
                              struct qn_relation_candidate *candidates, size_t n,
                              struct qn_err *reterr)
{
    struct qn_pg_rows *rows;
    struct qn_buf sql;
    int rc;

    qn_buf_init(&sql, SQL_MAX);
    add_sample(probe->schema, &sql, &candidates[0]);
    for (size_t i = 0; i < n; i++) {
        qn_buf_printf(&sql, ", count(*) FILTER (WHERE f%zu), sum(c) FILTER (WHERE f%zu)", i, i);
    }
    qn_buf_add_str(&sql, " FROM (SELECT s.c");
    for (size_t i = 0; i < n; i++) {
        add_found(probe->schema, &sql, &candidates[i], i);
    }
    qn_buf_add_str(&sql, " FROM s OFFSET 0) y");
    rc = ask(probe, &sql, candidates[0].child, &rows, reterr);
    qn_buf_release(&sql);
    if (rows == NULL) {
        return rc;
    }
    for (size_t i = 0; i < n; i++) {
        candidates[i].probed = true;
        candidates[i].tested = number(rows, 0);
        candidates[i].hits = number(rows, 2 * i + 2);
        candidates[i].found = number(rows, 1) > 0 ? number(rows, 2 * i + 3) / number(rows, 1) : 0;
    }
    qn_pg_rows_free(rows);
    return QN_OK;
}

int qn_relation_probe_unique(struct qn_relation_probe *probe, size_t table, const size_t *columns,
                             size_t n, bool *ret, struct qn_err *reterr)
{
    struct qn_pg_rows *rows;
    struct qn_buf sql;
    int rc;

    *ret = false;
    qn_buf_init(&sql, SQL_MAX);
    qn_buf_add_str(&sql, "SELECT count(*), count(DISTINCT (");
    add_list(probe->schema, &sql, table, columns, n);
    qn_buf_add_str(&sql, ")), count(*) FILTER (WHERE ");
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(&sql, i > 0 ? " OR " : "");
        qn_catalog_add_name(&sql, name_of(probe->schema, table, columns[i]));
        qn_buf_add_str(&sql, " IS NULL");
    }
    qn_buf_add_str(&sql, ") FROM (SELECT ");
    add_list(probe->schema, &sql, table, columns, n);
    add_from(probe->schema, &sql, table, UNIQUE_ROWS);
    qn_buf_printf(&sql, " LIMIT %d) x", UNIQUE_ROWS);
    rc = ask(probe, &sql, table, &rows, reterr);
    qn_buf_release(&sql);
    if (rows == NULL) {
        return rc;
    }
    *ret = strcmp(qn_pg_str(rows, 0, 0), "0") != 0 &&
           strcmp(qn_pg_str(rows, 0, 0), qn_pg_str(rows, 0, 1)) == 0 &&
           strcmp(qn_pg_str(rows, 0, 2), "0") == 0;
    qn_pg_rows_free(rows);
    return QN_OK;
}
