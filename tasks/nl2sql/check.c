#include "check.h"

#include "check_sql.h"
#include "common/json.h"
#include "common/mem.h"
#include "tasks/lib/answer.h"
#include "tasks/lib/slot.h"
#include "tasks/nl2sql/place/place.h"
#include <stdio.h>
#include <string.h>

#define SOFT_LIMIT_MS ((int64_t)60 * 1000)
#define HARD_LIMIT_MS ((int64_t)75 * 1000)
#define USES_MAX      ((size_t)64 * 1024)
#define SQL_MAX       (4 * GUARD_SQL_MAX)
#define RESULT_MAX    (8 * SQL_MAX) /* a byte may be six in JSON */

#define SLOT_WAIT_MS 10000
#define PLAN_MS      5000 /* planning computes what does not change: it may take long too */

static const struct qn_param params[] = {
    {.name = "sql", .type = QN_STRING, .required = true, .doc = "the statement"},
    {.name = "database",
     .type = QN_STRING,
     .required = true,
     .doc = "a datasource's name; with quern-worker run also a PostgreSQL URL"},
    {.name = "hints",
     .type = QN_STRING,
     .doc = "a file of hints (nlq-hints/1) or its text, with quern-worker run only: a datasource "
            "has its own"},
    {.name = "id", .type = QN_STRING, .doc = "of a line of a batch; not read"},
    {.name = NULL},
};

/* Of an executor. The connection is kept from line to line of a batch, never between jobs of a
 * queue. */
struct checker {
    struct place *place;
    struct qn_pg *pg; /* NULL: none */
    char *url;        /* whose it is */
    struct qn_slot slot;
};

static void disconnect(struct checker *checker)
{
    qn_pg_free(checker->pg);
    if (checker->url != NULL) {
        explicit_bzero(checker->url, strlen(checker->url));
    }
    qn_free(checker->url);
    checker->pg = NULL;
    checker->url = NULL;
    qn_slot_give(&checker->slot);
}

static int connect(struct checker *checker, struct qn_job *job, const char *url,
                   struct qn_err *reterr)
{
    int rc = QN_OK;

    if (checker->url != NULL && strcmp(checker->url, url) != 0) {
        disconnect(checker);
    }
    if (checker->pg == NULL) {
        rc = qn_slot_take(&checker->slot, QN_SLOT_DATABASE, qn_slot_connections(), SLOT_WAIT_MS,
                          qn_job_stop_fd(job), reterr);
    }
    if (rc == QN_OK && checker->pg == NULL) {
        rc = qn_pg_create(&checker->pg, url, reterr);
        checker->url = rc == QN_OK ? qn_strdup(url) : NULL;
    }
    if (rc == QN_OK && checker->url == NULL) {
        rc = qn_fail(reterr, QN_ENOMEM, "no memory for a connection");
    }
    return rc == QN_OK ? qn_pg_ready(checker->pg, qn_job_id(job), qn_job_stop_fd(job), reterr) : rc;
}

/* ---- the plan ---- */

static const char search_path[] =
    "SET LOCAL search_path = pg_catalog, " GUARD_SEARCH_PATH ", pg_temp";

static int begin(struct qn_pg *pg, int64_t query_ms, struct qn_err *reterr)
{
    char timeout[64];
    const char *const settings[] = {
        "BEGIN READ ONLY",
        search_path,
        "SET LOCAL standard_conforming_strings = on",
        "SET LOCAL lock_timeout = 1000",
        timeout,
    };
    int rc = QN_OK;
    size_t i;

    snprintf(timeout, sizeof(timeout), "SET LOCAL statement_timeout = %lld",
             (long long)(query_ms > 0 && query_ms < PLAN_MS ? query_ms : PLAN_MS));
    for (i = 0; i < sizeof(settings) / sizeof(settings[0]) && rc == QN_OK; i++) {
        rc = qn_pg_run(pg, settings[i], NULL, 0, reterr);
    }
    return rc;
}

static int check_cost(struct checker *checker, struct qn_job *job,
                      const struct qn_datasource *source, struct qn_span sql,
                      struct guard_verdict *verdict, struct qn_err *reterr)
{
    int rc = connect(checker, job, source->url, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    rc = begin(checker->pg, source->query_ms, reterr);
    if (rc == QN_OK) {
        rc = guard_cost(checker->pg, sql, verdict, reterr);
    }
    qn_pg_rollback(checker->pg);
    return rc;
}

/* ---- the task ---- */

/* Written in one way, of one that is allowed. */
static void add_sql(struct qn_buf *out, const char *sql, bool allowed)
{
    struct qn_buf text;

    qn_buf_init(&text, SQL_MAX);
    if (allowed) {
        check_sql_canonical(sql, &text);
    }
    qn_json_add_key(out, "sql");
    if (text.len > 0) {
        qn_json_add_string(out, text.data, text.len);
    } else {
        qn_buf_add_str(out, "null");
    }
    qn_buf_release(&text);
}

static int give(struct qn_job *job, const char *sql, const struct guard_verdict *verdict,
                struct qn_err *reterr)
{
    struct qn_buf json;
    int rc;

