#include "role_check.h"

#include "common/clock.h"
#include "common/str.h"
#include "common/verdict.h"
#include "role_tables.h"
#include "tasks/lib/catalog/catalog.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX  ((size_t)2048)
#define NAMES_SOME 8
#define CLOCK_MS   2000

struct look {
    const struct datasource_record *record;
    struct qn_buf *verdicts;
    struct role_found *found;
    struct qn_pg *pg;
};

static void tell(const struct look *look, const struct qn_verdict *verdict, const char *what)
{
    look->found->wrong += verdict->state == QN_VERDICT_WRONG;
    look->found->warnings += verdict->state == QN_VERDICT_WARNING;
    qn_verdict_add(look->verdicts, verdict, "%s", what);
}

static void tell_ok(const struct look *look, const char *check, const char *what)
{
    const struct qn_verdict well = {check, QN_VERDICT_OK, NULL, NULL};

    tell(look, &well, what);
}

/* A role that somebody else made may be stronger than it needs to be: their decision. */
static enum qn_verdict_state too_strong(const struct look *look)
{
    return look->record->role_made ? QN_VERDICT_WRONG : QN_VERDICT_WARNING;
}

/* NULL when it failed: told then. */
static struct qn_pg_rows *ask(const struct look *look, const char *check, const char *sql)
{
    const struct qn_verdict wrong = {check, QN_VERDICT_WRONG, "it could not be looked at", NULL};
    struct qn_pg_rows *rows = NULL;
    struct qn_err err = {0};

    if (qn_pg_query(look->pg, sql, NULL, 0, &rows, &err) == QN_OK) {
        return rows;
    }
    tell(look, &wrong, err.msg);
    return NULL;
}

static bool is_true(const struct qn_pg_rows *rows, size_t column)
{
    return strcmp(qn_pg_str(rows, 0, column), "t") == 0;
}

static int64_t number_at(const struct qn_pg_rows *rows, size_t column)
{
    int64_t number = 0;

    return qn_str_to_i64(qn_pg_str(rows, 0, column), &number) == QN_OK ? number : 0;
}

/* ---- who it is ---- */

static void check_version(const struct look *look)
{
    struct qn_pg_rows *rows =
        ask(look, "reachable",
            "SELECT format('PostgreSQL %s, database %s as %s', current_setting('server_version'),"
            " current_database(), current_user)");

    if (rows != NULL) {
        tell_ok(look, "reachable", qn_pg_str(rows, 0, 0));
    }
    qn_pg_rows_free(rows);
}

static void check_role(const struct look *look)
{
    const struct qn_verdict strong = {"role", too_strong(look),
                                      "PostgreSQL refuses it little or nothing: what it does may "
                                      "change or show everything",
                                      "let quern datasource add make a role of its own"};
    struct qn_pg_rows *rows =
        ask(look, "role",
            "SELECT concat_ws(', ', CASE WHEN rolsuper THEN 'a superuser' END,"
            " CASE WHEN rolcreaterole THEN 'may make roles' END,"
            " CASE WHEN rolcreatedb THEN 'may make databases' END,"
            " CASE WHEN rolreplication THEN 'may replicate' END,"
            " CASE WHEN rolbypassrls THEN 'passes row security' END,"
            " (SELECT 'a member of ' || string_agg(roleid::regrole::text, ', ')"
            "  FROM pg_auth_members WHERE member = r.oid)) FROM pg_roles r"
            " WHERE rolname = current_user");

    if (rows == NULL) {
        return;
    }
    if (qn_pg_str(rows, 0, 0)[0] == '\0') {
        tell_ok(look, "role", "no superuser, and no member of another role");
    } else {
        tell(look, &strong, qn_pg_str(rows, 0, 0));
    }
    qn_pg_rows_free(rows);
}

static void check_read_only(const struct look *look)
{
    const struct qn_verdict off = {"read-only", QN_VERDICT_WARNING,
                                   "only its rights keep it from writing",
                                   "ALTER ROLE ... SET default_transaction_read_only = on"};
    struct qn_pg_rows *rows =
        ask(look, "read-only", "SELECT current_setting('default_transaction_read_only') = 'on'");

    if (rows == NULL) {
        return;
    }
    if (is_true(rows, 0)) {
        tell_ok(look, "read-only", "its transactions are read-only");
    } else {
        tell(look, &off, "its transactions may write");
    }
    qn_pg_rows_free(rows);
}

/* ---- what it may change ---- */

/* sql gives what was found, no row for nothing, and what to do. */
static void check_names(const struct look *look, const struct qn_verdict *verdict, const char *sql)
{
    struct qn_pg_rows *rows = ask(look, verdict->check, sql);
    struct qn_verdict found = *verdict;

    if (rows != NULL && qn_pg_rows_count(rows) > 0) {
        found.todo = qn_pg_str(rows, 0, 1);
        tell(look, &found, qn_pg_str(rows, 0, 0));
    }
    qn_pg_rows_free(rows);
}

