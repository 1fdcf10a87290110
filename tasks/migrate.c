/* migrate.c - takes a database to the migrations of this program, one after the other.
 *
 * Each is applied in a transaction that holds one lock of the whole database and looks
 * again once it has it: of several callers one applies it, the others find it there.
 */
#include "common/str.h"
#include "migrations.h"
#include "tasks.h"
#include "tasks/lib/postgres.h"
#include <stdlib.h>
#include <string.h>

#define LOCK_KEY    "8175330416"
#define NUMBER_SIZE 16
#define NAMES_SIZE  128

static const struct {
    const char *name;
    const char *sql;
    /* For what it does to tables of others, which may come after it: a statement that says
     * what is left, and one that does it. NULL: nothing. */
    const char *left;
    const char *finish;
} known[] = {
    {"once", migration_0001_once, NULL, NULL},
    {"orders", migration_0002_orders,
     "SELECT string_agg(t::text, ', ') FROM quern.lacks_identity() AS t",
     "SELECT quern.give_identity()"},
    {"upkeep", migration_0003_upkeep, NULL, NULL},
    {"metadata", migration_0004_metadata, NULL, NULL},
    {"nl2sql", migration_0005_nl2sql, NULL, NULL},
    {"proposals", migration_0006_proposals, NULL, NULL},
};
#define KNOWN (int)(sizeof(known) / sizeof(known[0]))

/* Its own schema must not be asked for where it is there: that takes a right more. */
static const char make_table[] =
    "DO $$ BEGIN"
    " IF to_regnamespace('quern') IS NULL THEN CREATE SCHEMA quern; END IF;"
    " IF to_regclass('quern.migrations') IS NULL THEN"
    " CREATE TABLE quern.migrations ("
    " number integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT clock_timestamp());"
    " END IF; END $$";

struct migrate {
    struct qn_pg *pg;
    int applied; /* how many of them the database has */
    enum qn_migration_state states[KNOWN];
};

/* to_regclass() would answer from a cache that missed what others did while we waited. */
static const char find_table[] = "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'migrations'"
                                 " AND relnamespace = (SELECT oid FROM pg_namespace"
                                 " WHERE nspname = 'quern'))";

static int has_table(const struct migrate *migrate, bool *ret, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(migrate->pg, find_table, NULL, 0, &rows, reterr);

    if (rc == QN_OK) {
        *ret = strcmp(qn_pg_str(rows, 0, 0), "t") == 0;
        qn_pg_rows_free(rows);
    }
    return rc;
}

/* *ret: the checksum of the file as this program has it equals that of the database. */
static int is_same(const struct migrate *migrate, const char *sql, const char *sha256, bool *ret,
                   struct qn_err *reterr)
{
    const struct qn_span params[] = {qn_pg_text(sql), qn_pg_text(sha256)};
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(migrate->pg, "SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex') = $2",
                         params, 2, &rows, reterr);

    if (rc == QN_OK) {
        *ret = strcmp(qn_pg_str(rows, 0, 0), "t") == 0;
        qn_pg_rows_free(rows);
    }
    return rc;
}

static int check_row(const struct migrate *migrate, const struct qn_pg_rows *rows, size_t row,
                     struct qn_err *reterr)
{
    const char *name = qn_pg_str(rows, row, 1);
    int64_t number = 0;
    bool same = false;
    int rc = qn_str_to_i64(qn_pg_str(rows, row, 0), &number);

    if (rc != QN_OK || number != (int64_t)row + 1) {
        return qn_fail(reterr, QN_ECORRUPT,
                       "quern.migrations has a gap: number %zu is not there, %s is", row + 1,
                       qn_pg_str(rows, row, 0));
    }
    if (number > KNOWN) {
        return qn_fail(reterr, QN_EUNSUPPORTED,
                       "the database is newer than this program: it has migration %04lld_%.60s, "
                       "quern-worker %s knows %d; use a newer quern-worker",
                       (long long)number, name, QUERN_VERSION, KNOWN);
    }
    rc = is_same(migrate, known[row].sql, qn_pg_str(rows, row, 2), &same, reterr);
    if (rc == QN_OK && !same) {
        rc = qn_fail(reterr, QN_ECORRUPT,
                     "migration %04d_%s is not the one that the database has (%.60s): its "
                     "checksum changed",
                     (int)number, known[row].name, name);
    }
    return rc;
}

