/* ops_produce.c - enqueue, cancel, and those who wait for the end. */
#include "broker-client/limits.h"
#include "broker-client/record_fields.h"
#include "broker-client/sale.h"
#include "broker-client/state.h"
#include "common/mem.h"
#include "common/str.h"
#include "mem_type.h"
#include "sale.h"
#include "unique.h"

#include <stdio.h>
#include <string.h>

#define INBOX_LIFE_MS 60000

#define REPLACED_LIFE_MS 86400000
#define LATER_MS         5000

static int64_t time_of(int64_t ms, bool relative, int64_t now)
{
    return ms <= 0 ? 0 : relative ? now + ms : ms;
}

static void write_live(struct qn_mem_job *job, const struct qn_new_job *from, const char *hold,
                       int64_t now)
{
    int64_t due = time_of(from->due_ms, from->due_relative, now);
    int64_t expires = time_of(from->expires_ms, from->expires_relative, now);

    qn_buf_add_byte(&job->record, 1);
    qn_buf_add_byte(&job->record, 'L');
    qn_buf_add_byte(&job->record, from->priority | (due ? 4 : 0) | (expires ? 8 : 0));
    qn_buf_add_u64(&job->record, (uint64_t)now);
    if (due)
        qn_buf_add_u64(&job->record, (uint64_t)due);
    if (expires)
        qn_buf_add_u64(&job->record, (uint64_t)expires);
    qn_buf_add(&job->record, from->body.data, from->body.len);
    if (hold[0] != '\0') {
        qn_buf_add_byte(&job->record, QN_BODY_HOLDS);
        qn_buf_add_varint(&job->record, strlen(hold));
        qn_buf_add_str(&job->record, hold);
    }
    job->priority = from->priority;
    job->at_ms = due;
}

static bool fired_before(struct qn_mem_queue *queue, const struct qn_new_job *job)
{
    const struct qn_mem_pair *last =
        job->schedule ? qn_mem_pair(queue->fired, job->schedule) : NULL;

    return last && job->planned_ms <= last->number;
}

/* Is there no room for one more, when the replaced one is gone? */
static bool is_full(struct qn_mem_queue *queue, const struct qn_new_job *from,
                    const struct qn_mem_job *replaced)
{
    int64_t jobs = 1;
    int64_t bytes = QN_RECORD_HEAD + (int64_t)from->body.len + (from->due_ms > 0 ? 8 : 0) +
                    (from->expires_ms > 0 ? 8 : 0);

    for (struct qn_mem_job *job = NULL; (job = qn_mem_next(queue, job)) != NULL;) {
        if (job == replaced || !qn_mem_is_live(job) || job->place == QN_MEM_COMING)
            continue;
        jobs++;
        bytes += (int64_t)job->record.len;
    }
    return (queue->max_jobs > 0 && jobs > queue->max_jobs) ||
           (queue->max_bytes > 0 && bytes > queue->max_bytes);
}

struct enqueuing {
    struct qn_mem_queue *queue;
    const struct qn_new_job *jobs;
    struct qn_mem_answer *answer;
    int *codes;
    const char **holders;
    bool wake;
};

