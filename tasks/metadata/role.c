#include "role.h"

#include "common/id.h"
#include "common/verdict.h"
#include "role_grants.h"
#include "tasks/lib/catalog/catalog.h"
#include "tasks/lib/postgres_address.h"
#include <stdio.h>
#include <string.h>

#define SQL_MAX   ((size_t)64 * 1024)
#define MARK      "quern datasource "
#define MARK_SIZE 128

int role_password(char out[ROLE_PASSWORD_SIZE], struct qn_err *reterr)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char random[(ROLE_PASSWORD_SIZE - 1) / 2];
    int rc = qn_random(random, sizeof(random), reterr);

    for (size_t i = 0; i < sizeof(random); i++) {
        out[2 * i] = digits[random[i] >> 4];
        out[2 * i + 1] = digits[random[i] & 15];
    }
    out[ROLE_PASSWORD_SIZE - 1] = '\0';
    explicit_bzero(random, sizeof(random));
    return rc;
}

/* ---- statements ---- */

static int run_on(struct qn_pg *pg, const char *before, const char *name, const char *behind,
                  struct qn_err *reterr)
{
    struct qn_buf sql;
    int rc;

    qn_buf_init(&sql, SQL_MAX);
    qn_buf_add_str(&sql, before);
    qn_catalog_add_name(&sql, name);
    qn_buf_add_str(&sql, behind);
    rc = qn_buf_status(&sql);
    rc = rc == QN_OK ? qn_pg_run(pg, sql.data, NULL, 0, reterr)
                     : qn_fail(reterr, rc, "a statement: %s", qn_err_text(rc));
    qn_buf_release(&sql);
    return rc;
}

/* ---- whose it is ---- */

int role_look(struct qn_pg *admin, const struct datasource_record *record, enum role_state *ret,
              struct qn_err *reterr)
{
    const struct qn_span params[] = {qn_pg_text(record->role), qn_pg_text(record->name)};
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(admin,
                         "SELECT shobj_description(oid, 'pg_authid') = '" MARK "' || $2"
                         " FROM pg_roles WHERE rolname = $1",
                         params, 2, &rows, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    *ret = qn_pg_rows_count(rows) == 0               ? ROLE_NONE
           : strcmp(qn_pg_str(rows, 0, 0), "t") == 0 ? ROLE_OURS
                                                     : ROLE_OTHERS;
    qn_pg_rows_free(rows);
    return QN_OK;
}

/* ---- making ---- */

static int create(struct qn_pg *admin, const struct role_wish *wish, struct qn_err *reterr)
{
    char mark[MARK_SIZE]; /* names of datasources need no escapes */
    int rc = run_on(admin, "CREATE ROLE ", wish->record->role,
                    " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION", reterr);

    snprintf(mark, sizeof(mark), " IS '" MARK "%s'", wish->record->name);
    return rc == QN_OK ? run_on(admin, "COMMENT ON ROLE ", wish->record->role, mark, reterr) : rc;
}

/* A superuser needs it not, and others may not drop what a role owns unless they are members. */
static int join(struct qn_pg *admin, const char *role, bool *ret_joined, struct qn_err *reterr)
{
    const struct qn_span param = qn_pg_text(role);
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(admin, "SELECT pg_has_role($1::name, 'USAGE')", &param, 1, &rows, reterr);

    *ret_joined = false;
    if (rc != QN_OK) {
        return rc;
    }
    *ret_joined = strcmp(qn_pg_str(rows, 0, 0), "t") != 0;
    qn_pg_rows_free(rows);
    return *ret_joined ? run_on(admin, "GRANT ", role, " TO CURRENT_USER", reterr) : QN_OK;
}

/* All rights in this database, and on it. */
static int strip(struct qn_pg *admin, const char *role, struct qn_err *reterr)
{
    bool joined = false;
    int rc = join(admin, role, &joined, reterr);

    if (rc == QN_OK) {
        rc = run_on(admin, "DROP OWNED BY ", role, "", reterr);
    }
    return rc == QN_OK && joined ? run_on(admin, "REVOKE ", role, " FROM CURRENT_USER", reterr)
                                 : rc;
}

static int set_password(struct qn_pg *admin, const struct role_wish *wish, struct qn_err *reterr)
{
    char verifier[QN_PG_VERIFIER_SIZE], behind[QN_PG_VERIFIER_SIZE + 16];
    int rc;

    if (wish->password == NULL) {
        return QN_OK;
    }
    rc = qn_pg_verifier(admin, wish->record->role, wish->password, verifier, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    snprintf(behind, sizeof(behind), " PASSWORD '%s'", verifier);
    return run_on(admin, "ALTER ROLE ", wish->record->role, behind, reterr);
}

/* ---- limits ---- */

/* Only some may set it: the transaction goes on without. */
static int try_setting(struct qn_pg *admin, const struct role_wish *wish, const char *setting,
                       struct qn_err *reterr)
{
    const struct qn_verdict unset = {"limits", QN_VERDICT_WARNING,
                                     "a query that sorts much may fill the server's disk",
                                     "let a superuser set it for this role, or in postgresql.conf"};
    struct qn_err why = {0};
    int rc = qn_pg_run(admin, "SAVEPOINT setting", NULL, 0, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    rc = run_on(admin, "ALTER ROLE ", wish->record->role, setting, &why);
    if (rc == QN_OK) {
        return qn_pg_run(admin, "RELEASE SAVEPOINT setting", NULL, 0, reterr);
    }
    if (rc != QN_EINVAL) {
        return qn_fail(reterr, rc, "%s", why.msg);
    }
    qn_verdict_add(wish->verdicts, &unset, "temp_file_limit is not set: %s", why.msg);
    return qn_pg_run(admin, "ROLLBACK TO SAVEPOINT setting", NULL, 0, reterr);
}

static int limit_all(struct qn_pg *admin, const struct role_wish *wish, struct qn_err *reterr)
{
    static const char *const fixed[] = {
        " SET default_transaction_read_only = on",
        " SET lock_timeout = '1s'",
        " SET idle_in_transaction_session_timeout = '60s'",
        " SET work_mem = '32MB'",
    };
    const struct datasource_record *record = wish->record;
    int64_t most = record->query_ms > record->profile_ms ? record->query_ms : record->profile_ms;
    char text[96];
    int rc;

    snprintf(text, sizeof(text), " CONNECTION LIMIT %lld",
             (long long)record->connections + ROLE_SPARE_CONNECTIONS);
    rc = run_on(admin, "ALTER ROLE ", record->role, text, reterr);
    snprintf(text, sizeof(text), " SET statement_timeout = '%lldms'", (long long)most);
    if (rc == QN_OK) {
        rc = run_on(admin, "ALTER ROLE ", record->role, text, reterr);
    }
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]) && rc == QN_OK; i++) {
        rc = run_on(admin, "ALTER ROLE ", record->role, fixed[i], reterr);
    }
    return rc == QN_OK ? try_setting(admin, wish, " SET temp_file_limit = '1GB'", reterr) : rc;
}

