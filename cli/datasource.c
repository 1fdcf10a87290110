/* datasource.c - quern datasource: quern-worker does it, which has the library for PostgreSQL.
 *
 * It takes the place of this program, with the same words, terminal and exit code. The address
 * of a database goes over in the environment: arguments can be seen by everybody.
 */
#include "cli.h"
#include "folder.h"
#include "programs.h"
#include "run.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define URL_OPTION "url"
#define URL_ENV    "QUERN_DATASOURCE_URL"
#define NAME_SIZE  64
#define ARGS_MAX   (CLI_WORDS_MAX + 2 * CLI_OPTIONS_MAX + 8)

struct args {
    const char *argv[ARGS_MAX];
    int n;
    char names[CLI_OPTIONS_MAX][NAME_SIZE];
};

static void add(struct args *args, const char *word)
{
    if (args->n < ARGS_MAX - 1)
        args->argv[args->n++] = word;
}

static int add_option(struct args *args, const struct cli *cli, int i, struct qn_err *reterr)
{
    const struct cli_option *option = cli->options[i].option;

    if (strcmp(option->name, URL_OPTION) == 0)
        return setenv(URL_ENV, cli->options[i].value, 1) == 0 ? QN_OK
                                                              : qn_fail_sys(reterr, URL_ENV);
    snprintf(args->names[i], NAME_SIZE, "--%s", option->name);
    add(args, args->names[i]);
    if (option->value)
        add(args, cli->options[i].value);
    return QN_OK;
}

static int build(struct args *args, const struct cli *cli, struct qn_err *reterr)
{
    int rc = QN_OK;

    add(args, "datasource");
    add(args, strchr(cli->command->name, ' ') + 1);
    for (int i = 0; i < cli->n_words; i++)
        add(args, cli->words[i]);
    for (int i = 0; i < cli->n_options && rc == QN_OK; i++)
        rc = add_option(args, cli, i, reterr);
    if (cli->json)
        add(args, "--json");
    return rc;
}

int cli_run_datasource(struct cli *cli)
{
    char path[CLI_PATH_SIZE];
    struct args args = {.n = 0};
    struct qn_err err = {0};

    int rc = cli_program_path(path, "quern-worker", &err);
    add(&args, path);
    if (rc == QN_OK)
        rc = build(&args, cli, &err);
    if (rc == QN_OK)
        rc = qn_config_export(&cli->config, &err);
    if (rc != QN_OK)
        return cli_fail(cli, &err);
    fflush(NULL);
    execv(path, (char *const *)(uintptr_t)args.argv); /* which does not write to them */
    qn_fail_sys(&err, "%s", path);
    return cli_fail(cli, &err);
}
