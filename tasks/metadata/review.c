#include "common/clock.h"
#include "common/json_member.h"
#include "home.h"
#include "metadata.h"
#include "report.h"
#include "review_args.h"
#include "tasks/lib/answer.h"
#include "tasks/lib/file.h"
#include "tasks/lib/model/model_hidden.h"
#include "tasks/lib/model/model_store.h"
#include <stdio.h>

#define REPORT_MAX    ((size_t)64 * 1024 * 1024)
#define RESULT_MAX    ((size_t)4096)
#define SOFT_LIMIT_MS ((int64_t)300 * 1000)
#define HARD_LIMIT_MS ((int64_t)360 * 1000)

struct run {
    struct qn_job *job;
    struct metadata_home *home;
    struct review_args args;
    int64_t before;  /* the newest version that is not this job's */
    int64_t version; /* the newest */
    int64_t answers; /* the one that was approved */
    bool fresh;      /* the newest is this job's */
    char hash[QN_CATALOG_HASH_SIZE];
    bool approved;
    bool hides; /* what the version before showed */
};

static struct qn_model_change change_of(const struct run *run)
{
    return (struct qn_model_change){.job = qn_job_id(run->job), .if_hash = run->args.if_hash};
}

static void take(struct run *run, const struct qn_model *model)
{
    run->version = model->version;
    run->approved = model->approved;
    snprintf(run->hash, sizeof(run->hash), "%s", model->hash);
}

/* What it was before this job. */
static int look_before(struct run *run, struct qn_err *reterr)
{
    struct qn_model *model = NULL;
    int rc = qn_model_load_before(&model, run->home->pg, run->args.database, qn_job_id(run->job),
                                  reterr);

    if (rc == QN_OK) {
        run->before = model->version;
        qn_model_free(model);
    }
    return rc == QN_ENOTFOUND ? QN_OK : rc;
}

/* Of the newest version. */
static int look(struct run *run, struct qn_err *reterr)
{
    struct qn_model *model = NULL;
    int rc = qn_model_load(&model, run->home->pg, run->args.database, -1, reterr);

    if (rc == QN_OK) {
        take(run, model);
        qn_model_free(model);
        rc = look_before(run, reterr);
    }
    return rc;
}

/* Whether a report that was made for a version may be shown beside a later model. */
static bool shows_hidden(const struct run *run, int64_t version, const struct qn_model *model)
{
    struct qn_model *then = NULL;
    int rc = qn_model_load(&then, run->home->pg, run->args.database, version, NULL);
    bool shows = qn_model_hides_more(model, rc == QN_OK ? then : NULL);

    qn_model_free(then);
    return shows;
}

/* Without the profiles, which hold values of what is hidden now. */
static void make_report(struct run *run, const struct qn_model *model, struct qn_buf *out)
{
    const struct metadata_report_source source = {
        .model = model, .made_ms = qn_wall_ms(&qn_clock_system), .diff_json = ""};

    qn_buf_reset(out);
    if (metadata_report(out, &source) != QN_OK) {
        qn_buf_reset(out);
    }
    run->hides = true;
    qn_job_log(run->job,
               "the report of version %lld is of the model alone until the next analysis: what is "
               "hidden now is in versions and files of jobs before it",
               (long long)model->version);
}

/* The report of the last analysis up to a version: edits and approvals read no rows. */
static void read_report(struct run *run, const struct qn_model *model, int64_t from,
                        struct qn_buf *out)
{
    char path[4096];
    int rc = QN_ENOTFOUND;
    int64_t version;

    for (version = from; version > 0 && rc != QN_OK; version--) {
        int n = snprintf(path, sizeof(path), "%s/models/%s/%lld.html", run->home->artifact_dir,
                         run->args.database, (long long)version);

        if (n < 0 || (size_t)n >= sizeof(path) || from - version > QN_MODEL_VERSIONS_KEPT) {
            break;
        }
        qn_buf_reset(out);
        rc = qn_file_read(path, out, NULL);
    }
    if (rc == QN_OK && shows_hidden(run, version + 1, model)) {
        make_report(run, model, out);
    } else if (rc != QN_OK) {
        qn_buf_reset(out);
        qn_job_log(run->job, "no version of %s has a report", run->args.database);
    }
}

