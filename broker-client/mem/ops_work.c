/* ops_work.c - leases and runs. */
#include "broker-client/bounds.h"
#include "common/mem.h"
#include "common/str.h"
#include "lanes.h"
#include "mem_type.h"
#include "sale.h"
#include "unique.h"

#include <quern/job.h>
#include <stdio.h>
#include <string.h>

#define LOOK_MAX  1000 /* elements of the lines that a take looks at */
#define LANES_MAX 200  /* lanes that have a turn in one */

/* ---- the lease ---- */

static bool holds_lease(struct qn_mem_queue *queue, const char *incarnation,
                        struct qn_mem_answer *answer)
{
    struct qn_mem_lease *lease = qn_mem_lease(queue, incarnation);

    if (lease && !lease->dead)
        return true;
    qn_mem_refuse(answer, QN_ELOST, "this incarnation has no lease on the queue");
    return false;
}

void qn_mem_join(struct qn_broker *b, const char *queue, const char *incarnation, int64_t lease_ms,
                 qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    struct qn_mem_lease *lease = qn_mem_lease(q, incarnation);
    if (!lease) {
        lease = qn_zalloc(1, sizeof(*lease));
        if (lease) {
            qn_str_copy(lease->incarnation, sizeof(lease->incarnation), incarnation);
            lease->next = q->leases;
            q->leases = lease;
        }
    }
    if (!lease)
        qn_mem_refuse(answer, QN_ENOMEM, "out of memory");
    else if (holds_lease(q, incarnation, answer))
        lease->expiry_ms = answer->reply.now_ms + lease_ms;
    qn_mem_tell(b, answer);
}

static void list_cancels(struct qn_mem_queue *queue, struct qn_mem_answer *answer)
{
    const char **names = qn_mem_list(answer, QN_LIST_PAGE_MAX, sizeof(*names));
    size_t n = 0;

    for (struct qn_mem_job *job = NULL; names && (job = qn_mem_next(queue, job)) != NULL;) {
        if (job->cancel_ms != QN_NO_TIME && n < QN_LIST_PAGE_MAX)
            names[n++] = qn_mem_keep(answer, job->name, strlen(job->name));
    }
    answer->result.renewed = (struct qn_renewed){.n = n, .cancel = names};
}

void qn_mem_renew(struct qn_broker *b, const char *queue, const char *incarnation, int64_t lease_ms,
                  qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    if (holds_lease(q, incarnation, answer)) {
        qn_mem_lease(q, incarnation)->expiry_ms = answer->reply.now_ms + lease_ms;
        list_cancels(q, answer);
    }
    answer->reply.renewed = &answer->result.renewed;
    qn_mem_tell(b, answer);
}

static void drop_lease(struct qn_mem_queue *queue, const char *incarnation)
{
    struct qn_mem_lease **at = &queue->leases;
    struct qn_mem_lease *lease;

    while (*at && strcmp((*at)->incarnation, incarnation) != 0)
        at = &(*at)->next;
    lease = *at;
    if (lease)
        *at = lease->next;
    qn_free(lease);
}

void qn_mem_leave(struct qn_broker *b, const char *queue, const char *incarnation, qn_reply_fn *fn,
                  void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    for (struct qn_mem_job *job = NULL; (job = qn_mem_next(q, job)) != NULL;)
        answer->reply.number += qn_mem_owns(job, incarnation);
    struct qn_mem_lease *lease = qn_mem_lease(q, incarnation);
    if (lease && answer->reply.number > 0)
        lease->expiry_ms = answer->reply.now_ms - 1;
    else
        drop_lease(q, incarnation);
    qn_mem_tell(b, answer);
}

/* ---- taking ---- */

static struct qn_mem_job *next_in_line(struct qn_mem_queue *queue, int priority)
{
    struct qn_mem_job *best = NULL;

    for (struct qn_mem_job *job = NULL; (job = qn_mem_next(queue, job)) != NULL;) {
        if (job->place == QN_MEM_READY && job->priority == priority &&
            (!best || job->order < best->order))
            best = job;
    }
    return best;
}

