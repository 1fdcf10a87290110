/* queue.c - quern queue list, pause, resume; drain and purge are in queue_empty.c. */
#include "common/json.h"
#include "common/json_member.h"
#include "common/str.h"
#include "jobview.h"
#include "link_operate.h"
#include "run.h"
#include "statsview.h"
#include <string.h>

#define JSON_MAX (4 * 1024 * 1024)

static const struct cli_column columns[] = {
    {"QUEUE", false, true},  {"QUEUED", true, false}, {"RUN", true, false},
    {"SCHED", true, false},  {"RETRY", true, false},  {"FAILED", true, false},
    {"DONE", true, false},   {"OLDEST", true, false}, {"WORKERS", true, false},
    {"STATE", false, false},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void add_row(struct cli_table *table, const char *queue, const struct qn_stats *stats,
                    int64_t now_ms)
{
    char age[CLI_TIME_SIZE] = "";
    enum cli_colour colour;

    if (stats->oldest_ms != QN_NO_TIME)
        cli_age_print(now_ms - stats->oldest_ms, age);
    cli_table_add(table, queue, CLI_PLAIN);
    cli_table_add_number(table, qn_stats_queued(stats));
    cli_table_add_number(table, stats->running);
    cli_table_add_number(table, stats->scheduled);
    cli_table_add_number(table, stats->retrying);
    cli_table_add_number(table, stats->failed);
    cli_table_add_number(table, stats->succeeded);
    cli_table_add(table, age, CLI_PLAIN);
    cli_table_add_number(table, stats->workers);
    const char *state = cli_queue_state(stats, &colour);
    cli_table_add(table, state, colour);
}

static void add_json(struct qn_buf *out, const char *queue, const struct qn_stats *stats)
{
    const struct {
        const char *key;
        int64_t number;
    } members[] = {
        {"queued", qn_stats_queued(stats)},
        {"parked", stats->parked},
        {"bytes", stats->bytes},
        {"max_jobs", stats->max_jobs},
        {"max_bytes", stats->max_bytes},
        {"running", stats->running},
        {"scheduled", stats->scheduled},
        {"retrying", stats->retrying},
        {"failed", stats->failed},
        {"workers", stats->workers},
        {"enqueued_total", stats->enqueued},
        {"succeeded_total", stats->succeeded},
        {"failed_total", stats->failures},
        {"cancelled_total", stats->cancelled},
        {"expired_total", stats->expired},
        {"retried_total", stats->retried},
        {"recovered_total", stats->recovered},
    };

    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "name");
    qn_json_add_str(out, queue);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        qn_json_add_key(out, members[i].key);
        qn_json_add_i64(out, members[i].number);
    }
    qn_json_add_key(out, "paused");
    qn_buf_add_str(out, stats->paused_ms != QN_NO_TIME ? "true" : "false");
    qn_json_add_key(out, "draining");
    qn_buf_add_str(out, stats->draining_ms != QN_NO_TIME ? "true" : "false");
    qn_json_member_time(out, "oldest_enqueued_at", stats->oldest_ms);
    qn_buf_add_byte(out, '}');
}

/* Every queue into table and json. */
static int read_queues(struct cli_link *link, struct cli_table *table, struct qn_buf *json,
                       struct qn_err *reterr)
{
    struct cli_pairs queues = {0};
    int rc = cli_link_queues(link, &queues, reterr);

    for (size_t i = 0; i < queues.n && rc == QN_OK; i++) {
        struct qn_stats stats;
        int64_t now_ms;
        rc = cli_link_figures(link, queues.all[i].name, &stats, &now_ms, reterr);
        if (rc != QN_OK)
            break;
        add_row(table, queues.all[i].name, &stats, now_ms);
        qn_buf_add_str(json, i > 0 ? ",\n " : "\n ");
        add_json(json, queues.all[i].name, &stats);
    }
    cli_pairs_release(&queues);
    return rc;
}

int cli_run_queue_list(struct cli *cli)
{
    struct cli_link link = {0};
    struct cli_table *table = cli_table_create(columns, COLUMNS);
    struct qn_err err = {0};
    struct qn_buf json;
    int rc = cli_link_open(&link, cli, &err);

    qn_buf_init(&json, JSON_MAX);
    if (rc == QN_OK)
        rc = read_queues(&link, table, &json, &err);
    if (rc == QN_OK && cli->json)
        fprintf(cli->term.out, "{\"queues\":[%s]}\n", json.data);
    else if (rc == QN_OK)
        rc = cli_table_print(table, &cli->term, 0, &err);
    cli_link_close(&link);
    cli_table_free(table);
    qn_buf_release(&json);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}

/* ---- pause, resume ---- */

static void tell(const struct cli *cli, bool paused, bool changed)
{
    const char *queue = cli->words[0], *state = paused ? "paused" : "open";

    if (cli->json)
        fprintf(cli->term.out, "{\"queue\":\"%s\",\"paused\":%s,\"changed\":%s}\n", queue,
                paused ? "true" : "false", changed ? "true" : "false");
    else
        fprintf(cli->term.out, changed ? "%s is %s now\n" : "%s was %s before\n", queue, state);
}

static int set_paused(const struct cli *cli, bool paused)
{
    struct cli_link link = {0};
    struct qn_err err = {0};
    bool changed = false;
    int rc = cli_link_open(&link, cli, &err);

    if (rc == QN_OK)
        rc = cli_link_find_queue(&link, cli->words[0], &err);
    if (rc == QN_OK)
        rc = cli_link_gate(&link, cli->words[0], paused ? QN_GATE_PAUSED : QN_GATE_OPEN, &changed,
                           &err);
    cli_link_close(&link);
    if (rc != QN_OK)
        return cli_fail(cli, &err);
    tell(cli, paused, changed);
    return CLI_EXIT_OK;
}

int cli_run_queue_pause(struct cli *cli)
{
    return set_paused(cli, true);
}

int cli_run_queue_resume(struct cli *cli)
{
    return set_paused(cli, false);
}
