#include "role_grants.h"

#include "common/verdict.h"
#include "role_tables.h"
#include "tasks/lib/catalog/catalog.h"
#include <string.h>

#define SQL_MAX      ((size_t)1024 * 1024)
#define PATH_SCHEMAS 32

struct granting {
    struct qn_pg *admin;
    const struct role_wish *wish;
    struct role_tables tables;
    struct role_count *count;
    struct qn_buf sql;
};

static int run(struct granting *granting, struct qn_err *reterr)
{
    int rc = qn_buf_status(&granting->sql);

    return rc == QN_OK ? qn_pg_run(granting->admin, granting->sql.data, NULL, 0, reterr)
                       : qn_fail(reterr, rc, "a statement of a grant: %s", qn_err_text(rc));
}

static void begin_sql(struct granting *granting, const char *text)
{
    qn_buf_reset(&granting->sql);
    qn_buf_add_str(&granting->sql, text);
}

static void add_role(struct granting *granting)
{
    qn_buf_add_str(&granting->sql, " TO ");
    qn_catalog_add_name(&granting->sql, granting->wish->record->role);
}

/* ---- the database and its schemas ---- */

/* *ret: the role has it already, or the administrator cannot give it. */
static int needs_no_grant(const struct granting *granting, const char *sql, const char *name,
                          bool *ret, struct qn_err *reterr)
{
    const struct qn_span params[] = {qn_pg_text(granting->wish->record->role), qn_pg_text(name)};
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(granting->admin, sql, params, name != NULL ? 2 : 1, &rows, reterr);

    if (rc == QN_OK) {
        *ret = strcmp(qn_pg_str(rows, 0, 0), "t") == 0;
    }
    qn_pg_rows_free(rows);
    return rc;
}