#define SOME         "array_to_string((array_agg(name ORDER BY name))[1:8], ', ')"
#define USER_SCHEMAS "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"

static void check_tables_written(const struct look *look)
{
    const struct qn_verdict writes = {"writes", too_strong(look), "a query could change data",
                                      NULL};

    check_names(look, &writes,
                "SELECT format('it may write tables (%s): %s', count(*), " SOME "),"
                " format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %s FROM PUBLIC, %I', " SOME
                ", current_user)"
                " FROM (SELECT c.oid::regclass::text AS name FROM pg_class c"
                " JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE c.relkind IN ('r', 'p', 'v', 'f') AND " USER_SCHEMAS
                " AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
                " OR has_any_column_privilege(c.oid, 'INSERT, UPDATE'))) AS t"
                " HAVING count(*) > 0");
}

static void check_made(const struct look *look)
{
    const struct qn_verdict makes = {"creates", QN_VERDICT_WARNING,
                                     "whoever switches read-only off can leave tables and "
                                     "functions there that others use by mistake",
                                     NULL};
    const struct qn_verdict temporary = {"temporary", QN_VERDICT_WARNING,
                                         "whoever switches read-only off can fill the disk", NULL};

    check_names(look, &makes,
                "SELECT format('it may make things in %s', " SOME "),"
                " format('REVOKE CREATE ON %s FROM PUBLIC', " SOME ")"
                " FROM (SELECT 'SCHEMA ' || quote_ident(n.nspname) AS name FROM pg_namespace n"
                " WHERE " USER_SCHEMAS " AND has_schema_privilege(n.oid, 'CREATE')"
                " UNION ALL SELECT 'DATABASE ' || quote_ident(current_database())"
                " WHERE has_database_privilege(current_database()::text, 'CREATE')) AS t"
                " HAVING count(*) > 0");
    check_names(look, &temporary,
                "SELECT format('it may make temporary tables in database %I', current_database()),"
                " format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC; and GRANT it to who makes "
                "such tables', current_database())"
                " WHERE has_database_privilege(current_database()::text, 'TEMPORARY')");
}

static void check_functions(const struct look *look)
{
    const struct qn_verdict definers = {"functions", QN_VERDICT_WARNING,
                                        "they run with the rights of their owner: they may write, "
                                        "or show what is hidden",
                                        NULL};

    check_names(look, &definers,
                "SELECT format('it may call functions that are SECURITY DEFINER (%s): %s',"
                " count(*), " SOME "), format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', " SOME
                ") FROM (SELECT p.oid::regprocedure::text AS name FROM pg_proc p"
                " JOIN pg_namespace n ON n.oid = p.pronamespace"
                " WHERE p.prosecdef AND " USER_SCHEMAS " AND has_schema_privilege(n.oid, 'USAGE')"
                " AND has_function_privilege(p.oid, 'EXECUTE')) AS t HAVING count(*) > 0");
}

static void check_writes(const struct look *look)
{
    int64_t before = look->found->wrong + look->found->warnings;

    check_tables_written(look);
    check_made(look);
    check_functions(look);
    if (look->found->wrong + look->found->warnings == before) {
        tell_ok(look, "writes", "it may change and make nothing");
    }
}

/* ---- what it may read ---- */

struct names {
    struct qn_buf text;
    int64_t n;
};

static void add_name(struct names *names, const struct role_table *table, const char *column)
{
    if (names->n++ >= NAMES_SOME) {
        return;
    }
    qn_buf_add_str(&names->text, names->n > 1 ? ", " : "");
    qn_catalog_add_name(&names->text, table->schema);
    qn_buf_add_byte(&names->text, '.');
    qn_catalog_add_name(&names->text, table->name);
    if (column != NULL) {
        qn_buf_add_byte(&names->text, '.');
        qn_catalog_add_name(&names->text, column);
    }
}

struct reads {
    struct names shown;   /* columns that are hidden and may be read */
    struct names missing; /* tables with columns that may not, and should */
    struct names secrets; /* columns that are hidden by their names */
    int64_t hidden;
};

static void count_table(const struct look *look, const struct role_tables *all,
                        const struct role_table *table, struct reads *reads)
{
    bool readable = false, missing = false;

    for (size_t i = table->first; i < table->first + table->n; i++) {
        const struct role_column *column = &all->columns[i];

        readable = readable || column->readable;
        look->found->columns += column->readable;
        if (column->hidden == ROLE_SEEN) {
            missing = missing || !column->readable;
            continue;
        }
        reads->hidden += table->chosen;
        if (column->hidden == ROLE_SECRET && table->chosen) {
            add_name(&reads->secrets, table, column->name);
        }
        if (column->readable) {
            add_name(&reads->shown, table, column->name);
        }
    }
    look->found->tables += readable;
    if (missing && table->chosen) {
        add_name(&reads->missing, table, NULL);
    }
}

