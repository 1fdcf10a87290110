#include "common/mem.h"
#include "common/str.h"
#include "enqueue.h"
#include "flash.h"
#include "gather.h"
#include <string.h>

#define AGAIN_MS 200 /* between tries after an unknown outcome */

struct api_batch {
    struct api_batch *next;
    struct api_enqueue *enqueue;
    struct qn_timer *timer; /* of the next try */
    bool unknown;           /* a try was sent, and its answer lost */
    size_t checked;         /* existing jobs whose hash was compared, by position */
    size_t asked;           /* position after those of the peek under way */
    size_t n;
    struct api_item *items[];
};

void api_enqueue_free_batches(struct api_enqueue *enqueue)
{
    while (enqueue->batches) {
        struct api_batch *batch = enqueue->batches;
        enqueue->batches = batch->next;
        qn_timer_free(batch->timer);
        qn_free(batch);
    }
}

static void close_batch(struct api_batch *batch)
{
    if (--batch->enqueue->open == 0)
        api_enqueue_answer(batch->enqueue);
}

static void refuse_all(struct api_batch *batch, const struct qn_reply *reply)
{
    for (size_t i = 0; i < batch->n; i++) {
        struct api_fault *fault = &batch->items[i]->fault;
        batch->items[i]->refused = true;
        api_fault_of_broker(fault, reply);
        if (batch->unknown) /* also when the last try was not sent */
            api_fault_set(fault, API_UNKNOWN_OUTCOME, NULL,
                          "job %s.%s may or may not exist: send the same request again",
                          batch->items[i]->queue, batch->items[i]->name);
    }
    close_batch(batch);
}

/* ---- was it the same request? ---- */

static void compare_hashes(struct api_batch *batch);

static void compare_one(struct api_enqueue *enqueue, struct api_item *item,
                        const struct qn_peek_entry *entry)
{
    struct qn_record record;
    if (!entry->record.data || qn_record_decode(entry->record, &record, NULL) < 0)
        return; /* it ended and was forgotten meanwhile */
    struct qn_span hash = record.body.idempotency;
    if (hash.len == sizeof(enqueue->hash) && memcmp(hash.data, enqueue->hash, hash.len) == 0)
        return;
    item->refused = true;
    api_fault_set(&item->fault, API_KEY_REUSED, "Idempotency-Key",
                  "the key was used before, for job %s.%s, with another body", item->queue,
                  item->name);
}

/* Who only shares another's unique key did not make it by this request. */
static bool is_compared(const struct api_item *item)
{
    return item->existed && !item->shared;
}

static void on_peek(void *arg, const struct qn_reply *reply)
{
    struct api_batch *batch = arg;
    if (reply->rc < 0) {
        refuse_all(batch, reply);
        return;
    }
    size_t entry = 0;
    for (size_t i = batch->checked; i < batch->asked && entry < reply->peeked->n; i++)
        if (is_compared(batch->items[i]))
            compare_one(batch->enqueue, batch->items[i], &reply->peeked->entries[entry++]);
    batch->checked = batch->asked;
    compare_hashes(batch);
}

static void compare_hashes(struct api_batch *batch)
{
    struct qn_broker *broker = batch->enqueue->req->server->broker;
    const char *names[QN_PEEK_BATCH_MAX];
    size_t n = 0, i = batch->checked;
    for (; i < batch->n && n < QN_PEEK_BATCH_MAX; i++)
        if (is_compared(batch->items[i]))
            names[n++] = batch->items[i]->name;
    batch->asked = i;
    if (n == 0)
        close_batch(batch);
    else
        broker->ops->peek(broker, batch->items[0]->queue, names, n, on_peek, batch);
}

/* ---- sending ---- */

static void send_batch(struct api_batch *batch);

static void on_again(void *arg)
{
    struct api_batch *batch = arg;
    struct qn_err err = {.code = QN_EUNKNOWN};
    struct qn_reply lost = {.rc = QN_EUNKNOWN, .err = &err};
    if (batch->enqueue->req->server->broker_closed)
        refuse_all(batch, &lost);
    else
        send_batch(batch);
}

static bool may_try_again(struct api_batch *batch)
{
    const struct api_enqueue *enqueue = batch->enqueue;
    struct api_server *server = enqueue->req->server;
    if (!batch->unknown || server->broker_closed ||
        qn_mono_ms(server->clock) >= enqueue->until_mono_ms)
        return false;
    return batch->timer ||
           qn_timer_create(&batch->timer, server->loop, on_again, batch, NULL) == QN_OK;
}

