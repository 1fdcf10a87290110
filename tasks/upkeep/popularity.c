#include "common/json.h"
#include "common/str.h"
#include "tasks/lib/once.h"
#include "upkeep.h"
#include "upkeep_sql.h"
#include "upkeep_tasks.h"

#define WINDOW_MOST 8760 /* hours of a year */
#define SALES       "{paid,shipped}"

static const struct qn_param params[] = {
    {.name = "window_hours",
     .type = QN_INTEGER,
     .preset = "24",
     .doc = "orders of so many hours before now count, 1 to 8760"},
    {.name = "count",
     .type = QN_STRING,
     .choices = "units|orders",
     .preset = "units",
     .doc = "what popularity is: units sold, or orders with the product in it"},
    {.name = NULL},
};

/* One statement; its only value is the result. */
static int count(struct qn_pg *pg, struct qn_job *job, int64_t hours, struct qn_pg_rows **ret,
                 struct qn_err *reterr)
{
    const char *what = qn_job_arg_string(job, "count");
    char number[QN_I64_TEXT_SIZE];
    const struct qn_span sql_params[] = {qn_pg_bytes(number, qn_i64_to_str(hours, number)),
                                         qn_pg_text(SALES),
                                         qn_pg_text(what != NULL ? what : "units")};
    int rc = qn_pg_run(pg, upkeep_sql_settings, NULL, 0, reterr);

    if (rc == QN_OK) {
        rc = qn_pg_run(pg, upkeep_sql_popularity_turn, NULL, 0, reterr);
    }
    return rc == QN_OK ? qn_pg_query(pg, upkeep_sql_popularity, sql_params, 3, ret, reterr) : rc;
}

static int write_counts(struct qn_once *once, struct qn_job *job, int64_t hours,
                        struct qn_buf *result, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    int rc = count(once->pg, job, hours, &rows, reterr);

    if (rc == QN_OK) {
        rc = qn_buf_add_str(result, qn_pg_str(rows, 0, 0));
        qn_pg_rows_free(rows);
    }
    return rc == QN_OK ? qn_once_commit(once, result->data, result->len, reterr) : rc;
}

/* The rows are written once; a run that comes after that finds what they came to. */
static int sync_rows(struct qn_job *job, int64_t hours, struct qn_buf *result,
                     struct qn_err *reterr)
{
    const struct upkeep *upkeep = qn_job_state(job);
    struct qn_once once = {.pg = NULL};
    int rc = upkeep_need_database(job, reterr);

    if (rc == QN_OK) {
        rc = qn_once_begin(&once, upkeep->pg, job, "popularity", reterr);
    }
    if (rc == QN_OK && qn_once_is_done(&once)) {
        rc = qn_buf_add(result, qn_once_result(&once).data, qn_once_result(&once).len);
    } else if (rc == QN_OK) {
        rc = write_counts(&once, job, hours, result, reterr);
    }
    qn_once_release(&once);
    return rc;
}

/* Lists of products too: an order by popularity is in some of them. */
static int forget(struct qn_job *job, struct qn_err *reterr)
{
    struct qn_kv *values = ((struct upkeep *)qn_job_state(job))->values;
    int rc = upkeep_need_cache(job, reterr);

    if (rc == QN_OK) {
        rc = qn_kv_invalidate(values, &qn_kv_kinds[QN_KV_PRODUCT], NULL, reterr);
    }
    return rc == QN_OK ? qn_kv_invalidate(values, &qn_kv_kinds[QN_KV_LIST], UPKEEP_PRODUCTS, reterr)
                       : rc;
}

/* Only after the commit, or a reader could put what was there before back. A cache that cannot
 * be reached costs no more than attempts: what it holds ends by its life time. */
static int forget_products(struct qn_job *job, struct qn_buf *result, struct qn_err *reterr)
{
    const struct upkeep *upkeep = qn_job_state(job);
    const char *caches = "not configured";

    if (upkeep->cache != NULL) {
        struct qn_err err = {.code = QN_OK};
        int rc = forget(job, &err);

        if (rc != QN_OK &&
            (!qn_err_is_transient(rc) || qn_job_attempt(job) < qn_job_max_attempts(job))) {
            return qn_fail(reterr, rc, "%s", err.msg);
        }
        if (rc != QN_OK) {
            qn_job_log(job, "the caches of products stay until their time: %s", err.msg);
        }
        caches = rc == QN_OK ? "invalidated" : "unreachable";
    }
    qn_buf_cut(result, result->len - 1); /* the brace */
    qn_json_add_key(result, "caches");
    qn_json_add_str(result, caches);
    return qn_buf_add_byte(result, '}');
}

static enum qn_outcome run(struct qn_job *job)
{
    const struct upkeep_bound window = {"window_hours", 1, WINDOW_MOST, 24};
    struct qn_err err = {.code = QN_OK};
    struct qn_buf result;
    int64_t hours;
    int rc;

    if (!upkeep_bounded(job, &window, &hours)) {
        return QN_FAIL;
    }
    qn_buf_init(&result, UPKEEP_RESULT_MAX);
    rc = sync_rows(job, hours, &result, &err);
    if (rc == QN_OK) {
        rc = forget_products(job, &result, &err);
    }
    if (rc == QN_OK) {
        rc = qn_job_result(job, result.data, result.len, &err);
    }
    qn_buf_release(&result);
    return qn_answer(job, rc, &err);
}

const struct qn_task popularity_task = {
    .name = "products.sync_popularity",
    .summary = "Counts what sold in the last 24 hours into products.popularity",
    .params = params,
    .queue = UPKEEP_QUEUE,
    .soft_limit_ms = 240000,
    .hard_limit_ms = 300000,
    .init = upkeep_init,
    .run = run,
    .done = upkeep_done,
};
