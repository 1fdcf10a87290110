#include "common/json.h"
#include "common/str.h"
#include "upkeep.h"
#include "upkeep_sql.h"
#include "upkeep_tasks.h"
#include "warm_hot.h"

#define PRODUCTS_MOST 2000
#define IDS_MOST      500
#define TOP           10 /* products in the list */
#define LIFE_MS       3600000

static const struct qn_param params[] = {
    {.name = "products",
     .type = QN_INTEGER,
     .preset = "200",
     .doc = "so many products, the most popular ones, 1 to 2000"},
    {.name = "ids",
     .type = QN_ARRAY,
     .doc = "products that are hot whatever their popularity, at most 500 ids"},
    {.name = NULL},
};

struct warm {
    struct qn_job *job;
    struct qn_kv *values;
    int64_t products;
    struct qn_buf ids; /* named or hot, as an array of PostgreSQL */
    size_t n_named, n_hot;
    struct qn_buf top; /* the list, as JSON */
    struct qn_buf out; /* what the cache gives back */
    int64_t n, bytes;  /* products that are kept now */
};

/* ---- arguments ---- */

static bool read_ids(struct warm *warm)
{
    size_t len, n = 0;
    const char *json = qn_job_args(warm->job, &len);
    struct qn_json_item item, id;
    struct qn_json_walk walk;
    int64_t number;
    bool there = qn_json_find(json, len, "ids", &item) && item.type == QN_JSON_ARRAY;

    qn_buf_add_byte(&warm->ids, '{');
    if (there && qn_json_walk_init(&walk, item.value.data, item.value.len) == QN_OK) {
        while (n <= IDS_MOST && qn_json_walk_next(&walk, &id)) {
            if (id.type != QN_JSON_NUMBER || !qn_json_is_integer(id.value, &number)) {
                n = IDS_MOST;
            }
            qn_buf_printf(&warm->ids, "%s%.*s", n > 0 ? "," : "", (int)id.value.len, id.value.data);
            n++;
        }
    }
    warm->n_named = n;
    if (n > IDS_MOST) {
        (void)qn_job_reject(warm->job, "ids: must be at most %d integers", IDS_MOST);
    }
    return n <= IDS_MOST;
}

/* ---- the cache ---- */

static int load(struct qn_kv_load *load, void *arg, struct qn_err *reterr)
{
    const struct qn_span *value = arg;

    (void)reterr;
    load->life_ms = LIFE_MS;
    return qn_buf_add(load->value, value->data, value->len);
}

static int keep(struct warm *warm, struct qn_kv_request *request, struct qn_span value,
                struct qn_err *reterr)
{
    request->force = true;
    request->load = load;
    request->arg = &value;
    qn_buf_reset(&warm->out);
    return qn_kv_get(warm->values, request, &warm->out, NULL, reterr);
}

static int keep_product(struct warm *warm, struct qn_span id, struct qn_span json,
                        struct qn_err *reterr)
{
    struct qn_span parts[WARM_PARTS];
    struct qn_kv_request request;
    int rc;

    warm_request(&request, parts, id);
    rc = keep(warm, &request, json, reterr);
    if (rc == QN_OK && warm->n < TOP) {
        qn_buf_add_str(&warm->top, warm->n > 0 ? "," : "");
        rc = qn_buf_add(&warm->top, json.data, json.len);
    }
    warm->n += rc == QN_OK;
    warm->bytes += rc == QN_OK ? (int64_t)json.len : 0;
    return rc;
}

static int keep_list(struct warm *warm, struct qn_err *reterr)
{
    const struct qn_span parts[] = {qn_rd_text("popular")};
    struct qn_kv_request request = {
        .kind = &qn_kv_kinds[QN_KV_LIST], .parts = parts, .n_parts = 1, .group = UPKEEP_PRODUCTS};
    int rc = qn_buf_add_byte(&warm->top, ']');

    return rc == QN_OK
               ? keep(warm, &request, (struct qn_span){warm->top.data, warm->top.len}, reterr)
               : rc;
}

static int keep_all(struct warm *warm, const struct qn_pg_rows *rows, struct qn_err *reterr)
{
    size_t n = qn_pg_rows_count(rows);
    int rc = qn_buf_add_byte(&warm->top, '[');

    for (size_t i = 0; i < n && rc == QN_OK; i++) {
        if (qn_job_should_stop(warm->job)) {
            return qn_fail(reterr, QN_ETIMEOUT, "stopped by the soft limit");
        }
        rc = keep_product(warm, qn_pg_value(rows, i, 0), qn_pg_value(rows, i, 1), reterr);
        qn_job_progress(warm->job, (int64_t)i + 1, (int64_t)n, "products");
    }
    return rc == QN_OK ? keep_list(warm, reterr) : rc;
}

