#include "deadletter.h"

#include "broker-client/state.h"
#include "jobview.h"
#include "link_operate.h"
#include <string.h>

struct walk {
    const struct cli_dead_filter *filter;
    cli_dead_fn *fn;
    void *arg;
    int64_t oldest_ms; /* what ended before is not meant */
    bool too_old;      /* all that follow are */
    bool over;         /* fn has enough */
    int64_t read;
    int64_t last_ms; /* the last one of this queue */
    char last_id[QN_ID_SIZE];
};

/* ---- the filter ---- */

static int read_cause(const char *text, enum qn_cause *ret, struct qn_err *reterr)
{
    *ret = QN_CAUSE_NONE;
    if (!text)
        return QN_OK;
    for (int cause = QN_CAUSE_ERROR; cause <= QN_CAUSE_REJECTED; cause++)
        if (strcmp(qn_cause_name((enum qn_cause)cause), text) == 0)
            *ret = (enum qn_cause)cause;
    if (*ret == QN_CAUSE_NONE)
        return qn_fail(reterr, QN_EINVAL,
                       "--cause: \"%.40s\" is not error, timeout, crashed, out_of_memory, lost or "
                       "rejected",
                       text);
    return QN_OK;
}

int cli_dead_filter_read(struct cli_dead_filter *ret, const struct cli *cli, struct qn_err *reterr)
{
    *ret = (struct cli_dead_filter){
        .queue = cli_option(cli, "queue"),
        .task = cli_option(cli, "task"),
        .error = cli_option(cli, "error"),
    };
    ret->any = ret->queue || ret->task || ret->error || cli_option(cli, "cause") ||
               cli_option(cli, "since");
    if (ret->queue && !qn_queue_ok(ret->queue))
        return qn_fail(reterr, QN_EINVAL, "--queue: \"%.40s\" is not 1-32 of [a-z0-9_-]",
                       ret->queue);
    int rc = read_cause(cli_option(cli, "cause"), &ret->cause, reterr);
    return rc == QN_OK ? cli_option_ms(cli, "since", -1, &ret->since_ms, reterr) : rc;
}

static bool fits(const struct walk *walk, const struct qn_job_info *info)
{
    const struct cli_dead_filter *filter = walk->filter;

    return (!filter->task || strcmp(filter->task, info->task) == 0) &&
           (filter->cause == QN_CAUSE_NONE || filter->cause == info->cause) &&
           (!filter->error || strstr(info->error, filter->error));
}

/* ---- the walk ---- */

/* The list goes by time and then by name, both downwards: what fails while somebody pages
 * moves the others on, and they show again on the next page. */
static bool was_seen(const struct walk *walk, const struct qn_job_info *info)
{
    return info->ended_ms > walk->last_ms ||
           (info->ended_ms == walk->last_ms && strcmp(info->id, walk->last_id) >= 0);
}

static void on_job(void *arg, const struct qn_job_info *info)
{
    struct walk *walk = arg;

    walk->read++;
    if (walk->over || info->state != QN_FAILED || was_seen(walk, info))
        return;
    walk->last_ms = info->ended_ms;
    memcpy(walk->last_id, info->id, sizeof(walk->last_id));
    walk->too_old = walk->too_old || info->ended_ms < walk->oldest_ms;
    if (!walk->too_old && fits(walk, info))
        walk->over = !walk->fn(walk->arg, info);
}

static void show(const struct walk *walk)
{
    char count[CLI_COUNT_SIZE], text[64];

    if (!walk->filter->bar)
        return;
    cli_count_print(walk->read, count);
    snprintf(text, sizeof(text), "%s dead letters looked at", count);
    cli_bar_show(walk->filter->bar, -1, text);
}

static int walk_queue(struct walk *walk, struct cli_link *link, const char *queue,
                      struct qn_err *reterr)
{
    struct cli_page page = {.queue = queue, .state = QN_FAILED, .limit = QN_PEEK_BATCH_MAX};
    struct qn_stats stats;
    int64_t now_ms = 0;
    int rc = cli_link_figures(link, queue, &stats, &now_ms, reterr);

    walk->oldest_ms = walk->filter->since_ms < 0 ? 0 : now_ms - walk->filter->since_ms;
    walk->too_old = false;
    walk->last_ms = INT64_MAX;
    while (rc == QN_OK && page.offset != QN_NO_TIME && !walk->over && !walk->too_old) {
        int64_t next = QN_NO_TIME;
        rc = cli_link_jobs(link, &page, on_job, walk, &next, reterr);
        page.offset = next;
        show(walk);
    }
    return rc;
}

int cli_dead_walk(struct cli_link *link, const struct cli_dead_filter *filter, cli_dead_fn *fn,
                  void *arg, struct qn_err *reterr)
{
    struct walk walk = {.filter = filter, .fn = fn, .arg = arg};
    struct cli_pairs queues = {0};
    int rc = filter->queue ? cli_link_find_queue(link, filter->queue, reterr)
                           : cli_link_queues(link, &queues, reterr);

    if (rc == QN_OK && filter->queue)
        rc = walk_queue(&walk, link, filter->queue, reterr);
    for (size_t i = 0; i < queues.n && rc == QN_OK && !walk.over; i++)
        rc = walk_queue(&walk, link, queues.all[i].name, reterr);
    cli_pairs_release(&queues);
    if (filter->bar)
        cli_bar_clear(filter->bar);
    return rc;
}
