/* check_database.c - whether the bundled tasks can work on PostgreSQL. */
#include "common/clock.h"
#include "common/str.h"
#include "tasks.h"
#include "tasks/lib/postgres.h"
#include <stdlib.h>
#include <string.h>

#define CHECK          "database"
#define VERSION_LEAST  130000
#define CLOCK_MS       2000
#define SHOW_NAMES_MAX 256

struct look {
    const struct qn_config *config;
    struct qn_buf *verdicts;
    struct qn_pg *pg;
};

/* NULL when it failed: told then. */
static struct qn_pg_rows *ask(const struct look *look, const char *sql)
{
    const struct qn_verdict wrong = {CHECK, QN_VERDICT_WRONG, "jobs that use it fail",
                                     "let the user of database-url ask the catalog"};
    struct qn_pg_rows *rows = NULL;
    struct qn_err err = {0};

    if (qn_pg_query(look->pg, sql, NULL, 0, &rows, &err) == QN_OK)
        return rows;
    qn_verdict_add(look->verdicts, &wrong, "%s", err.msg);
    return NULL;
}

static int64_t number_at(const struct qn_pg_rows *rows, size_t column)
{
    int64_t number = 0;

    return qn_str_to_i64(qn_pg_str(rows, 0, column), &number) == QN_OK ? number : 0;
}

static void check_version(const struct look *look)
{
    const struct qn_verdict well = {CHECK, QN_VERDICT_OK, NULL, NULL};
    const struct qn_verdict old = {CHECK, QN_VERDICT_WARNING,
                                   "reports are not tested with it and may fail",
                                   "install PostgreSQL 13 or newer"};
    struct qn_pg_rows *rows = ask(look, "SELECT current_setting('server_version_num'), "
                                        "current_setting('server_version')");

    if (rows)
        qn_verdict_add(look->verdicts, number_at(rows, 0) < VERSION_LEAST ? &old : &well,
                       "PostgreSQL %s answers", qn_pg_str(rows, 0, 1));
    qn_pg_rows_free(rows);
}

/* The connection of this look is one more that is left. */
static void check_connections(const struct look *look)
{
    const struct qn_verdict well = {"db-connections", QN_VERDICT_OK, NULL, NULL};
    const struct qn_verdict few = {"db-connections", QN_VERDICT_WARNING,
                                   "each executor keeps one: jobs fail and are tried again when "
                                   "there is none",
                                   "lower QUERN_CONCURRENCY, or raise max_connections in "
                                   "postgresql.conf"};
    int64_t wanted = qn_config_number(look->config, "concurrency");
    struct qn_pg_rows *rows =
        ask(look, "SELECT current_setting('max_connections')::bigint"
                  " - current_setting('superuser_reserved_connections')::bigint"
                  " - coalesce(sum(numbackends), 0)::bigint FROM pg_stat_database");

    if (!rows)
        return;
    int64_t left = number_at(rows, 0) + 1;
    qn_verdict_add(look->verdicts, left < wanted ? &few : &well,
                   "%lld connections are left, a worker takes %lld", (long long)left,
                   (long long)wanted);
    qn_pg_rows_free(rows);
}

/* Names of those rows that are not there, or (there but) not to be read. */
static size_t list(const struct qn_pg_rows *rows, const char *state, char *out, size_t size)
{
    size_t n = 0, used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < qn_pg_rows_count(rows); i++) {
        if (strcmp(qn_pg_str(rows, i, 1), state) != 0 || used >= size)
            continue;
        used +=
            (size_t)snprintf(out + used, size - used, "%s%s", n ? ", " : "", qn_pg_str(rows, i, 0));
        n++;
    }
    return n;
}

static void check_tables(const struct look *look)
{
    static const char why[] = "report.sales fails";
    const struct qn_verdict well = {"db-tables", QN_VERDICT_OK, NULL, NULL};
    const struct qn_verdict none = {"db-tables", QN_VERDICT_WARNING, why,
                                    "set QUERN_DATABASE_URL to the shop's database"};
    const struct qn_verdict missing = {"db-tables", QN_VERDICT_WRONG, why,
                                       "create them, or set QUERN_DATABASE_URL to another "
                                       "database"};
    const struct qn_verdict locked = {"db-tables", QN_VERDICT_WRONG, why,
                                      "GRANT SELECT ON them TO the user of database-url"};
    char names[SHOW_NAMES_MAX];
    struct qn_pg_rows *rows =
        ask(look, "SELECT name, CASE WHEN to_regclass(name) IS NULL THEN 'missing'"
                  " WHEN has_table_privilege(to_regclass(name), 'SELECT') THEN 'well'"
                  " ELSE 'locked' END"
                  " FROM unnest(ARRAY['orders', 'order_items', 'products', 'categories',"
                  " 'users']) AS name");

    if (!rows)
        return;
    size_t n_missing = list(rows, "missing", names, sizeof(names));
    if (n_missing > 0)
        qn_verdict_add(look->verdicts, n_missing == qn_pg_rows_count(rows) ? &none : &missing,
                       "tables are not there: %s", names);
    size_t n_locked = list(rows, "locked", names, sizeof(names));
    if (n_locked > 0)
        qn_verdict_add(look->verdicts, &locked, "tables may not be read: %s", names);
    if (n_missing + n_locked == 0)
        qn_verdict_add(look->verdicts, &well, "the tables of report.sales can be read");
    qn_pg_rows_free(rows);
}

