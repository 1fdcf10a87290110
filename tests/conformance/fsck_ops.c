#include "fsck_ops.h"

#include "common/str.h"
#include <stdio.h>

static bool begin(struct got *got, const struct qn_reply *reply)
{
    got->done = true;
    got->rc = reply->rc;
    got->now_ms = reply->now_ms;
    if (reply->rc != QN_OK)
        qn_str_copy(got->msg, sizeof(got->msg), reply->err->msg);
    return reply->rc == QN_OK;
}

static void on_surveyed(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    if (!begin(got, reply))
        return;
    const struct qn_surveyed *page = reply->surveyed;
    got->next = page->next;
    got->flag = page->line > 0;
    got->n = page->n;
    for (size_t i = 0; i < page->n && i < MANY; i++) {
        qn_str_copy(got->name[i], sizeof(got->name[i]), page->names[i]);
        got->code[i] = page->sight[i];
    }
}

struct got *op_survey(struct world *w, int64_t cursor)
{
    struct got *got = got_create();

    w->broker->ops->survey(w->broker, Q, cursor, on_surveyed, got);
    world_turn(w, &got->done);
    return got;
}

void fsck_keep(void *arg, const struct qn_finding *finding)
{
    struct got *got = arg;

    assert_true(got->n < MANY);
    got->flag = (got->n == 0 || got->flag) && finding->repaired;
    qn_str_copy(got->name[got->n], sizeof(got->name[0]), finding->name);
    qn_str_copy(got->name2[got->n], sizeof(got->name2[0]), finding->where);
    qn_str_copy(got->text, sizeof(got->text), finding->detail);
    got->code[got->n++] = (int)finding->fault;
}

static void on_audited(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    for (size_t i = 0; begin(got, reply) && i < reply->audited->n; i++)
        fsck_keep(got, &reply->audited->findings[i]);
}

struct got *op_audit(struct world *w, const char *name, unsigned how)
{
    struct got *got = got_create();

    w->broker->ops->audit(w->broker, Q, &name, 1, how, on_audited, got);
    world_turn(w, &got->done);
    assert_ok(got);
    return got;
}

struct got *op_fsck(struct world *w, bool repair)
{
    struct got *got = got_create();
    struct qn_fsck_totals totals;
    struct qn_err err;
    const struct qn_fsck_options options = {
        .loop = w->loop,
        .broker = w->broker,
        .queue = Q,
        .repair = repair,
        .timeout_ms = 5000,
        .on_finding = fsck_keep,
        .arg = got,
    };

    if (qn_fsck(&options, &totals, &err) != QN_OK)
        fail_msg("%s", err.msg);
    assert_int_equal(totals.found, got->n);
    return got;
}

bool fsck_is_clean(struct world *w)
{
    struct got *got = op_fsck(w, false);

    for (size_t i = 0; i < got->n; i++)
        print_message("found %d of %s in %s: %s\n", got->code[i], got->name[i], got->name2[i],
                      got->text);
    return got->n == 0;
}
