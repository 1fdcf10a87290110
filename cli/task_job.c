#include "task_job.h"
#include "common/json.h"
#include "common/json_member.h"
#include "link.h"
#include "wait.h"
#include <string.h>

#define LISTS_MAX  100
#define RESULT_MAX ((size_t)4 * 1024 * 1024)

void cli_task_job_init(struct cli_task_job *job, const struct cli *cli, const char *task)
{
    *job = (struct cli_task_job){.cli = cli, .task = task};
    qn_buf_init(&job->args, QN_ARGS_MAX);
    qn_buf_init(&job->result, RESULT_MAX);
    qn_buf_add_byte(&job->args, '{');
}

void cli_task_job_release(struct cli_task_job *job)
{
    qn_buf_release(&job->args);
    qn_buf_release(&job->result);
}

void cli_task_job_add_list(struct cli_task_job *job, const char *option)
{
    const struct cli *cli = job->cli;

    if (!cli_option(cli, option))
        return;
    qn_json_add_key(&job->args, option);
    for (int i = 0; i < LISTS_MAX && cli_option_nth(cli, option, i); i++) {
        qn_buf_add_byte(&job->args, i == 0 ? '[' : ',');
        qn_json_add_str(&job->args, cli_option_nth(cli, option, i));
    }
    qn_buf_add_byte(&job->args, ']');
}

/* Silent: what it says is worth a line, not a failure. */
static void keep_result(struct cli_task_job *job, struct qn_client *client, const char *id)
{
    struct qn_job_info *info = NULL;

    if (qn_client_get(client, id, &info, NULL) == QN_OK &&
        qn_json_check(info->result, info->result_len, NULL, NULL) == QN_OK)
        qn_buf_add(&job->result, info->result, info->result_len);
    qn_job_info_free(info);
}

static int wait_for(struct cli_task_job *job, struct qn_client *client, const char *id,
                    int64_t timeout_ms)
{
    const struct cli *cli = job->cli;
    const struct cli_waiting waiting = {.timeout_ms = timeout_ms,
                                        .show = cli->json ? CLI_SHOW_RESULT : CLI_SHOW_FAILURE,
                                        .follow = cli_flag(cli, "follow")};

    if (!cli->json)
        fprintf(stderr, "%s\n", id);
    int code = cli_wait(cli, client, id, &waiting);
    if (code == CLI_EXIT_OK && !cli->json)
        keep_result(job, client, id);
    return code;
}

static int enqueue(const struct cli_task_job *job, struct qn_client *client,
                   struct qn_receipt *receipt, struct qn_err *reterr)
{
    const struct cli *cli = job->cli;
    const struct qn_enqueue wish = {
        .task = job->task,
        .args = job->args.data,
        .args_len = job->args.len,
        .queue = cli_option(cli, "queue"),
        .accept_unknown = qn_config_flag(&cli->config, "accept-unknown"),
    };

    return qn_client_enqueue(client, &wish, receipt, reterr);
}

int cli_task_job_run(struct cli_task_job *job, int rc, struct qn_err *err)
{
    struct qn_client *client = NULL;
    struct qn_receipt receipt = {0};
    int64_t timeout_ms = -1;
    int code = CLI_EXIT_OK;

    qn_buf_add_byte(&job->args, '}');
    if (rc == QN_OK)
        rc = cli_option_ms(job->cli, "timeout", -1, &timeout_ms, err);
    if (rc == QN_OK && qn_buf_status(&job->args) != QN_OK)
        rc = qn_fail(err, qn_buf_status(&job->args), "a job takes arguments of %d bytes",
                     QN_ARGS_MAX);
    if (rc == QN_OK)
        rc = cli_client_open(&client, job->cli, err);
    if (rc == QN_OK)
        rc = enqueue(job, client, &receipt, err);
    if (rc == QN_OK)
        code = wait_for(job, client, receipt.id, timeout_ms);
    qn_client_close(client);
    return rc == QN_OK ? code : cli_fail(job->cli, err);
}
