/* about.c - quern dev, config, version, help: what needs no broker. */
#include "broker-client/settings.h"
#include "cli.h"
#include "common/json.h"
#include "common/mem.h"
#include "dev.h"
#include "link.h"
#include "postgres_server.h"
#include "run.h"
#include <string.h>

static int read_scale(const struct cli *cli, struct cli_dev_options *options, struct qn_err *reterr)
{
    int64_t scale;
    int rc = cli_option_number(cli, "scale", 0, &scale, reterr);

    if (rc == QN_OK && cli_option(cli, "scale") && (scale < 1 || scale > CLI_SCALE_MAX))
        return qn_fail(reterr, QN_EINVAL, "--scale: 1 to %d", CLI_SCALE_MAX);
    options->scale = (int)scale;
    return rc;
}

/* On the line, not in the environment: there it may be that of a quern dev. */
static const char *given_broker(const struct cli *cli)
{
    const struct qn_value *value = qn_config_value(&cli->config, "broker-url");

    return value->origin == QN_FROM_ARGS ? qn_config_text(&cli->config, "broker-url") : NULL;
}

static int check_dev(const struct cli *cli, const struct cli_dev_options *options,
                     struct qn_err *reterr)
{
    struct cli_link link = {0};

    if (options->once && !options->demo)
        return qn_fail(reterr, QN_EINVAL, "--once goes with --demo");
    if (options->sample && options->database_url)
        return qn_fail(reterr, QN_EINVAL,
                       "--demo, --sample and --scale are for the private PostgreSQL, not for "
                       "--database-url");
    if (!options->broker_url)
        return QN_OK;
    int rc = cli_link_open(&link, cli, reterr);
    cli_link_close(&link);
    return rc;
}

/* Those of the bundled tasks, unless somebody said which: one worker is all there is. */
static const char *queues_of(const struct cli *cli)
{
    const char *given = cli_option(cli, "queues");
    bool is_preset = qn_config_value(&cli->config, "queues")->origin == QN_FROM_PRESET;

    return given || !is_preset ? given : "default,orders,mail,upkeep";
}

int cli_run_dev(struct cli *cli)
{
    const char *data = cli_option(cli, "data");
    struct cli_dev_options options = {.data = data ? data : ".data",
                                      .demo = cli_flag(cli, "demo"),
                                      .once = cli_flag(cli, "once"),
                                      .verbose = cli_flag(cli, "verbose"),
                                      .quiet = cli_flag(cli, "quiet"),
                                      .broker_url = given_broker(cli),
                                      .cache_url = cli_option(cli, "cache-url"),
                                      .database_url = cli_option(cli, "database-url"),
                                      .task_path = cli_option(cli, "task-path"),
                                      .queues = queues_of(cli),
                                      .concurrency = cli_option(cli, "concurrency"),
                                      .self = cli->self};
    struct qn_err err = {0};
    int rc = read_scale(cli, &options, &err);

    options.sample = cli_flag(cli, "sample") || options.demo || options.scale > 0;
    if (rc == QN_OK)
        rc = check_dev(cli, &options, &err);
    return rc == QN_OK ? cli_dev_run(&options, &cli->term) : cli_fail(cli, &err);
}

static const char *origin_of(const struct qn_value *value)
{
    static const char *const origins[] = {[QN_FROM_PRESET] = "default",
                                          [QN_FROM_FILE] = "file",
                                          [QN_FROM_ENV] = "environment",
                                          [QN_FROM_ARGS] = "arguments"};

    return origins[value->origin];
}

static void add_setting(struct qn_buf *out, const struct qn_config *config, size_t row)
{
    const struct qn_value *value = &config->values[row];
    char shown[512];

    qn_config_show(config, row, shown, sizeof(shown));
    qn_buf_add_str(out, row > 0 ? ",\n {" : "\n {");
    qn_json_add_key(out, "name");
    qn_json_add_str(out, config->table[row].name);
    qn_json_add_key(out, "value");
    qn_json_add_str(out, shown);
    qn_json_add_key(out, "origin");
    qn_json_add_str(out, origin_of(value));
    qn_json_add_key(out, "source");
    qn_json_add_str(out, value->source);
    qn_buf_add_byte(out, '}');
}

static int config_json(struct cli *cli)
{
    struct qn_buf out;

    qn_buf_init(&out, 1024 * 1024);
    qn_buf_add_byte(&out, '[');
    for (size_t i = 0; i < cli->config.n; i++)
        add_setting(&out, &cli->config, i);
    qn_buf_add_str(&out, "\n]\n");
    fputs(out.data, cli->term.out);
    int rc = qn_buf_status(&out);
    qn_buf_release(&out);
    return cli_exit_of(rc);
}

static int config_table(struct cli *cli)
{
    static const struct cli_column columns[] = {
        {"SETTING", false, false}, {"VALUE", false, true}, {"FROM", false, true}};
    struct cli_table *table = cli_table_create(columns, 3);
    struct qn_err err = {0};

    for (size_t i = 0; i < cli->config.n; i++) {
        const struct qn_value *value = &cli->config.values[i];
        char shown[512];
        qn_config_show(&cli->config, i, shown, sizeof(shown));
        cli_table_add(table, cli->config.table[i].name, CLI_PLAIN);
        cli_table_add(table, shown, value->origin == QN_FROM_PRESET ? CLI_DIM : CLI_PLAIN);
        cli_table_add(table, value->source[0] != '\0' ? value->source : origin_of(value), CLI_DIM);
    }
    int rc = cli_table_print(table, &cli->term, 0, &err);
    cli_table_free(table);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}

int cli_run_config(struct cli *cli)
{
    return cli->json ? config_json(cli) : config_table(cli);
}

int cli_run_version(struct cli *cli)
{
    fprintf(cli->term.out, cli->json ? "{\"version\":\"%s\"}\n" : "quern %s\n", QUERN_VERSION);
    return CLI_EXIT_OK;
}

int cli_run_help(struct cli *cli)
{
    char name[128];
    struct qn_err err = {0};

    if (cli->n_words == 0)
        return cli_help(NULL, cli->term.out);
    snprintf(name, sizeof(name), "%.40s%s%.40s", cli->words[0], cli->n_words > 1 ? " " : "",
             cli->n_words > 1 ? cli->words[1] : "");
    for (size_t i = 0; i < cli_commands_n; i++)
        if (strcmp(cli_commands[i].name, name) == 0)
            return cli_help(&cli_commands[i], cli->term.out);
    if (cli->n_words == 1 && cli_help_group(name, cli->term.out) == CLI_EXIT_OK)
        return CLI_EXIT_OK;
    qn_fail(&err, QN_EINVAL, "there is no command %s", name);
    return cli_fail_as(cli, CLI_EXIT_USAGE, &err, "see quern help");
}
