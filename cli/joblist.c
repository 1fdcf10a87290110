/* joblist.c - quern job list. */
#include "broker-client/job_json.h"
#include "broker-client/state.h"
#include "common/str.h"
#include "jobview.h"
#include "link.h"
#include "run.h"
#include <string.h>

#define LIMIT_DEFAULT 20
#define LIMIT_MAX     10000
#define READ_MAX      20000 /* jobs a filter may look at */
#define JSON_MAX      (64 * 1024 * 1024)

/* The lists of a queue. One may hold names that went on meanwhile: only states that
 * belong to it are taken from it, so that no job is shown twice. */
#define BIT(state) (1u << (state))
static const struct {
    enum qn_state state;
    unsigned states;
} lists[] = {
    {QN_RUNNING, BIT(QN_RUNNING)},
    {QN_QUEUED, BIT(QN_QUEUED) | BIT(QN_EXPIRED)},
    {QN_SCHEDULED, BIT(QN_SCHEDULED)},
    {QN_RETRYING, BIT(QN_RETRYING)},
    {QN_FAILED, BIT(QN_FAILED)},
    {QN_SUCCEEDED, BIT(QN_SUCCEEDED) | BIT(QN_CANCELLED) | BIT(QN_EXPIRED)},
};

struct listing {
    const struct cli *cli;
    struct cli_link *link;
    const char *task;
    const char *queue;
    unsigned states; /* wanted */
    int64_t limit;
    unsigned of_list; /* states of the list that is read */
    int64_t found, read;
    struct cli_table *table;
    struct qn_buf json;
};

static void on_job(void *arg, const struct qn_job_info *info)
{
    struct listing *l = arg;

    l->read++;
    if (l->found >= l->limit || !(BIT(info->state) & l->states & l->of_list) ||
        (l->task && strcmp(l->task, info->task) != 0))
        return;
    if (!l->cli->json) {
        cli_job_add_row(l->table, info);
    } else {
        qn_buf_add_str(&l->json, l->found > 0 ? ",\n " : "\n ");
        qn_job_json(&l->json, info, QN_JOB_BRIEF);
    }
    l->found++;
}

static int read_list(struct listing *l, const char *queue, size_t list, struct qn_err *reterr)
{
    struct cli_page page = {.queue = queue, .state = lists[list].state, .limit = QN_PEEK_BATCH_MAX};
    int rc = QN_OK;

    l->of_list = lists[list].states;
    if (!(l->of_list & l->states))
        return QN_OK;
    while (rc == QN_OK && page.offset != QN_NO_TIME && l->found < l->limit && l->read < READ_MAX) {
        int64_t next = QN_NO_TIME;
        rc = cli_link_jobs(l->link, &page, on_job, l, &next, reterr);
        page.offset = next;
    }
    return rc;
}

static int read_queue(struct listing *l, const char *queue, struct qn_err *reterr)
{
    int rc = QN_OK;

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && rc == QN_OK; i++)
        rc = read_list(l, queue, i, reterr);
    return rc;
}

static int read_queues(struct listing *l, struct qn_err *reterr)
{
    struct cli_pairs queues = {0};

    if (l->queue)
        return read_queue(l, l->queue, reterr);
    int rc = cli_link_queues(l->link, &queues, reterr);
    for (size_t i = 0; i < queues.n && rc == QN_OK; i++)
        rc = read_queue(l, queues.all[i].name, reterr);
    cli_pairs_release(&queues);
    return rc;
}

static int read_options(struct listing *l, struct qn_err *reterr)
{
    const char *state = cli_option(l->cli, "state");
    enum qn_state one;

    l->task = cli_option(l->cli, "task");
    l->queue = cli_option(l->cli, "queue");
    l->states = ~0u;
    if (state && qn_state_parse(state, &one) != QN_OK)
        return qn_fail(
            reterr, QN_EINVAL,
            "--state: there is no state \"%.40s\": scheduled, queued, running, retrying, "
            "succeeded, failed, cancelled, expired",
            state);
    if (state)
        l->states = BIT(one);
    if (l->queue && !qn_queue_ok(l->queue))
        return qn_fail(reterr, QN_EINVAL, "--queue: \"%.40s\" is not 1-32 of [a-z0-9_-]", l->queue);
    int rc = cli_option_number(l->cli, "limit", LIMIT_DEFAULT, &l->limit, reterr);
    if (rc == QN_OK && (l->limit < 1 || l->limit > LIMIT_MAX))
        return qn_fail(reterr, QN_EINVAL, "--limit: 1 to %d", LIMIT_MAX);
    return rc;
}

static int print(struct listing *l, struct qn_err *reterr)
{
    const struct cli_term *term = &l->cli->term;

    if (l->cli->json) {
        int rc = qn_buf_status(&l->json);
        fprintf(term->out, "{\"jobs\":[%s]}\n", l->json.data);
        return rc == QN_OK ? rc : qn_fail(reterr, rc, "%s", qn_err_text(rc));
    }
    int rc = cli_table_print(l->table, term, 0, reterr);
    if (rc == QN_OK && l->found == l->limit && term->tty)
        fprintf(term->out, "the first %lld; --limit shows more\n", (long long)l->limit);
    return rc;
}

int cli_run_job_list(struct cli *cli)
{
    struct cli_link link = {0};
    struct listing l = {.cli = cli, .link = &link};
    struct qn_err err = {0};
    int rc = read_options(&l, &err);

    qn_buf_init(&l.json, JSON_MAX);
    l.table = cli_table_create(cli_job_columns, CLI_JOB_COLUMNS);
    if (rc == QN_OK)
        rc = cli_link_open(&link, cli, &err);
    if (rc == QN_OK)
        rc = read_queues(&l, &err);
    if (rc == QN_OK)
        rc = print(&l, &err);
    cli_link_close(&link);
    cli_table_free(l.table);
    qn_buf_release(&l.json);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}
