/* ops_look.c - looking at jobs and queues, and the directory of the namespace. */
#include "common/mem.h"
#include "lanes.h"
#include "mem_type.h"

#include <stdlib.h>
#include <string.h>

static void peek_one(struct qn_mem_answer *answer, struct qn_mem_queue *queue,
                     const struct qn_mem_job *job, struct qn_peek_entry *entry)
{
    char held[QN_MEM_HELD_SIZE];

    entry->due_ms = entry->retry_ms = entry->cancel_ms = entry->life_ms = QN_NO_TIME;
    if (!job)
        return;
    if (job->gone_ms > 0)
        entry->life_ms = job->gone_ms - answer->reply.now_ms;
    entry->record = qn_mem_keep_span(answer, qn_mem_span(&job->record));
    entry->attempt = qn_mem_keep_span(answer, qn_mem_span(&job->attempt));
    entry->progress = qn_mem_keep_span(answer, qn_mem_span(&job->progress));
    entry->cancel_ms = job->cancel_ms;
    if (job->place == QN_MEM_RUNNING)
        entry->token = qn_mem_keep_span(
            answer, (struct qn_span){.data = job->token, .len = strlen(job->token)});
    else if (job->place == QN_MEM_DUE)
        entry->due_ms = job->at_ms;
    else if (job->place == QN_MEM_RETRY)
        entry->retry_ms = job->at_ms;
    qn_mem_lanes_held_by(queue, job, held);
    if (held[0] != '\0')
        entry->held = qn_mem_keep_span(answer, (struct qn_span){held, strlen(held)});
}

void qn_mem_peek(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                 qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    struct qn_peek_entry *entries = qn_mem_list(answer, n, sizeof(*entries));
    if (n < 1 || n > QN_PEEK_BATCH_MAX)
        qn_mem_refuse(answer, QN_EINVAL, "a peek takes 1-100 well-formed names");
    for (size_t i = 0; entries && answer->reply.rc == QN_OK && i < n; i++)
        peek_one(answer, q, qn_mem_find(qn_mem_of(b)->store, q, names[i]), &entries[i]);
    answer->result.peeked = (struct qn_peeked){.n = n, .entries = entries};
    answer->reply.peeked = &answer->result.peeked;
    qn_mem_tell(b, answer);
}

/* ---- lists ---- */

static enum qn_mem_place place_of(enum qn_state state)
{
    switch (state) {
    case QN_SCHEDULED:
        return QN_MEM_DUE;
    case QN_QUEUED:
        return QN_MEM_READY;
    case QN_RUNNING:
        return QN_MEM_RUNNING;
    case QN_RETRYING:
        return QN_MEM_RETRY;
    case QN_FAILED:
        return QN_MEM_FAILED;
    default:
        return QN_MEM_ENDED;
    }
}

static int sign(int64_t value)
{
    return (value > 0) - (value < 0);
}

/* In the order the contract says for the place that all of them share; those that are in line
 * stand in the lists, then in lanes. */
static int by_place(const void *left, const void *right)
{
    const struct qn_mem_job *a = *(struct qn_mem_job *const *)left;
    const struct qn_mem_job *b = *(struct qn_mem_job *const *)right;

    if (a->place != b->place)
        return (int)a->place - (int)b->place;
    switch (a->place) {
    case QN_MEM_READY:
        return a->priority != b->priority ? b->priority - a->priority : sign(a->order - b->order);
    case QN_MEM_PARKED:
        return qn_mem_lanes_compare(a, b);
    case QN_MEM_DUE:
    case QN_MEM_RETRY:
        return a->at_ms != b->at_ms ? sign(a->at_ms - b->at_ms) : strcmp(a->name, b->name);
    case QN_MEM_FAILED:
        return a->at_ms != b->at_ms ? sign(b->at_ms - a->at_ms) : strcmp(b->name, a->name);
    case QN_MEM_RUNNING:
        return strcmp(a->name, b->name);
    default:
        return sign(b->order - a->order);
    }
}

static bool stands_at(const struct qn_mem_job *job, enum qn_mem_place place)
{
    return job->place == place || (place == QN_MEM_READY && job->place == QN_MEM_PARKED);
}

static size_t collect(struct qn_mem_queue *queue, enum qn_mem_place place,
                      struct qn_mem_answer *answer, struct qn_mem_job ***ret)
{
    size_t n = 0;
    size_t i = 0;
    struct qn_mem_job *job = NULL;