static int grant_connect(struct granting *granting, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    bool has = false;
    int rc = needs_no_grant(
        granting, "SELECT has_database_privilege($1::name, current_database()::text, 'CONNECT')",
        NULL, &has, reterr);

    if (rc != QN_OK || has) {
        return rc;
    }
    rc = qn_pg_query(granting->admin, "SELECT current_database()", NULL, 0, &rows, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    begin_sql(granting, "GRANT CONNECT ON DATABASE ");
    qn_catalog_add_name(&granting->sql, qn_pg_str(rows, 0, 0));
    qn_pg_rows_free(rows);
    add_role(granting);
    return run(granting, reterr);
}

static int grant_schema(struct granting *granting, const char *schema, struct qn_err *reterr)
{
    static const char sql[] = "SELECT has_schema_privilege($1::name, $2::text, 'USAGE')"
                              " OR NOT has_schema_privilege($2::text, 'USAGE WITH GRANT OPTION')";
    bool done = false;
    int rc = needs_no_grant(granting, sql, schema, &done, reterr);

    if (rc != QN_OK || done) {
        return rc;
    }
    begin_sql(granting, "GRANT USAGE ON SCHEMA ");
    qn_catalog_add_name(&granting->sql, schema);
    add_role(granting);
    return run(granting, reterr);
}

/* ---- tables ---- */

static void add_columns(struct granting *granting, const struct role_table *table)
{
    const struct role_column *columns = granting->tables.columns;
    const char *comma = "";

    for (size_t i = table->first; i < table->first + table->n; i++) {
        if (columns[i].hidden == ROLE_SEEN) {
            qn_buf_add_str(&granting->sql, comma);
            qn_catalog_add_name(&granting->sql, columns[i].name);
            comma = ", ";
            granting->count->columns++;
        } else {
            granting->count->hidden++;
        }
    }
}

static bool has_seen(const struct role_tables *all, const struct role_table *table)
{
    for (size_t i = table->first; i < table->first + table->n; i++) {
        if (all->columns[i].hidden == ROLE_SEEN) {
            return true;
        }
    }
    return false;
}

static int grant_table(struct granting *granting, const struct role_table *table,
                       struct qn_err *reterr)
{
    if (!has_seen(&granting->tables, table)) {
        granting->count->hidden += (int64_t)table->n;
        return QN_OK;
    }
    if (!table->grantable) {
        granting->count->refused++;
        return QN_OK;
    }
    begin_sql(granting, "GRANT SELECT (");
    add_columns(granting, table);
    qn_buf_add_str(&granting->sql, ") ON ");
    qn_catalog_add_name(&granting->sql, table->schema);
    qn_buf_add_byte(&granting->sql, '.');
    qn_catalog_add_name(&granting->sql, table->name);
    add_role(granting);
    granting->count->tables++;
    return run(granting, reterr);
}

static int grant_tables(struct granting *granting, struct qn_err *reterr)
{
    const char *schema = NULL;
    int rc = QN_OK;

    for (size_t i = 0; i < granting->tables.n_tables && rc == QN_OK; i++) {
        const struct role_table *table = &granting->tables.tables[i];

        if (!table->chosen) {
            continue;
        }
        if (schema == NULL || strcmp(schema, table->schema) != 0) {
            schema = table->schema;
            rc = grant_schema(granting, schema, reterr);
        }
        if (rc == QN_OK) {
            rc = grant_table(granting, table, reterr);
        }
    }
    return rc;
}

/* ---- the search path ---- */

static void add_to_path(struct granting *granting, const char *schema, int *n)
{
    if (*n < PATH_SCHEMAS) {
        qn_buf_add_str(&granting->sql, *n > 0 ? ", " : "");
        qn_catalog_add_name(&granting->sql, schema);
        ++*n;
    }
}

/* A fixed one: names mean the same whatever a user's settings are. public goes first. */
static int set_path(struct granting *granting, struct qn_err *reterr)
{
    const struct role_tables *all = &granting->tables;
    const char *last = "public";
    int n = 0;

    begin_sql(granting, "ALTER ROLE ");
    qn_catalog_add_name(&granting->sql, granting->wish->record->role);
    qn_buf_add_str(&granting->sql, " SET search_path = ");
    for (size_t i = 0; i < all->n_tables && n == 0; i++) {
        if (all->tables[i].chosen && strcmp(all->tables[i].schema, "public") == 0) {
            add_to_path(granting, "public", &n);
        }
    }
    for (size_t i = 0; i < all->n_tables; i++) {
        const char *schema = all->tables[i].schema;

        if (all->tables[i].chosen && strcmp(schema, "public") != 0 && strcmp(schema, last) != 0) {
            add_to_path(granting, schema, &n);
            last = schema;
        }
    }
    if (n == 0) {
        qn_buf_add_str(&granting->sql, "''");
    }
    return run(granting, reterr);
}

static void tell_refused(const struct granting *granting)
{
    const struct qn_verdict refused = {
        "tables", QN_VERDICT_WARNING, "the role cannot read them",
        "run it again, with --replace, as their owner or as a superuser"};

    if (granting->count->refused > 0) {
        qn_verdict_add(granting->wish->verdicts, &refused,
                       "%lld tables belong to others, and may not be granted by this user",
                       (long long)granting->count->refused);
    }
}

int role_grant(struct qn_pg *admin, const struct role_wish *wish, struct role_count *ret,
               struct qn_err *reterr)
{
    struct granting granting = {.admin = admin, .wish = wish, .count = ret};
    int rc;

    *ret = (struct role_count){.tables = 0};
    qn_buf_init(&granting.sql, SQL_MAX);
    rc = role_tables_read(&granting.tables, admin, wish->record, reterr);
    if (rc == QN_OK) {
        rc = grant_connect(&granting, reterr);
    }
    if (rc == QN_OK) {
        rc = grant_tables(&granting, reterr);
    }
    if (rc == QN_OK) {
        rc = set_path(&granting, reterr);
    }
    if (rc == QN_OK) {
        tell_refused(&granting);
    }
    role_tables_release(&granting.tables);
    qn_buf_release(&granting.sql);
    return rc;
}