struct taking {
    struct qn_mem_queue *queue;
    const char *incarnation;
    size_t want;
    int64_t final_ttl_ms;
    struct qn_mem_answer *answer;
    struct qn_take_entry *entries;
    size_t n;
    int looked, tried; /* elements of the lines, and lanes */
};

static void take_one(struct taking *t, struct qn_mem_job *job)
{
    struct qn_take_entry *entry = &t->entries[t->n++];

    job->place = QN_MEM_RUNNING;
    t->queue->run++;
    snprintf(job->token, sizeof(job->token), "%.20s:%lld", t->incarnation,
             (long long)t->queue->run);
    qn_mem_let_go(t->queue, job, "s");
    entry->name = qn_mem_keep(t->answer, job->name, strlen(job->name));
    entry->run = t->queue->run;
    entry->record = qn_mem_keep_span(t->answer, qn_mem_span(&job->record));
    entry->attempt = qn_mem_keep_span(t->answer, qn_mem_span(&job->attempt));
}

static void look_at(struct taking *t, struct qn_mem_job *job)
{
    if (qn_mem_lanes_park(t->queue, job))
        return;
    if (!qn_mem_end_unstarted(t->queue, job, t->final_ttl_ms))
        take_one(t, job);
}

/* From the line of a priority, until so many are taken. */
static void take_line(struct taking *t, size_t most, int priority)
{
    struct qn_mem_job *job = NULL;

    while (t->n < most && t->looked < LOOK_MAX) {
        size_t some = most - t->n;
        while (some > 0 && (job = next_in_line(t->queue, priority)) != NULL) {
            look_at(t, job);
            t->looked++;
            some--;
        }
        if (some > 0)
            return;
    }
}

static void take_lanes(struct taking *t, int priority)
{
    struct qn_mem_lane *lane;

    while (t->n < t->want && t->tried < LANES_MAX &&
           (lane = qn_mem_lanes_next(t->queue, priority)) != NULL) {
        struct qn_mem_job *job = qn_mem_lanes_turn(t->queue, lane, t->final_ttl_ms);
        t->tried++;
        if (job)
            take_one(t, job);
    }
}

/* Line and lanes of a priority share what is left; who gets the odd one changes. */
static void take_all(struct taking *t)
{
    for (int priority = QN_PRIORITY_MAX; priority >= 0; priority--) {
        size_t left = t->want - t->n;
        size_t odd = (size_t)(t->queue->run + 1) % 2;
        take_line(t, t->n + left / 2 + left % 2 * odd, priority);
        take_lanes(t, priority);
        take_line(t, t->want, priority);
        take_lanes(t, priority);
    }
}

static void take(struct taking *t)
{
    struct qn_taken *taken = &t->answer->result.taken;

    t->entries = qn_mem_list(t->answer, t->want, sizeof(*t->entries));
    if (t->entries)
        take_all(t);
    taken->entries = t->entries;
    taken->n = t->n;
    qn_mem_follow_up(t->queue);
    if (qn_mem_any_ready(t->queue))
        qn_mem_wake(t->queue->store, t->queue);
    else
        taken->next_due_ms = qn_mem_next_due(t->queue);
}

void qn_mem_take(struct qn_broker *b, const char *queue, const char *incarnation, int want,
                 int64_t final_ttl_ms, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    answer->result.taken.next_due_ms = QN_NO_TIME;
    if (want < 1 || want > QN_TAKE_BATCH_MAX)
        qn_mem_refuse(answer, QN_EINVAL, "a take wants 1-100 jobs");
    else if (holds_lease(q, incarnation, answer) && q->paused_ms == QN_NO_TIME)
        take(&(struct taking){.queue = q,
                              .incarnation = incarnation,
                              .want = (size_t)want,
                              .final_ttl_ms = final_ttl_ms,
                              .answer = answer});
    answer->result.taken.paused = q->paused_ms != QN_NO_TIME;
    answer->reply.taken = &answer->result.taken;
    qn_mem_tell(b, answer);
}

