/* calls_limits.c - what may run at once and how often, and what may wait. */
#include "redis.h"

#include "broker-client/limits.h"
#include "broker-client/sale.h"

#define LIMIT_WORDS   6
#define LIMIT_COLUMNS 9
#define LIMITS_MAX    1000
#define SALE_WORDS    4

void qn_redis_budget(struct qn_broker *b, const char *queue, int64_t max_jobs, int64_t max_bytes,
                     qn_reply_fn *fn, void *arg)
{
    bool ok = max_jobs >= 0 && max_bytes >= 0;
    struct qn_call *call =
        qn_redis_begin(b, QN_SCRIPT_BUDGET, queue, ok ? 2 : 0, qn_reading_number, fn, arg);

    if (!call)
        return;
    if (!ok) {
        qn_redis_refuse(b, call, "a budget is not negative");
        return;
    }
    qn_call_add_i64(call, max_jobs);
    qn_call_add_i64(call, max_bytes);
    qn_redis_send(b, call);
}

/* ---- sales ---- */

static void on_sale(struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    struct qn_reading r;
    struct qn_sale sale = {0};

    if (!qn_reading_begin(&r, call, rc, err, answer, 6))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    int64_t there = qn_reading_i64(&r, qn_reading_at(&r, 1));
    sale.there = there == 1;
    sale.no_room = there < 0;
    sale.stock = qn_reading_i64(&r, qn_reading_at(&r, 2));
    sale.taken = qn_reading_i64(&r, qn_reading_at(&r, 3));
    sale.returned = qn_reading_i64(&r, qn_reading_at(&r, 4));
    sale.ends_ms = qn_reading_i64(&r, qn_reading_at(&r, 5));
    r.reply.sale = &sale;
    qn_reading_end(&r);
}

void qn_redis_sale(struct qn_broker *b, const char *queue, const char *item, enum qn_sale_how how,
                   const struct qn_sale *set, qn_reply_fn *fn, void *arg)
{
    static const char *const words[] = {
        [QN_SALE_LOOK] = "look", [QN_SALE_OPEN] = "open", [QN_SALE_CLOSE] = "close"};
    bool ok = qn_sale_ok(item, how, set);
    struct qn_call *call =
        qn_redis_begin(b, QN_SCRIPT_SALE, queue, ok ? SALE_WORDS : 0, on_sale, fn, arg);

    if (!call)
        return;
    if (!ok) {
        qn_redis_refuse(b, call, "a sale is of a well-formed item, with a stock from 0");
        return;
    }
    qn_call_add_str(call, words[how]);
    qn_call_add_str(call, item);
    qn_call_add_i64(call, set ? set->stock : 0);
    qn_call_add_i64(call, set ? set->ends_ms : 0);
    qn_redis_send(b, call);
}

/* ---- limits ---- */

static void add_limit(struct qn_call *call, const struct qn_limit *limit)
{
    qn_call_add_str(call, limit->scope);
    qn_call_add_i64(call, limit->concurrency);
    qn_call_add_i64(call, limit->rate);
    qn_call_add_i64(call, limit->per_ms);
    qn_call_add_i64(call, limit->burst);
    qn_call_add_str(call, limit->declared ? "d" : "o");
}

void qn_redis_limit(struct qn_broker *b, const char *queue, const struct qn_limit *limits, size_t n,
                    qn_reply_fn *fn, void *arg)
{
    const char *fault = qn_limits_fault(limits, n);
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_LIMIT, queue, fault ? 0 : n * LIMIT_WORDS,
                                          qn_reading_number, fn, arg);

    if (!call)
        return;
    if (fault) {
        qn_redis_refuse(b, call, fault);
        return;
    }
    for (size_t i = 0; i < n; i++)
        add_limit(call, &limits[i]);
    qn_redis_send(b, call);
}

static void read_limit(struct qn_reading *r, redisReply *const *columns, struct qn_limit *limit)
{
    limit->scope = qn_reading_span(r, columns[0]).data;
    limit->concurrency = qn_reading_i64(r, columns[1]);
    limit->rate = qn_reading_i64(r, columns[2]);
    limit->per_ms = qn_reading_i64(r, columns[3]);
    limit->burst = qn_reading_i64(r, columns[4]);
    limit->declared = qn_span_is(qn_reading_span(r, columns[5]), "d");
    limit->running = qn_reading_i64(r, columns[6]);
    limit->held = qn_reading_i64(r, columns[7]);
    limit->next_at_ms = qn_reading_i64(r, columns[8]);
    if (!limit->scope)
        limit->scope = "";
}

static void on_limits(struct qn_call *call, int rc, const struct qn_err *err,
                      const redisReply *answer)
{
    struct qn_reading r;
    struct qn_limits limits = {0};

    if (!qn_reading_begin(&r, call, rc, err, answer, 1))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    limits.n = (answer->elements - 1) / LIMIT_COLUMNS;
    struct qn_limit *list = qn_reading_list(&r, limits.n, sizeof(*list));
    for (size_t i = 0; list && i < limits.n; i++)
        read_limit(&r, answer->element + 1 + i * LIMIT_COLUMNS, &list[i]);
    limits.limits = list;
    r.reply.limits = &limits;
    qn_reading_end(&r);
}

void qn_redis_limits(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_LIMITS, queue, 1, on_limits, fn, arg);

    if (!call)
        return;
    qn_call_add_i64(call, LIMITS_MAX);
    qn_redis_send(b, call);
}