static void tell_hidden(const struct look *look, const struct reads *reads)
{
    const struct qn_verdict shown = {"hidden", too_strong(look),
                                     "who asks questions may be shown them",
                                     "quern datasource add NAME --replace; where PUBLIC has the "
                                     "right, REVOKE SELECT on the table FROM PUBLIC"};
    char what[NAMES_MAX + 128];

    if (reads->shown.n == 0) {
        snprintf(what, sizeof(what), "hidden columns are refused by PostgreSQL: %lld%s%s%s",
                 (long long)reads->hidden,
                 reads->secrets.n > 0 ? ", of which by their names: " : "",
                 reads->secrets.text.data, reads->secrets.n > NAMES_SOME ? ", ..." : "");
        tell_ok(look, "hidden", what);
        return;
    }
    snprintf(what, sizeof(what), "columns that are to be hidden may be read (%lld): %s",
             (long long)reads->shown.n, reads->shown.text.data);
    tell(look, &shown, what);
}

static void tell_tables(const struct look *look, const struct reads *reads)
{
    const struct qn_verdict none = {"tables", QN_VERDICT_WRONG, "there is nothing to ask",
                                    "look at its schemas and globs: quern datasource show NAME"};
    const struct qn_verdict missing = {"tables", QN_VERDICT_WARNING,
                                       "they came later, or belong to others",
                                       "quern datasource add NAME --replace"};
    char what[NAMES_MAX + 128];

    if (reads->missing.n > 0) {
        snprintf(what, sizeof(what), "tables with columns that it may not read (%lld): %s",
                 (long long)reads->missing.n, reads->missing.text.data);
        tell(look, &missing, what);
    } else if (look->found->tables == 0) {
        tell(look, &none, "it may read no table");
    } else {
        snprintf(what, sizeof(what), "that it may read: %lld, with %lld columns",
                 (long long)look->found->tables, (long long)look->found->columns);
        tell_ok(look, "tables", what);
    }
}

static void check_reads(const struct look *look)
{
    const struct qn_verdict wrong = {"tables", QN_VERDICT_WRONG, "it could not be looked at", NULL};
    struct role_tables all;
    struct reads reads = {.hidden = 0};
    struct qn_err err = {0};

    qn_buf_init(&reads.shown.text, NAMES_MAX);
    qn_buf_init(&reads.missing.text, NAMES_MAX);
    qn_buf_init(&reads.secrets.text, NAMES_MAX);
    if (role_tables_read(&all, look->pg, look->record, &err) == QN_OK) {
        for (size_t i = 0; i < all.n_tables; i++) {
            count_table(look, &all, &all.tables[i], &reads);
        }
        tell_hidden(look, &reads);
        tell_tables(look, &reads);
    } else {
        tell(look, &wrong, err.msg);
    }
    role_tables_release(&all);
    qn_buf_release(&reads.shown.text);
    qn_buf_release(&reads.missing.text);
    qn_buf_release(&reads.secrets.text);
}

static void check_clock(const struct look *look)
{
    const struct qn_verdict wrong = {"clock", QN_VERDICT_WARNING,
                                     "today and the last hour are others there",
                                     "synchronise both clocks: timedatectl set-ntp true"};
    int64_t before = qn_wall_ms(&qn_clock_system);
    struct qn_pg_rows *rows =
        ask(look, "clock", "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
    int64_t now, after = qn_wall_ms(&qn_clock_system);
    char what[128];

    if (rows == NULL) {
        return;
    }
    now = number_at(rows, 0);
    qn_pg_rows_free(rows);
    if (now > after + CLOCK_MS || now < before - CLOCK_MS) {
        snprintf(what, sizeof(what), "its clock is %lld ms from this machine's",
                 llabs(now - after));
        tell(look, &wrong, what);
    } else {
        tell_ok(look, "clock", "agrees with this machine's");
    }
}

void role_check(const struct datasource_record *record, struct qn_buf *verdicts,
                struct role_found *ret)
{
    const struct qn_verdict wrong = {"reachable", QN_VERDICT_WRONG, "nothing can be asked of it",
                                     "start it, or let the role in (pg_hba.conf); quern "
                                     "datasource add NAME --replace sets its password again"};
    struct look look = {.record = record, .verdicts = verdicts, .found = ret};
    int rc;

    *ret = (struct role_found){.reached = false};
    rc = qn_pg_create(&look.pg, record->url, &ret->why);
    if (rc == QN_OK) {
        rc = qn_pg_ready(look.pg, "quern datasource", -1, &ret->why);
    }
    if (rc == QN_OK) {
        ret->reached = true;
        check_version(&look);
        check_role(&look);
        check_read_only(&look);
        check_writes(&look);
        check_reads(&look);
        check_clock(&look);
    } else {
        tell(&look, &wrong, ret->why.msg);
    }
    qn_pg_free(look.pg);
}
