#include "sales.h"

#include "common/mem.h"
#include "sales_report.h"
#include "sales_write.h"
#include <quern/job.h>
#include <stdlib.h>

#define OUTPUT_MAX ((size_t)64 * 1024 * 1024)
#define STEPS      8 /* of progress: at most 6 statements, files, the result */

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
    {.name = NULL},
};

static void tell(void *arg, int64_t done, const char *text)
{
    qn_job_progress(arg, done, STEPS, text);
}

/* What the handler answers to a failure: transient ones may be tried again. */
static enum qn_outcome give_up(struct qn_job *job, const struct qn_err *err)
{
    qn_job_error(job, "%s", err->msg);
    return qn_err_is_transient(err->code) ? QN_RETRY : QN_FAIL;
}

struct file {
    enum sales_format format;
    const char *name;
    const char *media_type;
};

static const struct file files[] = {
    {SALES_JSON, "sales.json", "application/json"},
    {SALES_CSV, "sales.csv", "text/csv; charset=utf-8"},
    {SALES_HTML, "sales.html", "text/html; charset=utf-8"},
};

static int write_format(const struct sales_report *report, enum sales_format format,
                        struct qn_buf *out)
{
    switch (format) {
    case SALES_CSV:
        return sales_write_csv(report, out);
    case SALES_HTML:
        return sales_write_html(report, out);
    case SALES_JSON:
    default:
        return sales_write_json(report, false, out);
    }
}

static int store(struct qn_job *job, const struct file *file, const struct qn_buf *content,
                 struct qn_err *reterr)
{
    struct qn_artifact *artifact;
    FILE *stream;
    int rc = qn_job_artifact_open(job, file->name, file->media_type, &artifact, &stream, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    if (fwrite(content->data, 1, content->len, stream) != content->len) {
        rc = qn_fail_sys(reterr, "%s: cannot be written", file->name);
        qn_job_artifact_abandon(artifact);
        return rc;
    }
    return qn_job_artifact_commit(artifact, reterr);
}

static int write_file(struct qn_job *job, const struct sales_report *report,
                      const struct file *file, struct qn_err *reterr)
{
    struct qn_buf content;
    int rc;

    qn_buf_init(&content, OUTPUT_MAX);
    rc = write_format(report, file->format, &content);
    if (rc != QN_OK) {
        rc = qn_fail(reterr, rc, "%s: %s", file->name, qn_err_text(rc));
    } else {
        rc = store(job, file, &content, reterr);
    }
    qn_buf_release(&content);
    return rc;
}

/* The whole document, or without its lists where it would be too large. */
static int give_result(struct qn_job *job, const struct sales_report *report, struct qn_err *reterr)
{
    struct qn_buf result;
    int rc;

    qn_buf_init(&result, QN_RESULT_MAX);
    rc = sales_write_json(report, false, &result);
    if (rc == QN_ELIMIT) {
        qn_buf_reset(&result);
        rc = sales_write_json(report, true, &result);
    }
    if (rc == QN_OK) {
        rc = qn_job_result(job, result.data, result.len, reterr);
    } else {
        rc = qn_fail(reterr, rc, "the result: %s", qn_err_text(rc));
    }
    qn_buf_release(&result);
    return rc;
}

static int write_all(struct qn_job *job, const struct sales_report *report, struct qn_err *reterr)
{
    int rc = QN_OK;

    tell(job, STEPS - 2, "writing files");
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && rc == QN_OK; i++) {
        if (qn_job_should_stop(job)) {
            return qn_fail(reterr, QN_ETIMEOUT, "stopped by the soft limit");
        }
        if ((report->args.formats & (unsigned)files[i].format) != 0) {
            rc = write_file(job, report, &files[i], reterr);
        }
    }
    return rc == QN_OK ? give_result(job, report, reterr) : rc;
}

static int make(struct qn_job *job, const struct sales_args *args, struct sales_report **ret,
                struct qn_err *reterr)
{
    const char *tz = getenv("QUERN_TIMEZONE");
    const struct sales_source source = {
        .pg = qn_job_state(job),
        .tz = tz != NULL && tz[0] != '\0' ? tz : "Asia/Shanghai",
        .clock = &qn_clock_system,
        .progress = tell,
        .arg = job,
    };
    int rc = qn_pg_ready(source.pg, qn_job_id(job), qn_job_stop_fd(job), reterr);

    return rc == QN_OK ? sales_report_create(ret, args, &source, reterr) : rc;
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

static enum qn_outcome run(struct qn_job *job)
{
    struct sales_report *report = NULL;
    struct sales_args args;
    struct qn_err err = {.code = QN_OK};
    size_t len;
    const char *json = qn_job_args(job, &len);
    int rc = sales_args_parse(&args, json, len, &err);

    if (rc != QN_OK && !qn_err_is_transient(rc)) {
        return qn_job_reject(job, "%s", err.msg);
    }
    if (rc == QN_OK) {
        rc = make(job, &args, &report, &err);
    }
    if (rc == QN_OK) {
        log_report(job, report);
        rc = write_all(job, report, &err);
    }
    sales_report_free(report);
    if (rc != QN_OK) {
        return give_up(job, &err);
    }
    tell(job, STEPS, "done");
    return QN_DONE;
}

static int init(void **ret_state, struct qn_err *reterr)
{
    const char *url = getenv("QUERN_DATABASE_URL");
    struct qn_pg *pg;
    int rc;

    if (url == NULL || url[0] == '\0') {
        return qn_fail(reterr, QN_EINVAL, "QUERN_DATABASE_URL is not set");
    }
    rc = qn_pg_create(&pg, url, reterr);
    if (rc == QN_OK) {
        *ret_state = pg;
    }
    return rc;
}

static void done(void *state)
{
    qn_pg_free(state);
}

const struct qn_task sales_task = {
    .name = "report.sales",
    .summary = "Sales of a period: totals, series, top products; as JSON, CSV and HTML",
    .params = params,
    .init = init,
    .run = run,
    .done = done,
};