static void check_clock(const struct look *look)
{
    const struct qn_verdict well = {"db-clock", QN_VERDICT_OK, NULL, NULL};
    const struct qn_verdict wrong = {"db-clock", QN_VERDICT_WARNING,
                                     "reports of today end at another moment than people think",
                                     "synchronise both clocks: timedatectl set-ntp true"};
    int64_t before = qn_wall_ms(&qn_clock_system);
    struct qn_pg_rows *rows =
        ask(look, "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
    int64_t after = qn_wall_ms(&qn_clock_system);

    if (!rows)
        return;
    int64_t now = number_at(rows, 0);
    int64_t ahead = now > after ? now - after : now < before ? now - before : 0;
    if (llabs(ahead) <= CLOCK_MS)
        qn_verdict_add(look->verdicts, &well, "agrees with this machine's");
    else
        qn_verdict_add(look->verdicts, &wrong, "the database's clock is %lld ms %s this machine's",
                       llabs(ahead), ahead > 0 ? "before" : "behind");
    qn_pg_rows_free(rows);
}

static void count_missing(void *arg, const struct qn_migration *migration)
{
    *(int *)arg += migration->state == QN_MIGRATION_MISSING;
}

static void check_migrations(const struct look *look)
{
    static const char why[] = "tasks whose effects happen exactly once wait and then fail";
    const struct qn_verdict well = {"db-migrations", QN_VERDICT_OK, NULL, NULL};
    const struct qn_verdict missing = {"db-migrations", QN_VERDICT_WARNING, why,
                                       "quern-worker migrate"};
    const struct qn_verdict other = {"db-migrations", QN_VERDICT_WRONG, why,
                                     "use the version of quern-worker that migrated the "
                                     "database, or a newer one"};
    const struct qn_verdict locked = {"db-migrations", QN_VERDICT_WARNING, why,
                                      "GRANT USAGE ON SCHEMA quern, SELECT ON quern.migrations "
                                      "TO the user of database-url"};
    struct qn_err err = {0};
    int n = 0;
    int rc = qn_migrate_database(look->config, true, count_missing, &n, &err);

    if (rc == QN_EUNSUPPORTED || rc == QN_ECORRUPT)
        qn_verdict_add(look->verdicts, &other, "%s", err.msg);
    else if (rc != QN_OK)
        qn_verdict_add(look->verdicts, &locked, "%s", err.msg);
    else if (n > 0)
        qn_verdict_add(look->verdicts, &missing, "migrations that are not applied: %d", n);
    else
        qn_verdict_add(look->verdicts, &well, "all are applied");
}

static int connect_to(struct look *look, const char *url, struct qn_err *reterr)
{
    int rc = qn_pg_create(&look->pg, url, reterr);

    return rc == QN_OK ? qn_pg_ready(look->pg, "quern doctor", -1, reterr) : rc;
}

void qn_check_database(const struct qn_config *config, struct qn_buf *verdicts)
{
    const struct qn_verdict none = {CHECK, QN_VERDICT_OK, NULL, NULL};
    const struct qn_verdict wrong = {CHECK, QN_VERDICT_WRONG, "jobs that use it fail",
                                     "start PostgreSQL, or set QUERN_DATABASE_URL"};
    const char *url = qn_config_text(config, "database-url");
    struct look look = {.config = config, .verdicts = verdicts};
    struct qn_err err = {0};

    if (url[0] == '\0') {
        qn_verdict_add(verdicts, &none, "database-url is not set; report.sales needs it");
        return;
    }
    if (connect_to(&look, url, &err) == QN_OK) {
        check_version(&look);
        check_connections(&look);
        check_tables(&look);
        check_migrations(&look);
        check_clock(&look);
    } else {
        qn_verdict_add(verdicts, &wrong, "%s", err.msg);
    }
    qn_pg_free(look.pg);
}
