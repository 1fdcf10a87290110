/* enqueue.c - quern enqueue. */
#include "batch.h"
#include "broker-client/retry.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/str.h"
#include "input.h"
#include "link.h"
#include "run.h"
#include "typed.h"
#include "unique.h"
#include "wait.h"
#include <stdio.h>
#include <string.h>

struct wish {
    const struct cli *cli;
    struct qn_enqueue job;
    struct qn_buf args;
    const char *tags[QN_TAGS_MAX + 2];
    char unique_key[QN_UNIQUE_MAX + 1];
    char on_failed[QN_NAME_MAX + 2]; /* one too long stays one */
    int64_t timeout_ms;
};

/* ---- options ---- */

static int read_retry(const char *text, struct qn_retry *ret, struct qn_err *reterr)
{
    struct qn_err why;

    if (text && qn_retry_parse(text, ret, &why) != QN_OK)
        return qn_fail(reterr, QN_EINVAL, "--retry: %s", why.msg);
    return QN_OK;
}

static int read_unique(struct wish *wish, struct qn_err *reterr)
{
    const char *text = cli_option(wish->cli, "unique");
    struct qn_err why;

    if (!text)
        return QN_OK;
    if (cli_unique_parse(text, &wish->job.unique, wish->unique_key, sizeof(wish->unique_key),
                         &why) != QN_OK)
        return qn_fail(reterr, QN_EINVAL, "--unique: %s", why.msg);
    if (wish->unique_key[0] != '\0')
        wish->job.unique_key = wish->unique_key;
    return QN_OK;
}

/* TASK, or TASK=JSON. */
static void read_on_failed(struct wish *wish)
{
    const char *text = cli_option(wish->cli, "on-failed");
    size_t len = text ? strcspn(text, "=") : 0;

    if (!text)
        return;
    snprintf(wish->on_failed, sizeof(wish->on_failed), "%.*s", (int)len, text);
    wish->job.on_failed = wish->on_failed;
    wish->job.on_failed_args = text[len] == '=' ? text + len + 1 : NULL;
}

static int read_small(const struct cli *cli, const char *name, int most, int *ret,
                      struct qn_err *reterr)
{
    int64_t number;
    int rc = cli_option_number(cli, name, 0, &number, reterr);

    if (rc == QN_OK && number > most)
        return qn_fail(reterr, QN_EINVAL, "--%s: at most %d", name, most);
    *ret = (int)number;
    return rc;
}

static int read_eta(const struct cli *cli, int64_t *ret, struct qn_err *reterr)
{
    const char *text = cli_option(cli, "eta");

    if (text && qn_time_from_str(text, ret) != QN_OK)
        return qn_fail(reterr, QN_EINVAL,
                       "--eta: \"%.40s\" is no instant such as 2025-06-30T15:15:00+08:00", text);
    return QN_OK;
}

static int read_times(struct wish *wish, struct qn_err *reterr)
{
    struct qn_enqueue *job = &wish->job;
    const struct {
        const char *name;
        int64_t *ms;
        int64_t preset;
    } times[] = {
        {"delay", &job->delay_ms, 0},           {"expires", &job->expires_in_ms, 0},
        {"soft-limit", &job->soft_limit_ms, 0}, {"hard-limit", &job->hard_limit_ms, 0},
        {"result-ttl", &job->result_ttl_ms, 0}, {"timeout", &wish->timeout_ms, -1},
    };
    int rc = read_eta(wish->cli, &job->eta_ms, reterr);

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]) && rc == QN_OK; i++)
        rc = cli_option_ms(wish->cli, times[i].name, times[i].preset, times[i].ms, reterr);
    return rc;
}

static bool waits(const struct cli *cli)
{
    return cli_flag(cli, "wait") || cli_flag(cli, "follow");
}

static int read_options(struct wish *wish, struct qn_err *reterr)
{
    const struct cli *cli = wish->cli;
    struct qn_enqueue *job = &wish->job;
    int n = 0;

    job->task = cli->words[0];
    job->queue = cli_option(cli, "queue");
    job->name = cli_option(cli, "name");
    job->accept_unknown = qn_config_flag(&cli->config, "accept-unknown");
    for (; n <= QN_TAGS_MAX && cli_option_nth(cli, "tag", n); n++)
        wish->tags[n] = cli_option_nth(cli, "tag", n);
    job->tags = wish->tags;
    if (cli_option(cli, "timeout") && !waits(cli))
        return qn_fail(reterr, QN_EINVAL, "--timeout goes with --wait");
    int rc = read_times(wish, reterr);
    if (rc == QN_OK)
        rc = read_small(cli, "priority", 3, &job->priority, reterr);
    if (rc == QN_OK)
        rc = read_small(cli, "max-attempts", 1000, &job->max_attempts, reterr);
    if (rc == QN_OK)
        rc = read_retry(cli_option(cli, "retry"), &job->retry, reterr);
    job->limit_key = cli_option(cli, "limit-key");
    read_on_failed(wish);
    return rc == QN_OK ? read_unique(wish, reterr) : rc;
}

/* ---- arguments ---- */

static int read_file(const char *path, struct qn_buf *out, struct qn_err *reterr)
{
    int rc = cli_input_file(path, "--file", out, reterr);

    if (rc == QN_OK && out->len == 0)
        return qn_fail(reterr, QN_EINVAL, "--file %s: it is empty", path);
    return rc;
}

