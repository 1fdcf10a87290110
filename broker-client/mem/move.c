#include "lanes.h"
#include "mem_type.h"
#include "unique.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool qn_mem_is_live(const struct qn_mem_job *job)
{
    return job->record.len > 1 && job->record.data[1] == 'L';
}

void qn_mem_set(struct qn_buf *to, struct qn_span bytes)
{
    qn_buf_reset(to);
    if (bytes.len > 0)
        qn_buf_add(to, bytes.data, bytes.len);
}

struct qn_span qn_mem_span(const struct qn_buf *buf)
{
    return (struct qn_span){.data = buf->data, .len = buf->len};
}

void qn_mem_leave_place(struct qn_mem_queue *queue, struct qn_mem_job *job)
{
    if (job->place == QN_MEM_RUNNING)
        qn_mem_lanes_release(queue, job);
    job->lane[0] = '\0';
    job->token[0] = '\0';
}

void qn_mem_make_ready(struct qn_mem_queue *queue, struct qn_mem_job *job, bool front)
{
    qn_mem_leave_place(queue, job);
    job->place = QN_MEM_READY;
    job->order = front ? --queue->first : ++queue->last;
}

/* The head as the scripts write it. */
static void add_head(struct qn_buf *out, char letter, const char *token, int64_t now)
{
    qn_buf_add_byte(out, 1);
    qn_buf_add_byte(out, letter);
    qn_buf_add_byte(out, 0);
    qn_buf_add_u64(out, (uint64_t)now);
    qn_buf_add_byte(out, (int)strlen(token));
    qn_buf_add_str(out, token);
}

void qn_mem_tell_watchers(struct qn_mem_queue *queue, struct qn_mem_job *job)
{
    for (int i = 0; i < QN_MEM_WATCHERS_MAX; i++) {
        if (job->watchers[i])
            qn_mem_tell_end(job->watchers[i], queue->name, job->name);
        job->watchers[i] = NULL;
    }
}

static int64_t *total_of(struct qn_stats *totals, char letter)
{
    return letter == 'S'   ? &totals->succeeded
           : letter == 'F' ? &totals->failures
           : letter == 'C' ? &totals->cancelled
                           : &totals->expired;
}

static int write_follow_up(struct qn_mem_job *job, struct qn_mem_queue *queue,
                           const struct qn_body *from, const char *parent)
{
    char id[QN_ID_SIZE];
    int len = snprintf(id, sizeof(id), "%s.%s", queue->name, parent);
    const struct qn_body body = {
        .task = from->on_failed.task,
        .args = from->on_failed.args,
        .request_id = from->request_id,
        .parent = {id, (size_t)len},
        .returns = from->holds,
    };

    qn_buf_add_byte(&job->record, 1);
    qn_buf_add_byte(&job->record, 'L');
    qn_buf_add_byte(&job->record, job->priority);
    qn_buf_add_u64(&job->record, (uint64_t)qn_mem_now(queue->store));
    return qn_body_encode(&body, &job->record);
}

/* A job has ended without success: what follows, when it has a follow-up for that. */
static void leave_follow_up(struct qn_mem_queue *queue, const struct qn_mem_job *ended)
{
    char name[QN_ON_FAILED_NAME_SIZE];
    struct qn_record record;

    if (qn_record_decode(qn_mem_span(&ended->record), &record, NULL) != QN_OK ||
        record.body.on_failed.task.len == 0 ||
        qn_on_failed_name(ended->name, record.token, record.ended_ms, name) != QN_OK ||
        qn_mem_find(queue->store, queue, name))
        return;
    struct qn_mem_job *job = qn_mem_add(queue, name);
    if (!job)
        return;
    job->priority = record.priority;
    job->place = QN_MEM_COMING;
    job->order = ++queue->last;
    if (write_follow_up(job, queue, &record.body, ended->name) != QN_OK)
        qn_mem_drop(queue, job);
}

static struct qn_mem_job *next_coming(struct qn_mem_queue *queue)
{
    struct qn_mem_job *first = NULL;

    for (struct qn_mem_job *job = NULL; (job = qn_mem_next(queue, job)) != NULL;) {
        if (job->place == QN_MEM_COMING && (!first || job->order < first->order))
            first = job;
    }
    return first;
}

void qn_mem_follow_up(struct qn_mem_queue *queue)
{
    struct qn_mem_job *job;
    bool some = false;

    for (; (job = next_coming(queue)) != NULL; some = true) {
        qn_mem_make_ready(queue, job, false);
        queue->totals.enqueued++;
    }
    if (some)
        qn_mem_wake(queue->store, queue);
}

void qn_mem_end(struct qn_mem_queue *queue, struct qn_mem_job *job, char letter, const char *token,
                struct qn_span data, int64_t life_ms)
{
    struct qn_buf record;
    int64_t now = qn_mem_now(queue->store);

