#include "client_type.h"

#include "common/mem.h"
#include "common/str.h"
#include <stdio.h>
#include <string.h>

#define BODIES_MAX    (16 * 1024 * 1024) /* bytes of a batch */
#define BODY_MORE_MAX (64 * 1024)        /* what a body may hold beside its arguments */
#define IN_FLIGHT_MAX 4                  /* batches of one enqueue_many */
#define SPARE_MAX     IN_FLIGHT_MAX
#define KEEP_MAX      (128 * 1024) /* bytes of bodies that a spare one may hold */

/* ---- a batch ---- */

void qn_batch_free(struct qn_batch *batch)
{
    if (!batch)
        return;
    qn_buf_release(&batch->bodies);
    qn_free(batch->items);
    qn_free(batch->jobs);
    qn_free(batch);
}

static void put_away(struct qn_batch *batch)
{
    struct qn_client *client = batch->client;

    if (client->n_spare == SPARE_MAX || batch->bodies.cap > KEEP_MAX) {
        qn_batch_free(batch);
        return;
    }
    batch->next = client->spare;
    client->spare = batch;
    client->n_spare++;
}

static struct qn_batch *get_spare(struct qn_client *client)
{
    struct qn_batch *batch = client->spare;

    if (!batch)
        return NULL;
    client->spare = batch->next;
    client->n_spare--;
    batch->n = 0;
    qn_buf_reset(&batch->bodies);
    return batch;
}

static struct qn_batch *open_batch(struct qn_client *client, const char *queue)
{
    struct qn_batch *batch = get_spare(client);

    if (!batch) {
        batch = qn_zalloc(1, sizeof(*batch));
        if (!batch)
            return NULL;
        batch->client = client;
        qn_buf_init(&batch->bodies, 2 * BODIES_MAX);
    }
    qn_str_copy(batch->queue, sizeof(batch->queue), queue);
    client->open = batch;
    return batch;
}

static bool grow(struct qn_batch *batch)
{
    size_t cap = batch->cap ? batch->cap * 4 : 4;
    struct qn_item *items = qn_realloc_array(batch->items, cap, sizeof(*items));

    if (!items)
        return false;
    batch->items = items;
    struct qn_new_job *jobs = qn_realloc_array(batch->jobs, cap, sizeof(*jobs));
    if (!jobs)
        return false;
    batch->jobs = jobs;
    batch->cap = cap;
    return true;
}

static struct qn_item *add_item(struct qn_batch *batch)
{
    return batch->n < batch->cap || grow(batch) ? &batch->items[batch->n++] : NULL;
}

/* All but the text behind its end: there are many receipts, and hardly one with a text. */
static void clear(struct qn_receipt *receipt, int code)
{
    receipt->id[0] = receipt->msg[0] = '\0';
    receipt->existed = receipt->replaced = false;
    receipt->code = code;
    receipt->retry_ms = 0;
}

static void call_back(struct qn_client *client, const struct qn_told *told,
                      const struct qn_receipt *receipt)
{
    if (!told->fn)
        return;
    client->pending--;
    told->fn(told->arg, receipt);
}

void qn_batch_refuse(struct qn_client *client, const struct qn_told *told, const struct qn_err *why)
{
    struct qn_receipt own;
    struct qn_receipt *receipt = told->out ? told->out : &own;

    clear(receipt, why->code);
    qn_str_copy(receipt->msg, sizeof(receipt->msg), why->msg);
    call_back(client, told, receipt);
}

