/* directory.c - quern worker list, task list, task show: what programs told the
 * broker about themselves.
 */
#include "broker-client/limits.h"
#include "jobview.h"
#include "jsontext.h"
#include "link.h"
#include "run.h"
#include "typed.h"
#include <string.h>

#define TEXT_SIZE 512

/* {"key":[value,...]}, of the values that are whole JSON. */
static void print_json_list(const struct cli *cli, const char *key, const struct cli_pairs *pairs)
{
    const char *comma = "";

    fprintf(cli->term.out, "{\"%s\":[", key);
    for (size_t i = 0; i < pairs->n; i++) {
        struct qn_span json = pairs->all[i].value;
        if (qn_json_check(json.data, json.len, NULL, NULL) != QN_OK)
            continue;
        fprintf(cli->term.out, "%s\n %s", comma, json.data);
        comma = ",";
    }
    fputs("]}\n", cli->term.out);
}

static int with_pairs(struct cli *cli,
                      int (*read)(struct cli_link *link, struct cli_pairs *ret,
                                  struct qn_err *reterr),
                      int (*show)(const struct cli *cli, const struct cli_pairs *pairs,
                                  struct qn_err *reterr))
{
    struct cli_link link = {0};
    struct cli_pairs pairs = {0};
    struct qn_err err = {0};
    int rc = cli_link_open(&link, cli, &err);

    if (rc == QN_OK)
        rc = read(&link, &pairs, &err);
    if (rc == QN_OK)
        rc = show(cli, &pairs, &err);
    cli_pairs_release(&pairs);
    cli_link_close(&link);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}

/* ---- workers ---- */

/* "reports:3 default:1" */
static void queues_of(struct qn_span json, char *out, size_t size)
{
    struct qn_json_item list, item;
    struct qn_json_walk walk;
    size_t used = 0;

    out[0] = '\0';
    if (!cli_json_at(json, "queues", &list) ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK)
        return;
    while (qn_json_walk_next(&walk, &item) && used + 1 < size) {
        char name[64], weight[32];
        cli_json_text(item.value, "name", name, sizeof(name));
        cli_json_text(item.value, "weight", weight, sizeof(weight));
        int n = snprintf(out + used, size - used, "%s%s%s%s", used > 0 ? " " : "", name,
                         weight[0] ? ":" : "", weight);
        used += n > 0 ? (size_t)n : 0;
    }
}

/* True when it runs and could take a job. */
static bool state_of(struct qn_span json, char *out, size_t size)
{
    struct qn_json_item ready;
    bool blind = cli_json_at(json, "ready", &ready) && qn_span_is(ready.value, "false");

    cli_json_text(json, "state", out, size);
    bool running = strcmp(out, "running") == 0;
    if (running && blind)
        snprintf(out, size, "not ready");
    return running && !blind;
}

static void add_worker(struct cli_table *table, const struct cli_pair *worker)
{
    char text[TEXT_SIZE], busy[64];
    struct qn_span json = worker->value;
    bool whole = qn_json_check(json.data, json.len, NULL, NULL) == QN_OK;

    if (!whole)
        json = (struct qn_span){"{}", 2};
    cli_table_add(table, worker->name, CLI_PLAIN);
    cli_json_text(json, "host", text, sizeof(text));
    cli_table_add(table, text, CLI_PLAIN);
    cli_json_text(json, "pid", text, sizeof(text));
    cli_table_add(table, text, CLI_PLAIN);
    bool running = state_of(json, text, sizeof(text));
    cli_table_add(table, text, running ? CLI_GREEN : CLI_YELLOW);
    snprintf(busy, sizeof(busy), "%lld/%lld", (long long)cli_json_number(json, "busy", 0),
             (long long)cli_json_number(json, "concurrency", 0));
    cli_table_add(table, busy, CLI_PLAIN);
    cli_time_print(cli_json_number(json, "started_ms", 0), text);
    cli_table_add(table, text, CLI_DIM);
    queues_of(json, text, sizeof(text));
    cli_table_add(table, text, CLI_PLAIN);
}

static int show_workers(const struct cli *cli, const struct cli_pairs *workers,
                        struct qn_err *reterr)
{
    static const struct cli_column columns[] = {
        {"WORKER", false, false}, {"HOST", false, true}, {"PID", true, false},
        {"STATE", false, false},  {"BUSY", true, false}, {"SINCE", false, false},
        {"QUEUES", false, true},
    };
    struct cli_table *table;

    if (cli->json) {
        print_json_list(cli, "workers", workers);
        return QN_OK;
    }
    table = cli_table_create(columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < workers->n; i++)
        add_worker(table, &workers->all[i]);
    int rc = cli_table_print(table, &cli->term, 0, reterr);
    cli_table_free(table);
    if (rc == QN_OK && workers->n == 0 && cli->term.tty)
        fputs("no worker is alive; quern-worker starts one\n", cli->term.out);
    return rc;
}

