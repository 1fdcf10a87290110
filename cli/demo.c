#include "demo.h"
#include "common/clock.h"
#include "common/str.h"
#include "demo_http.h"
#include "demo_model.h"
#include "demo_questions.h"
#include "demo_report.h"
#include "demo_schedule.h"
#include "folder.h"
#include "jsontext.h"
#include <stdio.h>
#include <string.h>

#define LOOK_MS 100
#define MOST_MS (10 * 60 * 1000) /* a large shop takes its time */

/* The last half-year of the sample's data, in its own zone. */
static const char request[] = "{\"from\":\"2025-01-01\",\"to\":\"2025-06-30\",\"tz\":\"UTC\","
                              "\"group\":\"month\",\"compare\":\"previous\"}";

int cli_demo_call(const struct cli_demo *demo, const char *path, const char *json,
                  struct qn_buf *body, struct qn_err *reterr)
{
    long status = 0;
    char detail[QN_ERR_TEXT_MAX];
    int rc = cli_http_call(demo->api_url, path, json, body, &status, reterr);

    if (rc == QN_OK && qn_json_check(body->data, body->len, NULL, NULL) != QN_OK)
        return qn_fail(reterr, QN_EPROTO, "quern-api, %s: no JSON, status %ld", path, status);
    if (rc != QN_OK || status < 400)
        return rc;
    cli_json_text((struct qn_span){body->data, body->len}, "detail", detail, sizeof(detail));
    return qn_fail(reterr, QN_EPROTO, "quern-api, %s: %s (status %ld)", path, detail, status);
}

static int post_job(const struct cli_demo *demo, struct cli_demo_job *job, struct qn_buf *body,
                    struct qn_err *reterr)
{
    fprintf(demo->term->out, "\nPOST %s\n  %s\n", job->path, job->json);
    int rc = cli_demo_call(demo, job->path, job->json, body, reterr);
    if (rc != QN_OK)
        return rc;
    cli_json_text((struct qn_span){body->data, body->len}, "id", job->id, sizeof(job->id));
    if (job->id[0] == '\0')
        return qn_fail(reterr, QN_EPROTO, "quern-api named no job");
    fprintf(demo->term->out, "\nGET /v1/jobs/%s\n", job->id);
    return QN_OK;
}

static bool is_over(const char *state)
{
    return strcmp(state, "succeeded") == 0 || strcmp(state, "failed") == 0 ||
           strcmp(state, "cancelled") == 0 || strcmp(state, "expired") == 0;
}

static void show_progress(const struct cli_demo *demo, struct qn_span job, const char *state)
{
    char text[256], line[512];
    int64_t done = cli_json_number(job, "progress.done", 0);
    int64_t total = cli_json_number(job, "progress.total", 0);

    cli_json_text(job, "progress.text", text, sizeof(text));
    snprintf(line, sizeof(line), "%s  %s", state, text);
    cli_bar_show(demo->term, total > 0 ? (int)(done * 100 / total) : -1, line);
}

/* Polls until the job has ended; body holds the last answer. */
static int poll_job(const struct cli_demo *demo, const char *job_id, struct qn_buf *body,
                    struct qn_err *reterr)
{
    int64_t deadline = qn_mono_ms(&qn_clock_system) + MOST_MS;
    char path[64 + QN_ID_SIZE], state[32], last[32] = "";

    snprintf(path, sizeof(path), "/v1/jobs/%s", job_id);
    for (;;) {
        int rc = cli_demo_call(demo, path, NULL, body, reterr);
        if (rc != QN_OK)
            return rc;
        struct qn_span job = {body->data, body->len};
        cli_json_text(job, "state", state, sizeof(state));
        show_progress(demo, job, state);
        if (!demo->term->tty && !is_over(state) && strcmp(state, last) != 0)
            fprintf(demo->term->out, "  %s\n", state);
        qn_str_copy(last, sizeof(last), state);
        if (is_over(state))
            return QN_OK;
        if (qn_mono_ms(&qn_clock_system) > deadline)
            return qn_fail(reterr, QN_ETIMEOUT, "the job %s is still %s", job_id, state);
        rc = cli_stack_rest(demo->stack, LOOK_MS, reterr);
        if (rc != QN_OK)
            return rc;
    }
}

