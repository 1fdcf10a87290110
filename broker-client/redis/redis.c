#include "redis.h"

#include "broker-client/loop.h"
#include "common/id.h"
#include "common/mem.h"
#include "common/str.h"
#include "lua_texts.h"
#include <stdio.h>
#include <string.h>

static void free_broker(struct qn_broker *broker);

const struct qn_broker_ops qn_redis_ops = {
    .free = free_broker,
    .enqueue = qn_redis_enqueue,
    .cancel = qn_redis_cancel,
    .join = qn_redis_join,
    .renew = qn_redis_renew,
    .leave = qn_redis_leave,
    .take = qn_redis_take,
    .finish = qn_redis_finish,
    .reconcile = qn_redis_reconcile,
    .note = qn_redis_note,
    .wait = qn_redis_wait,
    .stop_waiting = qn_redis_stop_waiting,
    .forward = qn_redis_forward,
    .recover = qn_redis_recover,
    .trim = qn_redis_trim,
    .peek = qn_redis_peek,
    .list = qn_redis_list,
    .log = qn_redis_log,
    .stats = qn_redis_stats,
    .gate = qn_redis_gate,
    .place = qn_redis_place,
    .survey = qn_redis_survey,
    .audit = qn_redis_audit,
    .budget = qn_redis_budget,
    .limit = qn_redis_limit,
    .limits = qn_redis_limits,
    .sale = qn_redis_sale,
    .replay = qn_redis_replay,
    .forget = qn_redis_forget,
    .purge = qn_redis_purge,
    .message = qn_redis_message,
    .watch = qn_redis_watch,
    .publish = qn_redis_publish,
    .tasks = qn_redis_tasks,
    .queues = qn_redis_queues,
    .alive = qn_redis_alive,
    .workers = qn_redis_workers,
    .lead = qn_redis_lead,
    .schedule_names = qn_redis_schedule_names,
    .timetable = qn_redis_timetable,
    .define = qn_redis_define,
    .drop = qn_redis_drop,
    .pause = qn_redis_pause,
    .claim = qn_redis_claim,
    .note_fires = qn_redis_note_fires,
    .fires = qn_redis_fires,
    .server = qn_redis_server,
    .poll = qn_redis_poll,
    .push = qn_redis_push,
};

struct qn_redis *qn_redis_of(struct qn_broker *broker)
{
    return (struct qn_redis *)broker;
}

int qn_redis_poll(struct qn_broker *b, unsigned *ret_wants)
{
    *ret_wants = qn_conn_wants(qn_redis_of(b)->command);
    return qn_conn_fd(qn_redis_of(b)->command);
}

void qn_redis_push(struct qn_broker *b)
{
    qn_conn_push(qn_redis_of(b)->command);
}

/* ---- operations ---- */

static void refuse_now(qn_reply_fn *fn, void *arg, int rc, const char *why)
{
    struct qn_err err;
    struct qn_reply reply = {.err = &err};

    reply.rc = qn_fail(&err, rc, "broker: %s", why);
    fn(arg, &reply);
}

static struct qn_call *prepare(struct qn_call *call, qn_call_fn *on_answer, qn_reply_fn *fn,
                               void *arg)
{
    if (!call) {
        refuse_now(fn, arg, QN_ENOMEM, "out of memory");
        return NULL;
    }
    call->on_answer = on_answer;
    call->fn = fn;
    call->arg = arg;
    return call;
}

struct qn_call *qn_redis_begin(struct qn_broker *broker, enum qn_script script, const char *queue,
                               size_t n_args, qn_call_fn *on_answer, qn_reply_fn *fn, void *arg)
{
    struct qn_redis *redis = qn_redis_of(broker);
    const struct qn_script_row *row = &qn_scripts[script];
    bool bad_queue = row->of_queue && (queue || !row->of_space) && !qn_queue_ok(queue);
    const struct qn_call_place place = {.ns = redis->ns, .queue = bad_queue ? "" : queue};
    struct qn_call *call = qn_call_create_script(&redis->pool, script, &place, n_args);

    call = prepare(call, on_answer, fn, arg);
    if (call && bad_queue) {
        qn_redis_refuse(broker, call, "the queue's name is not 1-32 of [a-z0-9_-]");
        return NULL;
    }
    return call;
}

struct qn_call *qn_redis_named(struct qn_broker *broker, enum qn_script script, const char *name,
                               size_t n_args, qn_call_fn *on_answer, qn_reply_fn *fn, void *arg)
{
    struct qn_redis *redis = qn_redis_of(broker);
    bool bad_name = !qn_name_ok(name);
    const struct qn_call_place place = {.ns = redis->ns, .name = bad_name ? NULL : name};
    struct qn_call *call = qn_call_create_script(&redis->pool, script, &place, n_args);

    call = prepare(call, on_answer, fn, arg);
    if (call && bad_name) {
        qn_redis_refuse(broker, call, "a name is not 1-64 of [A-Za-z0-9_-]");
        return NULL;
    }
    return call;
}

