#include "cli.h"
#include "common/json.h"

struct row {
    int rc;
    enum cli_exit code;
    const char *name; /* in JSON */
};

static const struct row rows[] = {
    {QN_EINVAL, CLI_EXIT_USAGE, "invalid"},
    {QN_ELIMIT, CLI_EXIT_USAGE, "invalid"},
    {QN_ENOTFOUND, CLI_EXIT_NOT_FOUND, "not_found"},
    {QN_EEXISTS, CLI_EXIT_CONFLICT, "conflict"},
    {QN_ESTATE, CLI_EXIT_CONFLICT, "conflict"},
    {QN_ECONN, CLI_EXIT_UNAVAILABLE, "unavailable"},
    {QN_ETIMEOUT, CLI_EXIT_UNAVAILABLE, "unavailable"},
    {QN_EUNKNOWN, CLI_EXIT_UNAVAILABLE, "unavailable"},
    {QN_EFULL, CLI_EXIT_UNAVAILABLE, "unavailable"},
};

int cli_exit_of(int rc)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].rc == rc)
            return (int)rows[i].code;
    return rc == QN_OK ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

static const char *name_of(enum cli_exit code)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].code == code)
            return rows[i].name;
    return code == CLI_EXIT_TIMEOUT ? "timeout" : "failed";
}

static void print_json(enum cli_exit code, const struct qn_err *err)
{
    struct qn_buf line;

    qn_buf_init(&line, 4096);
    qn_buf_add_str(&line, "{\"error\":");
    qn_json_add_str(&line, err->msg);
    qn_buf_printf(&line, ",\"code\":\"%s\",\"exit\":%d}\n", name_of(code), (int)code);
    fputs(line.data, stderr);
    qn_buf_release(&line);
}

static void print_broker_hint(const struct cli *cli)
{
    char url[256] = "";

    if (cli->config.values) {
        const struct qn_value *value = qn_config_value(&cli->config, "broker-url");
        qn_config_show(&cli->config, (size_t)(value - cli->config.values), url, sizeof(url));
    }
    fprintf(
        stderr,
        "  The broker was looked for at %s;\n"
        "  --broker-url or QUERN_BROKER_URL says where it is, quern dev starts a private one.\n",
        url);
}

int cli_fail_as(const struct cli *cli, enum cli_exit code, const struct qn_err *err,
                const char *hint)
{
    struct cli_term term;

    fflush(cli->term.out);
    if (cli->json) {
        print_json(code, err);
        return (int)code;
    }
    cli_term_init(&term, stderr);
    cli_say(&term, CLI_RED, "quern: ");
    cli_say(&term, CLI_PLAIN, err->msg);
    fputc('\n', stderr);
    if (hint)
        fprintf(stderr, "  %s\n", hint);
    else if (code == CLI_EXIT_UNAVAILABLE)
        print_broker_hint(cli);
    return (int)code;
}

int cli_fail(const struct cli *cli, const struct qn_err *err)
{
    return cli_fail_as(cli, (enum cli_exit)cli_exit_of(err->code), err, NULL);
}
