/* model_change.c - quern model analyze, edit, approve: jobs that change a model, waited for. */
#include "common/json.h"
#include "common/json_member.h"
#include "common/str.h"
#include "input.h"
#include "link.h"
#include "model.h"
#include "run.h"
#include "wait.h"
#include <string.h>

#define SETS_MAX  64
#define LISTS_MAX 100

/* ---- the job ---- */

static int make(const struct cli *cli, const char *task, const struct qn_buf *args,
                struct qn_err *reterr, int *ret_code)
{
    const struct qn_enqueue job = {
        .task = task,
        .args = args->data,
        .args_len = args->len,
        .queue = cli_option(cli, "queue"),
        .accept_unknown = qn_config_flag(&cli->config, "accept-unknown"),
    };
    struct cli_waiting waiting = {.show = cli->json ? CLI_SHOW_RESULT : CLI_SHOW_FAILURE,
                                  .follow = cli_flag(cli, "follow")};
    struct qn_client *client = NULL;
    struct qn_receipt receipt = {0};
    int rc = cli_option_ms(cli, "timeout", -1, &waiting.timeout_ms, reterr);

    if (rc == QN_OK)
        rc = qn_buf_status(args);
    if (rc == QN_ELIMIT)
        rc = qn_fail(reterr, rc, "a job takes arguments of %d bytes", QN_ARGS_MAX);
    if (rc == QN_OK)
        rc = cli_client_open(&client, cli, reterr);
    if (rc == QN_OK)
        rc = qn_client_enqueue(client, &job, &receipt, reterr);
    if (rc == QN_OK && !cli->json)
        fprintf(stderr, "%s\n", receipt.id);
    if (rc == QN_OK)
        *ret_code = cli_wait(cli, client, receipt.id, &waiting);
    qn_client_close(client);
    return rc;
}

/* What there is now. Files that are elsewhere make no failure of a job that succeeded. */
static void show(const struct cli *cli, const char *which)
{
    struct qn_err err = {0};

    if (!cli->json && cli_model_show(cli, cli->words[0], which, NULL, &err) != QN_OK)
        fprintf(stderr, "quern: it was done, but is not seen from here: %s\n", err.msg);
}

static int begin(const struct cli *cli, struct qn_buf *args, struct qn_err *reterr)
{
    qn_buf_init(args, QN_ARGS_MAX);
    qn_buf_add_byte(args, '{');
    qn_json_member_text(args, "database", cli->words[0]);
    return cli_model_name(cli->words[0], reterr);
}

static int finish(const struct cli *cli, const char *task, struct qn_buf *args, int rc,
                  struct qn_err *err)
{
    int code = CLI_EXIT_OK;

    qn_buf_add_byte(args, '}');
    if (rc == QN_OK)
        rc = make(cli, task, args, err, &code);
    qn_buf_release(args);
    return rc == QN_OK ? code : cli_fail(cli, err);
}

/* ---- analyze ---- */

static void add_list(const struct cli *cli, const char *name, struct qn_buf *out)
{
    if (!cli_option(cli, name))
        return;
    qn_json_add_key(out, name);
    for (int i = 0; i < LISTS_MAX && cli_option_nth(cli, name, i); i++) {
        qn_buf_add_byte(out, i == 0 ? '[' : ',');
        qn_json_add_str(out, cli_option_nth(cli, name, i));
    }
    qn_buf_add_byte(out, ']');
}

int cli_run_model_analyze(struct cli *cli)
{
    static const char *const words[] = {"depth", "language", "relations"};
    struct qn_buf args;
    struct qn_err err = {0};
    int rc = begin(cli, &args, &err);

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (cli_option(cli, words[i]))
            qn_json_member_text(&args, words[i], cli_option(cli, words[i]));
    add_list(cli, "include", &args);
    add_list(cli, "exclude", &args);
    if (cli_flag(cli, "full"))
        qn_json_member_flag(&args, "full", true);
    int code = finish(cli, "metadata.analyze", &args, rc, &err);
    if (code == CLI_EXIT_OK)
        show(cli, "newest");
    return code;
}