/* ---- ending ---- */

static int answer_late(const struct qn_mem_job *job, const char *token)
{
    struct qn_record record;
    struct qn_try attempt = {0};
    struct qn_span wrote;

    if (!job)
        return QN_FIN_STALE;
    if (!qn_mem_is_live(job)) {
        if (qn_record_decode(qn_mem_span(&job->record), &record, NULL) != QN_OK)
            return QN_FIN_STALE;
        wrote = record.token;
    } else {
        if (qn_try_decode(qn_mem_span(&job->attempt), &attempt) != QN_OK)
            return QN_FIN_STALE;
        wrote = attempt.token;
    }
    return qn_span_is(wrote, token) ? QN_FIN_ALREADY : QN_FIN_STALE;
}

static int run_again(struct qn_mem_store *store, struct qn_mem_queue *queue, struct qn_mem_job *job,
                     const struct qn_finish *run, int64_t final_ttl_ms)
{
    int64_t now = qn_mem_now(store);
    int64_t first = qn_mem_next_due(queue);
    bool snooze = run->kind == QN_FIN_SNOOZE;

    qn_mem_set(&job->attempt, run->data);
    if (job->cancel_ms != QN_NO_TIME) {
        char token[QN_TOKEN_SIZE];
        struct qn_buf data;
        struct qn_try attempt = {0};
        qn_str_copy(token, sizeof(token), job->token);
        qn_buf_init(&data, QN_RECORD_MAX);
        (void)!qn_try_decode(qn_mem_span(&job->attempt), &attempt);
        const struct qn_ending ending = {
            .attempts = attempt.attempts, .deaths = attempt.deaths, .history = attempt.history};
        (void)!qn_ending_encode(&ending, qn_mem_span(&job->record), &data);
        qn_mem_end(queue, job, 'C', token, qn_mem_span(&data), final_ttl_ms);
        qn_buf_release(&data);
        return QN_FIN_AS_CANCELLED;
    }
    qn_buf_reset(&job->progress);
    qn_mem_leave_place(queue, job);
    if (run->kind == QN_FIN_RELEASE) {
        qn_mem_make_ready(queue, job, true);
        qn_mem_wake(store, queue);
        return QN_FIN_OK;
    }
    job->place = snooze ? QN_MEM_DUE : QN_MEM_RETRY;
    job->at_ms = now + run->ms;
    queue->totals.retried += !snooze;
    if (first == QN_NO_TIME || job->at_ms < first)
        qn_mem_wake(store, queue);
    return QN_FIN_OK;
}

static int finish_one(struct qn_mem_store *store, struct qn_mem_queue *queue,
                      const struct qn_finish *run, int64_t final_ttl_ms)
{
    struct qn_mem_job *job = qn_mem_find(store, queue, run->name);
    char letter = run->kind == QN_FIN_EXPIRED ? 'E' : (char)run->kind;

    if (!job || job->place != QN_MEM_RUNNING || strcmp(job->token, run->token) != 0)
        return answer_late(job, run->token);
    if (run->kind == QN_FIN_RETRY || run->kind == QN_FIN_SNOOZE || run->kind == QN_FIN_RELEASE)
        return run_again(store, queue, job, run, final_ttl_ms);
    if (run->returns)
        qn_mem_sale_give_back(queue, job);
    qn_mem_end(queue, job, letter, run->token, run->data, run->ms);
    return QN_FIN_OK;
}

void qn_mem_finish(struct qn_broker *b, const char *queue, const struct qn_finish *runs, size_t n,
                   int64_t final_ttl_ms, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    int *codes = qn_mem_list(answer, n, sizeof(*codes));
    if (n < 1 || n > QN_FINISH_BATCH_MAX)
        qn_mem_refuse(answer, QN_EINVAL, "a finish takes 1-100 runs");
    for (size_t i = 0; codes && answer->reply.rc == QN_OK && i < n; i++)
        codes[i] = finish_one(qn_mem_of(b)->store, q, &runs[i], final_ttl_ms);
    qn_mem_follow_up(q);
    answer->result.finished = (struct qn_finished){.n = n, .code = codes};
    answer->reply.finished = &answer->result.finished;
    qn_mem_tell(b, answer);
}