/* What the broker said of job i. */
static void read_code(struct qn_receipt *receipt, const struct qn_enqueued *said, size_t i,
                      const char *queue)
{
    const char *holder = said->holder ? said->holder[i] : "";

    switch (said->code[i]) {
    case QN_ENQ_EXISTS:
        receipt->existed = true;
        break;
    case QN_ENQ_MADE:
        receipt->replaced = holder[0] != '\0';
        break;
    case QN_ENQ_DRAINING:
        receipt->code = QN_ESTATE;
        snprintf(receipt->msg, sizeof(receipt->msg),
                 "queue \"%s\" is draining: it takes no new jobs", queue);
        break;
    case QN_ENQ_UNIQUE:
    case QN_ENQ_SHARED:
        snprintf(receipt->id, sizeof(receipt->id), "%s.%s", queue, holder);
        receipt->existed = said->code[i] == QN_ENQ_SHARED;
        receipt->code = receipt->existed ? QN_OK : QN_EEXISTS;
        if (!receipt->existed)
            snprintf(receipt->msg, sizeof(receipt->msg), "job %s has the same unique key",
                     receipt->id);
        break;
    case QN_ENQ_FULL:
        receipt->code = QN_EFULL;
        receipt->retry_ms = said->retry_ms;
        snprintf(receipt->msg, sizeof(receipt->msg),
                 "queue \"%s\" has no room for more jobs now: try again later", queue);
        break;
    default:
        break;
    }
}

static void write_id(struct qn_receipt *receipt, const char *queue, const char *name)
{
    size_t len = strlen(queue);

    memcpy(receipt->id, queue, len);
    receipt->id[len] = '.';
    qn_str_copy(receipt->id + len + 1, sizeof(receipt->id) - len - 1, name);
}

static void tell_item(struct qn_batch *batch, size_t i, const struct qn_reply *reply)
{
    const struct qn_item *item = &batch->items[i];
    struct qn_receipt own;
    struct qn_receipt *receipt = item->told.out ? item->told.out : &own;

    clear(receipt, reply->rc);
    write_id(receipt, batch->queue, item->name);
    if (reply->rc == QN_OK)
        read_code(receipt, reply->enqueued, i, batch->queue);
    else
        qn_str_copy(receipt->msg, sizeof(receipt->msg), reply->err->msg);
    call_back(batch->client, &item->told, receipt);
}

static void count_flights(struct qn_client *client, int more)
{
    client->in_flight += (size_t)more;
    client->idle = client->in_flight == 0;
    client->has_room = client->in_flight < IN_FLIGHT_MAX;
}

/* One alone can be awaited as it is made. */
static bool awaits(const struct qn_batch *batch)
{
    return batch->n == 1 && batch->items[0].job.watch_ms > 0;
}

static void on_enqueued(void *arg, const struct qn_reply *reply)
{
    struct qn_batch *batch = arg;
    struct qn_client *client = batch->client;

    count_flights(client, -1);
    if (reply->rc != QN_OK && client->batch_rc == QN_OK) {
        client->batch_rc = reply->rc;
        client->batch_err = *reply->err;
    }
    if (awaits(batch))
        qn_client_awaited(client, reply->rc == QN_OK && reply->enqueued->watched);
    for (size_t i = 0; i < batch->n; i++)
        tell_item(batch, i, reply);
    put_away(batch);
}

void qn_batch_flush(struct qn_client *client)
{
    struct qn_batch *batch = client->open;

    client->open = NULL;
    if (!batch)
        return;
    for (size_t i = 0; i < batch->n; i++) {
        struct qn_item *item = &batch->items[i];
        struct qn_new_job *job = &batch->jobs[i];
        *job = item->job;
        job->name = item->name;
        job->unique_key = item->unique_key;
        job->body.data = batch->bodies.data + item->body_at;
        job->body.len = item->body_len;
        job->watch_ms = awaits(batch) ? job->watch_ms : 0;
    }
    if (awaits(batch))
        qn_client_awaits(client, batch->queue, batch->items[0].name);
    count_flights(client, 1);
    client->broker->ops->enqueue(client->broker, batch->queue, batch->jobs, batch->n, on_enqueued,
                                 batch);
}

/* ---- into a batch ---- */

static struct qn_batch *batch_for(struct qn_client *client, const char *queue, size_t body_max)
{
    struct qn_batch *batch = client->open;

    if (batch && (strcmp(batch->queue, queue) != 0 || batch->n == QN_ENQUEUE_BATCH_MAX ||
                  batch->bodies.len + body_max > BODIES_MAX))
        qn_batch_flush(client);
    return client->open ? client->open : open_batch(client, queue);
}