/* ---- whole ---- */

static int begin(struct qn_pg *admin, struct qn_err *reterr)
{
    return qn_pg_script(
        admin, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL jit = off", reterr);
}

static int end(struct qn_pg *admin, int rc, struct qn_err *reterr)
{
    if (rc == QN_OK) {
        rc = qn_pg_run(admin, "COMMIT", NULL, 0, reterr);
    }
    qn_pg_rollback(admin);
    return rc;
}

int role_make(struct qn_pg *admin, const struct role_wish *wish, enum role_state state,
              struct role_count *ret, struct qn_err *reterr)
{
    int rc = begin(admin, reterr);

    if (rc == QN_OK) {
        rc = state == ROLE_NONE ? create(admin, wish, reterr)
                                : strip(admin, wish->record->role, reterr);
    }
    if (rc == QN_OK) {
        rc = set_password(admin, wish, reterr);
    }
    if (rc == QN_OK) {
        rc = limit_all(admin, wish, reterr);
    }
    if (rc == QN_OK) {
        rc = role_grant(admin, wish, ret, reterr);
    }
    return end(admin, rc, reterr);
}

int role_limit(struct qn_pg *admin, const struct role_wish *wish, struct qn_err *reterr)
{
    int rc = begin(admin, reterr);

    if (rc == QN_OK) {
        rc = limit_all(admin, wish, reterr);
    }
    return end(admin, rc, reterr);
}

int role_drop(struct qn_pg *admin, const char *role, struct qn_err *reterr)
{
    bool joined = false;
    int rc = begin(admin, reterr);

    if (rc == QN_OK) {
        rc = join(admin, role, &joined, reterr);
    }
    if (rc == QN_OK) {
        rc = run_on(admin, "DROP OWNED BY ", role, "", reterr);
    }
    if (rc == QN_OK) {
        rc = run_on(admin, "DROP ROLE ", role, "", reterr);
    }
    return end(admin, rc, reterr);
}

void role_drop_sql(const char *role, const char *database, struct qn_buf *out)
{
    qn_buf_add_str(out, "\\connect ");
    qn_catalog_add_name(out, database);
    qn_buf_add_str(out, "\nDROP OWNED BY ");
    qn_catalog_add_name(out, role);
    qn_buf_add_str(out, ";\nDROP ROLE ");
    qn_catalog_add_name(out, role);
    qn_buf_add_str(out, ";\n");
}