/* ---- edit ---- */

static int read_sets(const struct cli *cli, struct qn_buf *out, struct qn_err *reterr)
{
    const char *sets[SETS_MAX];
    size_t n = 0;

    while (n < SETS_MAX && cli_option_nth(cli, "set", (int)n)) {
        sets[n] = cli_option_nth(cli, "set", (int)n);
        n++;
    }
    return cli_model_set(sets, n, out, reterr);
}

static int read_edits(const struct cli *cli, struct qn_buf *out, struct qn_err *reterr)
{
    const char *file = cli->n_words > 1 ? cli->words[1] : NULL;
    enum qn_json_type type;
    struct qn_err why;
    int rc;

    if ((file != NULL) == (cli_option(cli, "set") != NULL))
        return qn_fail(reterr, QN_EINVAL, "either FILE (- is stdin) or --set PATH=VALUE");
    if (!file)
        rc = read_sets(cli, out, reterr);
    else if (strcmp(file, "-") == 0)
        rc = cli_input_stream(stdin, "stdin", out, reterr);
    else
        rc = cli_input_file(file, "FILE", out, reterr);
    if (rc != QN_OK)
        return rc;
    if (qn_json_check(out->data, out->len, &type, &why) != QN_OK)
        return qn_fail(reterr, QN_EINVAL, "the edits are no JSON: %.150s", why.msg);
    return type == QN_JSON_OBJECT
               ? QN_OK
               : qn_fail(reterr, QN_EINVAL, "the edits must be one object: {\"tables\": ...}");
}

static void add_if_hash(const struct cli *cli, struct qn_buf *args)
{
    const char *hash = cli_option(cli, "if-hash");

    if (hash)
        qn_json_member_text(args, "if_hash", hash);
}

int cli_run_model_edit(struct cli *cli)
{
    struct qn_buf args, edits;
    struct qn_err err = {0};
    int rc = begin(cli, &args, &err);

    qn_buf_init(&edits, QN_ARGS_MAX);
    if (rc == QN_OK)
        rc = read_edits(cli, &edits, &err);
    if (rc == QN_OK) {
        qn_json_add_key(&args, "edits");
        qn_buf_add(&args, edits.data, edits.len);
        add_if_hash(cli, &args);
    }
    qn_buf_release(&edits);
    int code = finish(cli, "metadata.review", &args, rc, &err);
    if (code == CLI_EXIT_OK && !cli->json)
        fprintf(cli->term.out,
                "the edits of %s are kept; quern model diff %s shows what the newest version "
                "changes,\nquern model approve %s lets it answer\n",
                cli->words[0], cli->words[0], cli->words[0]);
    return code;
}

/* ---- approve ---- */

int cli_run_model_approve(struct cli *cli)
{
    int64_t version = 0; /* the newest */
    struct qn_buf args;
    struct qn_err err = {0};
    int rc = begin(cli, &args, &err);

    if (rc == QN_OK && cli->n_words > 1 &&
        (qn_str_to_i64(cli->words[1], &version) != QN_OK || version < 1))
        rc = qn_fail(&err, QN_EINVAL, "version \"%.40s\": a number from 1", cli->words[1]);
    qn_json_member_number(&args, "approve", version);
    add_if_hash(cli, &args);
    int code = finish(cli, "metadata.review", &args, rc, &err);
    if (code == CLI_EXIT_OK && !cli->json && version > 0)
        fprintf(cli->term.out, "version %lld of %s is approved\n", (long long)version,
                cli->words[0]);
    else if (code == CLI_EXIT_OK && !cli->json)
        fprintf(cli->term.out, "the newest version of %s is approved\n", cli->words[0]);
    return code;
}
