#include "broker_double.h"

#include "common/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct double_call *note(struct qn_broker *b, char what, const char *queue, qn_reply_fn *fn,
                                void *arg)
{
    struct broker_double *it = (struct broker_double *)b;

    assert_true(it->n < DOUBLE_CALLS_MAX);
    struct double_call *call = &it->calls[it->n++];
    *call = (struct double_call){.what = what, .fn = fn, .arg = arg};
    qn_str_copy(call->queue, sizeof(call->queue), queue);
    return call;
}

static void join(struct qn_broker *b, const char *queue, const char *incarnation, int64_t lease_ms,
                 qn_reply_fn *fn, void *arg)
{
    (void)lease_ms;
    qn_str_copy(note(b, 'J', queue, fn, arg)->incarnation, QN_TOKEN_SIZE, incarnation);
}

static void renew(struct qn_broker *b, const char *queue, const char *incarnation, int64_t lease_ms,
                  qn_reply_fn *fn, void *arg)
{
    (void)lease_ms;
    qn_str_copy(note(b, 'N', queue, fn, arg)->incarnation, QN_TOKEN_SIZE, incarnation);
}

static void leave(struct qn_broker *b, const char *queue, const char *incarnation, qn_reply_fn *fn,
                  void *arg)
{
    qn_str_copy(note(b, 'L', queue, fn, arg)->incarnation, QN_TOKEN_SIZE, incarnation);
}

static void take(struct qn_broker *b, const char *queue, const char *incarnation, int want,
                 int64_t final_ttl_ms, qn_reply_fn *fn, void *arg)
{
    struct double_call *call = note(b, 'T', queue, fn, arg);

    (void)final_ttl_ms;
    qn_str_copy(call->incarnation, QN_TOKEN_SIZE, incarnation);
    call->want = want;
}

static void finish(struct qn_broker *b, const char *queue, const struct qn_finish *runs, size_t n,
                   int64_t final_ttl_ms, qn_reply_fn *fn, void *arg)
{
    struct double_call *call = note(b, 'F', queue, fn, arg);

    (void)final_ttl_ms;
    assert_true(n >= 1 && n <= QN_FINISH_BATCH_MAX);
    call->n = n;
    for (size_t i = 0; i < n && i < DOUBLE_NAMES_MAX; i++)
        qn_str_copy(call->names[i], sizeof(call->names[i]), runs[i].name);
}

static void reconcile(struct qn_broker *b, const char *queue, const char *incarnation,
                      const struct qn_held *held, size_t n, qn_reply_fn *fn, void *arg)
{
    struct double_call *call = note(b, 'C', queue, fn, arg);

    qn_str_copy(call->incarnation, QN_TOKEN_SIZE, incarnation);
    call->n = n;
    for (size_t i = 0; i < n && i < DOUBLE_NAMES_MAX; i++)
        qn_str_copy(call->names[i], sizeof(call->names[i]), held[i].name);
}

void broker_double_init(struct broker_double *it)
{
    static const struct qn_broker_ops ops = {
        .join = join,
        .renew = renew,
        .leave = leave,
        .take = take,
        .finish = finish,
        .reconcile = reconcile,
    };

    memset(it, 0, sizeof(*it));
    it->base.ops = &ops;
    it->base.link = QN_LINK_UP;
}

const char *broker_double_calls(const struct broker_double *it, size_t first)
{
    static char text[DOUBLE_CALLS_MAX + 1];
    size_t n = 0;

    for (size_t i = first; i < it->n; i++)
        text[n++] = it->calls[i].what;
    text[n] = '\0';
    return text;
}

struct double_call *broker_double_pending(struct broker_double *it, char what)
{
    size_t i = 0;

    while (i < it->n && (it->calls[i].answered || it->calls[i].what != what))
        i++;
    assert_true(i < it->n);
    return &it->calls[i];
}

void broker_double_answer(struct double_call *call, struct qn_reply reply)
{
    struct qn_err err = {0};

    call->answered = true;
    if (reply.rc != QN_OK) {
        qn_fail(&err, reply.rc, "as the test wants it");
        reply.err = &err;
    }
    call->fn(call->arg, &reply);
}

void broker_double_answer_rc(struct broker_double *it, char what, int rc)
{
    static const struct qn_renewed renewed;
    static const struct qn_reconciled reconciled;
    struct qn_reply reply = {.rc = rc};

    if (what == 'N')
        reply.renewed = &renewed;
    else if (what == 'C')
        reply.reconciled = &reconciled;
    broker_double_answer(broker_double_pending(it, what), reply);
}

void broker_double_break(struct broker_double *it)
{
    size_t n = it->n;

    it->base.link = QN_LINK_DOWN;
    for (size_t i = 0; i < n; i++) {
        if (!it->calls[i].answered)
            broker_double_answer(&it->calls[i], (struct qn_reply){.rc = QN_EUNKNOWN});
    }
}
