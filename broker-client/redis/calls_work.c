/* calls_work.c - what a worker does with its lease and its runs. */
#include "redis.h"

#include "common/str.h"
#include <quern/job.h>
#include <string.h>

#define FINISH_WORDS 4
#define NOTE_WORDS   4
#define LOG_TTL_MS   (7 * 86400 * INT64_C(1000))

/* ---- the lease ---- */

static void on_join(struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    struct qn_reading r;

    if (!qn_reading_begin(&r, call, rc, err, answer, 2))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 1));
    qn_reading_status(&r, 0);
    qn_reading_end(&r);
}

void qn_redis_join(struct qn_broker *b, const char *queue, const char *incarnation,
                   int64_t lease_ms, qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_JOIN, queue, 2, on_join, fn, arg);

    if (!call)
        return;
    qn_call_add_str(call, incarnation);
    qn_call_add_i64(call, lease_ms);
    qn_redis_send(b, call);
}

static void on_renew(struct qn_call *call, int rc, const struct qn_err *err,
                     const redisReply *answer)
{
    struct qn_reading r;
    struct qn_renewed renewed = {0};

    if (!qn_reading_begin(&r, call, rc, err, answer, 3))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 1));
    qn_reading_status(&r, 0);
    renewed.n = qn_reading_strings(&r, qn_reading_at(&r, 2), &renewed.cancel);
    r.reply.renewed = &renewed;
    qn_reading_end(&r);
}

void qn_redis_renew(struct qn_broker *b, const char *queue, const char *incarnation,
                    int64_t lease_ms, qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_RENEW, queue, 2, on_renew, fn, arg);

    if (!call)
        return;
    qn_call_add_str(call, incarnation);
    qn_call_add_i64(call, lease_ms);
    qn_redis_send(b, call);
}

static void on_leave(struct qn_call *call, int rc, const struct qn_err *err,
                     const redisReply *answer)
{
    struct qn_reading r;

    if (!qn_reading_begin(&r, call, rc, err, answer, 2))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    r.reply.number = qn_reading_i64(&r, qn_reading_at(&r, 1));
    qn_reading_end(&r);
}

void qn_redis_leave(struct qn_broker *b, const char *queue, const char *incarnation,
                    qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_LEAVE, queue, 1, on_leave, fn, arg);

    if (!call)
        return;
    qn_call_add_str(call, incarnation);
    qn_redis_send(b, call);
}

/* ---- taking ---- */

static void read_entries(struct qn_reading *r, struct qn_taken *taken)
{
    const redisReply *flat = qn_reading_array(r, qn_reading_at(r, 4), 0);
    int64_t run = qn_reading_i64(r, qn_reading_at(r, 3));
    size_t n = flat ? flat->elements / 3 : 0;
    struct qn_take_entry *entries = qn_reading_list(r, n, sizeof(*entries));

    for (size_t i = 0; entries && i < n; i++) {
        struct qn_span name = qn_reading_span(r, flat->element[3 * i]);
        entries[i].name = name.data ? name.data : "";
        entries[i].record = qn_reading_span(r, flat->element[3 * i + 1]);
        entries[i].attempt = qn_reading_span(r, flat->element[3 * i + 2]);
        entries[i].run = run + (int64_t)i;
    }
    taken->n = n;
    taken->entries = entries;
}

static void on_take(struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    struct qn_reading r;
    struct qn_taken taken = {0};

    if (!qn_reading_begin(&r, call, rc, err, answer, 5))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 1));
    taken.paused = strcmp(qn_reading_status(&r, 0), "paused") == 0;
    taken.next_due_ms = qn_reading_i64(&r, qn_reading_at(&r, 2));
    read_entries(&r, &taken);
    r.reply.taken = &taken;
    qn_reading_end(&r);
}

void qn_redis_take(struct qn_broker *b, const char *queue, const char *incarnation, int want,
                   int64_t final_ttl_ms, qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_TAKE, queue, 3, on_take, fn, arg);

    if (!call)
        return;
    if (want < 1 || want > QN_TAKE_BATCH_MAX) {
        qn_redis_refuse(b, call, "a take wants 1-100 jobs");
        return;
    }
    qn_call_add_str(call, incarnation);
    qn_call_add_i64(call, want);
    qn_call_add_i64(call, final_ttl_ms);
    qn_redis_send(b, call);
}

/* ---- ending ---- */