static int put(struct qn_client *client, const struct qn_enqueue *job, const char *queue,
               const struct qn_told *told, struct qn_err *reterr)
{
    struct qn_batch *batch = batch_for(client, queue, qn_judge_args_len(job) + BODY_MORE_MAX);
    struct qn_item *item = batch ? add_item(batch) : NULL;
    int rc;

    if (item) {
        size_t mark = batch->bodies.len;
        item->told = *told;
        rc = qn_judge_fill(client, job, item, &batch->bodies, reterr);
        if (rc == QN_OK)
            return QN_OK;
        batch->n--;
        qn_buf_cut(&batch->bodies, mark);
        batch->bodies.status = QN_OK;
    } else {
        rc = qn_fail(reterr, QN_ENOMEM, "enqueue: out of memory");
    }
    if (batch && batch->n == 0) {
        client->open = NULL;
        put_away(batch);
    }
    return rc;
}

int qn_batch_add(struct qn_client *client, const struct qn_enqueue *job, const struct qn_told *told,
                 bool *ret_doubt)
{
    char queue[QN_QUEUE_MAX + 1];
    struct qn_err err;
    int rc = qn_judge(client, job, queue, &err);

    if (ret_doubt)
        *ret_doubt = rc != QN_OK && qn_defs_too_old(&client->defs, true);
    if (ret_doubt && *ret_doubt)
        return rc;
    if (rc == QN_OK)
        rc = put(client, job, queue, told, &err);
    if (rc != QN_OK)
        qn_batch_refuse(client, told, &err);
    return rc;
}

/* ---- synchronous ---- */

static int fetch_defs(struct qn_client *client, struct qn_err *reterr)
{
    bool done = false;

    qn_defs_fetch(client);
    while (client->defs.fetching) {
        int rc = qn_broker_pump(client->loop, &done, 1, NULL);
        if (rc != QN_OK && rc != QN_ETIMEOUT)
            return qn_fail(reterr, rc, "enqueue: the event loop failed");
    }
    if (client->defs.rc != QN_OK && reterr)
        *reterr = client->defs.err;
    return client->defs.rc;
}

/* What is in the way of going on with the others; a refusal of this one is not. */
static int add_one(struct qn_client *client, const struct qn_enqueue *job, struct qn_receipt *out,
                   struct qn_err *reterr)
{
    const struct qn_told told = {.out = out};
    bool doubt;
    int rc = qn_batch_add(client, job, &told, &doubt);

    if (doubt) {
        rc = fetch_defs(client, reterr);
        if (rc != QN_OK)
            return rc;
        rc = qn_batch_add(client, job, &told, NULL);
    }
    return rc == QN_ENOMEM ? qn_fail(reterr, rc, "enqueue: out of memory") : QN_OK;
}

/* The broker works on one batch while the next one is filled. */
static int keep_flying(struct qn_client *client, size_t before, struct qn_err *reterr)
{
    if (!client->has_room)
        return qn_client_run(client, &client->has_room, reterr);
    return client->in_flight > before ? qn_loop_once(client->loop, 0, reterr) : QN_OK;
}

int qn_client_enqueue_many(struct qn_client *client, const struct qn_enqueue *jobs, size_t n,
                           struct qn_receipt *ret, struct qn_err *reterr)
{
    struct qn_err err = {0};
    size_t i = 0;
    int rc = qn_defs_too_old(&client->defs, false) ? fetch_defs(client, &err) : QN_OK;

    qn_batch_flush(client); /* what was submitted goes first */
    client->batch_rc = QN_OK;
    while (i < n && rc == QN_OK) {
        size_t before = client->in_flight;
        rc = add_one(client, &jobs[i], &ret[i], &err);
        if (rc == QN_OK && ++i < n)
            rc = keep_flying(client, before, &err);
    }
    qn_batch_flush(client);
    int run_rc = qn_client_run(client, &client->idle, rc == QN_OK ? &err : NULL);
    if (rc == QN_OK)
        rc = run_rc;
    if (rc == QN_OK && client->batch_rc != QN_OK) {
        rc = client->batch_rc;
        err = client->batch_err;
    }
    for (; i < n; i++) /* those that were not come to */
        qn_batch_refuse(client, &(struct qn_told){.out = &ret[i]}, &err);
    if (rc != QN_OK && reterr)
        *reterr = err;
    return rc;
}

