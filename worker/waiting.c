#include "waiting.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/str.h"
#include "vitals.h"
#include <string.h>

#define AGAIN_MS 1000 /* after a wait that failed */

struct worker_waiting {
    struct worker_base *base;
    struct worker_waiting_events events;
    bool under_way;
    bool stopping; /* it was told to end */
    bool tokens;   /* it is for tokens too */
    struct qn_timer *again;
};

static void try_again(void *arg)
{
    struct worker_waiting *waiting = arg;

    waiting->events.changed(waiting->events.arg);
}

int worker_waiting_create(struct worker_waiting **ret, struct worker_base *base,
                          const struct worker_waiting_events *events, struct qn_err *reterr)
{
    struct worker_waiting *waiting = qn_zalloc(1, sizeof(*waiting));

    if (!waiting)
        return qn_fail(reterr, QN_ENOMEM, "waiting: out of memory");
    waiting->base = base;
    waiting->events = *events;
    int rc = qn_timer_create(&waiting->again, base->loop, try_again, waiting, reterr);
    if (rc == QN_OK)
        *ret = waiting;
    else
        qn_free(waiting);
    return rc;
}

void worker_waiting_free(struct worker_waiting *waiting)
{
    if (!waiting)
        return;
    qn_timer_free(waiting->again);
    qn_free(waiting);
}

static void deliver(struct worker_waiting *waiting, const struct qn_woken *woken)
{
    static const char cancel[] = "cancel ";
    size_t queue =
        woken->queue ? worker_queues_find(&waiting->base->queues, woken->queue) : WORKER_NO_QUEUE;

    if (queue == WORKER_NO_QUEUE)
        return;
    if (woken->message[0] == '\0')
        waiting->events.woken(waiting->events.arg, queue);
    else if (qn_str_starts(woken->message, cancel))
        waiting->events.cancel(waiting->events.arg, queue, woken->message + sizeof(cancel) - 1);
    else if (strcmp(woken->message, "quiet") == 0)
        waiting->events.told(waiting->events.arg, WORKER_HUSH);
    else if (strcmp(woken->message, "stop") == 0)
        waiting->events.told(waiting->events.arg, WORKER_DRAIN);
    else
        qn_log(QN_LOG_WARN, "ignoring a message of no known kind",
               QN_STR("message", woken->message));
}

static void on_woken(void *arg, const struct qn_reply *reply)
{
    struct worker_waiting *waiting = arg;

    waiting->under_way = false;
    waiting->stopping = false;
    waiting->events.ended(waiting->events.arg, reply->rc == QN_OK && reply->woken->heard);
    if (reply->rc != QN_OK) {
        qn_timer_set(waiting->again, AGAIN_MS);
        return;
    }
    deliver(waiting, reply->woken);
    waiting->events.changed(waiting->events.arg);
}

static void start(struct worker_waiting *waiting, bool tokens)
{
    struct worker_base *base = waiting->base;
    const char *all[WORKER_QUEUES_MAX];

    for (size_t i = 0; i < base->queues.n; i++)
        all[i] = worker_queue_name(base, i);
    waiting->under_way = true;
    waiting->tokens = tokens;
    base->broker->ops->wait(base->broker, base->incarnation, all, tokens ? base->queues.n : 0, all,
                            base->queues.n, WORKER_WAIT_MS, on_woken, waiting);
}

void worker_waiting_turn(struct worker_waiting *waiting, bool tokens, bool soon)
{
    struct worker_base *base = waiting->base;

    if (!worker_is_connected(base))
        return;
    if (!waiting->under_way) {
        if (!soon && !qn_timer_is_set(waiting->again))
            start(waiting, tokens);
    } else if (waiting->tokens != tokens && !waiting->stopping && !(soon && !waiting->tokens)) {
        waiting->stopping = true;
        base->broker->ops->stop_waiting(base->broker);
    }
}
