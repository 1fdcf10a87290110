/* calls_fsck.c - does what the broker holds fit together? */
#include "redis.h"

#include <string.h>

#define PARTS       16 /* a cursor is Redis's own, times this, plus the part of the walk */
#define PARTS_LINES 4
#define PAGE_LINES  1000
#define PAGE_KEYS   250
#define COLUMNS     5

/* ---- survey ---- */

static void read_next(struct qn_reading *r, struct qn_surveyed *surveyed)
{
    int64_t part = qn_reading_i64(r, qn_reading_at(r, 1));
    int64_t cursor = qn_reading_i64(r, qn_reading_at(r, 2));

    if (cursor < 0 || cursor > INT64_MAX / PARTS - 1 || part >= PARTS)
        qn_reading_fail(r, QN_EPROTO, "a cursor is too large");
    else
        surveyed->next = part < 0 ? QN_NO_TIME : cursor * PARTS + part;
}

static void on_survey(struct qn_call *call, int rc, const struct qn_err *err,
                      const redisReply *answer)
{
    struct qn_reading r;
    struct qn_surveyed surveyed = {.line = call->n < PARTS_LINES ? (int)call->n + 1 : 0};

    if (!qn_reading_begin(&r, call, rc, err, answer, 6))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    read_next(&r, &surveyed);
    surveyed.looked = qn_reading_i64(&r, qn_reading_at(&r, 3));
    surveyed.n = qn_reading_strings(&r, qn_reading_at(&r, 4), &surveyed.names);
    const redisReply *codes = qn_reading_array(&r, qn_reading_at(&r, 5), surveyed.n);
    int *sight = qn_reading_list(&r, surveyed.n, sizeof(*sight));
    for (size_t i = 0; codes && sight && i < surveyed.n; i++)
        sight[i] = (int)qn_reading_i64(&r, codes->element[i]);
    surveyed.sight = sight;
    r.reply.surveyed = &surveyed;
    qn_reading_end(&r);
}

void qn_redis_survey(struct qn_broker *b, const char *queue, int64_t cursor, qn_reply_fn *fn,
                     void *arg)
{
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_SURVEY, queue, 3, on_survey, fn, arg);

    if (!call)
        return;
    if (cursor < 0) {
        qn_redis_refuse(b, call, "a survey begins with the cursor 0");
        return;
    }
    call->n = (size_t)(cursor % PARTS);
    qn_call_add_i64(call, cursor % PARTS);
    qn_call_add_i64(call, cursor / PARTS);
    qn_call_add_i64(call, cursor % PARTS < PARTS_LINES ? PAGE_LINES : PAGE_KEYS);
    qn_redis_send(b, call);
}

/* ---- audit ---- */

static const char *text_of(struct qn_reading *r, const redisReply *value)
{
    struct qn_span span = qn_reading_span(r, value);

    return span.data ? span.data : "";
}

static void read_finding(struct qn_reading *r, redisReply *const *columns,
                         struct qn_finding *finding)
{
    int64_t fault = qn_reading_i64(r, columns[1]);

    finding->name = text_of(r, columns[0]);
    finding->where = text_of(r, columns[2]);
    finding->detail = text_of(r, columns[3]);
    finding->repaired = qn_reading_i64(r, columns[4]) != 0;
    if (fault < QN_FAULT_LOST || fault >= QN_FAULTS)
        qn_reading_fail(r, QN_EPROTO, "an audit tells of a fault that is none");
    else
        finding->fault = (enum qn_fault)fault;
}

static void on_audit(struct qn_call *call, int rc, const struct qn_err *err,
                     const redisReply *answer)
{
    struct qn_reading r;
    struct qn_audited audited = {0};

    if (!qn_reading_begin(&r, call, rc, err, answer, 1))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    size_t n = (answer->elements - 1) / COLUMNS;
    struct qn_finding *findings = qn_reading_list(&r, n, sizeof(*findings));
    for (size_t i = 0; findings && i < n; i++)
        read_finding(&r, answer->element + 1 + i * COLUMNS, &findings[i]);
    audited = (struct qn_audited){.n = findings ? n : 0, .findings = findings};
    r.reply.audited = &audited;
    qn_reading_end(&r);
}

void qn_redis_audit(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                    unsigned how, qn_reply_fn *fn, void *arg)
{
    bool ok = n >= 1 && n <= QN_PEEK_BATCH_MAX;
    struct qn_call *call =
        qn_redis_begin(b, QN_SCRIPT_AUDIT, queue, ok ? n + 1 : 0, on_audit, fn, arg);

    if (!call)
        return;
    if (!ok) {
        qn_redis_refuse(b, call, "an audit takes 1-100 names");
        return;
    }
    qn_call_add_i64(call, how);
    for (size_t i = 0; i < n; i++)
        qn_call_add_str(call, names[i]);
    qn_redis_send(b, call);
}
