#include "client_type.h"

#include "common/mem.h"
#include "common/str.h"
#include <stdio.h>
#include <string.h>

#define BODIES_MAX    (16 * 1024 * 1024) /* bytes of a batch */
#define IN_FLIGHT_MAX 8                  /* batches of one enqueue_many */

/* ---- a batch ---- */

void qn_batch_free(struct qn_batch *batch)
{
    if (!batch)
        return;
    qn_buf_release(&batch->bodies);
    qn_free(batch->items);
    qn_free(batch);
}

static struct qn_batch *open_batch(struct qn_client *client, const char *queue)
{
    struct qn_batch *batch = qn_zalloc(1, sizeof(*batch));

    if (!batch)
        return NULL;
    batch->client = client;
    qn_str_copy(batch->queue, sizeof(batch->queue), queue);
    qn_buf_init(&batch->bodies, 2 * BODIES_MAX);
    client->open = batch;
    return batch;
}

static struct qn_item *add_item(struct qn_batch *batch)
{
    if (batch->n == batch->cap) {
        size_t cap = batch->cap ? batch->cap * 4 : 4;
        struct qn_item *items = qn_realloc_array(batch->items, cap, sizeof(*items));
        if (!items)
            return NULL;
        batch->items = items;
        batch->cap = cap;
    }
    return &batch->items[batch->n++];
}

static void tell(struct qn_client *client, const struct qn_item *item,
                 const struct qn_receipt *receipt)
{
    if (item->out)
        *item->out = *receipt;
    if (!item->fn)
        return;
    client->pending--;
    item->fn(item->arg, receipt);
}

