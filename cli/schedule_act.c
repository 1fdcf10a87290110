/* schedule_act.c - quern schedule remove, pause, resume, run. */
#include "common/str.h"
#include "confirm.h"
#include "run.h"
#include "schedule.h"

static int none(const char *name, struct qn_err *reterr)
{
    return qn_fail(reterr, QN_ENOTFOUND, "there is no schedule \"%.64s\"", name);
}

static void tell(const struct cli *cli, const char *member, const char *text, bool changed)
{
    if (cli->json)
        fprintf(cli->term.out, "{\"name\":\"%s\",%s,\"changed\":%s}\n", cli->words[0], member,
                changed ? "true" : "false");
    else
        fprintf(cli->term.out, "%s %s\n", cli->words[0], text);
}

/* ---- remove ---- */

static int remove_it(const struct cli *cli, struct cli_link *link, struct qn_err *reterr)
{
    const char *name = cli->words[0];
    struct qn_schedule_view view;
    enum qn_change_code code = QN_CHANGE_NONE;
    char question[QN_QUEUE_MAX + 64];
    int rc = cli_link_schedule(link, name, &view, reterr);

    if (rc != QN_OK)
        return rc;
    snprintf(question, sizeof(question), "Remove the schedule %s with its history?", view.name);
    if (qn_schedule_of_file(&view.schedule))
        rc = cli_schedule_of_file(&view, reterr);
    else
        rc = cli_confirm(cli, question, NULL, reterr);
    if (rc == QN_OK)
        rc = cli_link_drop(link, name, &code, reterr);
    if (rc == QN_OK && code == QN_CHANGE_FILE)
        rc = cli_schedule_of_file(&view, reterr);
    else if (rc == QN_OK && code == QN_CHANGE_NONE)
        rc = none(name, reterr);
    if (rc == QN_OK)
        tell(cli, "\"removed\":true", "is removed", true);
    qn_schedule_view_release(&view);
    return rc;
}

int cli_run_schedule_remove(struct cli *cli)
{
    struct cli_link link = {0};
    struct qn_err err = {0};
    int rc = cli_link_open(&link, cli, &err);

    if (rc == QN_OK)
        rc = remove_it(cli, &link, &err);
    cli_link_close(&link);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}

/* ---- pause, resume ---- */

static int change(struct cli *cli, bool pause)
{
    static const char *const texts[2][2] = {
        {"was not paused", "is active again"},
        {"was paused before", "is paused: its times are passed over"},
    };
    struct cli_link link = {0};
    struct qn_err err = {0};
    enum qn_change_code code = QN_CHANGE_NONE;
    int rc = cli_link_open(&link, cli, &err);

    if (rc == QN_OK && qn_str_is_name(cli->words[0], QN_QUEUE_MAX))
        rc = cli_link_pause(&link, cli->words[0], pause, &code, &err);
    cli_link_close(&link);
    if (rc == QN_OK && code == QN_CHANGE_NONE)
        rc = none(cli->words[0], &err);
    if (rc != QN_OK)
        return cli_fail(cli, &err);
    tell(cli, pause ? "\"paused\":true" : "\"paused\":false", texts[pause][code == QN_CHANGE_DONE],
         code == QN_CHANGE_DONE);
    return CLI_EXIT_OK;
}

int cli_run_schedule_pause(struct cli *cli)
{
    return change(cli, true);
}

int cli_run_schedule_resume(struct cli *cli)
{
    return change(cli, false);
}

/* ---- its job, now ---- */

static int make(const struct cli *cli, const struct qn_draft *draft, struct qn_receipt *ret,
                struct qn_err *reterr)
{
    struct qn_client *client = NULL;
    struct qn_draft_tags tags;
    struct qn_enqueue job;
    int rc = cli_client_open(&client, cli, reterr);

    qn_draft_enqueue(draft, &tags, &job);
    job.accept_unknown = qn_config_flag(&cli->config, "accept-unknown");
    if (rc == QN_OK)
        rc = qn_client_enqueue(client, &job, ret, reterr);
    qn_client_close(client);
    return rc;
}

int cli_run_schedule_run(struct cli *cli)
{
    struct cli_link link = {0};
    struct qn_schedule_view view = {0};
    struct qn_receipt receipt = {0};
    struct qn_err err = {0};
    int rc = cli_link_open(&link, cli, &err);

    if (rc == QN_OK)
        rc = cli_link_schedule(&link, cli->words[0], &view, &err);
    if (rc == QN_OK && view.state == QN_SCHEDULE_DAMAGED)
        rc = qn_fail(&err, QN_ECORRUPT, "schedule \"%s\": %.180s", view.name, view.why.msg);
    if (rc == QN_OK)
        rc = make(cli, &view.schedule.draft, &receipt, &err);
    if (rc == QN_OK) {
        fprintf(cli->term.out, cli->json ? "{\"id\":\"%s\"}\n" : "%s\n", receipt.id);
        rc = cli_link_note_run(&link, view.name, receipt.id, view.now_ms, &err);
    }
    cli_link_close(&link);
    qn_schedule_view_release(&view);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}
