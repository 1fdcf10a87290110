/* ask.c - quern ask: a question to a datasource, answered in the terminal. */
#include "answer_view.h"
#include "common/json_member.h"
#include "model.h"
#include "run.h"
#include "task_job.h"
#include <quern/client.h>

/* The words behind the datasource are the question, so that quotes are not needed. */
static void add_question(const struct cli *cli, struct qn_buf *args)
{
    struct qn_buf question;

    qn_buf_init(&question, QN_ARGS_MAX);
    for (int i = 1; i < cli->n_words; i++) {
        qn_buf_add_str(&question, i > 1 ? " " : "");
        qn_buf_add_str(&question, cli->words[i]);
    }
    qn_json_member_text(args, "question", question.data);
    qn_buf_release(&question);
}

static int add_options(struct cli_task_job *job, struct qn_err *reterr)
{
    static const char *const words[] = {"translator", "thread", "chart", "language", "today"};
    const struct cli *cli = job->cli;
    int64_t rows = 0;
    int rc = cli_option_number(cli, "max-rows", 0, &rows, reterr);

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (cli_option(cli, words[i]))
            qn_json_member_text(&job->args, words[i], cli_option(cli, words[i]));
    cli_task_job_add_list(job, "tables");
    cli_task_job_add_list(job, "export");
    if (rows > 0)
        qn_json_member_number(&job->args, "max_rows", rows);
    if (cli_flag(cli, "dry-run"))
        qn_json_member_flag(&job->args, "dry_run", true);
    return rc;
}

/* A no is an answer, with an exit code of its own for scripts. */
static int show(const struct cli_task_job *job)
{
    const struct cli *cli = job->cli;
    struct qn_span json = {job->result.data, job->result.len};
    struct qn_json_item answered;
    struct qn_err err = {0};
    int64_t rows = CLI_ANSWER_ROWS;
    int rc = cli_option_number(cli, "rows", CLI_ANSWER_ROWS, &rows, &err);

    fputc('\n', cli->term.out);
    if (rc == QN_OK)
        rc = cli_answer_print(&cli->term, json, rows, &err);
    if (rc != QN_OK)
        return cli_fail(cli, &err);
    return qn_json_find(json.data, json.len, "answered", &answered) &&
                   qn_span_is(answered.value, "true")
               ? CLI_EXIT_OK
               : CLI_EXIT_NOT_FOUND;
}

int cli_run_ask(struct cli *cli)
{
    struct cli_task_job job;
    struct qn_err err = {0};

    cli_task_job_init(&job, cli, "nl2sql.ask");
    qn_json_member_text(&job.args, "database", cli->words[0]);
    add_question(cli, &job.args);
    int rc = cli_model_name(cli->words[0], &err);
    if (rc == QN_OK)
        rc = add_options(&job, &err);
    int code = cli_task_job_run(&job, rc, &err);
    if (code == CLI_EXIT_OK && !cli->json)
        code = show(&job);
    cli_task_job_release(&job);
    return code;
}
