#include "wait.h"
#include "broker-client/state.h"
#include "common/clock.h"
#include "follow.h"
#include "jobview.h"

#define LOOK_MS   300     /* between two looks at the progress */
#define FOLLOW_MS 250     /* and at the log */
#define LONG_MS   3600000 /* when nobody sees it */

struct watch {
    const struct cli *cli;
    struct cli_term bar;
    struct cli_follow *follow; /* or NULL */
    int64_t turn_ms;
};

static void show_bar(const struct cli_term *term, const struct qn_job_info *info)
{
    char text[QN_ERR_TEXT_MAX], line[QN_ERR_TEXT_MAX + 32];
    int percent = cli_progress_percent(info->progress, text, sizeof(text));

    snprintf(line, sizeof(line), "%s  %.200s", qn_state_name(info->state), text);
    cli_bar_show(term, percent, line);
}

/* New lines above the bar; without a bar the progress is a line too. */
static void look(struct watch *watch, const struct qn_job_info *info)
{
    if (watch->follow) {
        cli_bar_clear(&watch->bar);
        cli_follow_look(watch->follow);
        if (!watch->bar.tty && watch->follow->out == stderr)
            cli_follow_progress(watch->follow, info);
    }
    if (!qn_state_is_final(info->state))
        show_bar(&watch->bar, info);
}

/* QN_ETIMEOUT: *ret is the job as it was last seen. A broker that goes away
 * meanwhile is waited for. */
static int wait_for_end(struct watch *watch, struct qn_client *client, const char *id,
                        int64_t timeout_ms, struct qn_job_info **ret, struct qn_err *reterr)
{
    int64_t start = qn_mono_ms(&qn_clock_system), turn = watch->turn_ms;
    int rc = qn_client_get(client, id, ret, reterr);

    while (rc == QN_OK || qn_err_is_transient(rc)) {
        struct qn_job_info *info = NULL;
        int64_t left = timeout_ms < 0 ? turn : start + timeout_ms - qn_mono_ms(&qn_clock_system);
        if (!*ret)
            return rc;
        look(watch, *ret);
        left = left < 0 ? 0 : left;
        rc = qn_client_wait(client, id, left < turn ? left : turn, &info, reterr);
        if (info) {
            qn_job_info_free(*ret);
            *ret = info;
        }
        if (rc == QN_OK)
            look(watch, *ret);
        if (rc == QN_OK)
            return rc;
        if (timeout_ms >= 0 && left <= turn)
            return QN_ETIMEOUT;
    }
    return rc;
}

static int tell_end(const struct cli *cli, const struct qn_job_info *info, enum cli_show show)
{
    struct qn_err err = {0};

    if (show == CLI_SHOW_RESULT && info->state == QN_SUCCEEDED && !cli->json) {
        fprintf(cli->term.out, "%s\n", info->result_len > 0 ? info->result : "null");
        return CLI_EXIT_OK;
    }
    if (show == CLI_SHOW_FAILURE && info->state == QN_SUCCEEDED)
        return CLI_EXIT_OK;
    if (show != CLI_SHOW_LOG && cli_show_job(cli, info, &err) != QN_OK)
        return cli_fail(cli, &err);
    return info->state == QN_SUCCEEDED ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

static int tell_timeout(const struct cli *cli, const struct qn_job_info *info)
{
    struct qn_err err = {0};

    qn_fail(&err, QN_ETIMEOUT, "%s is still %s", info->id, qn_state_name(info->state));
    return cli_fail_as(cli, CLI_EXIT_TIMEOUT, &err, "it goes on; quern job wait waits again");
}

static int wait_and_tell(struct watch *watch, struct qn_client *client, const char *id,
                         const struct cli_waiting *waiting)
{
    const struct cli *cli = watch->cli;
    struct qn_job_info *info = NULL;
    struct qn_err err = {0};
    int code;
    int rc = wait_for_end(watch, client, id, waiting->timeout_ms, &info, &err);

    cli_bar_clear(&watch->bar);
    if (rc == QN_OK)
        code = tell_end(cli, info, waiting->show);
    else if (rc == QN_ETIMEOUT && info)
        code = tell_timeout(cli, info);
    else
        code = cli_fail(cli, &err);
    qn_job_info_free(info);
    return code;
}

/* The bar is on stderr: stdout is for the answer. */
int cli_wait(const struct cli *cli, struct qn_client *client, const char *id,
             const struct cli_waiting *waiting)
{
    struct watch watch = {.cli = cli, .turn_ms = LONG_MS};
    struct cli_follow follow = {0};
    struct qn_err err = {0};
    int rc = QN_OK;

    cli_term_init(&watch.bar, stderr);
    watch.bar.tty = watch.bar.tty && !cli->json;
    if (watch.bar.tty)
        watch.turn_ms = LOOK_MS;
    if (waiting->follow) {
        rc = cli_follow_open(&follow, cli, id,
                             waiting->show == CLI_SHOW_LOG ? cli->term.out : stderr, &err);
        watch.follow = &follow;
        watch.turn_ms = FOLLOW_MS;
    }
    int code = rc == QN_OK ? wait_and_tell(&watch, client, id, waiting) : cli_fail(cli, &err);
    cli_follow_close(&follow);
    return code;
}
