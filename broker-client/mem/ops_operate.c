/* ops_operate.c - what people do to jobs and workers. */
#include "common/mem.h"
#include "common/str.h"
#include "mem_type.h"
#include "unique.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PURGE_MAX 500
#define PLACE_MAX 10000
#define INBOX_MAX 1000

/* ---- ended jobs ---- */

/* Puts the live record back, and leaves a try with the token that ended the job. */
static int revive(struct qn_mem_queue *queue, struct qn_mem_job *job, int64_t ended_ms)
{
    struct qn_record record;
    struct qn_buf live, attempt;

    if (qn_record_decode(qn_mem_span(&job->record), &record, NULL) != QN_OK)
        return QN_ENDED_DAMAGED;
    if (record.ended_ms != ended_ms)
        return QN_ENDED_CHANGED;
    if (!qn_mem_claim_again(queue, job, &record.body))
        return QN_ENDED_UNIQUE;
    const struct qn_try fresh = {.token = record.token, .history = record.ending.history};
    qn_buf_init(&live, QN_RECORD_MAX);
    qn_buf_init(&attempt, 2 * QN_HISTORY_MAX);
    qn_buf_add(&live, record.live.data, record.live.len);
    int rc = qn_try_encode(&fresh, NULL, &attempt);
    if (rc == QN_OK)
        rc = qn_buf_status(&live);
    if (rc == QN_OK) {
        qn_mem_set(&job->attempt, qn_mem_span(&attempt));
        qn_mem_set(&job->record, qn_mem_span(&live));
        job->priority = record.priority;
        job->gone_ms = QN_NO_TIME;
        qn_mem_make_ready(queue, job, false);
    }
    qn_buf_release(&live);
    qn_buf_release(&attempt);
    return rc == QN_OK ? QN_ENDED_DONE : rc;
}

static int replay_live(struct qn_mem_queue *queue, struct qn_mem_job *job)
{
    static const struct qn_span no_try = {.data = "0 0 0 -\n", .len = 8};

    if (job->place == QN_MEM_RETRY)
        qn_mem_make_ready(queue, job, false);
    else if (qn_mem_is_too_late(queue, job))
        qn_mem_set(&job->attempt, no_try);
    else
        return QN_ENDED_LIVE;
    return QN_ENDED_DONE;
}

static int replay_one(struct qn_mem_queue *queue, struct qn_mem_job *job, int64_t ended_ms)
{
    if (!job)
        return QN_ENDED_NONE;
    if (qn_mem_is_live(job))
        return ended_ms > 0 ? QN_ENDED_LIVE : replay_live(queue, job);
    if (job->record.data[1] == 'S')
        return QN_ENDED_SUCCEEDED;
    return revive(queue, job, ended_ms);
}

static int forget_one(struct qn_mem_queue *queue, struct qn_mem_job *job, int64_t ended_ms)
{
    if (!job)
        return QN_ENDED_NONE;
    if (qn_mem_is_live(job))
        return QN_ENDED_LIVE;
    if (job->at_ms != ended_ms)
        return QN_ENDED_CHANGED;
    qn_mem_drop(queue, job);
    return QN_ENDED_DONE;
}

static const char *fault_of(const struct qn_ended_job *jobs, size_t n)
{
    for (size_t i = 0; i < n && i < QN_PEEK_BATCH_MAX; i++) {
        if (!qn_name_ok(jobs[i].name) || jobs[i].ended_ms < 0)
            return "an ended job has a well-formed name and a time";
    }
    return n < 1 || n > QN_PEEK_BATCH_MAX ? "1-100 ended jobs at a time" : NULL;
}

typedef int one_fn(struct qn_mem_queue *queue, struct qn_mem_job *job, int64_t ended_ms);

/* The codes of what one did to each; the answer is to be told. NULL: it has been. */
static struct qn_mem_queue *for_each(struct qn_broker *b, const char *queue,
                                     const struct qn_ended_job *jobs, size_t n, one_fn *one,
                                     struct qn_mem_answer *answer)
{
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return NULL;
    const char *fault = fault_of(jobs, n);
    int *codes = qn_mem_list(answer, fault ? 1 : n, sizeof(*codes));
    if (fault)
        qn_mem_refuse(answer, QN_EINVAL, fault);
    for (size_t i = 0; codes && answer->reply.rc == QN_OK && i < n; i++) {
        codes[i] = one(q, qn_mem_find(q->store, q, jobs[i].name), jobs[i].ended_ms);
        if (codes[i] < 0)
            qn_mem_refuse(answer, codes[i], "out of memory");
    }
    answer->result.codes = (struct qn_codes){.n = n, .code = codes};
    answer->reply.codes = &answer->result.codes;
    return q;
}

