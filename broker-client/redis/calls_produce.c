/* calls_produce.c - making and cancelling jobs. */
#include "redis.h"

#include "broker-client/limits.h"
#include "broker-client/sale.h"
#include "broker-client/state.h"

#include <stdio.h>
#include <string.h>

#define ENQUEUE_WORDS 3
#define WATCH_WORDS   2
#define SCHEDULE_MAX  64
#define FOLLOWS       4 /* added to the priority */
#define KEYED         8 /* the same */
#define LATER_MS      5000

/* Pairs of a job's number, from 1, and a name. */
static const char *const *read_holders(struct qn_reading *r, const redisReply *pairs, size_t n)
{
    const redisReply *array = qn_reading_array(r, pairs, 0);
    const char **holders = qn_reading_list(r, n, sizeof(*holders));

    for (size_t i = 0; holders && i < n; i++)
        holders[i] = "";
    for (size_t i = 0; holders && array && i + 1 < array->elements; i += 2) {
        int64_t at = qn_reading_i64(r, array->element[i]);
        struct qn_span name = qn_reading_span(r, array->element[i + 1]);
        if (at >= 1 && (size_t)at <= n && name.data)
            holders[at - 1] = name.data;
    }
    return holders;
}

static void on_enqueue(struct qn_call *call, int rc, const struct qn_err *err,
                       const redisReply *answer)
{
    struct qn_reading r;
    struct qn_enqueued enqueued = {.n = call->n};

    if (!qn_reading_begin(&r, call, rc, err, answer, 3 + call->n))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    enqueued.code = qn_reading_codes(&r, 1, call->n);
    enqueued.holder = read_holders(&r, qn_reading_at(&r, 1 + call->n), call->n);
    for (size_t i = 0; enqueued.code && i < call->n; i++) {
        if (enqueued.code[i] == QN_ENQ_FULL)
            enqueued.retry_ms = LATER_MS;
    }
    enqueued.watched =
        qn_reading_i64(&r, qn_reading_at(&r, 2 + call->n)) == 1 && qn_redis_listens(call->owner);
    r.reply.enqueued = &enqueued;
    qn_reading_end(&r);
}

#define NUMBER_SIZE 24 /* "+" and an int64_t */

/* '-' none, '+ms' from the broker's now, 'ms' Unix time. */
static void print_time(char out[NUMBER_SIZE], int64_t ms, bool relative)
{
    if (ms > 0)
        snprintf(out, NUMBER_SIZE, "%s%lld", relative ? "+" : "", (long long)ms);
    else
        snprintf(out, NUMBER_SIZE, "-");
}

static bool is_fired(const struct qn_new_job *job)
{
    return job->schedule && job->schedule[0];
}

/* Most jobs ask for a priority and nothing else. */
static bool is_plain(const struct qn_new_job *job)
{
    return job->due_ms <= 0 && job->expires_ms <= 0 && !is_fired(job) &&
           job->unique.until == QN_UNIQUE_NO && !job->sale;
}

static void add_sale(struct qn_call *call, const struct qn_sale_ask *sale, int priority)
{
    char text[3 * (QN_NAME_MAX + 1) + 2 * NUMBER_SIZE];

    snprintf(text, sizeof(text), "%d sale %s %lld %s %s", priority, sale->item,
             (long long)sale->quantity, sale->buyer, sale->mark);
    qn_call_add_str(call, text);
}

static void add_asks(struct qn_call *call, const struct qn_new_job *job, int priority)
{
    char text[4 * NUMBER_SIZE + 3 * SCHEDULE_MAX];
    char due[NUMBER_SIZE], expires[NUMBER_SIZE], planned[NUMBER_SIZE] = "-";
    char unique[2 * SCHEDULE_MAX] = "- -";

    print_time(due, job->due_ms, job->due_relative);
    print_time(expires, job->expires_ms, job->expires_relative);
    if (job->unique.until != QN_UNIQUE_NO)
        snprintf(unique, sizeof(unique), "%c%c%lld %s", "-sfw"[job->unique.until],
                 "rep"[job->unique.conflict], (long long)job -> unique.for_ms, job->unique_key);
    if (is_fired(job))
        snprintf(planned, sizeof(planned), "%lld", (long long)job->planned_ms);
    snprintf(text, sizeof(text), "%d %s %s %s %s %s", priority, due, expires, unique, planned,
             is_fired(job) ? job->schedule : "-");
    qn_call_add_str(call, text);
}