static void tell_refused(struct qn_client *client, const struct qn_item *item,
                         const struct qn_err *why)
{
    struct qn_receipt receipt = {.code = why->code};

    qn_str_copy(receipt.msg, sizeof(receipt.msg), why->msg);
    tell(client, item, &receipt);
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

static void on_enqueued(void *arg, const struct qn_reply *reply)
{
    struct qn_batch *batch = arg;
    struct qn_client *client = batch->client;

    client->in_flight--;
    client->idle = client->in_flight == 0;
    if (reply->rc != QN_OK && client->batch_rc == QN_OK) {
        client->batch_rc = reply->rc;
        client->batch_err = *reply->err;
    }
    for (size_t i = 0; i < batch->n; i++) {
        struct qn_receipt receipt = {.code = reply->rc};
        snprintf(receipt.id, sizeof(receipt.id), "%s.%s", batch->queue, batch->items[i].name);
        if (reply->rc == QN_OK)
            read_code(&receipt, reply->enqueued, i, batch->queue);
        else
            qn_str_copy(receipt.msg, sizeof(receipt.msg), reply->err->msg);
        tell(client, &batch->items[i], &receipt);
    }
    qn_batch_free(batch);
}

static void send_now(struct qn_client *client, struct qn_batch *batch, struct qn_new_job *jobs)
{
    for (size_t i = 0; i < batch->n; i++) {
        jobs[i] = batch->items[i].job;
        jobs[i].name = batch->items[i].name;
        jobs[i].unique_key = batch->items[i].unique_key;
        jobs[i].body.data = batch->bodies.data + batch->items[i].body_at;
        jobs[i].body.len = batch->items[i].body_len;
    }
    client->in_flight++;
    client->idle = false;
    client->broker->ops->enqueue(client->broker, batch->queue, jobs, batch->n, on_enqueued, batch);
}

void qn_batch_flush(struct qn_client *client)
{
    struct qn_batch *batch = client->open;
    struct qn_err err;
    struct qn_reply reply = {.err = &err};

    client->open = NULL;
    if (!batch)
        return;
    struct qn_new_job *jobs = qn_zalloc(batch->n, sizeof(*jobs));
    if (jobs) {
        send_now(client, batch, jobs);
    } else {
        client->in_flight++;
        reply.rc = qn_fail(&err, QN_ENOMEM, "enqueue: out of memory");
        on_enqueued(batch, &reply);
    }
    qn_free(jobs);
}

/* ---- into a batch ---- */

static struct qn_batch *batch_for(struct qn_client *client, const char *queue, size_t body_len)
{
    struct qn_batch *batch = client->open;

    if (batch && (strcmp(batch->queue, queue) != 0 || batch->n == QN_ENQUEUE_BATCH_MAX ||
                  batch->bodies.len + body_len > BODIES_MAX))
        qn_batch_flush(client);
    return client->open ? client->open : open_batch(client, queue);
}

static int put(struct qn_client *client, const struct qn_item *made, const char *queue,
               struct qn_span body, struct qn_err *reterr)
{
    struct qn_batch *batch = batch_for(client, queue, body.len);
    struct qn_item *item = batch ? add_item(batch) : NULL;

    if (!item)
        return qn_fail(reterr, QN_ENOMEM, "enqueue: out of memory");
    *item = *made;
    item->body_at = batch->bodies.len;
    if (qn_buf_add(&batch->bodies, body.data, body.len) == QN_OK)
        return QN_OK;
    batch->n--;
    int rc = qn_buf_status(&batch->bodies);
    batch->bodies.status = QN_OK;
    if (batch->n == 0) {
        client->open = NULL;
        qn_batch_free(batch);
    }
    return qn_fail(reterr, rc, "enqueue: %s", qn_err_text(rc));
}

/* A refused job is told at once, and its code returned. */
int qn_batch_add(struct qn_client *client, const struct qn_enqueue *job, struct qn_receipt *out,
                 qn_enqueued_fn *fn, void *arg)
{
    struct qn_item item = {.out = out, .fn = fn, .arg = arg};
    char queue[QN_QUEUE_MAX + 1];
    struct qn_buf body;
    struct qn_err err;

    qn_buf_init(&body, BODIES_MAX);
    int rc = qn_judge(client, job, &item, queue, &body, &err);
    if (rc == QN_OK)
        rc = put(client, &item, queue, (struct qn_span){.data = body.data, .len = body.len}, &err);
    qn_buf_release(&body);
    if (rc != QN_OK)
        tell_refused(client, &item, &err);
    return rc;
}

/* ---- synchronous ---- */

static int know_tasks(struct qn_client *client, const struct qn_enqueue *jobs, size_t n,
                      struct qn_err *reterr)
{
    bool needed = false;
    bool done = true;

    for (size_t i = 0; i < n && !needed; i++)
        needed = qn_defs_too_old(client, &jobs[i]);
    if (!needed)
        return QN_OK;
    qn_defs_fetch(client);
    while (client->defs.fetching) {
        done = false;
        int rc = qn_broker_pump(client->loop, &done, 1, NULL);
        if (rc != QN_OK && rc != QN_ETIMEOUT)
            return qn_fail(reterr, rc, "enqueue: the event loop failed");
    }
    if (client->defs.rc != QN_OK && reterr)
        *reterr = client->defs.err;
    return client->defs.rc;
}

int qn_client_enqueue_many(struct qn_client *client, const struct qn_enqueue *jobs, size_t n,
                           struct qn_receipt *ret, struct qn_err *reterr)
{
    int rc = know_tasks(client, jobs, n, reterr);

    if (rc != QN_OK)
        return rc;
    qn_batch_flush(client); /* what was submitted goes first */
    client->batch_rc = QN_OK;
    for (size_t i = 0; i < n && rc == QN_OK; i++) {
        ret[i] = (struct qn_receipt){0};
        if (qn_batch_add(client, &jobs[i], &ret[i], NULL, NULL) == QN_ENOMEM)
            rc = qn_fail(reterr, QN_ENOMEM, "enqueue: out of memory");
        if (client->in_flight >= IN_FLIGHT_MAX && rc == QN_OK)
            rc = qn_client_run(client, &client->idle, reterr);
    }
    qn_batch_flush(client);
    int run_rc = qn_client_run(client, &client->idle, rc == QN_OK ? reterr : NULL);
    if (rc == QN_OK)
        rc = run_rc;
    if (rc == QN_OK && client->batch_rc != QN_OK) {
        rc = client->batch_rc;
        if (reterr)
            *reterr = client->batch_err;
    }
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
    size_t args_len = job->args && job->args_len == 0 ? strlen(job->args) : job->args_len;
    size_t size = text_len(job->task) + args_len + 1 + text_len(job->queue) + text_len(job->name) +
                  text_len(job->request_id) + text_len(job->limit_key) + text_len(job->unique_key);
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
    for (size_t i = 0; i < n_tags; i++)
        late->tags[i] = copy_text(&at, job->tags[i], strlen(job->tags[i]));
    late->job.tags = job->tags ? late->tags : NULL;
    return late;
}

int qn_client_submit(struct qn_client *client, const struct qn_enqueue *job, qn_enqueued_fn *fn,
                     void *arg, struct qn_err *reterr)
{
    struct qn_late *late = NULL;

    if (client->late || qn_defs_too_old(client, job)) {
        late = copy_job(job);
        if (!late)
            return qn_fail(reterr, QN_ENOMEM, "submit: out of memory");
    }
    client->pending++;
    client->fresh = true;
    if (!late) {
        (void)!qn_batch_add(client, job, NULL, fn, arg);
        return QN_OK;
    }
    late->fn = fn;
    late->arg = arg;
    *client->late_tail = late;
    client->late_tail = &late->next;
    qn_defs_fetch(client);
    return QN_OK;
}

void qn_client_defs_came(struct qn_client *client)
{
    struct qn_late *rest = client->late;
    struct qn_late *late;

    client->late = NULL;
    client->late_tail = &client->late;
    while ((late = rest) != NULL) {
        rest = late->next;
        const struct qn_item item = {.fn = late->fn, .arg = late->arg};
        if (client->defs.rc != QN_OK)
            tell_refused(client, &item, &client->defs.err);
        else
            (void)!qn_batch_add(client, &late->job, NULL, late->fn, late->arg);
        qn_free(late);
    }
    qn_batch_flush(client);
}
