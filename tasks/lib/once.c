#include "once.h"

#include "common/json.h"
#include "common/str.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDLE_LEAST_MS 1000
#define NUMBER_SIZE   24

static struct qn_span number(char out[NUMBER_SIZE], int64_t value)
{
    return qn_pg_bytes(out, (size_t)snprintf(out, NUMBER_SIZE, "%lld", (long long)value));
}

static int namespace_of(struct qn_span *ret, struct qn_err *reterr)
{
    const char *name = getenv("QUERN_NAMESPACE");

    if (name == NULL || name[0] == '\0') {
        return qn_fail(reterr, QN_EINVAL, "QUERN_NAMESPACE is not set");
    }
    *ret = qn_pg_text(name);
    return QN_OK;
}

static int fill_key(struct qn_once *once, const char *job_id, const char *step,
                    struct qn_err *reterr)
{
    size_t len = strlen(step);

    if (len == 0 || len > QN_ONCE_STEP_MAX) {
        return qn_fail(reterr, QN_EINVAL, "a step has a name of 1 to %d bytes", QN_ONCE_STEP_MAX);
    }
    once->key[1] = qn_pg_text(job_id);
    once->key[2] = qn_pg_text(step);
    return namespace_of(&once->key[0], reterr);
}

/* A host that vanished says nothing to the server, whose own patience is hours. */
static int bound(struct qn_pg *pg, const struct qn_job *job, struct qn_err *reterr)
{
    int64_t left = qn_job_time_left_ms(job);
    char text[NUMBER_SIZE];
    struct qn_span param;

    left = left < IDLE_LEAST_MS ? IDLE_LEAST_MS : left > INT32_MAX ? INT32_MAX : left;
    param = number(text, left);
    return qn_pg_run(pg,
                     "SELECT set_config('idle_in_transaction_session_timeout', $1, true),"
                     " set_config('synchronous_commit',"
                     " CASE current_setting('synchronous_commit')"
                     " WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true)",
                     &param, 1, reterr);
}

/* The workers of a new version may be there before its migrations. */
static int not_inserted(int rc, const struct qn_err *err, struct qn_err *reterr)
{
    if (strstr(err->msg, "(42P01)") != NULL) {
        return qn_fail(reterr, QN_EAGAIN,
                       "the table quern.once is not there: run quern-worker migrate");
    }
    return qn_fail(reterr, rc, "%s", err->msg);
}

/* Waits here while another run is at it. */
static int insert(struct qn_once *once, bool *ret_new, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    struct qn_err err = {.code = QN_OK};
    int rc = qn_pg_query(once->pg,
                         "INSERT INTO quern.once (namespace, job_id, step) VALUES ($1, $2, $3)"
                         " ON CONFLICT DO NOTHING RETURNING true",
                         once->key, 3, &rows, &err);

    if (rc != QN_OK) {
        return not_inserted(rc, &err, reterr);
    }
    *ret_new = qn_pg_rows_count(rows) == 1;
    qn_pg_rows_free(rows);
    return QN_OK;
}

static int read_before(struct qn_once *once, struct qn_err *reterr)
{
    int rc = qn_pg_query(once->pg,
                         "SELECT result::text FROM quern.once"
                         " WHERE namespace = $1 AND job_id = $2 AND step = $3",
                         once->key, 3, &once->before, reterr);

    if (rc == QN_OK && qn_pg_rows_count(once->before) == 0) {
        rc = qn_fail(reterr, QN_EAGAIN, "the row of quern.once was removed at this moment");
    }
    return rc;
}

static void leave(struct qn_once *once)
{
    if (once->pg != NULL) {
        qn_pg_rollback(once->pg);
    }
    once->pg = NULL;
}

