#include "completion_names.h"
#include "broker-client/settings.h"
#include "common/mem.h"
#include "cron/zone.h"
#include "jsontext.h"
#include "link.h"
#include "link_schedule.h"
#include "model.h"
#include "typed.h"
#include <string.h>

#define PATIENCE  "500ms"
#define WORD_SIZE 512

void cli_names_setting(struct cli_names_line *line, const char *name, const char *value)
{
    for (int i = 0; i < qn_settings_n; i++) {
        bool is_it = strcmp(qn_settings[i].name, name) == 0;
        if (!is_it || !(qn_settings[i].programs & QN_PROG_CLI) || line->n == CLI_NAMES_SETTINGS_MAX)
            continue;
        line->settings[line->n].name = name;
        line->settings[line->n++].value = value;
    }
}

static int load(struct qn_config *ret, const struct cli_names_line *line)
{
    char words[CLI_NAMES_SETTINGS_MAX + 2][WORD_SIZE] = {"quern"};
    char *argv[CLI_NAMES_SETTINGS_MAX + 3] = {words[0]};
    struct qn_err err;
    int n = 1, used;

    for (int i = 0; i < line->n; i++, n++) {
        snprintf(words[n], WORD_SIZE, "--%s=%s", line->settings[i].name, line->settings[i].value);
        argv[n] = words[n];
    }
    snprintf(words[n], WORD_SIZE, "--broker-timeout=" PATIENCE);
    argv[n] = words[n];
    return qn_settings_load(ret, QN_PROG_CLI, n + 1, argv, &used, &err);
}

/* What could be something else to a shell is not offered. */
static bool is_plain(const char *name)
{
    return name[0] != '\0' && name[0] != '-' &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789_.-")] == '\0';
}

static void each_param(const struct cli_pairs *tasks, const char *task, cli_name_fn *fn, void *arg)
{
    struct qn_span definition;
    struct qn_json_item item;
    struct qn_json_walk walk;
    char name[128], word[130];

    if (!task || cli_task_find(tasks, task, &definition, NULL) != QN_OK ||
        !qn_json_find(definition.data, definition.len, "params", &item) ||
        qn_json_walk_init(&walk, item.value.data, item.value.len) != QN_OK)
        return;
    while (qn_json_walk_next(&walk, &item)) {
        cli_json_text(item.value, "name", name, sizeof(name));
        if (!is_plain(name))
            continue;
        snprintf(word, sizeof(word), "%s=", name);
        fn(arg, word);
    }
}

/* Lines of the table: countries, coordinates, zone, comments. */
static void each_zone(cli_name_fn *fn, void *arg)
{
    FILE *file = fopen(QN_ZONE_DIR "/zone1970.tab", "re");
    char line[512], *rest;

    fn(arg, "UTC");
    while (file && fgets(line, sizeof(line), file)) {
        rest = line;
        for (int column = 0; column < 2 && rest; column++)
            (void)strsep(&rest, "\t");
        const char *name = line[0] != '#' && rest ? strsep(&rest, "\t\n") : NULL;
        if (name && qn_zone_name_ok(name))
            fn(arg, name);
    }
    if (file)
        fclose(file);
}

static int ask(struct cli_link *link, enum cli_names what, struct cli_pairs *ret)
{
    switch (what) {
    case CLI_NAMES_TASKS:
    case CLI_NAMES_PARAMS:
        return cli_link_tasks(link, ret, NULL);
    case CLI_NAMES_QUEUES:
        return cli_link_queues(link, ret, NULL);
    case CLI_NAMES_WORKERS:
        return cli_link_workers(link, ret, NULL);
    case CLI_NAMES_SCHEDULES:
    case CLI_NAMES_MODELS:
    case CLI_NAMES_ZONES:
    case CLI_NAMES_NONE:
        break;
    }
    return QN_ENOTFOUND;
}

static void each_schedule(struct cli_link *link, cli_name_fn *fn, void *arg)
{
    struct cli_schedules schedules;

    if (cli_link_schedules(link, &schedules, NULL) == QN_OK)
        for (size_t i = 0; i < schedules.n; i++)
            if (is_plain(schedules.all[i].name))
                fn(arg, schedules.all[i].name);
    cli_schedules_release(&schedules);
}

static void each_model(const struct qn_config *config, cli_name_fn *fn, void *arg)
{
    struct cli_model_names *names = qn_alloc(sizeof(*names));

    if (names && cli_model_list(config, names, NULL) == QN_OK)
        for (size_t i = 0; i < names->n; i++)
            fn(arg, names->all[i]);
    qn_free(names);
}

void cli_names_each(enum cli_names what, const struct cli_names_line *line, const char *of,
                    cli_name_fn *fn, void *arg)
{
    struct cli cli = {0};
    struct cli_link link = {0};
    struct cli_pairs pairs = {0};

    if (what == CLI_NAMES_ZONES) {
        each_zone(fn, arg);
        return;
    }
    if (load(&cli.config, line) != QN_OK)
        return;
    if (what == CLI_NAMES_MODELS)
        each_model(&cli.config, fn, arg);
    bool linked = what != CLI_NAMES_MODELS && cli_link_open(&link, &cli, NULL) == QN_OK;
    if (linked && what == CLI_NAMES_SCHEDULES)
        each_schedule(&link, fn, arg);
    else if (linked && ask(&link, what, &pairs) == QN_OK) {
        if (what == CLI_NAMES_PARAMS)
            each_param(&pairs, of, fn, arg);
        for (size_t i = 0; i < pairs.n && what != CLI_NAMES_PARAMS; i++)
            if (is_plain(pairs.all[i].name))
                fn(arg, pairs.all[i].name);
    }
    cli_pairs_release(&pairs);
    cli_link_close(&link);
    qn_config_release(&cli.config);
}
