#include "bare.h"

#include "redis.h"
#include <stdio.h>
#include <string.h>

bool qn_bare_fits(const struct qn_broker *b)
{
    return b->ops == &qn_redis_ops;
}

static void on_pong(struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    struct qn_reading r;

    if (qn_reading_begin(&r, call, rc, err, answer, 0))
        qn_reading_end(&r);
}

void qn_bare_ping(struct qn_broker *b, qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_plain(b, 1, on_pong, fn, arg);

    if (!call)
        return;
    qn_call_add_str(call, "PING");
    qn_redis_send(b, call);
}

static void on_info(struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    struct qn_reading r;

    if (!qn_reading_begin(&r, call, rc, err, answer, 0))
        return;
    r.reply.text = qn_reading_span(&r, answer);
    qn_reading_end(&r);
}

void qn_bare_info(struct qn_broker *b, const char *section, qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_plain(b, 2, on_info, fn, arg);

    if (!call)
        return;
    qn_call_add_str(call, "INFO");
    qn_call_add_str(call, section);
    qn_redis_send(b, call);
}

/* ---- keys ---- */

static void on_keys(struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    struct qn_reading r;
    struct qn_listed listed = {.next = QN_NO_TIME};

    if (!qn_reading_begin(&r, call, rc, err, answer, 2))
        return;
    int64_t cursor = qn_reading_i64(&r, qn_reading_at(&r, 0));
    listed.next = cursor == 0 ? QN_NO_TIME : cursor;
    listed.n = qn_reading_strings(&r, qn_reading_at(&r, 1), &listed.names);
    r.reply.listed = &listed;
    qn_reading_end(&r);
}

/* No byte of a name is special in a pattern. */
void qn_bare_keys(struct qn_broker *b, const char *queue, int64_t cursor, qn_reply_fn *fn,
                  void *arg)
{
    struct qn_call *call = qn_redis_plain(b, 6, on_keys, fn, arg);
    char pattern[QN_KEY_SIZE];

    if (!call)
        return;
    if (queue && !qn_queue_ok(queue)) {
        qn_redis_refuse(b, call, "the queue's name is not 1-32 of [a-z0-9_-]");
        return;
    }
    snprintf(pattern, sizeof(pattern), "{%s%s%s}:*", qn_redis_of(b)->ns, queue ? ":" : "",
             queue ? queue : "");
    qn_call_add_str(call, "SCAN");
    qn_call_add_i64(call, cursor);
    qn_call_add_str(call, "MATCH");
    qn_call_add_str(call, pattern);
    qn_call_add_str(call, "COUNT");
    qn_call_add_i64(call, QN_BARE_PAGE);
    qn_redis_send(b, call);
}

static void on_dropped(struct qn_call *call, int rc, const struct qn_err *err,
                       const redisReply *answer)
{
    struct qn_reading r;

    if (!qn_reading_begin(&r, call, rc, err, answer, 0))
        return;
    r.reply.number = qn_reading_i64(&r, answer);
    qn_reading_end(&r);
}

static bool all_ours(const char *ns, const char *const *keys, size_t n)
{
    size_t len = strlen(ns);

    for (size_t i = 0; i < n; i++) {
        const char *key = keys[i];
        if (key[0] != '{' || strncmp(key + 1, ns, len) != 0 ||
            (key[1 + len] != ':' && key[1 + len] != '}'))
            return false;
    }
    return n > 0;
}

void qn_bare_drop(struct qn_broker *b, const char *const *keys, size_t n, qn_reply_fn *fn,
                  void *arg)
{
    struct qn_call *call = qn_redis_plain(b, 1 + (int)n, on_dropped, fn, arg);

    if (!call)
        return;
    if (!all_ours(qn_redis_of(b)->ns, keys, n)) {
        qn_redis_refuse(b, call, "only keys of the namespace are removed");
        return;
    }
    qn_call_add_str(call, "UNLINK");
    for (size_t i = 0; i < n; i++)
        qn_call_add_str(call, keys[i]);
    qn_redis_send(b, call);
}