    qn_buf_init(&record, QN_RECORD_MAX);
    add_head(&record, letter, token, now);
    qn_buf_add(&record, data.data, data.len);
    qn_buf_release(&job->record);
    job->record = record;
    qn_mem_leave_place(queue, job);
    qn_mem_let_go(queue, job, "sf");
    job->place = letter == 'F' ? QN_MEM_FAILED : QN_MEM_ENDED;
    job->order = ++queue->last;
    job->at_ms = now;
    job->gone_ms = now + (life_ms > QN_MEM_FINAL_MIN_MS ? life_ms : QN_MEM_FINAL_MIN_MS);
    job->cancel_ms = QN_NO_TIME;
    qn_buf_reset(&job->attempt);
    qn_buf_reset(&job->progress);
    *total_of(&queue->totals, letter) += 1;
    if (letter != 'S')
        leave_follow_up(queue, job);
    qn_mem_tell_watchers(queue, job);
}

void qn_mem_bury(struct qn_mem_queue *queue, struct qn_mem_job *job, char letter, int64_t life_ms)
{
    struct qn_ending ending = {0};
    struct qn_try attempt = {0};
    struct qn_buf data, error;

    qn_buf_init(&data, QN_RECORD_MAX);
    qn_buf_init(&error, 256);
    (void)!qn_try_decode(qn_mem_span(&job->attempt), &attempt);
    ending.attempts = attempt.attempts;
    ending.deaths = attempt.deaths;
    ending.history = attempt.history;
    if (letter == 'F') {
        ending.cause = QN_CAUSE_LOST;
        qn_buf_printf(&error, "the worker died or lost its lease %d times", attempt.deaths);
        ending.error = qn_mem_span(&error);
    }
    (void)!qn_ending_encode(&ending, qn_mem_span(&job->record), &data);
    qn_mem_end(queue, job, letter, "-", qn_mem_span(&data), life_ms);
    qn_buf_release(&error);
    qn_buf_release(&data);
}

void qn_mem_wake(struct qn_mem_store *store, struct qn_mem_queue *queue)
{
    if (queue->paused_ms != QN_NO_TIME)
        return;
    queue->token = true;
    qn_mem_serve_waits(store);
}

bool qn_mem_any_ready(struct qn_mem_queue *queue)
{
    for (struct qn_mem_job *job = NULL; (job = qn_mem_next(queue, job)) != NULL;) {
        if (job->place == QN_MEM_READY)
            return true;
    }
    return qn_mem_lanes_any(queue);
}

bool qn_mem_is_too_late(const struct qn_mem_queue *queue, const struct qn_mem_job *job)
{
    struct qn_record record;

    return (job->place == QN_MEM_READY || job->place == QN_MEM_PARKED) && job->attempt.len == 0 &&
           qn_record_decode(qn_mem_span(&job->record), &record, NULL) == QN_OK &&
           record.expires_ms > 0 && record.expires_ms <= qn_mem_now(queue->store);
}

int64_t qn_mem_next_due(struct qn_mem_queue *queue)
{
    int64_t first = QN_NO_TIME;

    for (struct qn_mem_job *job = NULL; (job = qn_mem_next(queue, job)) != NULL;) {
        bool waits = job->place == QN_MEM_DUE || job->place == QN_MEM_RETRY;
        if (waits && (first == QN_NO_TIME || job->at_ms < first))
            first = job->at_ms;
    }
    int64_t refill = qn_mem_lanes_next_refill(queue);
    return first == QN_NO_TIME || (refill != QN_NO_TIME && refill < first) ? refill : first;
}

bool qn_mem_owns(const struct qn_mem_job *job, const char *incarnation)
{
    size_t len = strlen(incarnation);

    return job->place == QN_MEM_RUNNING && strncmp(job->token, incarnation, len) == 0 &&
           job->token[len] == ':';
}

bool qn_mem_end_unstarted(struct qn_mem_queue *queue, struct qn_mem_job *job, int64_t life_ms)
{
    bool marked = job->cancel_ms != QN_NO_TIME;

    if (marked || qn_mem_is_too_late(queue, job))
        qn_mem_bury(queue, job, marked ? 'C' : 'E', life_ms);
    return marked || !qn_mem_is_live(job);
}

struct qn_mem_job *qn_mem_last_run(struct qn_mem_queue *queue, qn_mem_is_fn *is, const void *arg)
{
    struct qn_mem_job *last = NULL;
    long long run, highest = -1;

    for (struct qn_mem_job *job = NULL; (job = qn_mem_next(queue, job)) != NULL;) {
        if (job->place != QN_MEM_RUNNING || !is(queue, job, arg))
            continue;
        run = strtoll(job->token + strcspn(job->token, ":") + 1, NULL, 10);
        if (run > highest) {
            highest = run;
            last = job;
        }
    }
    return last;
}
