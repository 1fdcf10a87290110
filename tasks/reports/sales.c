#include "sales.h"

#include "common/mem.h"
#include "common/str.h"
#include "sales_cache.h"
#include "tasks/lib/answer.h"
#include "tasks/lib/database.h"
#include <stdlib.h>
#include <string.h>

#define STEPS     8 /* of progress: at most 6 statements, files, the result */
#define SNOOZE_MS 2000

static const struct qn_param params[] = {
    {.name = "from", .type = QN_DATE, .doc = "first day of the period"},
    {.name = "to", .type = QN_DATE, .doc = "last day of the period, inclusive"},
    {.name = "preset",
     .type = QN_STRING,
     .choices = "yesterday|last_7d|mtd|last_month|qtd|ytd",
     .doc = "the period by its name, instead of from and to"},
    {.name = "tz",
     .type = QN_STRING,
     .preset = "QUERN_TIMEZONE",
     .doc = "time zone of the days, an IANA name such as Europe/Berlin"},
    {.name = "group",
     .type = QN_STRING,
     .choices = "day|week|month",
     .preset = "by the length of the period",
     .doc = "buckets of the series; weeks begin on Monday"},
    {.name = "top_n", .type = QN_INTEGER, .preset = "10", .doc = "products in each list, 1 to 100"},
    {.name = "compare",
     .type = QN_STRING,
     .choices = "none|previous|year",
     .preset = "none",
     .doc = "with the period just before, or the same days a year before"},
    {.name = "statuses",
     .type = QN_ARRAY,
     .preset = "[\"paid\",\"shipped\"]",
     .doc = "orders that count as sales: pending, paid, shipped, cancelled, refunded"},
    {.name = "currency", .type = QN_STRING, .doc = "a label for the amounts, such as EUR"},
    {.name = "formats",
     .type = QN_ARRAY,
     .preset = "[\"json\",\"csv\",\"html\"]",
     .doc = "the files to write"},
    {.name = "csv_bom",
     .type = QN_BOOLEAN,
     .preset = "false",
     .doc = "begin the CSV file with a byte order mark, for Excel"},
    {.name = "csv_delimiter",
     .type = QN_STRING,
     .choices = "comma|semicolon|tab|pipe",
     .preset = "comma",
     .doc = "between the cells of the CSV file"},
    {.name = "csv_safe",
     .type = QN_BOOLEAN,
     .preset = "true",
     .doc = "keep spreadsheets from running text cells as formulas"},
    {.name = "force",
     .type = QN_BOOLEAN,
     .preset = "false",
     .doc = "make it anew, also when the same report is in the cache"},
    {.name = NULL},
};

/* Of an executor. */
struct state {
    struct qn_pg *pg;
    struct qn_kv *kv;       /* NULL: none is configured */
    char dir[4096];         /* of artifacts */
    struct qn_err no_cache; /* why there is none though it was asked for; code QN_OK: no reason */
    struct qn_job *job;     /* the one that runs, for who tells of trouble */
};

/* One job. */
struct making {
    struct qn_job *job;
    struct state *state;
    const char *tz; /* where the arguments name none */
    struct sales_args args;
    struct qn_kv_load *load; /* NULL: nobody waits for it */
    bool made;               /* by this run: the job has all of it */
};

static void tell(void *arg, int64_t done, const char *text)
{
    const struct making *making = arg;

    qn_job_progress(making->job, done, STEPS, text);
    if (making->load != NULL) {
        (void)qn_kv_load_keep(making->load); /* a report whose lease is lost is still a report */
    }
}

/* ---- making ---- */

static int write_files(struct making *making, const struct sales_report *report,
                       struct sales_kept *kept, struct qn_err *reterr)
{
    struct qn_buf content;
    int rc = QN_OK;