static void on_finish(struct qn_call *call, int rc, const struct qn_err *err,
                      const redisReply *answer)
{
    struct qn_reading r;
    struct qn_finished finished = {.n = call->n};

    if (!qn_reading_begin(&r, call, rc, err, answer, 1 + call->n))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    finished.code = qn_reading_codes(&r, 1, call->n);
    r.reply.finished = &finished;
    qn_reading_end(&r);
}

static bool runs_ok(const struct qn_finish *runs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!qn_name_ok(runs[i].name) || runs[i].kind == 0 || !strchr("SFCXRZQ", runs[i].kind))
            return false;
    }
    return n >= 1 && n <= QN_FINISH_BATCH_MAX;
}

/* The kind, 'l' for log lines, 'b' for what it gives back, and the ms. */
static void add_end(struct qn_call *call, const struct qn_finish *run)
{
    char text[3 + QN_I64_TEXT_SIZE];
    size_t len = 0;

    text[len++] = (char)run->kind;
    if (run->logged)
        text[len++] = 'l';
    if (run->returns)
        text[len++] = 'b';
    len += qn_i64_to_str(run->ms > 0 ? run->ms : 0, text + len);
    qn_call_add(call, text, len);
}

void qn_redis_finish(struct qn_broker *b, const char *queue, const struct qn_finish *runs, size_t n,
                     int64_t final_ttl_ms, qn_reply_fn *fn, void *arg)
{
    bool ok = runs_ok(runs, n);
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_FINISH, queue, ok ? 1 + n * FINISH_WORDS : 0,
                                          on_finish, fn, arg);

    if (!call)
        return;
    if (!ok) {
        qn_redis_refuse(b, call, "a finish takes 1-100 runs with well-formed names and kinds");
        return;
    }
    call->n = n;
    qn_call_add_i64(call, final_ttl_ms);
    for (size_t i = 0; i < n; i++) {
        qn_call_add_str(call, runs[i].name);
        qn_call_add_str(call, runs[i].token);
        add_end(call, &runs[i]);
        qn_call_add_span(call, runs[i].data);
    }
    qn_redis_send(b, call);
}

static void on_reconcile(struct qn_call *call, int rc, const struct qn_err *err,
                         const redisReply *answer)
{
    struct qn_reading r;
    struct qn_reconciled result = {0};

    if (!qn_reading_begin(&r, call, rc, err, answer, 4))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 1));
    qn_reading_status(&r, 0);
    result.n_gone = qn_reading_strings(&r, qn_reading_at(&r, 2), &result.gone);
    result.n_requeued = qn_reading_strings(&r, qn_reading_at(&r, 3), &result.requeued);
    r.reply.reconciled = &result;
    qn_reading_end(&r);
}

void qn_redis_reconcile(struct qn_broker *b, const char *queue, const char *incarnation,
                        const struct qn_held *held, size_t n, qn_reply_fn *fn, void *arg)
{
    struct qn_call *call =
        qn_redis_begin(b, QN_SCRIPT_RECONCILE, queue, 1 + 2 * n, on_reconcile, fn, arg);

    if (!call)
        return;
    qn_call_add_str(call, incarnation);
    for (size_t i = 0; i < n; i++) {
        qn_call_add_str(call, held[i].name);
        qn_call_add_str(call, held[i].token);
    }
    qn_redis_send(b, call);
}

/* ---- what a running job says ---- */

void qn_redis_note(struct qn_broker *b, const char *queue, const struct qn_note *notes, size_t n,
                   qn_reply_fn *fn, void *arg)
{
    bool ok = n >= 1 && n <= QN_FINISH_BATCH_MAX;
    struct qn_call *call = qn_redis_begin(b, QN_SCRIPT_NOTE, queue, ok ? 2 + n * NOTE_WORDS : 0,
                                          qn_reading_now_codes, fn, arg);

    if (!call)
        return;
    if (!ok) {
        qn_redis_refuse(b, call, "a note is for 1-100 runs");
        return;
    }
    call->n = n;
    qn_call_add_i64(call, QN_JOB_LOG_MAX);
    qn_call_add_i64(call, LOG_TTL_MS);
    for (size_t i = 0; i < n; i++) {
        qn_call_add_str(call, notes[i].name);
        qn_call_add_str(call, notes[i].token);
        qn_call_add_span(call, notes[i].progress);
        qn_call_add_span(call, notes[i].log);
    }
    qn_redis_send(b, call);
}
