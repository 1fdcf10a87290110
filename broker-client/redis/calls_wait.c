/* calls_wait.c - waiting for work (BLPOP on a connection of its own) and for the
 * ends of jobs (a channel on a third one). */
#include "redis.h"

#include "broker-client/loop.h"
#include "common/str.h"
#include <stdio.h>
#include <string.h>

#define UNBLOCK_AGAIN_MS 5 /* at first; then twice as long each time */
#define UNBLOCK_SLOW_MS  1000
#define WAIT_QUEUES_MAX  256
#define WAIT_TURN_MS     100 /* of one queue, where they cannot be waited for together */

/* ---- work ---- */

static void on_refused(struct qn_call *call, int rc, const struct qn_err *err,
                       const redisReply *answer)
{
    struct qn_reading r;

    (void)qn_reading_begin(&r, call, rc, err, answer, 0);
}

static void read_woken(struct qn_reading *r, const redisReply *answer, char queue[QN_QUEUE_MAX + 1],
                       struct qn_woken *woken)
{
    if (answer->type == REDIS_REPLY_NIL)
        return;
    if (!qn_reading_array(r, answer, 2))
        return;
    struct qn_span key = qn_reading_span(r, answer->element[0]);
    struct qn_span value = qn_reading_span(r, answer->element[1]);
    if (!key.data || !value.data || !qn_key_queue(key.data, key.len, queue)) {
        qn_reading_fail(r, QN_EPROTO, "BLPOP answered for a key nobody asked for");
        return;
    }
    woken->queue = queue;
    woken->message = strstr(key.data, "}:wake") ? "" : value.data;
}

static void on_wait(struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    static const redisReply nothing = {.type = REDIS_REPLY_NIL};
    struct qn_redis *redis = call->owner;
    struct qn_reading r;
    struct qn_woken woken = {.message = "", .heard = true};
    char queue[QN_QUEUE_MAX + 1];

    redis->wait_call = NULL;
    redis->unblock_ms = 0;
    qn_timer_clear(redis->unblock);
    /* Never sent while the connection was down, or the first one on a cluster: to the
     * caller time went by and nothing came. */
    redis->by_turns = redis->by_turns || rc == QN_EUNSUPPORTED;
    if ((rc == QN_ECONN && call->sent == 0) || rc == QN_EUNSUPPORTED) {
        rc = QN_OK;
        answer = &nothing;
        woken.heard = call->sent > 0;
    }
    if (!qn_reading_begin(&r, call, rc, err, answer, 0))
        return;
    read_woken(&r, answer, queue, &woken);
    r.reply.woken = &woken;
    qn_reading_end(&r);
}

struct wait_for {
    const char *const *queues;
    size_t n;
    const char *const *all;
    size_t n_all;
    int64_t timeout_ms;
};

static const char *fault_of_wait(const struct qn_redis *redis, const struct wait_for *what)
{
    if (!redis->waiting)
        return "this broker object was opened without a waiting connection";
    if (redis->wait_call)
        return "a wait is under way already";
    if (what->n + what->n_all < 1 || what->n + what->n_all > WAIT_QUEUES_MAX)
        return "a wait is for 1-256 queues";
    return NULL;
}

/* On a cluster one command cannot wait for keys of several queues: one after the other. */
static void take_turn(struct qn_redis *redis, struct wait_for *what)
{
    if (!redis->by_turns || what->n_all < 2)
        return;
    what->all += redis->wait_turn++ % what->n_all;
    what->n_all = 1;
    while (what->n > 0 && strcmp(what->queues[0], what->all[0]) != 0) {
        what->queues++;
        what->n--;
    }
    what->n = what->n > 0;
    if (what->timeout_ms > WAIT_TURN_MS)
        what->timeout_ms = WAIT_TURN_MS;
}

static void add_wait_words(struct qn_call *call, const char *ns, const char *incarnation,
                           const struct wait_for *what)
{
    char seconds[32]; /* 0 would be for ever */

    for (size_t i = 0; i < what->n_all; i++)
        qn_call_add_key(call, ns, what->all[i], QN_KEY_INBOX, incarnation);
    for (size_t i = 0; i < what->n; i++)
        qn_call_add_key(call, ns, what->queues[i], QN_KEY_WAKE, NULL);
    snprintf(seconds, sizeof(seconds), "%lld.%03d", (long long)(what->timeout_ms / 1000),
             (int)(what->timeout_ms % 1000));
    qn_call_add_str(call, seconds);
}