/* One of the same batch has its key for good. */
static bool made_here(const struct enqueuing *e, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (e->codes[i] == QN_ENQ_MADE && strcmp(e->jobs[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Decides about one job; ret_replaced is the one that has to go for it. */
static int judge(struct enqueuing *e, size_t i, struct qn_mem_job **ret_replaced)
{
    struct qn_mem_queue *queue = e->queue;
    const struct qn_new_job *from = &e->jobs[i];

    if (qn_mem_find(queue->store, queue, from->name))
        return QN_ENQ_EXISTS;
    if (fired_before(queue, from))
        return QN_ENQ_FIRED_BEFORE;
    if (queue->draining_ms != QN_NO_TIME && !from->follows)
        return QN_ENQ_DRAINING;
    const char *holder = qn_mem_unique_holder(queue, from);
    struct qn_mem_job *job = qn_mem_find(queue->store, queue, holder);
    if (from->unique.conflict == QN_UNIQUE_REPLACE && job && qn_mem_is_live(job) &&
        job->place != QN_MEM_RUNNING && !made_here(e, i, holder))
        *ret_replaced = job;
    if (!from->follows && (*holder == '\0' || *ret_replaced) && is_full(queue, from, *ret_replaced))
        return QN_ENQ_FULL;
    e->holders[i] = qn_mem_keep(e->answer, holder, strlen(holder));
    if (*holder == '\0' || *ret_replaced)
        return QN_ENQ_MADE;
    return from->unique.conflict == QN_UNIQUE_EXISTING ? QN_ENQ_SHARED : QN_ENQ_UNIQUE;
}

static int make_one(struct qn_mem_store *store, struct qn_mem_queue *queue,
                    const struct qn_new_job *from, const char *hold, bool *wake)
{
    int64_t now = qn_mem_now(store);
    int64_t first = qn_mem_next_due(queue);
    bool empty = !qn_mem_any_ready(queue);
    struct qn_mem_job *job = qn_mem_add(queue, from->name);

    if (!job)
        return QN_ENOMEM;
    write_live(job, from, hold, now);
    if (qn_buf_status(&job->record) != QN_OK || !qn_mem_claim(queue, from)) {
        qn_mem_drop(queue, job);
        return QN_ENOMEM;
    }
    if (job->at_ms > now) {
        job->place = QN_MEM_DUE;
        *wake = *wake || first == QN_NO_TIME || job->at_ms < first;
    } else {
        *wake = *wake || empty;
        qn_mem_make_ready(queue, job, false);
    }
    if (from->schedule) {
        struct qn_span name = {.data = from->schedule, .len = strlen(from->schedule)};
        qn_mem_pair_set(&queue->fired, name, (struct qn_span){0}, from->planned_ms);
    }
    queue->totals.enqueued++;
    return QN_ENQ_MADE;
}

static int take_from_sale(struct enqueuing *e, size_t i, char hold[QN_MEM_HOLD_SIZE])
{
    char text[QN_I64_TEXT_SIZE];
    int64_t wait_ms = 0;
    int code = qn_mem_sale_take(e->queue, &e->jobs[i], hold, &wait_ms);

    if (code == QN_ENQ_TRIES)
        e->holders[i] = qn_mem_keep(e->answer, text, qn_i64_to_str(wait_ms, text));
    return code;
}

static void enqueue_one(struct enqueuing *e, size_t i)
{
    struct qn_mem_job *replaced = NULL;
    char hold[QN_MEM_HOLD_SIZE] = "";

    e->holders[i] = "";
    e->codes[i] = judge(e, i, &replaced);
    if (e->codes[i] == QN_ENQ_MADE && e->jobs[i].sale)
        e->codes[i] = take_from_sale(e, i, hold);
    if (e->codes[i] < 0)
        qn_mem_refuse(e->answer, e->codes[i], "out of memory");
    if (e->codes[i] == QN_ENQ_FULL)
        e->answer->result.enqueued.retry_ms = LATER_MS;
    if (e->codes[i] != QN_ENQ_MADE)
        return;
    if (replaced)
        qn_mem_bury(e->queue, replaced, 'C', REPLACED_LIFE_MS);
    e->codes[i] = make_one(e->queue->store, e->queue, &e->jobs[i], hold, &e->wake);
    if (e->codes[i] < 0)
        qn_mem_refuse(e->answer, e->codes[i], "out of memory");
}

static const char *fault_of(const struct qn_new_job *jobs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!qn_name_ok(jobs[i].name) || jobs[i].priority < 0 || jobs[i].priority > 3)
            return "a job's name or priority is not well-formed";
        if (jobs[i].sale && !qn_sale_ask_ok(&jobs[i]))
            return "what a job takes out of a sale is not well-formed";
        if (!qn_new_job_unique_ok(&jobs[i]))
            return "a unique key is not 32 hex digits with a rule";
    }
    return n < 1 || n > QN_ENQUEUE_BATCH_MAX ? "an enqueue takes 1-450 jobs" : NULL;
}

static int watch_one(struct qn_mem *mem, struct qn_mem_job *job, bool on)
{
    int room = -1;

    for (int i = 0; job && i < QN_MEM_WATCHERS_MAX; i++) {
        if (job->watchers[i] == mem)
            job->watchers[i] = NULL;
        if (!job->watchers[i] && room < 0)
            room = i;
    }
    if (job && on && room >= 0)
        job->watchers[room] = mem;
    return !on || !job || room >= 0;
}

/* All of them, or none. */
static bool watch_new(struct qn_mem *mem, const struct enqueuing *e, size_t n)
{
    bool watched = mem->watches;

    for (size_t i = 0; watched && i < n; i++)
        watched = e->codes[i] == QN_ENQ_MADE && e->jobs[i].watch_ms > 0;
    for (size_t i = 0; watched && i < n; i++)
        watched = watch_one(mem, qn_mem_find(e->queue->store, e->queue, e->jobs[i].name), true);
    return watched;
}

void qn_mem_enqueue(struct qn_broker *b, const char *queue, const struct qn_new_job *jobs, size_t n,
                    qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return; /* jobs too may be gone: the caller knows already */
    const char *fault = fault_of(jobs, n);
    struct enqueuing e = {
        .queue = q,
        .jobs = jobs,
        .answer = answer,
        .codes = qn_mem_list(answer, n, sizeof(*e.codes)),
        .holders = qn_mem_list(answer, n, sizeof(*e.holders)),
    };
    if (fault)
        qn_mem_refuse(answer, QN_EINVAL, fault);
    for (size_t i = 0; e.codes && e.holders && !fault && i < n; i++)
        enqueue_one(&e, i);
    if (e.wake)
        qn_mem_wake(q->store, q);
    qn_mem_follow_up(q);
    answer->result.enqueued.n = n;
    answer->result.enqueued.code = e.codes;
    answer->result.enqueued.holder = e.holders;
    answer->result.enqueued.watched = !fault && e.codes && watch_new(qn_mem_of(b), &e, n);
    answer->reply.enqueued = &answer->result.enqueued;
    qn_mem_tell(b, answer);
}

/* ---- cancel ---- */

bool qn_mem_post(struct qn_mem_queue *queue, const char *incarnation, const char *text)
{
    struct qn_mem_message **at = &queue->inbox;
    struct qn_mem_message *message = qn_zalloc(1, sizeof(*message));

    if (!message)
        return false;
    qn_str_copy(message->incarnation, sizeof(message->incarnation), incarnation);
    qn_str_copy(message->text, sizeof(message->text), text);
    message->gone_ms = qn_mem_now(queue->store) + INBOX_LIFE_MS;
    qn_mem_tidy_inbox(queue);
    for (; *at; at = &(*at)->next) {
        if (strcmp((*at)->incarnation, incarnation) == 0)
            (*at)->gone_ms = message->gone_ms;
    }
    *at = message;
    qn_mem_serve_waits(queue->store);
    return true;
}

static void tell_worker(struct qn_mem_queue *queue, const struct qn_mem_job *job)
{
    char incarnation[QN_NAME_MAX + 1];
    char text[QN_NAME_MAX + 16];

    snprintf(incarnation, sizeof(incarnation), "%.*s", (int)strcspn(job->token, ":"), job->token);
    snprintf(text, sizeof(text), "cancel %s", job->name);
    (void)qn_mem_post(queue, incarnation, text);
}

static void cancel(struct qn_mem_store *store, struct qn_mem_queue *queue, struct qn_mem_job *job,
                   int64_t life_ms, struct qn_cancelled *ret)
{
    if (!job) {
        ret->code = QN_CANCEL_NONE;
    } else if (!qn_mem_is_live(job)) {
        ret->code = QN_CANCEL_ENDED;
        (void)!qn_state_of_letter(job->record.data[1], &ret->state);
    } else if (job->place == QN_MEM_RUNNING) {
        ret->code = QN_CANCEL_MARKED;
        job->cancel_ms = qn_mem_now(store);
        tell_worker(queue, job);
    } else {
        ret->code = QN_CANCEL_DONE;
        qn_mem_bury(queue, job, 'C', life_ms);
        qn_mem_follow_up(queue);
    }
}

void qn_mem_cancel(struct qn_broker *b, const char *queue, const char *name, int64_t final_ttl_ms,
                   qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);
    struct qn_mem_store *store = qn_mem_of(b)->store;

    if (!q)
        return;
    if (!qn_name_ok(name))
        qn_mem_refuse(answer, QN_EINVAL, "the job's name is not 1-64 of [A-Za-z0-9_-]");
    else
        cancel(store, q, qn_mem_find(store, q, name), final_ttl_ms, &answer->result.cancelled);
    answer->reply.cancelled = &answer->result.cancelled;
    qn_mem_tell(b, answer);
}

/* ---- waiting for the end ---- */

void qn_mem_watch(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                  bool on, int64_t ttl_ms, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    (void)ttl_ms;
    if (!q)
        return;
    int *codes = qn_mem_list(answer, n, sizeof(*codes));
    if (!qn_mem_of(b)->watches || n < 1 || n > QN_PEEK_BATCH_MAX)
        qn_mem_refuse(answer, QN_EINVAL,
                      "a watch is for 1-100 names, on a broker object that watches");
    for (size_t i = 0; codes && answer->reply.rc == QN_OK && i < n; i++)
        codes[i] = watch_one(qn_mem_of(b), qn_mem_find(qn_mem_of(b)->store, q, names[i]), on);
    answer->result.codes = (struct qn_codes){.n = n, .code = codes};
    answer->reply.codes = &answer->result.codes;
    qn_mem_tell(b, answer);
}