struct qn_call *qn_redis_plain(struct qn_broker *broker, int argc, qn_call_fn *on_answer,
                               qn_reply_fn *fn, void *arg)
{
    struct qn_call_pool *pool = &qn_redis_of(broker)->pool;

    return prepare(qn_call_create(pool, (size_t)argc, on_answer, NULL), on_answer, fn, arg);
}

void qn_redis_send(struct qn_broker *broker, struct qn_call *call)
{
    qn_conn_send_take(qn_redis_of(broker)->command, call);
}

void qn_redis_refuse(struct qn_broker *broker, struct qn_call *call, const char *why)
{
    call->why = why;
    qn_conn_fail_take(qn_redis_of(broker)->command, call, QN_EINVAL);
}

/* ---- links ---- */

static void command_link(void *arg, enum qn_link link, const struct qn_err *why)
{
    struct qn_redis *redis = arg;

    redis->base.link = link;
    if (redis->base.on_link)
        redis->base.on_link(redis->base.on_link_arg, link, why);
}

/* What ended while nobody listened was not told: whoever waits must look. The same when it
 * goes: who registers now is told to look by himself. */
static void subscription_link(void *arg, enum qn_link link, const struct qn_err *why)
{
    struct qn_redis *redis = arg;

    (void)link;
    (void)why;
    if (redis->base.on_ended)
        redis->base.on_ended(redis->base.on_ended_arg, NULL, NULL);
}

static void subscription_message(void *arg, const redisReply *message)
{
    qn_redis_heard(arg, message);
}

/* ---- life ---- */

static int open_connections(struct qn_redis *redis, const struct qn_broker_options *options,
                            struct qn_err *reterr)
{
    struct qn_conn_options base = {
        .loop = options->loop,
        .clock = options->clock,
        .url = &redis->url,
        .client_name = redis->client_name,
        .timeout_ms = redis->timeout_ms,
        .ns = redis->ns,
        .inspects = options->inspects,
        .arg = redis,
    };
    struct qn_conn_options command = base, waiting = base, subscription = base;
    int rc;

    command.now_text = redis->now_text;
    command.on_link = command_link;
    rc = qn_conn_create(&redis->command, &command, reterr);
    waiting.keep_while_down = true;
    if (rc == QN_OK && options->waits)
        rc = qn_conn_create(&redis->waiting, &waiting, reterr);
    subscription.channel = redis->channel;
    subscription.on_link = subscription_link;
    subscription.on_message = subscription_message;
    if (rc == QN_OK && options->watches)
        rc = qn_conn_create(&redis->subscription, &subscription, reterr);
    return rc;
}

static void unblock_again(void *arg)
{
    qn_redis_stop_waiting(arg);
}

static int set_up(struct qn_redis *redis, const struct qn_broker_options *options,
                  const char *now_text, struct qn_err *reterr)
{
    char token[QN_TOKEN_TEXT_SIZE];
    int rc = qn_token_make(token, reterr);

    if (rc != QN_OK)
        return rc;
    redis->loop = options->loop;
    redis->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : 5000;
    qn_str_copy(redis->ns, sizeof(redis->ns), options->namespace_);
    qn_str_copy(redis->client_name, sizeof(redis->client_name),
                options->program ? options->program : "quern");
    qn_key_make(redis->channel, redis->ns, NULL, QN_KEY_ENDED_CHANNEL, token);
    redis->now_text = qn_strdup(now_text ? now_text : qn_lua_now);
    if (!redis->now_text)
        return qn_fail(reterr, QN_ENOMEM, "broker: out of memory");
    rc = qn_timer_create(&redis->unblock, options->loop, unblock_again, redis, reterr);
    return rc == QN_OK ? open_connections(redis, options, reterr) : rc;
}

int qn_redis_open(struct qn_broker **ret, const struct qn_broker_options *options,
                  const struct qn_url *url, const char *now_text, struct qn_err *reterr)
{
    if (!qn_queue_ok(options->namespace_))
        return qn_fail(reterr, QN_EINVAL, "namespace: must be 1-32 of [a-z0-9_-]");
    struct qn_redis *redis = qn_zalloc(1, sizeof(*redis));
    if (!redis)
        return qn_fail(reterr, QN_ENOMEM, "broker: out of memory");
    redis->base.ops = &qn_redis_ops;
    redis->base.link = QN_LINK_DOWN;
    redis->url = *url;
    int rc = set_up(redis, options, now_text, reterr);
    if (rc != QN_OK) {
        free_broker(&redis->base);
        return rc;
    }
    *ret = &redis->base;
    return QN_OK;
}

static void free_broker(struct qn_broker *broker)
{
    struct qn_redis *redis = qn_redis_of(broker);

    qn_conn_free(redis->waiting);
    qn_conn_free(redis->subscription);
    qn_conn_free(redis->command);
    qn_call_pool_release(&redis->pool);
    qn_timer_free(redis->unblock);
    qn_free(redis->now_text);
    qn_free(redis);
}
