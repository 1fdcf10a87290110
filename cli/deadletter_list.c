/* deadletter_list.c - quern dead-letter list. */
#include "broker-client/job_json.h"
#include "deadletter.h"
#include "jobview.h"
#include "run.h"

#define LIMIT_DEFAULT 20
#define LIMIT_MAX     10000
#define JSON_MAX      (64 * 1024 * 1024)

static const struct cli_column columns[] = {
    {"ID", false, false}, {"TASK", false, true},   {"CAUSE", false, false},
    {"TRY", true, false}, {"ENDED", false, false}, {"ERROR", false, true},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct listing {
    const struct cli *cli;
    int64_t limit, found; /* all that fit are counted */
    struct cli_table *table;
    struct qn_buf json;
};

static void add_row(struct cli_table *table, const struct qn_job_info *info)
{
    char time[CLI_TIME_SIZE];

    cli_time_print(info->ended_ms, time);
    cli_table_add(table, info->id, CLI_PLAIN);
    cli_table_add(table, info->task, CLI_PLAIN);
    cli_table_add(table, qn_cause_name(info->cause), CLI_RED);
    cli_table_add_number(table, info->attempts);
    cli_table_add(table, time[0] ? time + 5 : time, CLI_DIM); /* the year is known */
    cli_table_add(table, info->error, CLI_PLAIN);
}

static bool on_job(void *arg, const struct qn_job_info *info)
{
    struct listing *l = arg;

    if (l->found < l->limit && l->cli->json) {
        qn_buf_add_str(&l->json, l->found > 0 ? ",\n " : "\n ");
        qn_job_json(&l->json, info, QN_JOB_BRIEF);
    } else if (l->found < l->limit) {
        add_row(l->table, info);
    }
    l->found++;
    return true;
}

static int print(struct listing *l, struct qn_err *reterr)
{
    const struct cli_term *term = &l->cli->term;

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
    if (rc == QN_OK && l->found > l->limit)
        fprintf(term->out, "%lld more; --limit shows them\n", (long long)(l->found - l->limit));
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
        rc = cli_dead_walk(&link, &filter, on_job, &l, &err);
    if (rc == QN_OK)
        rc = print(&l, &err);
    cli_link_close(&link);
    cli_table_free(l.table);
    qn_buf_release(&l.json);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}
