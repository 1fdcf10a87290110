/* deadletter_list.c - quern dead-letter list. */
#include "broker-client/job_json.h"
#include "common/clock.h"
#include "deadletter.h"
#include "jobview.h"
#include "run.h"
#include <string.h>

#define LIMIT_DEFAULT 20
#define LIMIT_MAX     10000
#define JSON_MAX      (64 * 1024 * 1024)

static const struct cli_column columns[] = {
    {"ID", false, false}, {"TASK", false, true}, {"CAUSE", false, false},
    {"TRY", true, false}, {"WHEN", true, false}, {"ERROR", false, true},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct listing {
    const struct cli *cli;
    int64_t limit, found, shown;
    bool counts; /* what does not fit into the limit too */
    struct cli_table *table;
    struct qn_buf json;
};

static void add_row(struct cli_table *table, const struct qn_job_info *info)
{
    char age[CLI_TIME_SIZE];

    cli_age_print(qn_wall_ms(&qn_clock_system) - info->ended_ms, age);
    cli_table_add(table, info->id, CLI_PLAIN);
    cli_table_add(table, info->task, CLI_PLAIN);
    cli_table_add(table, qn_cause_name(info->cause), CLI_RED);
    cli_table_add_number(table, info->attempts);
    cli_table_add(table, age, CLI_DIM);
    cli_table_add(table, info->error, CLI_PLAIN);
}

static bool on_job(void *arg, const struct qn_job_info *info)
{
    struct listing *l = arg;

    l->found++;
    if (l->shown < l->limit && l->cli->json) {
        qn_buf_add_str(&l->json, l->shown > 0 ? ",\n " : "\n ");
        qn_job_json(&l->json, info, QN_JOB_BRIEF);
    } else if (l->shown < l->limit) {
        add_row(l->table, info);
    }
    l->shown += l->shown < l->limit;
    return l->counts || l->shown < l->limit;
}

/* Where all fit, the broker knows how many there are without reading them. */
static int count_all(struct listing *l, struct cli_link *link, const char *queue,
                     struct qn_err *reterr)
{
    struct cli_pairs queues = {0};
    struct qn_stats stats;
    int rc = cli_link_queues(link, &queues, reterr);

    l->found = 0;
    for (size_t i = 0; i < queues.n && rc == QN_OK; i++) {
        if (queue && strcmp(queue, queues.all[i].name) != 0)
            continue;
        rc = cli_link_stats(link, queues.all[i].name, &stats, reterr);
        l->found += stats.failed;
    }
    cli_pairs_release(&queues);
    if (l->found < l->shown)
        l->found = l->shown;
    return rc;
}

static int read_letters(struct listing *l, struct cli_link *link, struct cli_dead_filter *filter,
                        struct qn_err *reterr)
{
    struct cli_term bar;

    cli_term_init(&bar, stderr);
    if (bar.tty && !l->cli->json)
        filter->bar = &bar;
    l->counts = filter->task || filter->error || filter->cause || filter->since_ms >= 0;
    int rc = cli_dead_walk(link, filter, on_job, l, reterr);
    return rc == QN_OK && !l->counts ? count_all(l, link, filter->queue, reterr) : rc;
}

static int print(struct listing *l, struct qn_err *reterr)
{
    const struct cli_term *term = &l->cli->term;
    char more[CLI_COUNT_SIZE];

    if (l->cli->json) {
        int rc = qn_buf_status(&l->json);
        fprintf(term->out, "{\"total\":%lld,\"jobs\":[%s]}\n", (long long)l->found, l->json.data);
        return rc == QN_OK ? rc : qn_fail(reterr, rc, "%s", qn_err_text(rc));
    }
    if (l->found == 0) {
        fputs("no dead letters\n", term->out);
        return QN_OK;
    }
    int rc = cli_table_print(l->table, term, 0, reterr);
    cli_count_print(l->found - l->shown, more);
    if (rc == QN_OK && l->found > l->shown)
        fprintf(term->out, "%s more; --limit shows them\n", more);
    return rc;
}

int cli_run_dead_letter_list(struct cli *cli)
{
    struct cli_link link = {0};
    struct listing l = {.cli = cli};
    struct cli_dead_filter filter;
    struct qn_err err = {0};
    int rc = cli_dead_filter_read(&filter, cli, &err);

    qn_buf_init(&l.json, JSON_MAX);
    l.table = cli_table_create(columns, COLUMNS);
    if (rc == QN_OK)
        rc = cli_option_number(cli, "limit", LIMIT_DEFAULT, &l.limit, &err);
    if (rc == QN_OK && (l.limit < 1 || l.limit > LIMIT_MAX))
        rc = qn_fail(&err, QN_EINVAL, "--limit: 1 to %d", LIMIT_MAX);
    if (rc == QN_OK)
        rc = cli_link_open(&link, cli, &err);
    if (rc == QN_OK)
        rc = read_letters(&l, &link, &filter, &err);
    if (rc == QN_OK)
        rc = print(&l, &err);
    cli_link_close(&link);
    cli_table_free(l.table);
    qn_buf_release(&l.json);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}