/* What the database has, which must be the beginning of what we know. */
static int look(struct migrate *migrate, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    bool there = false;
    int rc = has_table(migrate, &there, reterr);

    migrate->applied = 0;
    if (rc != QN_OK || !there) {
        return rc;
    }
    rc = qn_pg_query(migrate->pg,
                     "SELECT number, name, sha256 FROM quern.migrations ORDER BY number", NULL, 0,
                     &rows, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    for (size_t i = 0; i < qn_pg_rows_count(rows) && rc == QN_OK; i++) {
        rc = check_row(migrate, rows, i, reterr);
    }
    migrate->applied = (int)qn_pg_rows_count(rows);
    qn_pg_rows_free(rows);
    return rc;
}

static int note(const struct migrate *migrate, int number, struct qn_err *reterr)
{
    char text[NUMBER_SIZE];
    int len = snprintf(text, sizeof(text), "%d", number);
    const struct qn_span params[] = {qn_pg_bytes(text, (size_t)len),
                                     qn_pg_text(known[number - 1].name),
                                     qn_pg_text(known[number - 1].sql)};

    return qn_pg_run(migrate->pg,
                     "INSERT INTO quern.migrations (number, name, sha256) VALUES"
                     " ($1::integer, $2, encode(sha256(convert_to($3, 'UTF8')), 'hex'))",
                     params, 3, reterr);
}

static int apply(const struct migrate *migrate, int number, struct qn_err *reterr)
{
    struct qn_err err = {.code = QN_OK};
    int rc = qn_pg_run(migrate->pg, make_table, NULL, 0, &err);

    if (rc == QN_OK) {
        rc = qn_pg_script(migrate->pg, known[number - 1].sql, &err);
    }
    if (rc == QN_OK) {
        rc = note(migrate, number, &err);
    }
    if (rc == QN_OK) {
        rc = qn_pg_run(migrate->pg, "COMMIT", NULL, 0, &err);
    }
    return rc == QN_OK ? QN_OK
                       : qn_fail(reterr, rc, "migration %04d_%s: %s", number,
                                 known[number - 1].name, err.msg);
}

/* A transaction that holds the lock of all that migrate. */
static int begin(const struct migrate *migrate, struct qn_err *reterr)
{
    int rc =
        qn_pg_run(migrate->pg, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", NULL, 0, reterr);

    if (rc == QN_OK) { /* who waits for a lock keeps others waiting behind it */
        rc = qn_pg_run(migrate->pg, "SET LOCAL lock_timeout = '1min'", NULL, 0, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_pg_run(migrate->pg, "SELECT pg_advisory_xact_lock(" LOCK_KEY ")", NULL, 0, reterr);
    }
    return rc;
}

/* *ret_number: the one that was applied, 0 when none was missing any more. */
static int apply_next(struct migrate *migrate, int *ret_number, struct qn_err *reterr)
{
    int rc = begin(migrate, reterr);

    *ret_number = 0;
    if (rc == QN_OK) {
        rc = look(migrate, reterr);
    }
    if (rc == QN_OK && migrate->applied < KNOWN) {
        *ret_number = migrate->applied + 1;
        rc = apply(migrate, *ret_number, reterr);
    }
    qn_pg_rollback(migrate->pg); /* where nothing was applied */
    return rc;
}

/* Those that another caller applies meanwhile are there. */
static int apply_missing(struct migrate *migrate, struct qn_err *reterr)
{
    int number;

    do {
        int rc = apply_next(migrate, &number, reterr);

        if (rc != QN_OK) {
            return rc;
        }
        if (number > 0) {
            migrate->states[number - 1] = QN_MIGRATION_APPLIED;
        }
    } while (number > 0);
    return QN_OK;
}

/* ---- what migrations do to tables of others ---- */

/* names: of the tables, "" when nothing is left. */
static int find_left(const struct migrate *migrate, int number, char names[NAMES_SIZE],
                     struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(migrate->pg, known[number - 1].left, NULL, 0, &rows, reterr);

    if (rc == QN_OK) {
        (void)qn_str_copy(names, NAMES_SIZE, qn_pg_str(rows, 0, 0));
    }
    qn_pg_rows_free(rows);
    return rc;
}

/* Others wait behind who waits for such a lock, and these tables are in use. */
static int finish_locked(struct migrate *migrate, int number, struct qn_err *reterr)
{
    char names[NAMES_SIZE];
    int rc = qn_pg_run(migrate->pg, "SET LOCAL lock_timeout = '5s'", NULL, 0, reterr);

    if (rc == QN_OK) { /* another caller may have done it meanwhile */
        rc = find_left(migrate, number, names, reterr);
    }
    if (rc != QN_OK || names[0] == '\0') {
        return rc;
    }
    rc = qn_pg_run(migrate->pg, known[number - 1].finish, NULL, 0, reterr);
    if (rc == QN_OK) {
        rc = qn_pg_run(migrate->pg, "COMMIT", NULL, 0, reterr);
    }
    if (rc == QN_OK) {
        migrate->states[number - 1] = QN_MIGRATION_APPLIED;
    }
    return rc;
}

static int finish(struct migrate *migrate, int number, struct qn_err *reterr)
{
    int rc = begin(migrate, reterr);

    if (rc == QN_OK) {
        rc = finish_locked(migrate, number, reterr);
    }
    qn_pg_rollback(migrate->pg); /* where nothing was done */
    return rc;
}

static int finish_known(struct migrate *migrate, int number, bool look_only, struct qn_err *reterr)
{
    char names[NAMES_SIZE] = "";
    struct qn_err err = {.code = QN_OK};
    int rc = known[number - 1].left != NULL ? find_left(migrate, number, names, reterr) : QN_OK;

    if (rc != QN_OK || names[0] == '\0') {
        return rc;
    }
    if (look_only) {
        migrate->states[number - 1] = QN_MIGRATION_MISSING;
        return QN_OK;
    }
    rc = finish(migrate, number, &err);
    return rc == QN_OK ? QN_OK
                       : qn_fail(reterr, rc, "migration %04d_%s, %s: %s", number,
                                 known[number - 1].name, names, err.msg);
}

/* Comes last: tables that we may not change keep no migration waiting. */
static int finish_all(struct migrate *migrate, bool look_only, struct qn_err *reterr)
{
    for (int number = 1; number <= migrate->applied; number++) {
        int rc = finish_known(migrate, number, look_only, reterr);

        if (rc != QN_OK) {
            return rc;
        }
    }
    return QN_OK;
}

static int run(struct migrate *migrate, bool look_only, struct qn_err *reterr)
{
    int rc = qn_pg_ready(migrate->pg, "quern-worker migrate", -1, reterr);

    if (rc == QN_OK) {
        rc = look(migrate, reterr);
    }
    for (int i = migrate->applied; i < KNOWN; i++) {
        migrate->states[i] = look_only ? QN_MIGRATION_MISSING : QN_MIGRATION_THERE;
    }
    if (rc == QN_OK && !look_only && migrate->applied < KNOWN) {
        rc = apply_missing(migrate, reterr);
    }
    return rc == QN_OK ? finish_all(migrate, look_only, reterr) : rc;
}

int qn_migrate_database(const struct qn_config *config, bool look_only, qn_migration_fn *fn,
                        void *arg, struct qn_err *reterr)
{
    const char *url = qn_config_text(config, "database-url");
    struct migrate migrate = {.pg = NULL};
    int rc;

    if (url[0] == '\0') {
        return qn_fail(reterr, QN_EINVAL, "database-url is not set");
    }
    rc = qn_pg_create(&migrate.pg, url, reterr);
    if (rc == QN_OK) {
        rc = run(&migrate, look_only, reterr);
    }
    qn_pg_free(migrate.pg);
    for (int i = 0; i < KNOWN && rc == QN_OK; i++) {
        const struct qn_migration migration = {i + 1, known[i].name, migrate.states[i]};

        fn(arg, &migration);
    }
    return rc;
}