int qn_client_enqueue(struct qn_client *client, const struct qn_enqueue *job,
                      struct qn_receipt *ret, struct qn_err *reterr)
{
    struct qn_receipt receipt = {0};
    int rc = qn_client_enqueue_many(client, job, 1, &receipt, reterr);

    if (ret)
        *ret = receipt;
    if (rc == QN_OK && receipt.code != QN_OK)
        rc = qn_fail(reterr, receipt.code, "%s", receipt.msg);
    return rc;
}

/* ---- asynchronous ---- */

static size_t text_len(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static const char *copy_text(char **at, const char *text, size_t len)
{
    char *to = *at;

    if (!text)
        return NULL;
    memcpy(to, text, len);
    to[len] = '\0';
    *at += len + 1;
    return to;
}

/* A copy that outlives the caller's job. */
static const char *copy_whole(char **at, const char *text)
{
    return copy_text(at, text, text ? strlen(text) : 0);
}

static struct qn_late *copy_job(const struct qn_enqueue *job)
{
    size_t args_len = qn_judge_args_len(job), failed_len = qn_judge_on_failed_len(job);
    size_t size = text_len(job->task) + args_len + 1 + text_len(job->queue) + text_len(job->name) +
                  text_len(job->request_id) + text_len(job->limit_key) + text_len(job->unique_key) +
                  text_len(job->on_failed) + failed_len + 1;
    size_t n_tags = 0;

    while (job->tags && job->tags[n_tags] && n_tags < QN_TAGS_MAX)
        size += text_len(job->tags[n_tags++]);
    struct qn_late *late = qn_zalloc(1, sizeof(*late) + size);
    if (!late)
        return NULL;
    char *at = late->text;
    late->job = *job;
    late->job.task = copy_whole(&at, job->task);
    late->job.args = copy_text(&at, job->args, args_len);
    late->job.args_len = args_len;
    late->job.queue = copy_whole(&at, job->queue);
    late->job.name = copy_whole(&at, job->name);
    late->job.request_id = copy_whole(&at, job->request_id);
    late->job.limit_key = copy_whole(&at, job->limit_key);
    late->job.unique_key = copy_whole(&at, job->unique_key);
    late->job.on_failed = copy_whole(&at, job->on_failed);
    late->job.on_failed_args = copy_text(&at, job->on_failed_args, failed_len);
    late->job.on_failed_args_len = failed_len;
    for (size_t i = 0; i < n_tags; i++)
        late->tags[i] = copy_text(&at, job->tags[i], strlen(job->tags[i]));
    late->job.tags = job->tags ? late->tags : NULL;
    return late;
}

static int keep_for_later(struct qn_client *client, const struct qn_enqueue *job,
                          const struct qn_told *told, struct qn_err *reterr)
{
    struct qn_late *late = copy_job(job);

    if (!late)
        return qn_fail(reterr, QN_ENOMEM, "submit: out of memory");
    late->told = *told;
    *client->late_tail = late;
    client->late_tail = &late->next;
    qn_defs_fetch(client);
    return QN_OK;
}

int qn_client_submit(struct qn_client *client, const struct qn_enqueue *job, qn_enqueued_fn *fn,
                     void *arg, struct qn_err *reterr)
{
    const struct qn_told told = {.fn = fn, .arg = arg};
    bool later = client->late || qn_defs_too_old(&client->defs, false);

    client->pending++;
    client->fresh = true;
    if (!later)
        (void)!qn_batch_add(client, job, &told, &later);
    int rc = later ? keep_for_later(client, job, &told, reterr) : QN_OK;
    if (rc != QN_OK)
        client->pending--;
    return rc;
}

void qn_client_defs_came(struct qn_client *client)
{
    struct qn_late *rest = client->late;
    struct qn_late *late;

    client->late = NULL;
    client->late_tail = &client->late;
    while ((late = rest) != NULL) {
        rest = late->next;
        if (client->defs.rc != QN_OK)
            qn_batch_refuse(client, &late->told, &client->defs.err);
        else
            (void)!qn_batch_add(client, &late->job, &late->told, NULL);
        qn_free(late);
    }
    qn_batch_flush(client);
}