int cli_run_worker_list(struct cli *cli)
{
    return with_pairs(cli, cli_link_workers, show_workers);
}

/* ---- tasks ---- */

static int show_tasks(const struct cli *cli, const struct cli_pairs *tasks, struct qn_err *reterr)
{
    static const struct cli_column columns[] = {
        {"TASK", false, false}, {"QUEUE", false, false}, {"SUMMARY", false, true}};
    struct cli_table *table;

    if (cli->json) {
        print_json_list(cli, "tasks", tasks);
        return QN_OK;
    }
    table = cli_table_create(columns, 3);
    for (size_t i = 0; i < tasks->n; i++) {
        char text[TEXT_SIZE];
        struct qn_span json = tasks->all[i].value;
        if (qn_json_check(json.data, json.len, NULL, NULL) != QN_OK)
            continue;
        cli_table_add(table, tasks->all[i].name, CLI_PLAIN);
        cli_json_text(json, "queue", text, sizeof(text));
        cli_table_add(table, text, CLI_PLAIN);
        cli_json_text(json, "summary", text, sizeof(text));
        cli_table_add(table, text, CLI_PLAIN);
    }
    int rc = cli_table_print(table, &cli->term, 0, reterr);
    cli_table_free(table);
    return rc;
}

int cli_run_task_list(struct cli *cli)
{
    return with_pairs(cli, cli_link_tasks, show_tasks);
}

static void add_param(struct cli_table *table, struct qn_span param)
{
    static const char *const keys[] = {"name", "type", "preset", "doc"};
    struct qn_json_item item;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char text[TEXT_SIZE];
        cli_json_text(param, keys[i], text, sizeof(text));
        if (i == 2 && cli_json_at(param, "required", &item) && qn_span_is(item.value, "true"))
            snprintf(text, sizeof(text), "(required)");
        cli_table_add(table, text, CLI_PLAIN);
    }
}

/* "in each queue at most 2 at once, 10/1m with a burst of 5" */
static void print_declared(const struct cli_term *term, struct qn_span json)
{
    int64_t concurrency = cli_json_number(json, "concurrency", 0);
    int64_t rate = cli_json_number(json, "rate", 0);
    int64_t burst = cli_json_number(json, "burst", rate);
    char text[QN_RATE_TEXT_SIZE];

    if (concurrency <= 0 && rate <= 0)
        return;
    fputs("\nin each queue", term->out);
    if (concurrency > 0)
        fprintf(term->out, " at most %lld at once%s", (long long)concurrency, rate > 0 ? "," : "");
    if (rate > 0) {
        qn_rate_print(rate, cli_json_number(json, "per_ms", 0), text);
        fprintf(term->out, " %s with a burst of %lld", text, (long long)burst);
    }
    fputs(", unless an operator set otherwise (quern limit list QUEUE)\n", term->out);
}

static int print_task(const struct cli *cli, const char *name, struct qn_span json,
                      struct qn_err *reterr)
{
    static const struct cli_column columns[] = {{"PARAMETER", false, false},
                                                {"TYPE", false, false},
                                                {"DEFAULT", false, true},
                                                {"MEANING", false, true}};
    struct cli_table *table = cli_table_create(columns, 4);
    struct qn_json_item params, param;
    struct qn_json_walk walk;
    char summary[TEXT_SIZE];

    cli_json_text(json, "summary", summary, sizeof(summary));
    cli_say(&cli->term, CLI_BOLD, name);
    fputs("  ", cli->term.out);
    cli_say(&cli->term, CLI_PLAIN, summary);
    fputs("\n\n", cli->term.out);
    if (cli_json_at(json, "params", &params) &&
        qn_json_walk_init(&walk, params.value.data, params.value.len) == QN_OK)
        while (qn_json_walk_next(&walk, &param))
            add_param(table, param.value);
    int rc = cli_table_print(table, &cli->term, 2, reterr);
    cli_table_free(table);
    if (rc == QN_OK)
        print_declared(&cli->term, json);
    return rc;
}

static int show_task(const struct cli *cli, const struct cli_pairs *tasks, struct qn_err *reterr)
{
    struct qn_span json;
    int rc = cli_task_find(tasks, cli->words[0], &json, reterr);

    if (rc != QN_OK)
        return rc;
    if (!cli->json)
        return print_task(cli, cli->words[0], json, reterr);
    fprintf(cli->term.out, "%s\n", json.data);
    return QN_OK;
}

int cli_run_task_show(struct cli *cli)
{
    return with_pairs(cli, cli_link_tasks, show_task);
}