    while ((job = qn_mem_next(queue, job)) != NULL)
        n += stands_at(job, place);
    struct qn_mem_job **list = qn_mem_list(answer, n, sizeof(struct qn_mem_job *));
    while (list && (job = qn_mem_next(queue, job)) != NULL) {
        if (stands_at(job, place))
            list[i++] = job;
    }
    if (list && n > 0)
        qsort(list, n, sizeof(struct qn_mem_job *), by_place);
    *ret = list;
    return list ? n : 0;
}

void qn_mem_listing(struct qn_broker *b, const char *queue, enum qn_state state, int64_t offset,
                    int limit, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);
    struct qn_mem_job **all;

    if (!q)
        return;
    if (state < QN_SCHEDULED || state > QN_EXPIRED || offset < 0 || limit < 1 ||
        limit > QN_LIST_PAGE_MAX) {
        qn_mem_refuse(answer, QN_EINVAL, "a list takes a state, an offset and a limit of 1-1000");
        qn_mem_tell(b, answer);
        return;
    }
    struct qn_listed *listed = &answer->result.listed;
    size_t total = collect(q, place_of(state), answer, &all);
    const char **names = qn_mem_list(answer, (size_t)limit, sizeof(*names));
    for (size_t i = (size_t)offset; names && i < total && listed->n < (size_t)limit; i++)
        names[listed->n++] = qn_mem_keep(answer, all[i]->name, strlen(all[i]->name));
    int64_t after = offset + (int64_t)listed->n;
    listed->names = names;
    listed->next = listed->n > 0 && after < (int64_t)total ? after : QN_NO_TIME;
    answer->reply.listed = listed;
    qn_mem_tell(b, answer);
}

void qn_mem_log(struct qn_broker *b, const char *queue, const char *name, qn_reply_fn *fn,
                void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    struct qn_mem_job *job = qn_mem_find(qn_mem_of(b)->store, q, name);
    answer->reply.text = qn_mem_keep_span(answer, job ? qn_mem_span(&job->log)
                                                      : (struct qn_span){.data = "", .len = 0});
    qn_mem_tell(b, answer);
}

/* ---- figures ---- */

static void count_job(const struct qn_mem_job *job, struct qn_stats *stats)
{
    int64_t *const places[] = {
        [QN_MEM_READY] = &stats->queued[job->priority],
        [QN_MEM_PARKED] = &stats->parked,
        [QN_MEM_DUE] = &stats->scheduled,
        [QN_MEM_RETRY] = &stats->retrying,
        [QN_MEM_RUNNING] = &stats->running,
        [QN_MEM_FAILED] = &stats->failed,
        [QN_MEM_ENDED] = &stats->ended,
    };

    *places[job->place] += 1;
    stats->bytes += qn_mem_is_live(job) ? (int64_t)job->record.len : 0;
}

/* Of those that are next in the line of their priority. */
static int64_t oldest(struct qn_mem_queue *queue)
{
    const struct qn_mem_job *next[4] = {NULL};
    int64_t first = QN_NO_TIME;
    struct qn_record record;

    for (struct qn_mem_job *job = NULL; (job = qn_mem_next(queue, job)) != NULL;) {
        const struct qn_mem_job **at = &next[job->priority];
        if (job->place == QN_MEM_READY && (!*at || job->order < (*at)->order))
            *at = job;
    }
    for (int i = 0; i < 4; i++) {
        if (next[i] && qn_record_decode(qn_mem_span(&next[i]->record), &record, NULL) == QN_OK &&
            (first == QN_NO_TIME || record.enqueued_ms < first))
            first = record.enqueued_ms;
    }
    return first;
}

void qn_mem_stats(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    struct qn_stats *stats = &answer->result.stats;
    *stats = q->totals;
    stats->oldest_ms = oldest(q);
    stats->paused_ms = q->paused_ms;
    stats->draining_ms = q->draining_ms;
    stats->max_jobs = q->max_jobs;
    stats->max_bytes = q->max_bytes;
    for (struct qn_mem_job *job = NULL; (job = qn_mem_next(q, job)) != NULL;)
        count_job(job, stats);
    for (struct qn_mem_lease *lease = q->leases; lease; lease = lease->next)
        stats->workers += !lease->dead;
    answer->reply.stats = stats;
    qn_mem_tell(b, answer);
}

/* ---- the namespace ---- */