/* The cache library makes no errors of its own: what it could not keep, it counts. */
static int check_kept(const struct qn_kv_counters *before, const struct qn_kv_counters *after,
                      struct qn_err *reterr)
{
    int64_t lost = after->l2_errors - before->l2_errors + after->l2_skipped - before->l2_skipped;

    return lost == 0 ? QN_OK
                     : qn_fail(reterr, QN_ECONN, "the cache could not be reached %lld times",
                               (long long)lost);
}

/* ---- the job ---- */

static int find(struct warm *warm, struct qn_pg_rows **ret, struct qn_err *reterr)
{
    const struct upkeep *upkeep = qn_job_state(warm->job);
    char number[QN_I64_TEXT_SIZE];
    struct qn_span sql_params[2] = {qn_pg_bytes(number, qn_i64_to_str(warm->products, number))};
    int rc = warm_hot_find(upkeep, &warm->ids, warm->n_named, &warm->n_hot, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    if (qn_buf_add_byte(&warm->ids, '}') != QN_OK) {
        return qn_fail(reterr, QN_ELIMIT, "the ids of hot products are too long");
    }
    sql_params[1] = qn_pg_bytes(warm->ids.data, warm->ids.len);
    return qn_pg_query(upkeep->pg, upkeep_sql_warm, sql_params, 2, ret, reterr);
}

static int warm_up(struct warm *warm, struct qn_err *reterr)
{
    struct qn_kv_counters before;
    struct qn_pg_rows *rows = NULL;
    int rc = upkeep_need_cache(warm->job, reterr);

    if (rc == QN_OK) {
        rc = upkeep_need_database(warm->job, reterr);
    }
    if (rc == QN_OK) {
        rc = find(warm, &rows, reterr);
    }
    if (rc == QN_OK) {
        before = *qn_kv_counters(warm->values);
        rc = keep_all(warm, rows, reterr);
    }
    qn_pg_rows_free(rows);
    return rc == QN_OK ? check_kept(&before, qn_kv_counters(warm->values), reterr) : rc;
}

static int give_result(const struct warm *warm, struct qn_err *reterr)
{
    struct qn_buf json;
    int rc;

    qn_buf_init(&json, UPKEEP_RESULT_MAX);
    rc = qn_buf_printf(&json,
                       "{\"products\":%lld,\"hot\":%zu,\"bytes\":%lld,\"lists\":1,\"life_ms\":%d}",
                       (long long)warm->n, warm->n_hot, (long long)warm->bytes, LIFE_MS);
    rc = rc == QN_OK ? qn_job_result(warm->job, json.data, json.len, reterr)
                     : qn_fail(reterr, rc, "the result: %s", qn_err_text(rc));
    qn_buf_release(&json);
    return rc;
}

static int run_on(struct warm *warm, struct qn_err *reterr)
{
    int rc = warm_up(warm, reterr);

    return rc == QN_OK ? give_result(warm, reterr) : rc;
}

static enum qn_outcome run(struct qn_job *job)
{
    const struct upkeep_bound products = {"products", 1, PRODUCTS_MOST, 200};
    struct warm warm = {.job = job, .values = ((const struct upkeep *)qn_job_state(job))->values};
    struct qn_err err = {.code = QN_OK};
    enum qn_outcome outcome = QN_FAIL;

    qn_buf_init(&warm.ids, (size_t)(IDS_MOST + WARM_HOT_MOST) * 24);
    qn_buf_init(&warm.top, (size_t)1024 * 1024);
    qn_buf_init(&warm.out, QN_KV_VALUE_MAX);
    if (upkeep_bounded(job, &products, &warm.products) && read_ids(&warm)) {
        outcome = qn_answer(job, run_on(&warm, &err), &err);
    }
    qn_buf_release(&warm.ids);
    qn_buf_release(&warm.top);
    qn_buf_release(&warm.out);
    return outcome;
}

const struct qn_task warm_task = {
    .name = "cache.warm",
    .summary = "Loads the products that are asked for most into the cache",
    .params = params,
    .queue = UPKEEP_QUEUE,
    .soft_limit_ms = 120000,
    .hard_limit_ms = 150000,
    .init = upkeep_init,
    .run = run,
    .done = upkeep_done,
};
