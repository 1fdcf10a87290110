#include "declare.h"

#include "common/log.h"
#include <stdio.h>

#define SCOPE_SIZE (sizeof("task:") + 64)

struct batch {
    struct qn_limit limits[QN_LIMIT_BATCH_MAX];
    char scopes[QN_LIMIT_BATCH_MAX][SCOPE_SIZE];
    size_t n;
};

static void on_declared(void *arg, const struct qn_reply *reply)
{
    (void)arg;
    if (reply->rc != QN_OK && reply->rc != QN_ECONN && reply->rc != QN_EUNKNOWN)
        qn_log(QN_LOG_ERROR, "the limits of tasks could not be declared",
               QN_STR("why", reply->err->msg));
}

static void add(struct batch *batch, const struct qn_task *task)
{
    char *scope = batch->scopes[batch->n];

    snprintf(scope, SCOPE_SIZE, "task:%s", task->name);
    batch->limits[batch->n++] = (struct qn_limit){.scope = scope,
                                                  .concurrency = task->concurrency,
                                                  .rate = task->rate,
                                                  .per_ms = task->per_ms,
                                                  .burst = task->burst,
                                                  .declared = true};
}

static void send(const struct worker_base *base, struct batch *batch)
{
    for (size_t queue = 0; batch->n > 0 && queue < base->queues.n; queue++)
        base->broker->ops->limit(base->broker, worker_queue_name(base, queue), batch->limits,
                                 batch->n, on_declared, NULL);
    batch->n = 0;
}

void worker_declare_limits(const struct worker_base *base)
{
    struct batch batch = {.n = 0};

    for (size_t i = 0; i < worker_registry_count(base->registry); i++) {
        if (batch.n == QN_LIMIT_BATCH_MAX)
            send(base, &batch);
        add(&batch, worker_registry_at(base->registry, i));
    }
    send(base, &batch);
}
