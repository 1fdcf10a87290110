#include "deadletter.h"

#include "broker-client/state.h"
#include "link_operate.h"
#include <string.h>

struct walk {
    const struct cli_dead_filter *filter;
    cli_dead_fn *fn;
    void *arg;
    int64_t oldest_ms;
    bool over;
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

    return info->state == QN_FAILED && info->ended_ms >= walk->oldest_ms &&
           (!filter->task || strcmp(filter->task, info->task) == 0) &&
           (filter->cause == QN_CAUSE_NONE || filter->cause == info->cause) &&
           (!filter->error || strstr(info->error, filter->error));
}

/* ---- the walk ---- */

static void on_job(void *arg, const struct qn_job_info *info)
{
    struct walk *walk = arg;

    /* The newest come first: behind one that is too old are older ones. */
    if (info->state == QN_FAILED && info->ended_ms < walk->oldest_ms)
        walk->over = true;
    if (!walk->over && fits(walk, info))
        walk->over = !walk->fn(walk->arg, info);
}

static int walk_queue(struct walk *walk, struct cli_link *link, const char *queue,
                      struct qn_err *reterr)
{
    struct cli_page page = {.queue = queue, .state = QN_FAILED, .limit = QN_PEEK_BATCH_MAX};
    int64_t now_ms = 0;
    int rc = cli_link_now(link, queue, &now_ms, reterr);

    walk->oldest_ms = walk->filter->since_ms < 0 ? 0 : now_ms - walk->filter->since_ms;
    while (rc == QN_OK && page.offset != QN_NO_TIME && !walk->over) {
        int64_t next = QN_NO_TIME;
        rc = cli_link_jobs(link, &page, on_job, walk, &next, reterr);
        page.offset = next;
    }
    return rc;
}

int cli_dead_walk(struct cli_link *link, const struct cli_dead_filter *filter, cli_dead_fn *fn,
                  void *arg, struct qn_err *reterr)
{
    struct cli_pairs queues = {0};

    if (filter->queue) {
        struct walk walk = {.filter = filter, .fn = fn, .arg = arg};
        return walk_queue(&walk, link, filter->queue, reterr);
    }
    int rc = cli_link_queues(link, &queues, reterr);
    for (size_t i = 0; i < queues.n && rc == QN_OK; i++) {
        struct walk walk = {.filter = filter, .fn = fn, .arg = arg};
        rc = walk_queue(&walk, link, queues.all[i].name, reterr);
    }
    cli_pairs_release(&queues);
    return rc;
}
