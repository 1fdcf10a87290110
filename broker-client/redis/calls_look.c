/* calls_look.c - what people and programs ask about jobs and queues. */
#include "redis.h"

#include <string.h>

#define PEEK_COLUMNS 9

/* ---- jobs ---- */

static void read_peek(struct qn_reading *r, redisReply *const *columns, struct qn_peek_entry *entry)
{
    entry->record = qn_reading_span(r, columns[0]);
    entry->token = qn_reading_span(r, columns[1]);
    entry->due_ms = qn_reading_score(r, columns[2]);
    entry->retry_ms = qn_reading_score(r, columns[3]);
    entry->attempt = qn_reading_span(r, columns[4]);
    entry->cancel_ms = qn_reading_score(r, columns[5]);
    entry->progress = qn_reading_span(r, columns[6]);
    entry->life_ms = qn_reading_time(r, columns[7]);
    entry->held = qn_reading_span(r, columns[8]);
}

static void on_peek(struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    struct qn_reading r;
    struct qn_peeked peeked = {.n = call->n};

    if (!qn_reading_begin(&r, call, rc, err, answer, 2))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    const redisReply *flat = qn_reading_array(&r, qn_reading_at(&r, 1), call->n * PEEK_COLUMNS);
    struct qn_peek_entry *entries = qn_reading_list(&r, call->n, sizeof(*entries));
    for (size_t i = 0; flat && entries && i < call->n; i++)
        read_peek(&r, flat->element + i * PEEK_COLUMNS, &entries[i]);
    peeked.entries = entries;
    r.reply.peeked = &peeked;
    qn_reading_end(&r);
}

static bool names_ok(const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!qn_name_ok(names[i]))
            return false;
    }
    return n >= 1 && n <= QN_PEEK_BATCH_MAX;
}

void qn_redis_peek(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                   qn_reply_fn *fn, void *arg)
{
    bool ok = names_ok(names, n);
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_PEEK, queue, ok ? n : 0, on_peek, fn, arg);

    if (!call)
        return;
    if (!ok) {
        qn_redis_refuse(b, call, "a peek takes 1-100 well-formed names");
        return;
    }
    call->n = n;
    for (size_t i = 0; i < n; i++)
        qn_call_add_str(call, names[i]);
    qn_redis_send(b, call);
}

/* What is no name is left out: nobody could ask for it. */
static void read_names(struct qn_reading *r, const redisReply *array, struct qn_listed *listed)
{
    const char **names = array ? qn_reading_list(r, array->elements, sizeof(*names)) : NULL;

    for (size_t i = 0; names && i < array->elements; i++) {
        struct qn_span one = qn_reading_span(r, array->element[i]);
        if (one.data && strlen(one.data) == one.len && qn_name_ok(one.data))
            names[listed->n++] = one.data;
    }
    listed->names = names;
}

static void on_list(struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    struct qn_reading r;
    struct qn_listed listed = {0};

    if (!qn_reading_begin(&r, call, rc, err, answer, 3))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    listed.next = qn_reading_i64(&r, qn_reading_at(&r, 1));
    read_names(&r, qn_reading_array(&r, qn_reading_at(&r, 2), 0), &listed);
    r.reply.listed = &listed;
    qn_reading_end(&r);
}

void qn_redis_list(struct qn_broker *b, const char *queue, enum qn_state state, int64_t offset,
                   int limit, qn_reply_fn *fn, void *arg)
{
    static const char *const letters[] = {
        [QN_SCHEDULED] = "s", [QN_QUEUED] = "q", [QN_RUNNING] = "r",   [QN_RETRYING] = "t",
        [QN_SUCCEEDED] = "S", [QN_FAILED] = "F", [QN_CANCELLED] = "S", [QN_EXPIRED] = "S",
    };
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_LIST, queue, 3, on_list, fn, arg);

    if (!call)
        return;
    if (state < QN_SCHEDULED || state > QN_EXPIRED || offset < 0 || limit < 1 ||
        limit > QN_LIST_PAGE_MAX) {
        qn_redis_refuse(b, call, "a list takes a state, an offset and a limit of 1-1000");
        return;
    }
    qn_call_add_str(call, letters[state]);
    qn_call_add_i64(call, offset);
    qn_call_add_i64(call, limit);
    qn_redis_send(b, call);
}

static void on_log(struct qn_call *call, int rc, const struct qn_err *err, const redisReply *answer)
{
    struct qn_reading r;

    if (!qn_reading_begin(&r, call, rc, err, answer, 0))
        return;
    r.reply.text = qn_reading_span(&r, answer);
    if (!r.reply.text.data)
        r.reply.text.data = "";
    qn_reading_end(&r);
}

void qn_redis_log(struct qn_broker *b, const char *queue, const char *name, qn_reply_fn *fn,
                  void *arg)
{
    struct qn_call *call = qn_redis_plain(b, 2, on_log, fn, arg);

    if (!call)
        return;
    if (!qn_queue_ok(queue) || !qn_name_ok(name)) {
        qn_redis_refuse(b, call, "a job's queue or name is not well-formed");
        return;
    }
    qn_call_add_str(call, "GET");
    qn_call_add_key(call, qn_redis_of(b)->ns, queue, QN_KEY_LOG, name);
    qn_redis_send(b, call);
}

/* ---- queues ---- */

static void read_meta(struct qn_reading *r, const redisReply *flat, struct qn_stats *stats)
{
    const struct {
        const char *name;
        int64_t *to;
    } fields[] = {
        {"paused", &stats->paused_ms},    {"draining", &stats->draining_ms},
        {"enqueued", &stats->enqueued},   {"succeeded", &stats->succeeded},
        {"failed", &stats->failures},     {"cancelled", &stats->cancelled},
        {"expired", &stats->expired},     {"retried", &stats->retried},
        {"recovered", &stats->recovered}, {"replayed", &stats->replayed},
        {"purged", &stats->purged},       {"bytes", &stats->bytes},
        {"max_bytes", &stats->max_bytes}, {"max_jobs", &stats->max_jobs},
    };

    for (size_t i = 0; flat && i + 1 < flat->elements; i += 2) {
        struct qn_span name = qn_reading_span(r, flat->element[i]);
        for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]); k++) {
            if (qn_span_is(name, fields[k].name))
                *fields[k].to = qn_reading_score(r, flat->element[i + 1]);
        }
    }
}

static void on_stats(struct qn_call *call, int rc, const struct qn_err *err,
                     const redisReply *answer)
{
    struct qn_reading r;
    struct qn_stats stats = {.paused_ms = QN_NO_TIME, .draining_ms = QN_NO_TIME};
    int64_t *const figures[] = {
        &stats.queued[0], &stats.queued[1], &stats.queued[2], &stats.queued[3],
        &stats.running,   &stats.scheduled, &stats.retrying,  &stats.failed,
        &stats.ended,     &stats.workers,   &stats.oldest_ms, &stats.parked,
    };
    size_t n = sizeof(figures) / sizeof(figures[0]);

    if (!qn_reading_begin(&r, call, rc, err, answer, n + 2))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    for (size_t i = 0; i < n; i++)
        *figures[i] = qn_reading_i64(&r, qn_reading_at(&r, 1 + i));
    read_meta(&r, qn_reading_array(&r, qn_reading_at(&r, n + 1), 0), &stats);
    r.reply.stats = &stats;
    qn_reading_end(&r);
}

void qn_redis_stats(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_STATS, queue, 0, on_stats, fn, arg);

    if (call)
        qn_redis_send(b, call);
}
