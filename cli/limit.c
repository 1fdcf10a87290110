/* limit.c - quern limit list, set, remove: what may run at once, and how often. */
#include "broker-client/limits.h"
#include "broker-client/queue_json.h"
#include "common/str.h"
#include "link_operate.h"
#include "run.h"
#include <string.h>

#define JSON_MAX (1024 * 1024)

static const struct cli_column columns[] = {
    {"SCOPE", false, true}, {"AT ONCE", true, false}, {"RATE", true, false},
    {"BURST", true, false}, {"RUNNING", true, false}, {"WAITING", true, false},
    {"NEXT", true, false},  {"BY", false, false},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static int open_queue(struct cli_link *link, const struct cli *cli, struct qn_err *reterr)
{
    int rc = cli_link_open(link, cli, reterr);

    return rc == QN_OK ? cli_link_find_queue(link, cli->words[0], reterr) : rc;
}

/* ---- list ---- */

static void add_row(struct cli_table *table, const struct qn_limit *limit, int64_t now_ms)
{
    char text[QN_RATE_TEXT_SIZE] = "";

    cli_table_add(table, limit->scope, CLI_PLAIN);
    if (limit->concurrency > 0)
        cli_table_add_number(table, limit->concurrency);
    else
        cli_table_add(table, "", CLI_PLAIN);
    if (limit->rate > 0)
        qn_rate_print(limit->rate, limit->per_ms, text);
    cli_table_add(table, text, CLI_PLAIN);
    snprintf(text, sizeof(text), "%lld",
             (long long)(limit->burst > 0 ? limit->burst : limit->rate));
    cli_table_add(table, limit->rate > 0 ? text : "", CLI_PLAIN);
    if (strcmp(limit->scope, "key:*") == 0) {
        cli_table_add(table, "each", CLI_PLAIN);
        cli_table_add(table, "each", CLI_PLAIN);
    } else {
        cli_table_add_number(table, limit->running);
        cli_table_add_number(table, limit->held);
    }
    text[0] = '\0';
    if (limit->next_at_ms > now_ms)
        qn_ms_to_str(limit->next_at_ms - now_ms, text);
    cli_table_add(table, text, CLI_PLAIN);
    cli_table_add(table, limit->declared ? "task" : "operator", CLI_PLAIN);
}

static int print(const struct cli *cli, const struct cli_limits *limits, struct qn_err *reterr)
{
    struct cli_table *table = cli_table_create(columns, COLUMNS);
    struct qn_buf json;
    int rc = QN_OK;

    qn_buf_init(&json, JSON_MAX);
    for (size_t i = 0; i < limits->n; i++) {
        add_row(table, &limits->all[i], limits->now_ms);
        qn_buf_add_str(&json, i > 0 ? ",\n " : "\n ");
        qn_queue_json_limit(&json, &limits->all[i]);
    }
    if (cli->json)
        fprintf(cli->term.out, "{\"limits\":[%s]}\n", json.len > 0 ? json.data : "");
    else if (limits->n == 0)
        fprintf(cli->term.out, "%s has no limits\n", cli->words[0]);
    else
        rc = cli_table_print(table, &cli->term, 0, reterr);
    cli_table_free(table);
    qn_buf_release(&json);
    return rc;
}

int cli_run_limit_list(struct cli *cli)
{
    struct cli_link link = {0};
    struct cli_limits limits = {0};
    struct qn_err err = {0};
    int rc = open_queue(&link, cli, &err);

    if (rc == QN_OK)
        rc = cli_link_limits(&link, cli->words[0], &limits, &err);
    if (rc == QN_OK)
        rc = print(cli, &limits, &err);
    cli_limits_release(&limits);
    cli_link_close(&link);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}

/* ---- set, remove ---- */

static int read_rate(const char *text, struct qn_limit *limit, struct qn_err *reterr)
{
    const struct qn_span rate = {.data = text, .len = text ? strlen(text) : 0};

    return !text || qn_rate_read(rate, &limit->rate, &limit->per_ms)
               ? QN_OK
               : qn_fail(reterr, QN_EINVAL, "--rate: \"%.40s\" is not like 10/1m or 100/1h", text);
}

static int read_limit(const struct cli *cli, struct qn_limit *limit, struct qn_err *reterr)
{
    *limit = (struct qn_limit){.scope = cli->words[1]};
    if (!qn_limit_scope_ok(limit->scope))
        return qn_fail(reterr, QN_EINVAL, "scope \"%.80s\": it is task:TASK, key:KEY or key:*",
                       limit->scope);
    int rc = cli_option_number(cli, "concurrency", 0, &limit->concurrency, reterr);
    if (rc == QN_OK)
        rc = read_rate(cli_option(cli, "rate"), limit, reterr);
    if (rc == QN_OK)
        rc = cli_option_number(cli, "burst", 0, &limit->burst, reterr);
    if (rc == QN_OK && limit->burst > 0 && limit->rate == 0)
        return qn_fail(reterr, QN_EINVAL, "--burst goes with --rate");
    return rc;
}

static int send(const struct cli *cli, const struct qn_limit *limit, const char *done,
                const char *was)
{
    struct cli_link link = {0};
    struct qn_err err = {0};
    bool changed = false;
    int rc = open_queue(&link, cli, &err);

    if (rc == QN_OK)
        rc = cli_link_limit(&link, cli->words[0], limit, &changed, &err);
    cli_link_close(&link);
    if (rc != QN_OK)
        return cli_fail(cli, &err);
    if (cli->json)
        fprintf(cli->term.out, "{\"queue\":\"%s\",\"scope\":\"%s\",\"changed\":%s}\n",
                cli->words[0], limit->scope, changed ? "true" : "false");
    else
        fprintf(cli->term.out, "%s %s %s\n", cli->words[0], limit->scope, changed ? done : was);
    return CLI_EXIT_OK;
}

int cli_run_limit_set(struct cli *cli)
{
    struct qn_limit limit;
    struct qn_err err = {0};

    if (read_limit(cli, &limit, &err) != QN_OK)
        return cli_fail(cli, &err);
    if (limit.concurrency == 0 && limit.rate == 0) {
        qn_fail(&err, QN_EINVAL, "too little is said: --concurrency N, --rate N/TIME or both");
        return cli_fail_as(cli, CLI_EXIT_USAGE, &err, "quern limit remove takes a limit away");
    }
    return send(cli, &limit, "is limited now", "had this limit before");
}

int cli_run_limit_remove(struct cli *cli)
{
    struct qn_limit limit;
    struct qn_err err = {0};

    if (read_limit(cli, &limit, &err) != QN_OK)
        return cli_fail(cli, &err);
    return send(cli, &limit, "has no limit any more", "had no limit before");
}

/* ---- budget ---- */

static void tell_budget(const struct cli *cli, const struct qn_stats *stats)
{
    char bytes[QN_MS_TEXT_SIZE], most[QN_MS_TEXT_SIZE], jobs[32];

    if (cli->json) {
        fprintf(cli->term.out,
                "{\"queue\":\"%s\",\"max_jobs\":%lld,\"max_bytes\":%lld,\"bytes\":%lld}\n",
                cli->words[0], (long long)stats->max_jobs, (long long)stats->max_bytes,
                (long long)stats->bytes);
        return;
    }
    qn_bytes_to_str(stats->bytes, bytes);
    const char *unit = bytes[strspn(bytes, "0123456789")] == '\0' ? " bytes" : "";
    qn_bytes_to_str(stats->max_bytes, most);
    snprintf(jobs, sizeof(jobs), "%lld", (long long)stats->max_jobs);
    fprintf(cli->term.out, "%s holds %s%s of live jobs; at most %s jobs, %s\n", cli->words[0],
            bytes, unit, stats->max_jobs > 0 ? jobs : "any number of",
            stats->max_bytes > 0 ? most : "any size");
}

/* What is not named stays as it is. */
static int read_budget(const struct cli *cli, struct qn_stats *stats, struct qn_err *reterr)
{
    const char *bytes = cli_option(cli, "bytes");
    int rc = cli_option_number(cli, "jobs", stats->max_jobs, &stats->max_jobs, reterr);

    if (rc == QN_OK && bytes && qn_str_to_bytes(bytes, &stats->max_bytes) != QN_OK)
        return qn_fail(reterr, QN_EINVAL, "--bytes: \"%.40s\" is no size such as 64MiB", bytes);
    if (cli_flag(cli, "none"))
        stats->max_jobs = stats->max_bytes = 0;
    return rc;
}

int cli_run_queue_budget(struct cli *cli)
{
    struct cli_link link = {0};
    struct qn_stats stats = {0};
    struct qn_err err = {0};
    int64_t now_ms;
    bool set = cli_option(cli, "jobs") || cli_option(cli, "bytes") || cli_flag(cli, "none");
    int rc = open_queue(&link, cli, &err);

    if (rc == QN_OK)
        rc = cli_link_figures(&link, cli->words[0], &stats, &now_ms, &err);
    if (rc == QN_OK)
        rc = read_budget(cli, &stats, &err);
    if (rc == QN_OK && set)
        rc = cli_link_budget(&link, cli->words[0], stats.max_jobs, stats.max_bytes, &err);
    cli_link_close(&link);
    if (rc != QN_OK)
        return cli_fail(cli, &err);
    tell_budget(cli, &stats);
    return CLI_EXIT_OK;
}
