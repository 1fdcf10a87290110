#include "outbox.h"

#include "common/log.h"
#include "common/mem.h"

#define AGAIN_MS    1000
#define BATCH_BYTES (8 * 1024 * 1024)

struct batch {
    struct worker_outbox *outbox;
    struct batch *next;
    size_t n;
    struct worker_run *runs[QN_FINISH_BATCH_MAX]; /* NULL: dropped meanwhile */
};

struct worker_outbox {
    struct worker_base *base;
    struct worker_outbox_events events;
    struct worker_run *waiting; /* not sent, oldest first */
    struct worker_run **tail;
    struct batch *batches; /* sent, not answered */
    struct batch *spare;
    size_t n;
    size_t in_flight; /* batches */
    struct qn_timer *again;
};

static void flush_again(void *arg)
{
    worker_outbox_flush(arg);
}

int worker_outbox_create(struct worker_outbox **ret, struct worker_base *base,
                         const struct worker_outbox_events *events, struct qn_err *reterr)
{
    struct worker_outbox *outbox = qn_zalloc(1, sizeof(*outbox));

    if (!outbox)
        return qn_fail(reterr, QN_ENOMEM, "outbox: out of memory");
    outbox->base = base;
    outbox->events = *events;
    outbox->tail = &outbox->waiting;
    int rc = qn_timer_create(&outbox->again, base->loop, flush_again, outbox, reterr);
    if (rc == QN_OK)
        *ret = outbox;
    else
        worker_outbox_free(outbox);
    return rc;
}

static void free_batches(struct batch *batch)
{
    while (batch) {
        struct batch *next = batch->next;
        qn_free(batch);
        batch = next;
    }
}

void worker_outbox_free(struct worker_outbox *outbox)
{
    if (!outbox)
        return;
    free_batches(outbox->batches);
    free_batches(outbox->spare);
    qn_timer_free(outbox->again);
    qn_free(outbox);
}

/* ---- waiting ones ---- */

static void push(struct worker_outbox *outbox, struct worker_run *run)
{
    run->queued = NULL;
    *outbox->tail = run;
    outbox->tail = &run->queued;
}

void worker_outbox_add(struct worker_outbox *outbox, struct worker_run *run)
{
    outbox->n++;
    push(outbox, run);
}

size_t worker_outbox_count(const struct worker_outbox *outbox)
{
    return outbox->n;
}

static void forget(struct worker_outbox *outbox, struct worker_run *run, int code)
{
    outbox->n--;
    outbox->events.told(outbox->events.arg, run, code);
}

void worker_outbox_drop(struct worker_outbox *outbox)
{
    struct worker_run *run = outbox->waiting;

    outbox->waiting = NULL;
    outbox->tail = &outbox->waiting;
    while (run) {
        struct worker_run *next = run->queued;
        forget(outbox, run, QN_FIN_STALE);
        run = next;
    }
    for (struct batch *batch = outbox->batches; batch; batch = batch->next) {
        for (size_t i = 0; i < batch->n; i++) {
            if (batch->runs[i])
                forget(outbox, batch->runs[i], QN_FIN_STALE);
            batch->runs[i] = NULL;
        }
    }
}

/* ---- answers ---- */

static void unlink_batch(struct worker_outbox *outbox, struct batch *batch)
{
    struct batch **link = &outbox->batches;

    while (*link != batch)
        link = &(*link)->next;
    *link = batch->next;
    batch->next = outbox->spare;
    outbox->spare = batch;
    outbox->in_flight--;
}

/* A lost connection brings a resync, which flushes; for the rest a second is waited. */
static void take_back(struct worker_outbox *outbox, struct batch *batch,
                      const struct qn_reply *reply)
{
    bool connection = reply->rc == QN_EUNKNOWN || reply->rc == QN_ECONN || reply->rc == QN_ETIMEOUT;

    if (!connection)
        qn_log(QN_LOG_ERROR, "the broker does not take ends of jobs, sending again",
               QN_STR("why", reply->err->msg), QN_NUM("jobs", batch->n));
    for (size_t i = 0; i < batch->n; i++) {
        if (batch->runs[i])
            push(outbox, batch->runs[i]);
    }
    qn_timer_set(outbox->again, AGAIN_MS);
}

static void on_finished(void *arg, const struct qn_reply *reply)
{
    struct batch *batch = arg;
    struct worker_outbox *outbox = batch->outbox;

    unlink_batch(outbox, batch);
    if (reply->rc != QN_OK) {
        take_back(outbox, batch, reply);
        return;
    }
    for (size_t i = 0; i < batch->n; i++) {
        if (batch->runs[i])
            forget(outbox, batch->runs[i], reply->finished->code[i]);
    }
    worker_outbox_flush(outbox);
}

/* ---- sending ---- */

static struct batch *get_batch(struct worker_outbox *outbox)
{
    struct batch *batch = outbox->spare;

    if (batch)
        outbox->spare = batch->next;
    else
        batch = qn_zalloc(1, sizeof(*batch));
    if (!batch)
        return NULL;
    batch->outbox = outbox;
    batch->n = 0;
    batch->next = outbox->batches;
    outbox->batches = batch;
    outbox->in_flight++;
    return batch;
}

/* Moves what belongs to the queue of the first one from waiting to batch. */
static void fill(struct worker_outbox *outbox, struct batch *batch)
{
    struct worker_run **link = &outbox->waiting;
    size_t queue = (*link)->queue;
    size_t bytes = 0;

    while (*link && batch->n < QN_FINISH_BATCH_MAX && bytes < BATCH_BYTES) {
        struct worker_run *run = *link;
        if (run->queue != queue) {
            link = &run->queued;
            continue;
        }
        *link = run->queued;
        bytes += run->data.len;
        batch->runs[batch->n++] = run;
    }
    outbox->tail = &outbox->waiting;
    while (*outbox->tail)
        outbox->tail = &(*outbox->tail)->queued;
}

static void send_batch(struct worker_outbox *outbox, struct batch *batch)
{
    struct worker_base *base = outbox->base;
    struct qn_finish runs[QN_FINISH_BATCH_MAX];

    for (size_t i = 0; i < batch->n; i++) {
        const struct worker_run *run = batch->runs[i];
        runs[i] = (struct qn_finish){
            .name = run->name,
            .token = run->token,
            .kind = run->kind,
            .ms = run->ms,
            .data = {.data = run->data.data, .len = run->data.len},
            .logged = run->logged > 0 || run->before.len > 0,
            .returns = run->kind == QN_FIN_SUCCEEDED && run->job.body.returns.len > 0,
        };
    }
    base->broker->ops->finish(base->broker, worker_queue_name(base, batch->runs[0]->queue), runs,
                              batch->n, base->options->result_ttl_ms, on_finished, batch);
}

void worker_outbox_flush(struct worker_outbox *outbox)
{
    if (outbox->in_flight >= WORKER_IN_FLIGHT)
        return;
    while (outbox->waiting && worker_is_connected(outbox->base)) {
        struct batch *batch = get_batch(outbox);
        if (!batch) {
            qn_timer_set(outbox->again, AGAIN_MS);
            return;
        }
        fill(outbox, batch);
        send_batch(outbox, batch);
    }
}
