#include "explain_ask.h"

#include "common/mem.h"
#include "common/str.h"
#include <string.h>

#define HELD_MAX 160 /* of what peek says of a limit */

struct asking {
    qn_explained_fn *fn;
    void *arg;
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1];
    int left; /* answers to come; without memory the last one may come first */
    int rc;   /* the first failure */
    struct qn_err err;
    struct qn_job_info *job;
    struct qn_stats stats;
    struct qn_facts facts;
    char held[HELD_MAX];
    struct qn_explanation explanation;
};

static bool went_well(struct asking *asking, const struct qn_reply *reply)
{
    if (asking->rc == QN_OK && reply->rc != QN_OK) {
        asking->rc = reply->rc;
        asking->err = *reply->err;
    }
    return asking->rc == QN_OK;
}

static void end_one(struct asking *asking)
{
    if (--asking->left > 0)
        return;
    asking->fn(asking->arg, asking->rc, &asking->err, asking->job, &asking->explanation);
    qn_job_info_free(asking->job);
    qn_free(asking);
}

static void keep_held(struct asking *asking, struct qn_span held)
{
    size_t len = held.len < HELD_MAX ? held.len : HELD_MAX;

    if (len > 0)
        memcpy(asking->held, held.data, len);
    asking->facts.held = (struct qn_span){asking->held, len};
}

static void on_peeked(void *arg, const struct qn_reply *reply)
{
    struct asking *asking = arg;

    if (went_well(asking, reply)) {
        const struct qn_peek_entry *entry = &reply->peeked->entries[0];
        asking->facts.now_ms = reply->now_ms;
        keep_held(asking, entry->held);
        asking->rc = qn_job_info_make(&asking->job, asking->queue, asking->name, entry,
                                      reply->now_ms, &asking->err);
        asking->facts.job = asking->job;
    }
    end_one(asking);
}

static void on_stats(void *arg, const struct qn_reply *reply)
{
    struct asking *asking = arg;

    if (went_well(asking, reply))
        asking->stats = *reply->stats;
    end_one(asking);
}

static void on_place(void *arg, const struct qn_reply *reply)
{
    struct asking *asking = arg;

    if (went_well(asking, reply))
        asking->facts.ahead = reply->number;
    end_one(asking);
}

static void on_tasks(void *arg, const struct qn_reply *reply)
{
    struct asking *asking = arg;

    bool well = went_well(asking, reply);
    for (size_t i = 0; well && i < reply->entries->n; i++)
        if (qn_span_is(reply->entries->entries[i].name, asking->job->task))
            asking->facts.published = true;
    end_one(asking);
}

/* When it went well, it is the last of them. */
static void on_workers(void *arg, const struct qn_reply *reply)
{
    struct asking *asking = arg;

    if (went_well(asking, reply)) {
        asking->facts.workers = reply->entries;
        qn_explain(&asking->facts, &asking->explanation);
    }
    end_one(asking);
}

void qn_explain_ask(struct qn_broker *broker, const char *queue, const char *name,
                    qn_print_time_fn *print_time, qn_explained_fn *fn, void *arg)
{
    struct asking *asking = qn_zalloc(1, sizeof(*asking));
    const char *names[] = {name};
    struct qn_err err;

    if (!asking) {
        fn(arg, qn_fail(&err, QN_ENOMEM, "explain: out of memory"), &err, NULL, NULL);
        return;
    }
    asking->fn = fn;
    asking->arg = arg;
    asking->left = 5;
    asking->facts.print_time = print_time;
    asking->facts.stats = &asking->stats;
    qn_str_copy(asking->queue, sizeof(asking->queue), queue);
    qn_str_copy(asking->name, sizeof(asking->name), name);
    broker->ops->peek(broker, queue, names, 1, on_peeked, asking);
    broker->ops->stats(broker, queue, on_stats, asking);
    broker->ops->place(broker, queue, name, on_place, asking);
    broker->ops->tasks(broker, on_tasks, asking);
    broker->ops->workers(broker, on_workers, asking);
}
