/* stats.c - quern stats: one look, or look after look (watch.h). */
#include "link.h"
#include "look.h"
#include "run.h"
#include "statsview.h"
#include "watch.h"

#define JSON_MAX (16 * 1024 * 1024)

static void on_looked(void *arg, int rc, const struct qn_err *err)
{
    struct cli_answer *answer = arg;

    answer->done = true;
    answer->rc = rc;
    if (rc != QN_OK)
        answer->err = *err;
}

static int print_json(const struct cli *cli, const struct cli_look *look, struct qn_err *reterr)
{
    struct qn_buf out;

    qn_buf_init(&out, JSON_MAX);
    int rc = cli_look_json(&out, look, NULL);
    if (rc == QN_OK)
        fprintf(cli->term.out, "%s\n", out.data);
    else
        qn_fail(reterr, rc, "stats: %s", qn_err_text(rc));
    qn_buf_release(&out);
    return rc;
}

static int look_once(const struct cli *cli, struct qn_err *reterr)
{
    struct cli_link link = {0};
    struct cli_answer answer = {0};
    struct cli_look look = {0};
    int rc = cli_link_open_to_inspect(&link, cli, reterr);
    struct cli_looking looking = {
        .broker = link.broker, .queue = cli_option(cli, "queue"), .fn = on_looked, .arg = &answer};

    if (rc == QN_OK) {
        cli_look_begin(&looking, &look);
        rc = cli_link_finish(&link, &answer, reterr);
    }
    if (rc == QN_OK) {
        const struct cli_statsview view = {.look = &look};
        rc = cli->json ? print_json(cli, &look, reterr)
                       : cli_statsview_print(&view, &cli->term, reterr);
    }
    cli_link_close(&link); /* before what waits for its answers */
    cli_look_release(&look);
    return rc;
}

static int read_every(const struct cli *cli, int64_t *ret, struct qn_err *reterr)
{
    int rc = cli_option_ms(cli, "every", 1000, ret, reterr);

    if (rc != QN_OK)
        return rc;
    if (cli_option(cli, "every") && !cli_flag(cli, "watch"))
        return qn_fail(reterr, QN_EINVAL, "--every goes with --watch");
    if (*ret < CLI_EVERY_MS_MIN || *ret > CLI_EVERY_MS_MAX)
        return qn_fail(reterr, QN_EINVAL, "--every: 100ms to 1h");
    return QN_OK;
}

int cli_run_stats(struct cli *cli)
{
    struct qn_err err = {0};
    int64_t every_ms;
    int rc = read_every(cli, &every_ms, &err);

    if (rc == QN_OK && cli_flag(cli, "watch"))
        return cli_watch(cli, cli_option(cli, "queue"), every_ms);
    if (rc == QN_OK)
        rc = look_once(cli, &err);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}
