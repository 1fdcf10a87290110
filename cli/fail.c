#include "cli.h"
#include "common/json.h"
#include <string.h>

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

/* What Redis refused by itself, by the word that its answer begins with. */
static const struct {
    const char *word, *hint;
} refusals[] = {
    {"NOAUTH ", "it wants a password: redis://:PASSWORD@HOST, or redis://USER:PASSWORD@HOST,\n"
                "  in --broker-url or QUERN_BROKER_URL"},
    {"WRONGPASS ", "user or password are wrong: redis://:PASSWORD@HOST, or\n"
                   "  redis://USER:PASSWORD@HOST, in --broker-url or QUERN_BROKER_URL"},
    {"ERR AUTH ", "the address has a password, and this Redis knows of none:\n"
                  "  take it out of --broker-url or QUERN_BROKER_URL"},
    {"NOPERM ", "this user may not do that; ACL SETUSER of Redis gives the right"},
    {"READONLY ", "this Redis is a replica: the address of the primary belongs into\n"
                  "  --broker-url or QUERN_BROKER_URL"},
    {"Redis is a replica ", "the address of the primary belongs into --broker-url or\n"
                            "  QUERN_BROKER_URL"},
    {"OOM ", "the broker is full: workers go on and make room; more of it gives\n"
             "  maxmemory of Redis, or quern dead-letter delete"},
    {"MISCONF ", "Redis cannot write to its disk and takes nothing until it can; its log says why"},
    {"LOADING ", "Redis is reading its data; wait until it has"},
    {"MASTERDOWN ", "this Redis is a replica that lost its primary: give the address of the\n"
                    "  primary in --broker-url or QUERN_BROKER_URL"},
    {"DENIED ",
     "Redis is in protected mode: it wants a password, or to be asked from its own host"},
};

/* NULL: the answer was none of these. */
static const char *hint_of(const char *text)
{
    static const char said[] = "broker: ";

    for (const char *at = text; (at = strstr(at, said)) != NULL;) {
        at += strlen(said);
        for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
            if (strncmp(at, refusals[i].word, strlen(refusals[i].word)) == 0)
                return refusals[i].hint;
    }
    return NULL;
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
    if (!hint)
        hint = hint_of(err->msg);
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