static struct qn_span span_of(const char *text)
{
    return (struct qn_span){.data = text, .len = strlen(text)};
}

void qn_mem_tell_pairs(struct qn_broker *b, const struct qn_mem_pair *list, int64_t after,
                       qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    size_t n = 0;

    if (!answer)
        return;
    for (const struct qn_mem_pair *pair = list; pair; pair = pair->next)
        n++;
    struct qn_entry *entries = qn_mem_list(answer, n, sizeof(*entries));
    struct qn_entries *result = &answer->result.entries;
    for (; entries && list; list = list->next) {
        if (list->number <= after)
            continue;
        entries[result->n].name = qn_mem_keep_span(answer, span_of(list->name));
        entries[result->n++].value =
            qn_mem_keep_span(answer, (struct qn_span){.data = list->value, .len = list->len});
    }
    result->entries = entries;
    answer->reply.entries = result;
    qn_mem_tell(b, answer);
}

void qn_mem_publish(struct qn_broker *b, const char *queue_or_null, const struct qn_entry *tasks,
                    size_t n, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_store *store = qn_mem_of(b)->store;
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);

    if (!answer)
        return;
    if (queue_or_null &&
        !qn_mem_pair_set(&store->served, span_of(queue_or_null), (struct qn_span){0}, 1))
        qn_mem_refuse(answer, QN_ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++) {
        if (!qn_mem_pair_set(&store->tasks, tasks[i].name, tasks[i].value, 1))
            qn_mem_refuse(answer, QN_ENOMEM, "out of memory");
    }
    qn_mem_tell(b, answer);
}

void qn_mem_tasks(struct qn_broker *b, qn_reply_fn *fn, void *arg)
{
    qn_mem_tell_pairs(b, qn_mem_of(b)->store->tasks, 0, fn, arg);
}

void qn_mem_queues(struct qn_broker *b, qn_reply_fn *fn, void *arg)
{
    qn_mem_tell_pairs(b, qn_mem_of(b)->store->served, 0, fn, arg);
}

void qn_mem_workers(struct qn_broker *b, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_store *store = qn_mem_of(b)->store;

    qn_mem_tell_pairs(b, store->workers, qn_mem_now(store), fn, arg);
}

void qn_mem_alive(struct qn_broker *b, const char *incarnation, int64_t life_ms, const char *json,
                  qn_reply_fn *fn, void *arg)
{
    struct qn_mem_store *store = qn_mem_of(b)->store;
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);

    if (!answer)
        return;
    if (life_ms <= 0)
        qn_mem_pair_drop(&store->workers, incarnation);
    else if (!qn_mem_pair_set(&store->workers, span_of(incarnation), span_of(json),
                              answer->reply.now_ms + life_ms))
        qn_mem_refuse(answer, QN_ENOMEM, "out of memory");
    qn_mem_tell(b, answer);
}

void qn_mem_lead(struct qn_broker *b, const char *what, const char *holder, int64_t lease_ms,
                 qn_reply_fn *fn, void *arg)
{
    struct qn_mem_store *store = qn_mem_of(b)->store;
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);

    if (!answer)
        return;
    int64_t now = answer->reply.now_ms;
    const struct qn_mem_pair *pair = qn_mem_pair(store->leaders, what);
    bool held = pair && pair->number > now;
    bool ours = holder[0] && (!held || strcmp(pair->value, holder) == 0);
    if (ours && lease_ms <= 0)
        qn_mem_pair_drop(&store->leaders, what);
    else if (ours &&
             !qn_mem_pair_set(&store->leaders, span_of(what), span_of(holder), now + lease_ms))
        qn_mem_refuse(answer, QN_ENOMEM, "out of memory");
    const char *who = ours ? (lease_ms > 0 ? holder : "") : held ? pair->value : "";
    int64_t until_ms = ours ? now + lease_ms : held ? pair->number : now;
    answer->result.lead = (struct qn_lead){.ours = ours,
                                           .holder = qn_mem_keep(answer, who, strlen(who)),
                                           .left_ms = until_ms - now,
                                           .revision = store->revision};
    answer->reply.lead = &answer->result.lead;
    qn_mem_tell(b, answer);
}

void qn_mem_server(struct qn_broker *b, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);

    if (!answer)
        return;
    answer->reply.text = span_of("{\"redis_version\":\"mem\",\"maxmemory_policy\":\"noeviction\"}");
    answer->reply.now_ms = 0;
    qn_mem_tell(b, answer);
}
