/* calls_upkeep.c - what somebody must do now and then for each queue. */
#include "redis.h"

#include <string.h>

#define FORWARD_LIMIT 450
#define TRIM_LIMIT    500

static void on_forward(struct qn_call *call, int rc, const struct qn_err *err,
                       const redisReply *answer)
{
    struct qn_reading r;
    struct qn_forwarded forwarded;

    if (!qn_reading_begin(&r, call, rc, err, answer, 3))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    forwarded.moved = qn_reading_i64(&r, qn_reading_at(&r, 1));
    forwarded.next_due_ms = qn_reading_i64(&r, qn_reading_at(&r, 2));
    r.reply.forwarded = &forwarded;
    qn_reading_end(&r);
}

void qn_redis_forward(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_FORWARD, queue, 1, on_forward, fn, arg);

    if (!call)
        return;
    qn_call_add_i64(call, FORWARD_LIMIT);
    qn_redis_send(b, call);
}

static void on_recover(struct qn_call *call, int rc, const struct qn_err *err,
                       const redisReply *answer)
{
    struct qn_reading r;
    struct qn_recovered result = {0};

    if (!qn_reading_begin(&r, call, rc, err, answer, 7))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 1));
    result.time_lost = strcmp(qn_reading_status(&r, 0), "time_lost") == 0;
    result.more = qn_reading_i64(&r, qn_reading_at(&r, 2)) != 0;
    result.next_expiry_ms = qn_reading_i64(&r, qn_reading_at(&r, 3));
    result.n_requeued = qn_reading_strings(&r, qn_reading_at(&r, 4), &result.requeued);
    result.n_failed = qn_reading_strings(&r, qn_reading_at(&r, 5), &result.failed);
    result.n_cancelled = qn_reading_strings(&r, qn_reading_at(&r, 6), &result.cancelled);
    r.reply.recovered = &result;
    qn_reading_end(&r);
}

void qn_redis_recover(struct qn_broker *b, const char *queue, const struct qn_recover *how,
                      qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_RECOVER, queue, 5, on_recover, fn, arg);

    if (!call)
        return;
    qn_call_add_i64(call, how->lease_ms);
    qn_call_add_i64(call, how->max_deaths);
    qn_call_add_i64(call, how->final_ttl_ms);
    qn_call_add_i64(call, how->failed_ttl_ms);
    qn_call_add_i64(call, how->limit < 1 || how->limit > 500 ? 500 : how->limit);
    qn_redis_send(b, call);
}

static void on_trim(struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    struct qn_reading r;

    if (!qn_reading_begin(&r, call, rc, err, answer, 5))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    struct qn_span after = qn_reading_span(&r, qn_reading_at(&r, 3));
    struct qn_purged purged = {.n = qn_reading_i64(&r, qn_reading_at(&r, 1)),
                               .more = qn_reading_i64(&r, qn_reading_at(&r, 2)) != 0,
                               .until.bytes = qn_reading_i64(&r, qn_reading_at(&r, 4))};
    if (after.len > QN_NAME_MAX)
        qn_reading_fail(&r, QN_EPROTO, "a name is too long");
    else if (after.len > 0)
        memcpy(purged.until.after, after.data, after.len);
    r.reply.purged = &purged;
    qn_reading_end(&r);
}

void qn_redis_trim(struct qn_broker *b, const char *queue, const struct qn_trim *how,
                   qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_TRIM, queue, 6, on_trim, fn, arg);

    if (!call)
        return;
    qn_call_add_i64(call, how->max_age_ms);
    qn_call_add_i64(call, how->max_count);
    qn_call_add_i64(call, how->max_bytes);
    qn_call_add_i64(call, TRIM_LIMIT);
    qn_call_add_str(call, how->from.after);
    qn_call_add_i64(call, how->from.bytes);
    qn_redis_send(b, call);
}