    tell(making, STEPS - 2, "writing files");
    qn_buf_init(&content, SALES_OUTPUT_MAX);
    for (size_t i = 0; i < SALES_FILES && rc == QN_OK; i++) {
        if (qn_job_should_stop(making->job)) {
            rc = qn_fail(reterr, QN_ETIMEOUT, "stopped by the soft limit");
        } else if ((report->args.formats & (unsigned)sales_files[i].format) != 0) {
            qn_buf_reset(&content);
            rc = sales_file_make(report, &sales_files[i], &content, reterr);
            if (rc == QN_OK) {
                rc = sales_file_store(making->job, &sales_files[i], &content, reterr);
            }
            if (rc == QN_OK && making->load != NULL) {
                rc = qn_digest_text((struct qn_span){content.data, content.len}, kept->sha256[i],
                                    reterr);
            }
        }
    }
    qn_buf_release(&content);
    return rc;
}

static int write_all(struct making *making, const struct sales_report *report,
                     struct qn_err *reterr)
{
    struct sales_kept kept = {.formats = report->args.formats};
    struct qn_buf result;
    int rc = write_files(making, report, &kept, reterr);

    qn_buf_init(&result, QN_RESULT_MAX);
    if (rc == QN_OK) {
        rc = sales_result_make(report, &result, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_job_result(making->job, result.data, result.len, reterr);
    }
    if (rc == QN_OK && making->load != NULL) {
        kept.result = (struct qn_span){result.data, result.len};
        rc = sales_kept_encode(&kept, making->load->value);
    }
    qn_buf_release(&result);
    return rc;
}

static void log_report(struct qn_job *job, const struct sales_report *report)
{
    qn_job_log(job, "%s to %s in %s: %s orders, sales %s, %lld ms in the database",
               report->period.from, report->period.to, report->tz,
               report->metrics[SALES_TOTAL_ORDERS].value.data,
               report->metrics[SALES_TOTAL_SALES].value.data, (long long)report->query_ms);
    if (sales_report_is_empty(report)) {
        qn_job_log(job, "no order counts as a sale in this period");
    }
}

static int make(struct making *making, struct qn_err *reterr)
{
    const struct sales_source source = {
        .pg = making->state->pg,
        .tz = making->tz,
        .clock = &qn_clock_system,
        .progress = tell,
        .arg = making,
    };
    struct sales_report *report = NULL;
    int rc = sales_report_create(&report, &making->args, &source, reterr);

    if (rc == QN_OK) {
        log_report(making->job, report);
        rc = write_all(making, report, reterr);
        sales_report_free(report);
    }
    making->made = rc == QN_OK;
    return rc;
}

/* ---- out of the cache ---- */

static int load(struct qn_kv_load *load, void *arg, struct qn_err *reterr)
{
    struct making *making = arg;
    int rc;

    making->load = load;
    rc = make(making, reterr);
    making->load = NULL;
    return rc;
}

static int give_kept(struct making *making, const struct qn_buf *bytes, struct qn_err *reterr)
{
    struct sales_kept kept;
    int rc;

    if (!sales_kept_decode((struct qn_span){bytes->data, bytes->len}, &kept)) {
        return qn_fail(reterr, QN_ENOTFOUND, "what is kept is no report");
    }
    rc = sales_kept_give(&kept, making->state->dir, making->job, reterr);
    if (rc == QN_OK) {
        qn_job_log(making->job, "from the cache");
    }
    return rc;
}

static int get(struct making *making, const struct sales_key *key, bool force,
               struct qn_err *reterr)
{
    const struct qn_kv_request request = {
        .kind = key->kind,
        .parts = key->parts,
        .n_parts = 2,
        .force = force,
        .load = load,
        .arg = making,
    };
    struct qn_buf bytes;
    int rc;

