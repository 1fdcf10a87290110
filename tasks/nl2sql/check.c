#include "check.h"

#include "check_place.h"
#include "common/json.h"
#include "tasks/lib/answer.h"
#include <stdio.h>
#include <string.h>

#define SOFT_LIMIT_MS ((int64_t)60 * 1000)
#define HARD_LIMIT_MS ((int64_t)75 * 1000)
#define RESULT_MAX    ((size_t)4096)

#define PLAN_MS 5000 /* planning computes what does not change: it may take long too */

static const struct qn_param params[] = {
    {.name = "sql", .type = QN_STRING, .required = true, .doc = "the statement"},
    {.name = "database",
     .type = QN_STRING,
     .required = true,
     .doc = "a datasource's name; with quern-worker run also a PostgreSQL URL"},
    {.name = "hints",
     .type = QN_STRING,
     .doc = "a file of hints (nlq-hints/1), with quern-worker run only: a datasource has its own"},
    {.name = NULL},
};

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

static int check_cost(const struct check_place *place, struct qn_span sql,
                      struct guard_verdict *verdict, struct qn_err *reterr)
{
    int rc = begin(place->pg, place->source->query_ms, reterr);

    if (rc == QN_OK) {
        rc = guard_cost(place->pg, sql, verdict, reterr);
    }
    qn_pg_rollback(place->pg);
    return rc;
}

/* ---- the task ---- */

static int give(struct qn_job *job, const struct guard_verdict *verdict, struct qn_err *reterr)
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
    qn_buf_add_byte(&json, '}');
    rc = qn_buf_status(&json);
    rc = rc == QN_OK ? qn_job_result(job, json.data, json.len, reterr)
                     : qn_fail(reterr, rc, "the verdict: %s", qn_err_text(rc));
    qn_buf_release(&json);
    return rc;
}

/* The statement as it is in the arguments: a NUL and what is no UTF-8 cannot come so far. */
static int check(struct qn_job *job, const struct check_place *place, struct qn_err *reterr)
{
    const char *text = qn_job_arg_string(job, "sql");
    const struct qn_span sql = {text, text != NULL ? strlen(text) : 0};
    struct guard_verdict verdict;
    int rc;

    if (text == NULL) {
        return qn_fail(reterr, QN_EINVAL, "sql: is missing");
    }
    rc = guard_check(place->guard, sql, &verdict, NULL, reterr);
    if (rc == QN_OK && verdict.class == GUARD_ALLOWED) {
        rc = check_cost(place, sql, &verdict, reterr);
    }
    return rc == QN_OK ? give(job, &verdict, reterr) : rc;
}

static enum qn_outcome run(struct qn_job *job)
{
    struct check_place *place = qn_job_state(job);
    const char *database = qn_job_arg_string(job, "database");
    const char *hints = qn_job_arg_string(job, "hints");
    struct qn_err err = {.code = QN_OK};
    int rc = check_place_ready(place, job, database != NULL ? database : "",
                               hints != NULL ? hints : "", &err);

    if (rc == QN_EINVAL || rc == QN_ENOTFOUND) {
        return qn_job_reject(job, "%s", err.msg);
    }
    if (rc == QN_OK) {
        rc = check(job, place, &err);
    }
    return qn_answer(job, rc, &err);
}

const struct qn_task nl2sql_check_task = {
    .name = "nl2sql.check",
    .summary = "Whether a SELECT may be asked of a database; nothing is run",
    .params = params,
    .soft_limit_ms = SOFT_LIMIT_MS,
    .hard_limit_ms = HARD_LIMIT_MS,
    .init = check_place_init,
    .run = run,
    .done = check_place_done,
};