static int enter(struct qn_once *once, const struct qn_job *job, struct qn_err *reterr)
{
    bool is_new = true;
    int rc = qn_pg_ready(once->pg, qn_job_id(job), qn_job_stop_fd(job), reterr);

    if (rc == QN_OK) {
        rc =
            qn_pg_run(once->pg, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", NULL, 0, reterr);
    }
    if (rc == QN_OK) {
        rc = bound(once->pg, job, reterr);
    }
    if (rc == QN_OK) {
        rc = insert(once, &is_new, reterr);
    }
    if (rc == QN_OK && !is_new) {
        rc = read_before(once, reterr);
        leave(once);
    }
    return rc;
}

int qn_once_begin_for(struct qn_once *once, struct qn_pg *pg, const struct qn_job *job,
                      const char *owner, const char *step, struct qn_err *reterr)
{
    int rc;

    *once = (struct qn_once){.pg = NULL};
    rc = fill_key(once, owner, step, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    once->pg = pg;
    rc = enter(once, job, reterr);
    if (rc != QN_OK) {
        qn_once_release(once);
    }
    return rc;
}

int qn_once_begin(struct qn_once *once, struct qn_pg *pg, const struct qn_job *job,
                  const char *step, struct qn_err *reterr)
{
    return qn_once_begin_for(once, pg, job, qn_job_id(job), step, reterr);
}

bool qn_once_is_done(const struct qn_once *once)
{
    return once->before != NULL;
}

struct qn_span qn_once_result(const struct qn_once *once)
{
    return once->before != NULL ? qn_pg_value(once->before, 0, 0) : (struct qn_span){NULL, 0};
}

/* What the job could not give as its result must not be committed. */
static int check_result(const char *json, size_t len, struct qn_err *reterr)
{
    if (json == NULL) {
        return QN_OK;
    }
    if (len > QN_RESULT_MAX) {
        return qn_fail(reterr, QN_ELIMIT, "the result is over %d bytes", QN_RESULT_MAX);
    }
    return qn_json_check(json, len, NULL, reterr);
}

/* No row: the handler ended the transaction. */
static int store(const struct qn_once *once, const char *json, size_t len, struct qn_err *reterr)
{
    const struct qn_span params[] = {once->key[0], once->key[1], once->key[2],
                                     qn_pg_bytes(json, len)};
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(once->pg,
                         "UPDATE quern.once SET result = $4::json, done_at = clock_timestamp()"
                         " WHERE namespace = $1 AND job_id = $2 AND step = $3 RETURNING true",
                         params, 4, &rows, reterr);

    if (rc == QN_OK && qn_pg_rows_count(rows) == 0) {
        rc = qn_fail(reterr, QN_ESTATE, "the transaction was ended before its commit");
    }
    qn_pg_rows_free(rows);
    return rc;
}

static int commit(struct qn_pg *pg, struct qn_err *reterr)
{
    struct qn_err err = {.code = QN_OK};
    int rc = qn_pg_run(pg, "COMMIT", NULL, 0, &err);

    if (rc == QN_ECONN || rc == QN_ETIMEOUT) {
        return qn_fail(reterr, QN_EUNKNOWN, "whether COMMIT succeeded is not known: %s", err.msg);
    }
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "%s", err.msg);
}

int qn_once_commit(struct qn_once *once, const char *json, size_t len, struct qn_err *reterr)
{
    int rc;

    if (once->pg == NULL) {
        return qn_fail(reterr, QN_ESTATE, "nothing was begun that could be committed");
    }
    rc = check_result(json, len, reterr);
    if (rc == QN_OK) {
        rc = store(once, json, len, reterr);
    }
    if (rc == QN_OK) {
        rc = commit(once->pg, reterr);
    }
    leave(once);
    return rc;
}

void qn_once_release(struct qn_once *once)
{
    leave(once);
    qn_pg_rows_free(once->before);
    once->before = NULL;
}

int qn_once_prune(struct qn_pg *pg, int64_t older_ms, int limit, int64_t *ret_n,
                  struct qn_err *reterr)
{
    char texts[2][NUMBER_SIZE];
    struct qn_span params[3];
    struct qn_pg_rows *rows = NULL;
    int rc = namespace_of(&params[0], reterr);

    if (rc != QN_OK) {
        return rc;
    }
    if (older_ms < QN_ONCE_KEEP_LEAST_MS || limit < 1 || limit > QN_ONCE_PRUNE_MAX) {
        return qn_fail(reterr, QN_EINVAL, "prune keeps a day at least, and removes 1 to %d rows",
                       QN_ONCE_PRUNE_MAX);
    }
    params[1] = number(texts[0], older_ms);
    params[2] = number(texts[1], limit);
    rc = qn_pg_query(pg,
                     "WITH gone AS (DELETE FROM quern.once WHERE ctid = ANY (ARRAY("
                     "SELECT ctid FROM quern.once WHERE namespace = $1"
                     " AND done_at < now() - $2::bigint * interval '1 millisecond'"
                     " ORDER BY done_at LIMIT $3::bigint FOR UPDATE SKIP LOCKED)) RETURNING 1)"
                     " SELECT count(*) FROM gone",
                     params, 3, &rows, reterr);
    if (rc == QN_OK) {
        rc = qn_str_to_i64(qn_pg_str(rows, 0, 0), ret_n);
        qn_pg_rows_free(rows);
    }
    return rc;
}
