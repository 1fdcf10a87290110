/* calls_space.c - the directory of a namespace: tasks, queues, workers, leaders. */
#include "redis.h"

#define PUBLISH_MAX 200
#define WORKERS_MAX 1000

static void on_done(struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    struct qn_reading r;

    if (!qn_reading_begin(&r, call, rc, err, answer, 1))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    qn_reading_end(&r);
}

void qn_redis_publish(struct qn_broker *b, const char *queue_or_null, const struct qn_entry *tasks,
                      size_t n, qn_reply_fn *fn, void *arg)
{
    bool ok = n <= PUBLISH_MAX && (!queue_or_null || qn_queue_ok(queue_or_null));
    struct qn_call *call =
        qn_redis_begin(b, QN_SCRIPT_PUBLISH, NULL, ok ? 1 + 2 * n : 0, on_done, fn, arg);

    if (!call)
        return;
    if (!ok) {
        qn_redis_refuse(b, call, "at most 200 tasks and a well-formed queue are published");
        return;
    }
    qn_call_add_str(call, queue_or_null ? queue_or_null : "");
    for (size_t i = 0; i < n; i++) {
        qn_call_add_span(call, tasks[i].name);
        qn_call_add_span(call, tasks[i].value);
    }
    qn_redis_send(b, call);
}

/* ---- lists of names ---- */

/* step 1: names only; step 2: a name and its value in turn. */
static void read_entries(struct qn_reading *r, const redisReply *flat, size_t step)
{
    struct qn_entries entries = {0};

    if (flat) {
        struct qn_entry *list = qn_reading_list(r, flat->elements, sizeof(*list));
        entries.n = list ? flat->elements / step : 0;
        for (size_t i = 0; i < entries.n; i++) {
            list[i].name = qn_reading_span(r, flat->element[i * step]);
            list[i].value = step == 2 ? qn_reading_span(r, flat->element[i * step + 1])
                                      : (struct qn_span){.data = "", .len = 0};
        }
        entries.entries = list;
    }
    r->reply.entries = &entries;
    qn_reading_end(r);
}

static void on_pairs(struct qn_call *call, int rc, const struct qn_err *err,
                     const redisReply *answer)
{
    struct qn_reading r;

    if (qn_reading_begin(&r, call, rc, err, answer, 0))
        read_entries(&r, qn_reading_array(&r, answer, 0), 2);
}

static void on_names(struct qn_call *call, int rc, const struct qn_err *err,
                     const redisReply *answer)
{
    struct qn_reading r;

    if (qn_reading_begin(&r, call, rc, err, answer, 0))
        read_entries(&r, qn_reading_array(&r, answer, 0), 1);
}

static void on_workers(struct qn_call *call, int rc, const struct qn_err *err,
                       const redisReply *answer)
{
    struct qn_reading r;

    if (!qn_reading_begin(&r, call, rc, err, answer, 2))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    read_entries(&r, qn_reading_array(&r, qn_reading_at(&r, 1), 0), 2);
}

static void ask_key(struct qn_broker *b, const char *command, enum qn_key key, struct qn_call *call)
{
    if (!call)
        return;
    qn_call_add_str(call, command);
    qn_call_add_key(call, qn_redis_of(b)->ns, NULL, key, NULL);
    qn_redis_send(b, call);
}

void qn_redis_tasks(struct qn_broker *b, qn_reply_fn *fn, void *arg)
{
    ask_key(b, "HGETALL", QN_KEY_TASKS, qn_redis_plain(b, 2, on_pairs, fn, arg));
}

void qn_redis_queues(struct qn_broker *b, qn_reply_fn *fn, void *arg)
{
    ask_key(b, "SMEMBERS", QN_KEY_QUEUES, qn_redis_plain(b, 2, on_names, fn, arg));
}

void qn_redis_schedule_names(struct qn_broker *b, qn_reply_fn *fn, void *arg)
{
    ask_key(b, "HKEYS", QN_KEY_SCHEDULES, qn_redis_plain(b, 2, on_names, fn, arg));
}

void qn_redis_workers(struct qn_broker *b, qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_WORKERS, NULL, 1, on_workers, fn, arg);

    if (!call)
        return;
    qn_call_add_i64(call, WORKERS_MAX);
    qn_redis_send(b, call);
}

/* ---- leases of the namespace ---- */

void qn_redis_alive(struct qn_broker *b, const char *incarnation, int64_t life_ms, const char *json,
                    qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_named(b, QN_SCRIPT_ALIVE, incarnation, 3, on_done, fn, arg);

    if (!call)
        return;
    qn_call_add_str(call, incarnation);
    qn_call_add_i64(call, life_ms);
    qn_call_add_str(call, json);
    qn_redis_send(b, call);
}

static void on_lead(struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    struct qn_reading r;
    struct qn_lead lead = {.holder = ""};

    if (!qn_reading_begin(&r, call, rc, err, answer, 5))
        return;
    lead.ours = qn_reading_i64(&r, qn_reading_at(&r, 0)) == 1;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 1));
    struct qn_span holder = qn_reading_span(&r, qn_reading_at(&r, 2));
    lead.holder = holder.data ? holder.data : "";
    lead.left_ms = qn_reading_i64(&r, qn_reading_at(&r, 3));
    lead.revision = qn_reading_i64(&r, qn_reading_at(&r, 4));
    r.reply.lead = &lead;
    qn_reading_end(&r);
}

void qn_redis_lead(struct qn_broker *b, const char *what, const char *holder, int64_t lease_ms,
                   qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_named(b, QN_SCRIPT_LEAD, what, 2, on_lead, fn, arg);

    if (!call)
        return;
    qn_call_add_str(call, holder);
    qn_call_add_i64(call, lease_ms);
    qn_redis_send(b, call);
}
