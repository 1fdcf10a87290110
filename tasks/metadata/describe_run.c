#include "describe_run.h"

#include "common/json_member.h"

#define SPARE_MS 120000 /* for the model, files and what a call may take */

static void note(void *arg, const char *text)
{
    qn_job_log(arg, "%s", text);
}

static void progress(void *arg, int64_t done, int64_t total, const char *text)
{
    qn_job_progress(arg, done, total, text);
}

int describe_run_open(struct describe_run *ret, const struct analyze_args *args,
                      const struct metadata_home *home, struct qn_err *reterr)
{
    const struct qn_llm_options options = {.kv = home->kv, .on_note = note, .arg = home->job};
    struct qn_err err = {.code = QN_OK};
    int rc;

    *ret = (struct describe_run){.llm = NULL};
    if (!args->describe) {
        return QN_OK;
    }
    rc = qn_llm_create_from_env(&ret->llm, &options, &err);
    if (rc == QN_ENOTFOUND) {
        return qn_fail(reterr, QN_EINVAL,
                       "describe: there is no language model: llm-url is not set");
    }
    if (rc == QN_OK) {
        qn_llm_heed(ret->llm, qn_job_stop_fd(home->job));
        return QN_OK;
    }
    return qn_fail(reterr, rc, "%s", err.msg);
}

void describe_run_close(struct describe_run *run)
{
    qn_llm_free(run->llm);
    run->llm = NULL;
}

int describe_run(struct describe_run *run, const struct analyze_args *args,
                 const struct metadata_home *home, const char *datasource,
                 struct qn_analysis *analysis, struct qn_err *reterr)
{
    int64_t left_ms = qn_job_time_left_ms(home->job);
    const struct describe_wish wish = {
        .model = analysis->model,
        .catalog = analysis->catalog,
        .llm = run->llm,
        .pg = datasource[0] != '\0' ? home->pg : NULL,
        .datasource = datasource,
        .language = args->language,
        .job = qn_job_id(home->job),
        .max_cost_micro = args->max_cost_micro,
        .until_ms = qn_mono_ms(&qn_clock_system) + left_ms -
                    (left_ms > 2 * SPARE_MS ? SPARE_MS : left_ms / 2),
        .full = args->full && qn_job_attempt(home->job) == 1,
        .arg = home->job,
        .progress = progress,
        .note = note,
    };
    int rc;

    if (run->llm == NULL && wish.pg == NULL) {
        return QN_OK;
    }
    rc = metadata_describe(&wish, &run->told, reterr);
    run->done = run->llm != NULL;
    return rc;
}

void describe_run_json(const struct describe_run *run, struct qn_buf *out)
{
    const struct describe_told *told = &run->told;

    if (!run->done) {
        return;
    }
    qn_buf_add_byte(out, '{');
    qn_json_member_number(out, "tables", told->tables);
    qn_json_member_number(out, "kept", told->kept);
    qn_json_member_number(out, "left", told->left);
    qn_json_member_number(out, "unknown_names", told->unknown_names);
    qn_json_member_number(out, "missing_names", told->missing_names);
    qn_json_member_text(out, "model", told->model);
    qn_json_member_number(out, "requests", told->requests);
    qn_json_member_number(out, "prompt_tokens", told->prompt);
    qn_json_member_number(out, "completion_tokens", told->completion);
    qn_json_member_number(out, "cost_micro", told->cost_micro);
    qn_json_member_text(out, "currency", told->currency);
    qn_buf_add_byte(out, '}');
}