static void show_end(const struct cli_demo *demo, struct qn_span job)
{
    char state[32], cause[32], error[1024];

    cli_bar_clear(demo->term);
    cli_json_text(job, "state", state, sizeof(state));
    cli_json_text(job, "cause", cause, sizeof(cause));
    cli_json_text(job, "error", error, sizeof(error));
    fputs("  ", demo->term->out);
    cli_say(demo->term, strcmp(state, "succeeded") == 0 ? CLI_GREEN : CLI_RED, state);
    if (cause[0] != '\0')
        fprintf(demo->term->out, " (%s): ", cause);
    cli_say(demo->term, CLI_PLAIN, error);
    fputc('\n', demo->term->out);
}

int cli_demo_job(const struct cli_demo *demo, struct cli_demo_job *job, struct qn_buf *body,
                 struct qn_err *reterr)
{
    char state[32];
    int rc = post_job(demo, job, body, reterr);

    if (rc == QN_OK)
        rc = poll_job(demo, job->id, body, reterr);
    if (rc != QN_OK)
        return rc;
    show_end(demo, (struct qn_span){body->data, body->len});
    cli_json_text((struct qn_span){body->data, body->len}, "state", state, sizeof(state));
    job->succeeded = strcmp(state, "succeeded") == 0;
    return QN_OK;
}

/* The API keeps names to [A-Za-z0-9._-] without a dot in front; so must we, who write
 * files by them. */
static bool safe_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
               strlen(name);
}

static int fetch_file(const struct cli_demo *demo, struct qn_span file, struct qn_err *reterr)
{
    char name[128], url[512], path[CLI_PATH_SIZE];

    cli_json_text(file, "name", name, sizeof(name));
    cli_json_text(file, "url", url, sizeof(url));
    if (!safe_name(name) || url[0] != '/')
        return qn_fail(reterr, QN_EPROTO, "quern-api listed a file that has no name");
    int rc = cli_path_join(path, demo->folder, name, reterr);
    if (rc == QN_OK)
        rc = cli_http_download(demo->api_url, url, path, reterr);
    if (rc == QN_OK)
        fprintf(demo->term->out, "  %s/%s\n", demo->shown, name);
    return rc;
}

static int fetch_files(const struct cli_demo *demo, struct qn_span job, struct qn_err *reterr)
{
    struct qn_json_item list, file;
    struct qn_json_walk walk;
    int rc = QN_OK;

    if (!cli_json_at(job, "artifacts", &list) ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK)
        return QN_OK;
    fprintf(demo->term->out, "\nFiles\n");
    while (rc == QN_OK && qn_json_walk_next(&walk, &file))
        rc = fetch_file(demo, file.value, reterr);
    return rc;
}

static int show_report(const struct cli_demo *demo, struct qn_span job, struct qn_err *reterr)
{
    struct qn_json_item result;

    if (!cli_json_at(job, "result", &result))
        return qn_fail(reterr, QN_EPROTO, "the job %s has no result", demo->job_id);
    int rc = cli_demo_report_print(demo->term, result.value, reterr);
    return rc == QN_OK ? fetch_files(demo, job, reterr) : rc;
}

int cli_demo_refused(const struct cli_demo *demo, int rc, const struct qn_err *why,
                     struct qn_err *reterr)
{
    if (rc != QN_EPROTO && rc != QN_ENOTFOUND)
        return qn_fail(reterr, rc, "%s", why->msg);
    fputs("  ", demo->term->out);
    cli_say(demo->term, CLI_RED, why->msg);
    fputc('\n', demo->term->out);
    return QN_OK;
}

static int show_more(const struct cli_demo *demo, bool *ret_succeeded, struct qn_err *reterr)
{
    int rc = cli_demo_schedule(demo, reterr);

    if (rc == QN_OK)
        rc = cli_demo_model(demo, ret_succeeded, reterr);
    return rc == QN_OK && *ret_succeeded ? cli_demo_questions(demo, ret_succeeded, reterr) : rc;
}

int cli_demo_run(struct cli_demo *demo, int *ret_code, struct qn_err *reterr)
{
    struct cli_demo_job job = {.path = "/v1/reports/sales", .json = request};
    struct qn_buf body;

    qn_buf_init(&body, CLI_ANSWER_MAX);
    int rc = cli_demo_job(demo, &job, &body, reterr);
    qn_str_copy(demo->job_id, sizeof(demo->job_id), job.id);
    if (rc == QN_OK && job.succeeded)
        rc = show_report(demo, (struct qn_span){body.data, body.len}, reterr);
    qn_buf_release(&body);
    if (rc == QN_OK && job.succeeded)
        rc = show_more(demo, &job.succeeded, reterr);
    *ret_code = job.succeeded ? 0 : 1;
    return rc;
}