void qn_mem_replay(struct qn_broker *b, const char *queue, const struct qn_ended_job *jobs,
                   size_t n, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = for_each(b, queue, jobs, n, replay_one, answer);
    int64_t done = 0;

    if (!q)
        return;
    for (size_t i = 0; answer->reply.rc == QN_OK && i < n; i++)
        done += answer->result.codes.code[i] == QN_ENDED_DONE;
    q->totals.replayed += done;
    if (done > 0)
        qn_mem_wake(q->store, q);
    qn_mem_tell(b, answer);
}

void qn_mem_forget(struct qn_broker *b, const char *queue, const struct qn_ended_job *jobs,
                   size_t n, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);

    if (for_each(b, queue, jobs, n, forget_one, answer))
        qn_mem_tell(b, answer);
}

/* ---- waiting jobs ---- */

static bool is_before(const struct qn_mem_job *job, enum qn_mem_place place, int64_t before_ms)
{
    struct qn_record record;

    bool there = job->place == place || (place == QN_MEM_READY && job->place == QN_MEM_PARKED);

    return there && qn_record_decode(qn_mem_span(&job->record), &record, NULL) == QN_OK &&
           record.enqueued_ms <= before_ms;
}

static void purge(struct qn_mem_queue *queue, enum qn_mem_place place, int64_t before_ms,
                  struct qn_purged *ret)
{
    struct qn_mem_job *job = qn_mem_next(queue, NULL);

    while (job && !ret->more) {
        struct qn_mem_job *next = qn_mem_next(queue, job);
        bool goes = is_before(job, place, before_ms);
        if (goes && ret->n == PURGE_MAX) {
            ret->more = true;
        } else if (goes) {
            qn_mem_tell_watchers(queue, job);
            qn_mem_let_go(queue, job, "sf");
            qn_mem_drop(queue, job);
            ret->n++;
        }
        job = next;
    }
    queue->totals.purged += ret->n;
}

void qn_mem_purge(struct qn_broker *b, const char *queue, enum qn_state state, int64_t before_ms,
                  qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    if (state == QN_QUEUED)
        purge(q, QN_MEM_READY, before_ms, &answer->result.purged);
    else if (state == QN_SCHEDULED || state == QN_RETRYING)
        purge(q, state == QN_SCHEDULED ? QN_MEM_DUE : QN_MEM_RETRY, before_ms,
              &answer->result.purged);
    else
        qn_mem_refuse(answer, QN_EINVAL, "only queued, scheduled and retrying jobs are purged");
    answer->reply.purged = &answer->result.purged;
    qn_mem_tell(b, answer);
}

void qn_mem_place(struct qn_broker *b, const char *queue, const char *name, qn_reply_fn *fn,
                  void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);
    int64_t higher = 0, before = 0;

    if (!q)
        return;
    if (!qn_name_ok(name))
        qn_mem_refuse(answer, QN_EINVAL, "the job's name is not 1-64 of [A-Za-z0-9_-]");
    const struct qn_mem_job *job = qn_mem_find(q->store, q, name);
    bool queued = job && job->place == QN_MEM_READY;
    for (struct qn_mem_job *other = NULL; queued && (other = qn_mem_next(q, other)) != NULL;) {
        if (other->place != QN_MEM_READY)
            continue;
        higher += other->priority > job->priority;
        before += other->priority == job->priority && other->order < job->order;
    }
    answer->reply.number = queued && before < PLACE_MAX ? higher + before : -1;
    qn_mem_tell(b, answer);
}

/* ---- workers ---- */

static size_t count_messages(const struct qn_mem_queue *queue, const char *incarnation)
{
    size_t n = 0;

    for (const struct qn_mem_message *at = queue->inbox; at; at = at->next)
        n += strcmp(at->incarnation, incarnation) == 0;
    return n;
}

void qn_mem_message(struct qn_broker *b, const char *queue, const char *incarnation,
                    const char *text, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    const struct qn_mem_lease *lease = qn_mem_lease(q, incarnation);
    qn_mem_tidy_inbox(q);
    if (strcmp(text, "quiet") != 0 && strcmp(text, "stop") != 0)
        qn_mem_refuse(answer, QN_EINVAL, "a message is \"quiet\" or \"stop\", to an incarnation");
    else if (lease && !lease->dead && count_messages(q, incarnation) < INBOX_MAX)
        answer->reply.number = qn_mem_post(q, incarnation, text);
    qn_mem_tell(b, answer);
}