void qn_redis_wait(struct qn_broker *b, const char *incarnation, const char *const *queues,
                   size_t n, const char *const *all_queues, size_t n_all, int64_t timeout_ms,
                   qn_reply_fn *fn, void *arg)
{
    struct qn_redis *redis = qn_redis_of(b);
    struct wait_for what = {queues, n, all_queues, n_all, timeout_ms < 1 ? 1 : timeout_ms};
    const char *fault = fault_of_wait(redis, &what);

    if (!fault)
        take_turn(redis, &what);
    int words = fault ? 0 : (int)(what.n + what.n_all) + 2;
    struct qn_call *call = qn_redis_plain(b, words, on_wait, fn, arg);
    if (!call)
        return;
    call->owner = redis;
    if (fault) {
        call->on_answer = on_refused;
        qn_redis_refuse(b, call, fault);
        return;
    }
    qn_call_add_str(call, "BLPOP");
    add_wait_words(call, redis->ns, incarnation, &what);
    call->timeout_ms = what.timeout_ms + redis->timeout_ms;
    redis->wait_call = call;
    qn_conn_send_take(redis->waiting, call);
}

/* Soon; but a server that goes on to know of no wait lost that connection before we did. */
static void unblock_again(struct qn_redis *redis)
{
    int64_t next = redis->unblock_ms > 0 ? 2 * redis->unblock_ms : UNBLOCK_AGAIN_MS;

    redis->unblock_ms = next < UNBLOCK_SLOW_MS ? next : UNBLOCK_SLOW_MS;
    qn_timer_set(redis->unblock, redis->unblock_ms);
}

/* 0: the server had not begun the wait yet, the two connections raced. */
static void on_unblock(struct qn_call *call, int rc, const struct qn_err *err,
                       const redisReply *answer)
{
    struct qn_redis *redis = call->owner;

    (void)err;
    if (!redis->wait_call)
        return;
    if (rc != QN_OK || answer->type != REDIS_REPLY_INTEGER || answer->integer == 0)
        unblock_again(redis);
}

void qn_redis_stop_waiting(struct qn_broker *b)
{
    struct qn_redis *redis = qn_redis_of(b);

    if (!redis->wait_call)
        return;
    if (qn_conn_unsend(redis->waiting, redis->wait_call)) {
        qn_conn_fail_take(redis->waiting, redis->wait_call, QN_ECONN);
        return;
    }
    struct qn_call *call = qn_call_create(&redis->pool, 3, on_unblock, redis);
    if (!call) {
        unblock_again(redis);
        return;
    }
    qn_call_add_str(call, "CLIENT");
    qn_call_add_str(call, "UNBLOCK");
    qn_call_add_i64(call, qn_conn_client_id(redis->waiting));
    qn_redis_send(b, call);
}

/* ---- ends of jobs ---- */

bool qn_redis_listens(const struct qn_redis *redis)
{
    return redis->subscription && qn_conn_is_up(redis->subscription);
}

/* Who does not listen is not told, whatever the broker noted down. */
static void on_watch(struct qn_call *call, int rc, const struct qn_err *err,
                     const redisReply *answer)
{
    static const int deaf[QN_PEEK_BATCH_MAX];
    const struct qn_redis *redis = call->owner;
    struct qn_reading r;
    struct qn_codes codes = {.n = call->n};

    if (!qn_reading_begin(&r, call, rc, err, answer, 1 + call->n))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    codes.code = qn_reading_codes(&r, 1, call->n);
    if (!qn_redis_listens(redis))
        codes.code = deaf;
    r.reply.codes = &codes;
    qn_reading_end(&r);
}

void qn_redis_watch(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                    bool on, int64_t ttl_ms, qn_reply_fn *fn, void *arg)
{
    struct qn_redis *redis = qn_redis_of(b);
    bool ok = redis->subscription && n >= 1 && n <= QN_PEEK_BATCH_MAX && ttl_ms > 0;

    for (size_t i = 0; ok && i < n; i++)
        ok = qn_name_ok(names[i]);
    struct qn_call *call =
        qn_redis_begin(b, QN_SCRIPT_WAIT, queue, ok ? 3 + n : 0, on_watch, fn, arg);
    if (!call)
        return;
    if (!ok) {
        qn_redis_refuse(b, call, "a watch is for 1-100 names, on a broker object that watches");
        return;
    }
    call->owner = redis;
    call->n = n;
    qn_call_add_str(call, redis->channel);
    qn_call_add_i64(call, ttl_ms);
    qn_call_add_str(call, on ? "1" : "0");
    for (size_t i = 0; i < n; i++)
        qn_call_add_str(call, names[i]);
    qn_redis_send(b, call);
}

/* ["message", channel, id]; anything else on this connection is of no interest. */
void qn_redis_heard(struct qn_redis *redis, const redisReply *message)
{
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1];
    struct qn_err ignored;

    if (message->type != REDIS_REPLY_ARRAY || message->elements != 3 ||
        message->element[0]->type != REDIS_REPLY_STRING ||
        message->element[2]->type != REDIS_REPLY_STRING ||
        strcmp(message->element[0]->str, "message") != 0)
        return;
    if (redis->base.on_ended &&
        qn_id_split(message->element[2]->str, queue, name, &ignored) == QN_OK)
        redis->base.on_ended(redis->base.on_ended_arg, queue, name);
}
