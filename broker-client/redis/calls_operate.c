/* calls_operate.c - what people do to jobs, queues and workers. */
#include "redis.h"

#include <string.h>

#define REPLAYED_LOG_MS (7 * 86400 * INT64_C(1000)) /* as of a running job's */
#define PLACE_MAX       10000
#define INBOX_MAX       1000
#define INBOX_LIFE_MS   60000

/* ---- ended jobs ---- */

static bool ended_ok(const struct qn_ended_job *jobs, size_t n)
{
    for (size_t i = 0; i < n && i < QN_PEEK_BATCH_MAX; i++) {
        if (!qn_name_ok(jobs[i].name) || jobs[i].ended_ms < 0)
            return false;
    }
    return n >= 1 && n <= QN_PEEK_BATCH_MAX;
}

static void add_ended(struct qn_call *call, const struct qn_ended_job *jobs, size_t n)
{
    call->n = n;
    for (size_t i = 0; i < n; i++) {
        qn_call_add_str(call, jobs[i].name);
        qn_call_add_i64(call, jobs[i].ended_ms);
    }
}

void qn_redis_replay(struct qn_broker *b, const char *queue, const struct qn_ended_job *jobs,
                     size_t n, qn_reply_fn *fn, void *arg)
{
    bool ok = ended_ok(jobs, n);
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_REPLAY, queue, ok ? 1 + 2 * n : 0,
                                          qn_reading_now_codes, fn, arg);

    if (!call)
        return;
    if (!ok) {
        qn_redis_refuse(b, call, "a replay takes 1-100 well-formed names with times");
        return;
    }
    qn_call_add_i64(call, REPLAYED_LOG_MS);
    add_ended(call, jobs, n);
    qn_redis_send(b, call);
}

void qn_redis_forget(struct qn_broker *b, const char *queue, const struct qn_ended_job *jobs,
                     size_t n, qn_reply_fn *fn, void *arg)
{
    bool ok = ended_ok(jobs, n);
    struct qn_call *call =
        qn_redis_begin(b, QN_SCRIPT_FORGET, queue, ok ? 2 * n : 0, qn_reading_now_codes, fn, arg);

    if (!call)
        return;
    if (!ok) {
        qn_redis_refuse(b, call, "a forget takes 1-100 well-formed names with times");
        return;
    }
    add_ended(call, jobs, n);
    qn_redis_send(b, call);
}

/* ---- waiting jobs ---- */

static void on_purge(struct qn_call *call, int rc, const struct qn_err *err,
                     const redisReply *answer)
{
    struct qn_reading r;
    struct qn_purged purged;

    if (!qn_reading_begin(&r, call, rc, err, answer, 3))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    purged.n = qn_reading_i64(&r, qn_reading_at(&r, 1));
    purged.more = qn_reading_i64(&r, qn_reading_at(&r, 2)) != 0;
    r.reply.purged = &purged;
    qn_reading_end(&r);
}

void qn_redis_purge(struct qn_broker *b, const char *queue, enum qn_state state, int64_t before_ms,
                    qn_reply_fn *fn, void *arg)
{
    static const char *const letters[] = {
        [QN_SCHEDULED] = "s", [QN_QUEUED] = "q", [QN_RETRYING] = "t", [QN_EXPIRED] = NULL};
    const char *letter = state >= QN_SCHEDULED && state <= QN_EXPIRED ? letters[state] : NULL;
    struct qn_call *call =
        qn_redis_begin(b, QN_SCRIPT_PURGE, queue, letter ? 2 : 0, on_purge, fn, arg);

    if (!call)
        return;
    if (!letter) {
        qn_redis_refuse(b, call, "only queued, scheduled and retrying jobs are purged");
        return;
    }
    qn_call_add_str(call, letter);
    qn_call_add_i64(call, before_ms);
    qn_redis_send(b, call);
}

void qn_redis_place(struct qn_broker *b, const char *queue, const char *name, qn_reply_fn *fn,
                    void *arg)
{
    bool ok = qn_name_ok(name);
    struct qn_call *call =
        qn_redis_begin(b, QN_SCRIPT_PLACE, queue, ok ? 2 : 0, qn_reading_number, fn, arg);

    if (!call)
        return;
    if (!ok) {
        qn_redis_refuse(b, call, "the job's name is not 1-64 of [A-Za-z0-9_-]");
        return;
    }
    qn_call_add_str(call, name);
    qn_call_add_i64(call, PLACE_MAX);
    qn_redis_send(b, call);
}

/* ---- queues and workers ---- */

void qn_redis_gate(struct qn_broker *b, const char *queue, enum qn_gate gate, qn_reply_fn *fn,
                   void *arg)
{
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_GATE, queue, 1, qn_reading_number, fn, arg);

    if (!call)
        return;
    qn_call_add_i64(call, gate);
    qn_redis_send(b, call);
}

void qn_redis_message(struct qn_broker *b, const char *queue, const char *incarnation,
                      const char *text, qn_reply_fn *fn, void *arg)
{
    bool ok = qn_name_ok(incarnation) && (strcmp(text, "quiet") == 0 || strcmp(text, "stop") == 0);
    struct qn_call *call =
        qn_redis_begin(b, QN_SCRIPT_MESSAGE, queue, ok ? 4 : 0, qn_reading_number, fn, arg);

    if (!call)
        return;
    if (!ok) {
        qn_redis_refuse(b, call, "a message is \"quiet\" or \"stop\", to an incarnation");
        return;
    }
    qn_call_add_str(call, incarnation);
    qn_call_add_str(call, text);
    qn_call_add_i64(call, INBOX_MAX);
    qn_call_add_i64(call, INBOX_LIFE_MS);
    qn_redis_send(b, call);
}