static void add_job(struct qn_call *call, const struct qn_new_job *job)
{
    int priority = job->priority + (job->follows ? FOLLOWS : 0) + (job->keyed ? KEYED : 0);

    qn_call_add_str(call, job->name);
    if (is_plain(job))
        qn_call_add_i64(call, priority);
    else if (job->sale)
        add_sale(call, job->sale, priority);
    else
        add_asks(call, job, priority);
    qn_call_add_span(call, job->body);
}

static const char *fault_of(const struct qn_new_job *jobs, size_t n)
{
    if (n < 1 || n > QN_ENQUEUE_BATCH_MAX)
        return "an enqueue takes 1-450 jobs";
    for (size_t i = 0; i < n; i++) {
        if (!qn_name_ok(jobs[i].name))
            return "a job's name is not 1-64 of [A-Za-z0-9_-]";
        if (jobs[i].priority < 0 || jobs[i].priority > 3)
            return "a priority is not from 0 to 3";
        if (!qn_new_job_unique_ok(&jobs[i]))
            return "a unique key is not 32 hex digits with a rule";
        if (jobs[i].sale && !qn_sale_ask_ok(&jobs[i]))
            return "what a job takes out of a sale is not well-formed";
        if (jobs[i].schedule && strlen(jobs[i].schedule) > SCHEDULE_MAX)
            return "a schedule's name is over 64 bytes";
    }
    return NULL;
}

static bool all_follow(const struct qn_new_job *jobs, size_t n)
{
    size_t i = 0;

    while (i < n && jobs[i].follows)
        i++;
    return i == n;
}

/* For how long their ends are waited for; 0 when one's is not. */
static int64_t watch_ms_of(const struct qn_new_job *jobs, size_t n)
{
    int64_t longest = 0;

    for (size_t i = 0; i < n; i++) {
        if (jobs[i].watch_ms <= 0)
            return 0;
        longest = jobs[i].watch_ms > longest ? jobs[i].watch_ms : longest;
    }
    return longest;
}

void qn_redis_enqueue(struct qn_broker *b, const char *queue, const struct qn_new_job *jobs,
                      size_t n, qn_reply_fn *fn, void *arg)
{
    const char *fault = fault_of(jobs, n);
    enum qn_script script = all_follow(jobs, n) ? QN_SCRIPT_FOLLOW : QN_SCRIPT_ENQUEUE;
    struct qn_redis *redis = qn_redis_of(b);
    int64_t watch_ms = fault || !qn_redis_listens(redis) ? 0 : watch_ms_of(jobs, n);
    size_t words = n * ENQUEUE_WORDS + (watch_ms > 0 ? WATCH_WORDS : 0);
    struct qn_call *call = qn_redis_begin(b, script, queue, fault ? 0 : words, on_enqueue, fn, arg);

    if (!call)
        return;
    if (fault) {
        qn_redis_refuse(b, call, fault);
        return;
    }
    call->n = n;
    call->owner = redis;
    for (size_t i = 0; i < n; i++)
        add_job(call, &jobs[i]);
    if (watch_ms > 0) {
        qn_call_add_str(call, redis->channel);
        qn_call_add_i64(call, watch_ms);
    }
    qn_redis_send(b, call);
}

static void on_cancel(struct qn_call *call, int rc, const struct qn_err *err,
                      const redisReply *answer)
{
    struct qn_reading r;
    struct qn_cancelled cancelled = {0};

    if (!qn_reading_begin(&r, call, rc, err, answer, 3))
        return;
    int64_t code = qn_reading_i64(&r, qn_reading_at(&r, 0));
    struct qn_span letter = qn_reading_span(&r, qn_reading_at(&r, 2));
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 1));
    if (code < QN_CANCEL_NONE || code > QN_CANCEL_ENDED ||
        (code == QN_CANCEL_ENDED &&
         (letter.len != 1 || qn_state_of_letter(letter.data[0], &cancelled.state) != QN_OK)))
        qn_reading_fail(&r, QN_EPROTO, "cancel gave an unknown code");
    cancelled.code = (int)code;
    r.reply.cancelled = &cancelled;
    qn_reading_end(&r);
}

void qn_redis_cancel(struct qn_broker *b, const char *queue, const char *name, int64_t final_ttl_ms,
                     qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_CANCEL, queue, 2, on_cancel, fn, arg);

    if (!call)
        return;
    if (!qn_name_ok(name)) {
        qn_redis_refuse(b, call, "the job's name is not 1-64 of [A-Za-z0-9_-]");
        return;
    }
    qn_call_add_str(call, name);
    qn_call_add_i64(call, final_ttl_ms);
    qn_redis_send(b, call);
}
