#include "fetch.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/str.h"
#include <string.h>

#define AGAIN_MS 1000 /* after a take that was refused */

struct worker_fetch {
    struct worker_base *base;
    struct worker_lease *lease;
    struct worker_fetch_events events;
    size_t asked;     /* jobs */
    size_t in_flight; /* takes */
    struct ask *spare;
    struct qn_timer *again;
    bool refused[WORKER_QUEUES_MAX];
};

struct ask {
    struct worker_fetch *fetch;
    struct ask *next;
    size_t queue;
    size_t want;
    char incarnation[QN_TOKEN_TEXT_SIZE];
};

/* Its token may be gone with the take that failed. */
static void try_again(void *arg)
{
    struct worker_fetch *fetch = arg;

    for (size_t i = 0; i < fetch->base->queues.n; i++)
        fetch->base->queues.list[i].ready |= fetch->refused[i];
    fetch->events.changed(fetch->events.arg);
}

int worker_fetch_create(struct worker_fetch **ret, struct worker_base *base,
                        struct worker_lease *lease, const struct worker_fetch_events *events,
                        struct qn_err *reterr)
{
    struct worker_fetch *fetch = qn_zalloc(1, sizeof(*fetch));

    if (!fetch)
        return qn_fail(reterr, QN_ENOMEM, "fetch: out of memory");
    fetch->base = base;
    fetch->lease = lease;
    fetch->events = *events;
    int rc = qn_timer_create(&fetch->again, base->loop, try_again, fetch, reterr);
    if (rc == QN_OK)
        *ret = fetch;
    else
        qn_free(fetch);
    return rc;
}

void worker_fetch_free(struct worker_fetch *fetch)
{
    if (!fetch)
        return;
    qn_timer_free(fetch->again);
    while (fetch->spare) {
        struct ask *next = fetch->spare->next;
        qn_free(fetch->spare);
        fetch->spare = next;
    }
    qn_free(fetch);
}

size_t worker_fetch_asked(const struct worker_fetch *fetch)
{
    return fetch->asked;
}

/* ---- answers ---- */

/* A queue with fewer than asked for has no more: its token will tell. */
static void read_taken(struct worker_fetch *fetch, const struct ask *ask,
                       const struct qn_reply *reply)
{
    const struct qn_taken *taken = reply->taken;
    struct worker_queue *queue = &fetch->base->queues.list[ask->queue];

    queue->ready = !taken->paused && taken->n >= ask->want;
    /* Of an incarnation that is over: whoever recovers its lease has them. */
    if (strcmp(ask->incarnation, fetch->base->incarnation) != 0)
        return;
    fetch->base->broker_ahead_ms = reply->now_ms - worker_mono_ms(fetch->base);
    for (size_t i = 0; i < taken->n; i++)
        fetch->events.taken(fetch->events.arg, ask->queue, &taken->entries[i], reply->now_ms);
    int64_t due = taken->next_due_ms;
    if (due != QN_NO_TIME)
        fetch->events.due(fetch->events.arg, ask->queue,
                          due > reply->now_ms ? due - reply->now_ms : 0);
}

/* Told once, not each second. What has an unknown outcome, or lost the lease, is for the
 * lease to clear up. */
static void refuse(struct worker_fetch *fetch, size_t queue, const struct qn_reply *reply)
{
    if (reply->rc == QN_ELOST || reply->rc == QN_EUNKNOWN || reply->rc == QN_ETIMEOUT)
        return;
    fetch->base->queues.list[queue].ready = false;
    fetch->base->queues.list[queue].asked_ms = worker_mono_ms(fetch->base) + AGAIN_MS;
    if (!fetch->refused[queue] && reply->rc != QN_ECONN)
        qn_log(QN_LOG_ERROR, "jobs could not be taken",
               QN_STR("queue", worker_queue_name(fetch->base, queue)),
               QN_STR("why", reply->err->msg));
    fetch->refused[queue] = true;
    if (!qn_timer_is_set(fetch->again))
        qn_timer_set(fetch->again, AGAIN_MS);
}

static void on_taken(void *arg, const struct qn_reply *reply)
{
    struct ask ask = *(struct ask *)arg;
    struct worker_fetch *fetch = ask.fetch;

    ((struct ask *)arg)->next = fetch->spare;
    fetch->spare = arg;
    fetch->asked -= ask.want;
    fetch->in_flight--;
    fetch->events.answered(fetch->events.arg, reply);
    if (reply->rc == QN_OK) {
        fetch->refused[ask.queue] = false;
        read_taken(fetch, &ask, reply);
    } else {
        refuse(fetch, ask.queue, reply);
    }
    worker_lease_take_ended(fetch->lease, reply);
    fetch->events.changed(fetch->events.arg);
}

/* ---- questions ---- */

static void take(struct worker_fetch *fetch, size_t queue, size_t want)
{
    struct worker_base *base = fetch->base;
    struct ask *ask = fetch->spare;

    if (ask)
        fetch->spare = ask->next;
    else
        ask = worker_must_alloc(sizeof(*ask));
    *ask = (struct ask){.fetch = fetch, .queue = queue, .want = want};
    qn_str_copy(ask->incarnation, sizeof(ask->incarnation), base->incarnation);
    fetch->asked += want;
    fetch->in_flight++;
    base->queues.list[queue].asked_ms = worker_mono_ms(base);
    worker_lease_take_began(fetch->lease);
    base->broker->ops->take(base->broker, worker_queue_name(base, queue), base->incarnation,
                            (int)want, base->options->result_ttl_ms, on_taken, ask);
}

void worker_fetch_turn(struct worker_fetch *fetch, size_t idle)
{
    size_t want[WORKER_QUEUES_MAX] = {0};
    struct worker_queues *queues = &fetch->base->queues;

    if (!worker_lease_may_take(fetch->lease) || !worker_is_connected(fetch->base) ||
        fetch->in_flight >= WORKER_IN_FLIGHT)
        return;
    if (idle > fetch->asked)
        worker_queues_look_beside(queues, worker_mono_ms(fetch->base));
    for (size_t free = idle > fetch->asked ? idle - fetch->asked : 0; free > 0; free--) {
        size_t queue = worker_queues_pick(queues);
        if (queue == WORKER_NO_QUEUE)
            break;
        want[queue]++;
    }
    for (size_t i = 0; i < queues->n; i++) {
        for (size_t left = want[i]; left > 0;) {
            size_t n = left < QN_TAKE_BATCH_MAX ? left : QN_TAKE_BATCH_MAX;
            take(fetch, i, n);
            left -= n;
        }
    }
}
