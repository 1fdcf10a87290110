#include "wait.h"
#include "broker-client/state.h"
#include "common/clock.h"
#include "jobview.h"

#define LOOK_MS 300     /* between two looks at the progress */
#define LONG_MS 3600000 /* when nobody sees it */

static void show_progress(const struct cli_term *term, const struct qn_job_info *info)
{
    char text[QN_ERR_TEXT_MAX], line[QN_ERR_TEXT_MAX + 32];
    int percent = cli_progress_percent(info->progress, text, sizeof(text));

    snprintf(line, sizeof(line), "%s  %.200s", qn_state_name(info->state), text);
    cli_bar_show(term, percent, line);
}

/* QN_ETIMEOUT: *ret is the job as it was last seen. A broker that goes away
 * meanwhile is waited for. */
static int wait_for_end(const struct cli_term *bar, struct qn_client *client, const char *id,
                        int64_t timeout_ms, struct qn_job_info **ret, struct qn_err *reterr)
{
    int64_t start = qn_mono_ms(&qn_clock_system), turn = bar->tty ? LOOK_MS : LONG_MS;
    int rc = qn_client_get(client, id, ret, reterr);

    while (rc == QN_OK || qn_err_is_transient(rc)) {
        struct qn_job_info *info = NULL;
        int64_t left = timeout_ms < 0 ? turn : start + timeout_ms - qn_mono_ms(&qn_clock_system);
        if (!*ret)
            return rc;
        show_progress(bar, *ret);
        left = left < 0 ? 0 : left;
        rc = qn_client_wait(client, id, left < turn ? left : turn, &info, reterr);
        if (info) {
            qn_job_info_free(*ret);
            *ret = info;
        }
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
    if (cli_show_job(cli, info, &err) != QN_OK)
        return cli_fail(cli, &err);
    return info->state == QN_SUCCEEDED ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

static int tell_timeout(const struct cli *cli, const struct qn_job_info *info)
{
    struct qn_err err = {0};

    qn_fail(&err, QN_ETIMEOUT, "%s is still %s", info->id, qn_state_name(info->state));
    return cli_fail_as(cli, CLI_EXIT_TIMEOUT, &err, "it goes on; quern job wait waits again");
}

/* The bar is on stderr: stdout is for the answer. */
int cli_wait(const struct cli *cli, struct qn_client *client, const char *id, int64_t timeout_ms,
             enum cli_show show)
{
    struct qn_job_info *info = NULL;
    struct qn_err err = {0};
    struct cli_term bar;
    int code;

    cli_term_init(&bar, stderr);
    bar.tty = bar.tty && !cli->json;
    int rc = wait_for_end(&bar, client, id, timeout_ms, &info, &err);
    cli_bar_clear(&bar);
    if (rc == QN_OK)
        code = tell_end(cli, info, show);
    else if (rc == QN_ETIMEOUT && info)
        code = tell_timeout(cli, info);
    else
        code = cli_fail(cli, &err);
    qn_job_info_free(info);
    return code;
}