    qn_buf_init(&json, RESULT_MAX);
    qn_buf_add_byte(&json, '{');
    qn_json_add_key(&json, "verdict");
    qn_json_add_str(&json, verdict->class == GUARD_ALLOWED ? "allow" : "deny");
    qn_json_add_key(&json, "class");
    qn_json_add_str(&json, guard_class_names[verdict->class]);
    qn_json_add_key(&json, "reason");
    qn_json_add_str(&json, verdict->reason);
    qn_json_add_key(&json, "position");
    if (verdict->position >= 0) {
        qn_json_add_i64(&json, verdict->position);
    } else {
        qn_buf_add_str(&json, "null");
    }
    add_sql(&json, sql, verdict->class == GUARD_ALLOWED);
    qn_buf_add_byte(&json, '}');
    rc = qn_buf_status(&json);
    rc = rc == QN_OK ? qn_job_result(job, json.data, json.len, reterr)
                     : qn_fail(reterr, rc, "the verdict: %s", qn_err_text(rc));
    qn_buf_release(&json);
    return rc;
}

/* The statement as it is in the arguments: a NUL and what is no UTF-8 cannot come so far. */
static int check(struct checker *checker, struct qn_job *job, const struct place_database *database,
                 struct qn_err *reterr)
{
    const char *text = qn_job_arg_string(job, "sql");
    const struct qn_span sql = {text, text != NULL ? strlen(text) : 0};
    struct guard_verdict verdict;
    struct qn_buf uses;
    int rc;

    if (text == NULL) {
        return qn_fail(reterr, QN_EINVAL, "sql: is missing");
    }
    qn_buf_init(&uses, USES_MAX);
    rc = guard_check(database->guard, sql, &verdict, &uses, reterr);
    if (rc == QN_OK && verdict.class == GUARD_ALLOWED) {
        qn_job_log(job, "uses %s", uses.data);
        rc = check_cost(checker, job, database->source, sql, &verdict, reterr);
    }
    qn_buf_release(&uses);
    return rc == QN_OK ? give(job, text, &verdict, reterr) : rc;
}

static enum qn_outcome run(struct qn_job *job)
{
    struct checker *checker = qn_job_state(job);
    const char *name = qn_job_arg_string(job, "database");
    const char *hints = qn_job_arg_string(job, "hints");
    const struct place_database *database;
    struct qn_err err = {.code = QN_OK};
    int rc;

    place_begin(checker->place, job);
    rc = place_names(checker->place, name != NULL ? name : "", hints != NULL ? hints : "",
                     &database, &err);
    if (rc == QN_EINVAL || rc == QN_ENOTFOUND) {
        return qn_job_reject(job, "%s", err.msg);
    }
    if (rc == QN_OK && database->too_strong) {
        qn_job_log(job, "warning: the role is a superuser or may write; nothing is run here, but "
                        "such a role is refused where statements are");
    }
    if (rc == QN_OK) {
        rc = check(checker, job, database, &err);
    }
    if (rc != QN_OK || !qn_job_is_local(job)) {
        disconnect(checker);
    }
    return qn_answer(job, rc, &err);
}

static int init(void **ret_checker, struct qn_err *reterr)
{
    struct checker *checker = qn_zalloc(1, sizeof(*checker));
    void *place = NULL;
    int rc = checker != NULL ? place_init(&place, reterr)
                             : qn_fail(reterr, QN_ENOMEM, "no memory for a task");

    if (rc != QN_OK) {
        qn_free(checker);
        return rc;
    }
    checker->place = place;
    checker->slot.fd = -1;
    *ret_checker = checker;
    return QN_OK;
}

static void done(void *arg)
{
    struct checker *checker = arg;

    if (checker != NULL) {
        disconnect(checker);
        place_done(checker->place);
        qn_free(checker);
    }
}

const struct qn_task nl2sql_check_task = {
    .name = "nl2sql.check",
    .summary = "Whether a SELECT may be asked of a database; nothing is run",
    .params = params,
    .soft_limit_ms = SOFT_LIMIT_MS,
    .hard_limit_ms = HARD_LIMIT_MS,
    .init = init,
    .run = run,
    .done = done,
};
