/* produce.c - making jobs (world.h). */
#include "world.h"

#include "broker-client/unique.h"
#include "common/mem.h"
#include "common/str.h"
#include <string.h>

struct parts {
    struct qn_buf body;
    char unique_key[QN_UNIQUE_KEY_SIZE];
};

static void on_enqueued(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    on_reply(arg, reply);
    if (reply->rc != QN_OK)
        return;
    got->n = reply->enqueued->n;
    got->number = reply->enqueued->retry_ms;
    got->flag = reply->enqueued->watched;
    assert_true(got->n <= MANY);
    for (size_t i = 0; i < got->n; i++) {
        got->code[i] = reply->enqueued->code[i];
        qn_str_copy(got->name[i], sizeof(got->name[i]), reply->enqueued->holder[i]);
    }
}

static struct qn_span span_of(const char *text)
{
    return (struct qn_span){.data = text ? text : "", .len = text ? strlen(text) : 0};
}

static void encode(const struct job *job, struct parts *parts)
{
    struct qn_err err;
    struct qn_body body = {
        .task = span_of(job->task ? job->task : "t.one"),
        .limit_key = span_of(job->key),
        .args = span_of(job->args ? job->args : "{}"),
        .unique = job->unique,
        .on_failed.task = span_of(job->on_failed),
    };

    if (job->on_failed) {
        body.on_failed.args = span_of("{\"of\":1}");
        body.request_id = span_of("r1");
    }
    if (job->args_len)
        body.args.len = job->args_len;
    if (job->same) {
        assert_int_equal(qn_unique_key(body.task, span_of(job->same), parts->unique_key, &err),
                         QN_OK);
        body.unique_key = span_of(parts->unique_key);
    }
    qn_buf_init(&parts->body, 4 * 1024 * 1024);
    assert_int_equal(qn_body_encode(&body, &parts->body), QN_OK);
}

static struct qn_new_job fill(const struct job *job, const struct parts *parts)
{
    return (struct qn_new_job){
        .name = job->name,
        .priority = job->priority,
        .due_ms = job->delay ? job->delay : job->eta,
        .due_relative = job->delay != 0,
        .expires_ms = job->expires_in,
        .expires_relative = true,
        .body = {.data = parts->body.data, .len = parts->body.len},
        .schedule = job->schedule,
        .planned_ms = job->planned,
        .follows = job->follows,
        .keyed = job->key != NULL,
        .unique_key = job->same ? parts->unique_key : NULL,
        .unique = job->unique,
        .sale = job->sale,
        .watch_ms = job->watch,
    };
}

struct got *op_enqueue(struct world *w, const struct job *jobs, size_t n)
{
    struct got *got = got_create();
    struct qn_new_job *list = qn_zalloc(n + 1, sizeof(*list));
    struct parts *parts = qn_zalloc(n + 1, sizeof(*parts));

    for (size_t i = 0; i < n; i++) {
        encode(&jobs[i], &parts[i]);
        list[i] = fill(&jobs[i], &parts[i]);
    }
    w->broker->ops->enqueue(w->broker, Q, list, n, on_enqueued, got);
    for (size_t i = 0; i < n; i++)
        qn_buf_release(&parts[i].body);
    qn_free(parts);
    qn_free(list);
    world_turn(w, &got->done);
    return got;
}