static void refuse(struct api_item *item, enum api_problem problem, const char *field,
                   const char *what)
{
    item->refused = true;
    api_fault_set(&item->fault, problem, field, "queue \"%s\" %s", item->queue, what);
}

static void read_code(const struct api_batch *batch, struct api_item *item, int code,
                      const char *holder)
{
    switch (code) {
    case QN_ENQ_EXISTS:
        item->existed = !(batch->unknown && !batch->enqueue->key);
        break;
    case QN_ENQ_MADE:
        item->replaced = holder[0] != '\0';
        break;
    case QN_ENQ_DRAINING:
        refuse(item, API_QUEUE_DRAINING, "queue", "is draining: it takes no new jobs");
        break;
    case QN_ENQ_FULL:
        refuse(item, API_QUEUE_FULL, "queue", "has no room for more jobs now: try again later");
        break;
    case QN_ENQ_UNIQUE:
        item->refused = true;
        qn_str_copy(item->holder, sizeof(item->holder), holder);
        api_fault_set(&item->fault, API_UNIQUE_TAKEN, "unique", "job %s.%s has the same unique key",
                      item->queue, holder);
        break;
    case QN_ENQ_SHARED:
        item->shared = item->existed = true;
        qn_str_copy(item->name, sizeof(item->name), holder);
        break;
    case QN_ENQ_SOLD_OUT:
    case QN_ENQ_TRIES:
    case QN_ENQ_NO_SALE:
    case QN_ENQ_SALE_OVER:
    case QN_ENQ_REUSED:
        if (batch->enqueue->flash)
            api_flash_read(batch->enqueue->flash, item, code, holder);
        break;
    default:
        break;
    }
}

static void on_enqueued(void *arg, const struct qn_reply *reply)
{
    struct api_batch *batch = arg;
    if (reply->rc == QN_EUNKNOWN || reply->rc == QN_ETIMEOUT)
        batch->unknown = true;
    if (reply->rc < 0) {
        if (may_try_again(batch))
            qn_timer_set(batch->timer, AGAIN_MS);
        else
            refuse_all(batch, reply);
        return;
    }
    batch->enqueue->now_ms = reply->now_ms;
    for (size_t i = 0; i < batch->n && i < reply->enqueued->n; i++)
        read_code(batch, batch->items[i], reply->enqueued->code[i],
                  reply->enqueued->holder ? reply->enqueued->holder[i] : "");
    if (batch->enqueue->key)
        compare_hashes(batch);
    else
        close_batch(batch);
}

static void send_batch(struct api_batch *batch)
{
    const struct api_enqueue *enqueue = batch->enqueue;
    struct api_gather *gather = enqueue->req->server->gather;
    struct qn_new_job jobs[QN_ENQUEUE_BATCH_MAX];
    for (size_t i = 0; i < batch->n; i++) {
        const struct api_item *item = batch->items[i];
        qn_draft_job(&item->draft, &jobs[i]);
        jobs[i].name = item->name;
        jobs[i].sale = enqueue->flash ? &enqueue->flash->ask : NULL;
        jobs[i].body = (struct qn_span){enqueue->bodies.data + item->body_at, item->body_len};
    }
    api_gather_enqueue(gather, batch->items[0]->queue, jobs, batch->n, on_enqueued, batch);
}

/* All items of the queue of the first one. */
static struct api_batch *group(struct api_enqueue *enqueue, size_t first)
{
    size_t most = enqueue->n - first;
    struct api_batch *batch = qn_zalloc(1, sizeof(*batch) + most * sizeof(batch->items[0]));
    if (!batch)
        return NULL;
    batch->enqueue = enqueue;
    for (size_t i = first; i < enqueue->n; i++) {
        struct api_item *item = &enqueue->items[i];
        if (item->refused || item->grouped || strcmp(item->queue, enqueue->items[first].queue) != 0)
            continue;
        item->grouped = true;
        batch->items[batch->n++] = item;
    }
    batch->next = enqueue->batches;
    enqueue->batches = batch;
    enqueue->open++;
    return batch;
}

void api_enqueue_send(struct api_enqueue *enqueue)
{
    for (size_t i = 0; i < enqueue->n; i++) {
        struct api_item *item = &enqueue->items[i];
        if (!item->refused && !item->grouped && !group(enqueue, i)) {
            api_respond_problem(enqueue->req, API_INTERNAL, NULL, "out of memory");
            return;
        }
    }
    if (enqueue->open == 0)
        api_enqueue_answer(enqueue);
    for (struct api_batch *batch = enqueue->batches; batch; batch = batch->next)
        send_batch(batch);
}
