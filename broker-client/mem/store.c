#include "mem_type.h"

#include "common/mem.h"
#include "common/str.h"
#include "lanes.h"
#include "sale.h"
#include <string.h>

#define RECORD_MAX   QN_RECORD_MAX
#define TRY_MAX      (QN_HISTORY_MAX * 2)
#define PROGRESS_MAX (64 * 1024)
#define LOG_MAX      (64 * 1024)

/* Stores are shared by name between the broker objects of this process. */
static struct qn_mem_store *stores;

struct qn_mem_store *qn_mem_store_open(const char *name, const char *ns,
                                       const struct qn_clock *clock)
{
    struct qn_mem_store *store = stores;

    while (store && (*name == '\0' || strcmp(store->name, name) != 0 || strcmp(store->ns, ns) != 0))
        store = store->next;
    if (!store) {
        store = qn_zalloc(1, sizeof(*store));
        if (!store)
            return NULL;
        qn_str_copy(store->name, sizeof(store->name), name);
        qn_str_copy(store->ns, sizeof(store->ns), ns);
        store->clock = clock;
        store->next = stores;
        stores = store;
    }
    store->users++;
    return store;
}

static void free_queue(struct qn_mem_queue *queue)
{
    struct qn_mem_job *job;

    while ((job = qn_mem_next(queue, NULL)) != NULL)
        qn_mem_drop(queue, job);
    for (struct qn_mem_lease *lease = queue->leases, *next; lease; lease = next) {
        next = lease->next;
        qn_free(lease);
    }
    for (struct qn_mem_message *message = queue->inbox, *next; message; message = next) {
        next = message->next;
        qn_free(message);
    }
    qn_mem_lanes_free(queue);
    qn_mem_sales_free(queue);
    qn_mem_pairs_free(&queue->uniques);
    qn_mem_pairs_free(&queue->fired);
    qn_free(queue);
}

void qn_mem_store_close(struct qn_mem_store *store)
{
    struct qn_mem_store **at = &stores;

    if (--store->users > 0)
        return;
    while (*at != store)
        at = &(*at)->next;
    *at = store->next;
    for (struct qn_mem_queue *queue = store->queues, *next; queue; queue = next) {
        next = queue->next;
        free_queue(queue);
    }
    qn_mem_pairs_free(&store->tasks);
    qn_mem_pairs_free(&store->served);
    qn_mem_pairs_free(&store->workers);
    qn_mem_pairs_free(&store->leaders);
    qn_mem_plans_free(store);
    qn_free(store);
}

int64_t qn_mem_now(const struct qn_mem_store *store)
{
    return qn_wall_ms(store->clock);
}

struct qn_mem_queue *qn_mem_queue(struct qn_mem_store *store, const char *name)
{
    struct qn_mem_queue *queue = store->queues;

    while (queue && strcmp(queue->name, name) != 0)
        queue = queue->next;
    if (queue)
        return queue;
    queue = qn_zalloc(1, sizeof(*queue));
    if (!queue)
        return NULL;
    qn_str_copy(queue->name, sizeof(queue->name), name);
    queue->store = store;
    queue->tick_ms = QN_NO_TIME;
    queue->weighed_ms = QN_NO_TIME;
    queue->paused_ms = queue->draining_ms = QN_NO_TIME;
    queue->next = store->queues;
    store->queues = queue;
    return queue;
}

/* ---- jobs ---- */

static struct qn_mem_job **bucket_of(struct qn_mem_queue *queue, const char *name)
{
    unsigned hash = 5381;

    for (; *name; name++)
        hash = hash * 33 + (unsigned char)*name;
    return &queue->buckets[hash % QN_MEM_BUCKETS];
}

struct qn_mem_job *qn_mem_find(struct qn_mem_store *store, struct qn_mem_queue *queue,
                               const char *name)
{
    struct qn_mem_job *job = *bucket_of(queue, name);

    while (job && strcmp(job->name, name) != 0)
        job = job->next;
    if (job && job->gone_ms != QN_NO_TIME && job->gone_ms <= qn_mem_now(store)) {
        qn_mem_drop(queue, job);
        return NULL;
    }
    return job;
}