    qn_buf_init(&bytes, QN_KV_VALUE_MAX);
    rc = qn_kv_get(making->state->kv, &request, &bytes, NULL, reterr);
    if (rc == QN_OK && !making->made) {
        rc = give_kept(making, &bytes, reterr);
    }
    qn_buf_release(&bytes);
    return rc;
}

/* A report whose key cannot be told is made as without a cache: what is wrong shows there. */
static int get_or_make(struct making *making, struct qn_err *reterr)
{
    struct sales_key key = {.row = NULL};
    struct qn_err why;
    int rc = sales_key_find(&key, making->state->pg, &making->args, making->tz, &why);

    if (rc == QN_ECONN || rc == QN_ETIMEOUT) {
        return qn_fail(reterr, rc, "%s", why.msg);
    }
    if (rc != QN_OK) {
        return make(making, reterr);
    }
    rc = get(making, &key, making->args.force, &why);
    if (rc == QN_ENOTFOUND) {
        qn_job_log(making->job, "made anew: %s", why.msg);
        rc = get(making, &key, true, &why);
    }
    sales_key_release(&key);
    return rc == QN_OK ? rc : qn_fail(reterr, rc, "%s", why.msg);
}

/* ---- the task ---- */

static int answer(struct making *making, struct qn_err *reterr)
{
    struct qn_job *job = making->job;
    struct state *state = making->state;
    int rc = qn_pg_ready(state->pg, qn_job_id(job), qn_job_stop_fd(job), reterr);

    if (rc != QN_OK) {
        return rc;
    }
    if (state->no_cache.code != QN_OK) {
        qn_job_log(job, "without a cache: %s", state->no_cache.msg);
    }
    if (state->kv == NULL) {
        return make(making, reterr);
    }
    state->job = job;
    qn_kv_heed(state->kv, qn_job_stop_fd(job));
    return get_or_make(making, reterr);
}

static int64_t waits_given_up(const struct state *state)
{
    return state->kv != NULL ? qn_kv_counters(state->kv)->wait_timeouts : 0;
}

static enum qn_outcome run(struct qn_job *job)
{
    const char *tz = getenv("QUERN_TIMEZONE");
    struct making making = {.job = job, .state = qn_job_state(job)};
    int64_t given_up = waits_given_up(making.state);
    struct qn_err err = {.code = QN_OK};
    size_t len;
    const char *json = qn_job_args(job, &len);
    int rc = sales_args_parse(&making.args, json, len, &err);

    making.tz = tz != NULL && tz[0] != '\0' ? tz : "Asia/Shanghai";
    if (rc != QN_OK && !qn_err_is_transient(rc)) {
        return qn_job_reject(job, "%s", err.msg);
    }
    if (rc == QN_OK) {
        rc = answer(&making, &err);
    }
    if (rc == QN_EAGAIN && waits_given_up(making.state) > given_up) {
        qn_job_log(job, "another job makes the same report");
        qn_job_delay(job, SNOOZE_MS);
        return QN_SNOOZE;
    }
    if (rc == QN_OK) {
        tell(&making, STEPS, "done");
    }
    return qn_answer(job, rc, &err);
}

static void tell_trouble(void *arg, const struct qn_err *why)
{
    const struct state *state = arg;

    qn_job_log(state->job, "the cache cannot be used: %s", why->msg);
}

/* The files of a report have to stay for it to be kept. */
static void open_cache(struct state *state)
{
    const struct qn_kv_options options = {.on_trouble = tell_trouble, .arg = state};
    const char *url = getenv("QUERN_CACHE_URL"), *dir = getenv("QUERN_ARTIFACT_DIR");

    if (url == NULL || url[0] == '\0' || dir == NULL || dir[0] == '\0' ||
        !qn_str_copy(state->dir, sizeof(state->dir), dir)) {
        return;
    }
    if (qn_kv_create_from_env(&state->kv, &options, &state->no_cache) != QN_OK) {
        state->kv = NULL;
    }
}

static void done(void *arg)
{
    struct state *state = arg;

    if (state == NULL) {
        return;
    }
    qn_database_done(state->pg);
    qn_kv_free(state->kv);
    qn_free(state);
}

static int init(void **ret_state, struct qn_err *reterr)
{
    void *pg = NULL;
    int rc = qn_database_init(&pg, reterr);
    struct state *state;

    if (rc != QN_OK) {
        return rc;
    }
    state = qn_zalloc(1, sizeof(*state));
    if (state == NULL) {
        qn_database_done(pg);
        return qn_fail(reterr, QN_ENOMEM, "no memory for a report");
    }
    state->pg = pg;
    open_cache(state);
    *ret_state = state;
    return QN_OK;
}

const struct qn_task sales_task = {
    .name = "report.sales",
    .summary = "Sales of a period: totals, series, top products; as JSON, CSV and HTML",
    .params = params,
    .init = init,
    .run = run,
    .done = done,
};
