/* job.c - quern job show, wait, result, log, cancel. */
#include "broker-client/job_json.h"
#include "broker-client/state.h"
#include "common/clock.h"
#include "common/json.h"
#include "jobview.h"
#include "link.h"
#include "run.h"
#include "wait.h"
#include <string.h>

#define SHOWN_MAX (16 * 1024 * 1024)

static int print_json(const struct cli *cli, const struct qn_job_info *info, struct qn_err *reterr)
{
    struct qn_buf out;

    qn_buf_init(&out, SHOWN_MAX);
    int rc = qn_job_json(&out, info, QN_JOB_WHOLE);
    if (rc == QN_OK)
        fprintf(cli->term.out, "%s\n", out.data);
    else
        qn_fail(reterr, rc, "%s: %s", info->id, qn_err_text(rc));
    qn_buf_release(&out);
    return rc;
}

int cli_show_job(const struct cli *cli, const struct qn_job_info *info, struct qn_err *reterr)
{
    if (cli->json)
        return print_json(cli, info, reterr);
    cli_job_print(&cli->term, info);
    return QN_OK;
}

/* The job of the first word. */
static int get_job(const struct cli *cli, struct qn_job_info **ret, struct qn_err *reterr)
{
    struct qn_client *client = NULL;
    int rc = cli_client_open(&client, cli, reterr);

    if (rc == QN_OK)
        rc = qn_client_get(client, cli->words[0], ret, reterr);
    qn_client_close(client);
    return rc;
}

int cli_run_job_show(struct cli *cli)
{
    struct qn_job_info *info = NULL;
    struct qn_err err = {0};
    int rc = get_job(cli, &info, &err);

    if (rc == QN_OK)
        rc = cli_show_job(cli, info, &err);
    qn_job_info_free(info);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}

static int give_result(const struct cli *cli, const struct qn_job_info *info, struct qn_err *err)
{
    if (info->state == QN_SUCCEEDED) {
        fprintf(cli->term.out, "%s\n", info->result_len > 0 ? info->result : "null");
        return CLI_EXIT_OK;
    }
    qn_fail(err, QN_ESTATE, "%s is %s: there is no result", info->id, qn_state_name(info->state));
    return cli_fail_as(cli, CLI_EXIT_CONFLICT, err,
                       qn_state_is_final(info->state) ? "quern job show tells why"
                                                      : "quern job wait waits for the end");
}

int cli_run_job_result(struct cli *cli)
{
    struct qn_job_info *info = NULL;
    struct qn_err err = {0};
    int rc = get_job(cli, &info, &err);
    int code = rc == QN_OK ? give_result(cli, info, &err) : cli_fail(cli, &err);

    qn_job_info_free(info);
    return code;
}

int cli_run_job_wait(struct cli *cli)
{
    struct qn_client *client = NULL;
    struct qn_err err = {0};
    struct cli_waiting waiting = {.show = CLI_SHOW_JOB};
    int rc = cli_option_ms(cli, "timeout", -1, &waiting.timeout_ms, &err);

    if (rc == QN_OK)
        rc = cli_client_open(&client, cli, &err);
    int code = rc == QN_OK ? cli_wait(cli, client, cli->words[0], &waiting) : cli_fail(cli, &err);
    qn_client_close(client);
    return code;
}

/* ---- log ---- */

static void print_log(const struct cli *cli, const struct qn_buf *log)
{
    struct qn_buf json;
    const char *at = log->data;

    qn_buf_init(&json, SHOWN_MAX);
    if (cli->json) {
        qn_buf_add_str(&json, "{\"log\":");
        qn_json_add_string(&json, log->data, log->len);
        fprintf(cli->term.out, "%s}\n", json.data);
    }
    while (!cli->json && *at != '\0') {
        size_t len = strcspn(at, "\n");
        qn_buf_reset(&json);
        cli_text_add(&json, at, len, 0);
        fprintf(cli->term.out, "%s\n", json.data);
        at += len + (at[len] == '\n');
    }
    qn_buf_release(&json);
}

static int fetch_log(const struct cli *cli, struct qn_buf *out, struct qn_err *reterr)
{
    struct cli_link link = {0};
    char queue[QN_QUEUE_MAX + 1], name[QN_NAME_MAX + 1];
    int rc = qn_id_split(cli->words[0], queue, name, reterr);

    if (rc == QN_OK)
        rc = cli_link_open(&link, cli, reterr);
    if (rc == QN_OK)
        rc = cli_link_log(&link, queue, name, out, reterr);
    cli_link_close(&link);
    return rc;
}

static int follow_log(const struct cli *cli)
{
    const struct cli_waiting waiting = {.timeout_ms = -1, .show = CLI_SHOW_LOG, .follow = true};
    struct qn_client *client = NULL;
    struct qn_err err = {0};
    int rc = cli_client_open(&client, cli, &err);
    int code = rc == QN_OK ? cli_wait(cli, client, cli->words[0], &waiting) : cli_fail(cli, &err);

    qn_client_close(client);
    return code;
}

/* A job without lines has an empty log; one that is not there has none. */
int cli_run_job_log(struct cli *cli)
{
    if (cli_flag(cli, "follow"))
        return follow_log(cli);
    struct qn_job_info *info = NULL;
    struct qn_err err = {0};
    struct qn_buf log;

    qn_buf_init(&log, SHOWN_MAX);
    int rc = fetch_log(cli, &log, &err);
    if (rc == QN_OK && log.len == 0)
        rc = get_job(cli, &info, &err);
    if (rc == QN_OK)
        print_log(cli, &log);
    qn_job_info_free(info);
    qn_buf_release(&log);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}

/* ---- cancel ---- */

static int tell_cancelled(const struct cli *cli, enum qn_state state)
{
    const char *id = cli->words[0];
    struct qn_err err = {0};

    if (state != QN_CANCELLED && state != QN_RUNNING) {
        qn_fail(&err, QN_ESTATE, "%s has %s already", id, qn_state_name(state));
        return cli_fail(cli, &err);
    }
    if (cli->json)
        fprintf(cli->term.out, "{\"id\":\"%s\",\"state\":\"%s\"}\n", id, qn_state_name(state));
    else if (state == QN_CANCELLED)
        fprintf(cli->term.out, "%s is cancelled\n", id);
    else
        fprintf(cli->term.out, "%s runs: its worker was told to stop it\n", id);
    return CLI_EXIT_OK;
}

int cli_run_job_cancel(struct cli *cli)
{
    struct qn_client *client = NULL;
    enum qn_state state = QN_CANCELLED;
    struct qn_err err = {0};
    int rc = cli_client_open(&client, cli, &err);

    if (rc == QN_OK)
        rc = qn_client_cancel(client, cli->words[0], &state, &err);
    qn_client_close(client);
    return rc == QN_OK ? tell_cancelled(cli, state) : cli_fail(cli, &err);
}