struct qn_mem_job *qn_mem_add(struct qn_mem_queue *queue, const char *name)
{
    struct qn_mem_job **bucket = bucket_of(queue, name);
    struct qn_mem_job *job = qn_zalloc(1, sizeof(*job));

    if (!job)
        return NULL;
    qn_str_copy(job->name, sizeof(job->name), name);
    qn_buf_init(&job->record, RECORD_MAX);
    qn_buf_init(&job->attempt, TRY_MAX);
    qn_buf_init(&job->progress, PROGRESS_MAX);
    qn_buf_init(&job->log, LOG_MAX);
    job->gone_ms = QN_NO_TIME;
    job->cancel_ms = QN_NO_TIME;
    job->next = *bucket;
    *bucket = job;
    return job;
}

void qn_mem_drop(struct qn_mem_queue *queue, struct qn_mem_job *job)
{
    struct qn_mem_job **at = bucket_of(queue, job->name);

    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    qn_buf_release(&job->record);
    qn_buf_release(&job->attempt);
    qn_buf_release(&job->progress);
    qn_buf_release(&job->log);
    qn_free(job);
}

struct qn_mem_job *qn_mem_next(struct qn_mem_queue *queue, const struct qn_mem_job *job)
{
    struct qn_mem_job *next = job ? job->next : NULL;
    struct qn_mem_job **bucket = job ? bucket_of(queue, job->name) + 1 : queue->buckets;

    for (; !next && bucket < queue->buckets + QN_MEM_BUCKETS; bucket++)
        next = *bucket;
    return next;
}

struct qn_mem_lease *qn_mem_lease(struct qn_mem_queue *queue, const char *incarnation)
{
    struct qn_mem_lease *lease = queue->leases;

    while (lease && strcmp(lease->incarnation, incarnation) != 0)
        lease = lease->next;
    return lease;
}

void qn_mem_tidy_inbox(struct qn_mem_queue *queue)
{
    int64_t now = qn_mem_now(queue->store);

    for (struct qn_mem_message **at = &queue->inbox; *at;) {
        struct qn_mem_message *message = *at;
        if (message->gone_ms > now) {
            at = &message->next;
            continue;
        }
        *at = message->next;
        qn_free(message);
    }
}

/* ---- pairs ---- */

struct qn_mem_pair *qn_mem_pair(struct qn_mem_pair *list, const char *name)
{
    while (list && strcmp(list->name, name) != 0)
        list = list->next;
    return list;
}

static struct qn_mem_pair *add_pair(struct qn_mem_pair **list, char *name_take)
{
    struct qn_mem_pair *pair = name_take ? qn_zalloc(1, sizeof(*pair)) : NULL;

    if (!pair) {
        qn_free(name_take);
        return NULL;
    }
    pair->name = name_take;
    pair->next = *list;
    *list = pair;
    return pair;
}

struct qn_mem_pair *qn_mem_pair_set(struct qn_mem_pair **list, struct qn_span name,
                                    struct qn_span value, int64_t number)
{
    char *name_copy = qn_strndup(name.data, name.len);
    char *copy = qn_strndup(value.data ? value.data : "", value.len);
    struct qn_mem_pair *pair = name_copy ? qn_mem_pair(*list, name_copy) : NULL;

    if (pair)
        qn_free(name_copy);
    else
        pair = add_pair(list, name_copy);
    if (!pair || !copy) {
        qn_free(copy);
        return NULL;
    }
    qn_free(pair->value);
    pair->value = copy;
    pair->len = value.len;
    pair->number = number;
    return pair;
}

void qn_mem_pair_drop(struct qn_mem_pair **list, const char *name)
{
    struct qn_mem_pair *pair;

    while (*list && strcmp((*list)->name, name) != 0)
        list = &(*list)->next;
    pair = *list;
    if (!pair)
        return;
    *list = pair->next;
    qn_free(pair->name);
    qn_free(pair->value);
    qn_free(pair);
}

void qn_mem_pairs_free(struct qn_mem_pair **list)
{
    while (*list)
        qn_mem_pair_drop(list, (*list)->name);
}
