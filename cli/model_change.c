/* model_change.c - quern model analyze, edit, approve: jobs that change a model, waited for. */
#include "common/json.h"
#include "common/json_member.h"
#include "common/str.h"
#include "input.h"
#include "jsontext.h"
#include "model.h"
#include "model_view.h"
#include "run.h"
#include "task_job.h"
#include <string.h>

#define SETS_MAX 64

static int begin(struct cli_task_job *change, const struct cli *cli, const char *task,
                 struct qn_err *reterr)
{
    cli_task_job_init(change, cli, task);
    qn_json_member_text(&change->args, "database", cli->words[0]);
    return cli_model_name(cli->words[0], reterr);
}

/* What there is now. Files that are elsewhere make no failure of a job that succeeded. */
static void show(const struct cli *cli, const char *which)
{
    struct qn_err err = {0};

    if (!cli->json && cli_model_show(cli, cli->words[0], which, NULL, &err) != QN_OK)
        fprintf(stderr, "quern: it was done, but is not seen from here: %s\n", err.msg);
}

/* ---- analyze ---- */

static void show_analysis(const struct cli_task_job *change)
{
    const struct cli *cli = change->cli;
    struct qn_json_item stored;

    if (cli_json_at((struct qn_span){change->result.data, change->result.len}, "model.stored",
                    &stored) &&
        qn_span_is(stored.value, "false"))
        fprintf(cli->term.out,
                "a part of %s was analysed: no version is made of it, and the files "
                "of the job have it\n",
                cli->words[0]);
    else
        show(cli, "newest");
}

/* As it is written: the task checks it. */
static int add_cost(const struct cli *cli, struct qn_buf *args, struct qn_err *reterr)
{
    const char *text = cli_option(cli, "max-cost");
    enum qn_json_type type;

    if (qn_json_check(text, strlen(text), &type, NULL) != QN_OK || type != QN_JSON_NUMBER)
        return qn_fail(reterr, QN_EINVAL, "--max-cost \"%.40s\": an amount of money", text);
    qn_json_add_key(args, "max_cost");
    return qn_buf_add_str(args, text);
}

int cli_run_model_analyze(struct cli *cli)
{
    static const char *const words[] = {"depth", "language", "relations"};
    struct cli_task_job change;
    struct qn_err err = {0};
    int rc = begin(&change, cli, "metadata.analyze", &err);

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (cli_option(cli, words[i]))
            qn_json_member_text(&change.args, words[i], cli_option(cli, words[i]));
    cli_task_job_add_list(&change, "include");
    cli_task_job_add_list(&change, "exclude");
    if (cli_flag(cli, "full"))
        qn_json_member_flag(&change.args, "full", true);
    if (cli_flag(cli, "describe"))
        qn_json_member_flag(&change.args, "describe", true);
    if (cli_option(cli, "max-cost"))
        rc = rc == QN_OK ? add_cost(cli, &change.args, &err) : rc;
    int code = cli_task_job_run(&change, rc, &err);
    if (code == CLI_EXIT_OK)
        show_analysis(&change);
    cli_task_job_release(&change);
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

/* What the newest version passes over, of these edits and those before. */
static void show_warnings(const struct cli *cli)
{
    struct cli_model_wanted wanted = {.name = cli->words[0], .which = "newest", .suffix = "json"};
    struct qn_buf json;

    qn_buf_init(&json, CLI_MODEL_BYTES_MAX);
    if (cli_model_read(&cli->config, &wanted, &json, NULL) == QN_OK)
        cli_model_print_warnings(&cli->term, (struct qn_span){json.data, json.len});
    qn_buf_release(&json);
}

static void tell_edit(const struct cli_task_job *change)
{
    const struct cli *cli = change->cli;
    struct qn_span result = {change->result.data, change->result.len};
    const char *name = cli->words[0];
    long long newest = (long long)cli_json_number(result, "newest", 0);
    struct qn_json_item item;
    bool is_new = cli_json_at(result, "new", &item) && qn_span_is(item.value, "true");

    if (newest > 0 && !is_new)
        fprintf(cli->term.out, "nothing is new: version %lld of %s stays the newest\n", newest,
                name);
    else if (newest > 0)
        fprintf(cli->term.out,
                "version %lld of %s is a draft: quern model diff %s shows what is new in it,\n"
                "quern model approve %s lets it answer\n",
                newest, name, name, name);
    else
        fprintf(cli->term.out, "the edits of %s are kept\n", name);
    if (cli_json_at(result, "hides", &item) && qn_span_is(item.value, "true"))
        fprintf(cli->term.out, "what it hides is still in versions and files of jobs before it;\n"
                               "its report is of the model alone until the next analysis\n");
    show_warnings(cli);
}

int cli_run_model_edit(struct cli *cli)
{
    struct cli_task_job change;
    struct qn_buf edits;
    struct qn_err err = {0};
    int rc = begin(&change, cli, "metadata.review", &err);

    qn_buf_init(&edits, QN_ARGS_MAX);
    if (rc == QN_OK)
        rc = read_edits(cli, &edits, &err);
    if (rc == QN_OK) {
        qn_json_add_key(&change.args, "edits");
        qn_buf_add(&change.args, edits.data, edits.len);
        add_if_hash(cli, &change.args);
    }
    qn_buf_release(&edits);
    int code = cli_task_job_run(&change, rc, &err);
    if (code == CLI_EXIT_OK && !cli->json)
        tell_edit(&change);
    cli_task_job_release(&change);
    return code;
}

/* ---- approve ---- */

static void tell_approval(const struct cli_task_job *change, int64_t version)
{
    struct qn_span result = {change->result.data, change->result.len};
    const struct cli *cli = change->cli;

    version = cli_json_number(result, "approved", version);
    if (version > 0)
        fprintf(cli->term.out, "version %lld of %s is approved\n", (long long)version,
                cli->words[0]);
    else
        fprintf(cli->term.out, "the newest version of %s is approved\n", cli->words[0]);
}

int cli_run_model_approve(struct cli *cli)
{
    int64_t version = 0; /* the newest */
    struct cli_task_job change;
    struct qn_err err = {0};
    int rc = begin(&change, cli, "metadata.review", &err);

    if (rc == QN_OK && cli->n_words > 1 &&
        (qn_str_to_i64(cli->words[1], &version) != QN_OK || version < 1))
        rc = qn_fail(&err, QN_EINVAL, "version \"%.40s\": a number from 1", cli->words[1]);
    qn_json_member_number(&change.args, "approve", version);
    add_if_hash(cli, &change.args);
    int code = cli_task_job_run(&change, rc, &err);
    if (code == CLI_EXIT_OK && !cli->json)
        tell_approval(&change, version);
    cli_task_job_release(&change);
    return code;
}