/* KEY=VALUE needs to know the task's types. */
static int read_words(struct wish *wish, struct qn_err *reterr)
{
    struct cli_link link = {0};
    struct cli_pairs tasks = {0};
    struct qn_span definition = {0};
    int rc = cli_link_open(&link, wish->cli, reterr);

    if (rc == QN_OK)
        rc = cli_link_tasks(&link, &tasks, reterr);
    if (rc == QN_OK) {
        rc = cli_task_find(&tasks, wish->job.task, &definition, reterr);
        if (rc == QN_ENOTFOUND && wish->job.accept_unknown)
            rc = QN_OK;
    }
    if (rc == QN_OK)
        rc = cli_typed_args(definition, wish->cli->words + 1, wish->cli->n_words - 1, &wish->args,
                            reterr);
    cli_pairs_release(&tasks);
    cli_link_close(&link);
    return rc;
}

static int read_args(struct wish *wish, struct qn_err *reterr)
{
    const char *args = cli_option(wish->cli, "args"), *file = cli_option(wish->cli, "file");
    bool words = wish->cli->n_words > 1;
    int rc = QN_OK;

    if ((args != NULL) + (file != NULL) + words > 1)
        return qn_fail(reterr, QN_EINVAL, "--args, --file and KEY=VALUE exclude each other");
    if (file)
        rc = read_file(file, &wish->args, reterr);
    else if (args && strcmp(args, "-") == 0)
        rc = cli_input_stream(stdin, "--args -: stdin", &wish->args, reterr);
    else if (args)
        rc = qn_buf_add_str(&wish->args, args);
    else if (words)
        rc = read_words(wish, reterr);
    wish->job.args = wish->args.len > 0 ? wish->args.data : NULL;
    wish->job.args_len = wish->args.len;
    return rc;
}

/* ---- the job ---- */

/* The outcome of a broken connection is unknown: asked once more, with the same name,
 * nothing is made twice. */
static int enqueue(struct wish *wish, struct qn_client *client, struct qn_receipt *receipt,
                   struct qn_err *reterr)
{
    int rc = qn_client_enqueue(client, &wish->job, receipt, reterr);
    const char *dot = strchr(receipt->id, '.');

    if (rc != QN_EUNKNOWN || !dot)
        return rc;
    char name[QN_NAME_MAX + 1];
    qn_str_copy(name, sizeof(name), dot + 1);
    wish->job.name = name;
    rc = qn_client_enqueue(client, &wish->job, receipt, reterr);
    wish->job.name = NULL;
    return rc;
}

static void tell(const struct cli *cli, const struct qn_receipt *receipt)
{
    if (cli->json)
        fprintf(cli->term.out, "{\"id\":\"%s\",\"existed\":%s%s}\n", receipt->id,
                receipt->existed ? "true" : "false", receipt->replaced ? ",\"replaced\":true" : "");
    else
        fprintf(cli->term.out, "%s\n", receipt->id);
    if (receipt->existed && !cli->json)
        fputs("quern: this job was there before, nothing was made\n", stderr);
    if (receipt->replaced && !cli->json)
        fputs("quern: another one with its unique key was cancelled\n", stderr);
}

static int make(struct wish *wish, struct qn_client *client)
{
    struct qn_receipt receipt = {0};
    struct qn_err err = {0};

    if (enqueue(wish, client, &receipt, &err) != QN_OK)
        return cli_fail(wish->cli, &err);
    if (!waits(wish->cli)) {
        tell(wish->cli, &receipt);
        return CLI_EXIT_OK;
    }
    if (wish->cli->term.tty && !wish->cli->json)
        fprintf(stderr, "%s\n", receipt.id);
    const struct cli_waiting waiting = {.timeout_ms = wish->timeout_ms,
                                        .show = CLI_SHOW_RESULT,
                                        .follow = cli_flag(wish->cli, "follow")};
    return cli_wait(wish->cli, client, receipt.id, &waiting);
}

static int run_one(const struct cli *cli)
{
    struct wish wish = {.cli = cli};
    struct qn_client *client = NULL;
    struct qn_err err = {0};

    if (cli->n_words == 0) {
        qn_fail(&err, QN_EINVAL, "too little is said: quern enqueue TASK [KEY=VALUE ...]");
        return cli_fail_as(cli, CLI_EXIT_USAGE, &err, "quern task list shows the tasks");
    }
    qn_buf_init(&wish.args, QN_ARGS_MAX);
    int rc = read_options(&wish, &err);
    if (rc == QN_OK)
        rc = read_args(&wish, &err);
    if (rc == QN_OK)
        rc = cli_client_open(&client, cli, &err);
    int code = rc == QN_OK ? make(&wish, client) : cli_fail(cli, &err);
    qn_client_close(client);
    qn_buf_release(&wish.args);
    return code;
}

/* ---- many ---- */

static int run_batch(const struct cli *cli)
{
    struct qn_err err = {0};

    for (int i = 0; i < cli->n_options; i++) {
        const char *name = cli->options[i].option->name;
        if (strcmp(name, "batch") == 0)
            continue;
        qn_fail(&err, QN_EINVAL, "--%s does not go with --batch", name);
        return cli_fail_as(cli, CLI_EXIT_USAGE, &err,
                           "its lines say how each job is wanted; quern job wait waits for one");
    }
    if (cli->n_words > 1) {
        qn_fail(&err, QN_EINVAL, "%.60s: arguments stand in the lines of --batch", cli->words[1]);
        return cli_fail(cli, &err);
    }
    return cli_batch(cli, cli_option(cli, "batch"), cli->n_words > 0 ? cli->words[0] : NULL);
}

int cli_run_enqueue(struct cli *cli)
{
    if (cli_option(cli, "batch"))
        return run_batch(cli);
    return run_one(cli);
}