static int publish(struct run *run, const struct qn_model *model, int64_t report_from,
                   struct qn_err *reterr)
{
    struct qn_buf report;
    int rc;

    qn_buf_init(&report, REPORT_MAX);
    if (run->home->artifact_dir != NULL) {
        read_report(run, model, report_from, &report);
    }
    rc = metadata_home_publish(run->home, model, (struct qn_span){report.data, report.len}, reterr);
    qn_buf_release(&report);
    return rc;
}

static int edit(struct run *run, struct qn_err *reterr)
{
    const struct qn_model_change change = change_of(run);
    struct qn_model *model = NULL;
    int rc =
        qn_model_edit(&model, run->home->pg, run->args.database, run->args.edits, &change, reterr);

    if (rc == QN_OK) {
        take(run, model);
        run->fresh = model->version > run->before;
        for (size_t i = 0; i < model->n_warnings; i++) {
            qn_job_log(run->job, "%s", model->warnings[i]);
        }
        rc = publish(run, model, run->before, reterr);
    }
    qn_model_free(model);
    return rc;
}

/* Its files say so too. */
static int approve(struct run *run, struct qn_err *reterr)
{
    const struct qn_model_change change = change_of(run);
    struct qn_model *model = NULL;
    int rc;

    run->answers = run->args.version;
    if (run->answers == 0 && run->args.edits.len > 0) {
        run->answers = run->version; /* what the edit made */
    }
    rc = qn_model_approve(run->home->pg, run->args.database, &run->answers, &change, reterr);
    if (rc == QN_OK) {
        rc = qn_model_load(&model, run->home->pg, run->args.database, run->answers, reterr);
    }
    if (rc == QN_OK) {
        if (run->answers >= run->version) {
            take(run, model);
        }
        rc = publish(run, model, run->answers, reterr);
    }
    qn_model_free(model);
    return rc;
}

static int give_result(struct run *run, struct qn_err *reterr)
{
    struct qn_buf json;
    int rc;

    qn_buf_init(&json, RESULT_MAX);
    qn_buf_add_byte(&json, '{');
    qn_json_member_text(&json, "datasource", run->args.database);
    qn_json_member_number(&json, "newest", run->version);
    qn_json_member_text(&json, "hash", run->hash);
    qn_json_member_text(&json, "state", run->approved ? "approved" : "draft");
    qn_json_member_flag(&json, "new", run->fresh);
    if (run->hides) {
        qn_json_member_flag(&json, "hides", true);
    }
    if (run->args.approve) {
        qn_json_member_number(&json, "approved", run->answers);
    }
    qn_buf_add_byte(&json, '}');
    rc = qn_job_result(run->job, json.data, json.len, reterr);
    qn_buf_release(&json);
    return rc;
}

static int review(struct run *run, struct qn_err *reterr)
{
    int rc = run->home->pg == NULL
                 ? qn_fail(reterr, QN_EINVAL, "QUERN_DATABASE_URL is not set: there are no models")
                 : metadata_home_ready(run->home, run->job, reterr);

    if (rc == QN_OK) {
        rc = look(run, reterr);
    }
    if (rc == QN_OK && run->args.edits.len > 0) {
        rc = edit(run, reterr);
    }
    if (rc == QN_OK && run->args.approve) {
        rc = approve(run, reterr);
    }
    return rc == QN_OK ? give_result(run, reterr) : rc;
}

static enum qn_outcome run_review(struct qn_job *job)
{
    struct run run = {.job = job, .home = qn_job_state(job)};
    struct qn_err err = {.code = QN_OK};
    size_t len;
    const char *json = qn_job_args(job, &len);
    int rc = review_args_parse(&run.args, json, len, &err);

    if (rc == QN_OK) {
        rc = review(&run, &err);
    }
    return rc == QN_EINVAL || rc == QN_ENOTFOUND ? qn_job_reject(job, "%s", err.msg)
                                                 : qn_answer(job, rc, &err);
}

const struct qn_task metadata_review_task = {
    .name = "metadata.review",
    .summary = "Writes down what people decide about a semantic model: edits, approval",
    .params = review_params,
    .soft_limit_ms = SOFT_LIMIT_MS,
    .hard_limit_ms = HARD_LIMIT_MS,
    .init = metadata_home_init,
    .run = run_review,
    .done = metadata_home_done,
};