/* ---- reconcile ---- */

static bool is_held(const struct qn_held *held, size_t n, const struct qn_mem_job *job)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(held[i].name, job->name) == 0 && strcmp(held[i].token, job->token) == 0)
            return true;
    }
    return false;
}

struct unheld {
    const char *incarnation;
    const struct qn_held *held;
    size_t n;
};

static bool is_unheld(const struct qn_mem_queue *queue, const struct qn_mem_job *job,
                      const void *arg)
{
    const struct unheld *whose = arg;

    (void)queue;
    return qn_mem_owns(job, whose->incarnation) && !is_held(whose->held, whose->n, job);
}

static void reconcile(struct qn_mem_store *store, struct qn_mem_queue *queue,
                      const char *incarnation, const struct qn_held *held, size_t n,
                      struct qn_mem_answer *answer)
{
    struct qn_reconciled *result = &answer->result.reconciled;
    const char **gone = qn_mem_list(answer, n, sizeof(*gone));
    const char **requeued = qn_mem_list(answer, QN_LIST_PAGE_MAX, sizeof(*requeued));

    if (!gone || !requeued)
        return;
    for (size_t i = 0; i < n; i++) {
        const struct qn_mem_job *job = qn_mem_find(store, queue, held[i].name);
        if (!job || job->place != QN_MEM_RUNNING || strcmp(job->token, held[i].token) != 0)
            gone[result->n_gone++] = qn_mem_keep(answer, held[i].name, strlen(held[i].name));
    }
    const struct unheld whose = {.incarnation = incarnation, .held = held, .n = n};
    for (struct qn_mem_job *job; result->n_requeued < QN_LIST_PAGE_MAX &&
                                 (job = qn_mem_last_run(queue, is_unheld, &whose)) != NULL;) {
        requeued[result->n_requeued++] = qn_mem_keep(answer, job->name, strlen(job->name));
        qn_buf_reset(&job->progress);
        qn_mem_make_ready(queue, job, true);
    }
    result->gone = gone;
    result->requeued = requeued;
    if (result->n_requeued > 0)
        qn_mem_wake(store, queue);
}

void qn_mem_reconcile(struct qn_broker *b, const char *queue, const char *incarnation,
                      const struct qn_held *held, size_t n, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    if (holds_lease(q, incarnation, answer))
        reconcile(qn_mem_of(b)->store, q, incarnation, held, n, answer);
    answer->reply.reconciled = &answer->result.reconciled;
    qn_mem_tell(b, answer);
}

/* ---- notes ---- */

static int note_one(struct qn_mem_store *store, struct qn_mem_queue *queue,
                    const struct qn_note *note)
{
    struct qn_mem_job *job = qn_mem_find(store, queue, note->name);

    if (!job || job->place != QN_MEM_RUNNING || strcmp(job->token, note->token) != 0)
        return 3;
    if (note->progress.len > 0)
        qn_mem_set(&job->progress, note->progress);
    if (note->log.len > 0 && job->log.len + note->log.len <= QN_JOB_LOG_MAX)
        qn_buf_add(&job->log, note->log.data, note->log.len);
    return 1;
}

void qn_mem_note(struct qn_broker *b, const char *queue, const struct qn_note *notes, size_t n,
                 qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    int *codes = qn_mem_list(answer, n, sizeof(*codes));
    if (n < 1 || n > QN_FINISH_BATCH_MAX)
        qn_mem_refuse(answer, QN_EINVAL, "a note is for 1-100 runs");
    for (size_t i = 0; codes && answer->reply.rc == QN_OK && i < n; i++)
        codes[i] = note_one(qn_mem_of(b)->store, q, &notes[i]);
    answer->result.codes = (struct qn_codes){.n = n, .code = codes};
    answer->reply.codes = &answer->result.codes;
    qn_mem_tell(b, answer);
}
