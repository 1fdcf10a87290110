#include "operate.h"

#include <stdio.h>
#include <string.h>

#define SENT(got)                \
    world_turn(w, &(got)->done); \
    return got

static void on_codes(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    on_reply(arg, reply);
    if (reply->rc != QN_OK)
        return;
    got->n = reply->codes->n;
    assert_true(got->n <= MANY);
    memcpy(got->code, reply->codes->code, got->n * sizeof(got->code[0]));
}

static void on_number(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    on_reply(arg, reply);
    if (reply->rc == QN_OK)
        got->number = reply->number;
}

static void on_purged(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    on_reply(arg, reply);
    if (reply->rc != QN_OK)
        return;
    got->number = reply->purged->n;
    got->more = reply->purged->more;
}

struct got *op_replay(struct world *w, const char *name, int64_t ended_ms)
{
    const struct qn_ended_job job = {.name = name, .ended_ms = ended_ms};
    struct got *got = got_create();

    w->broker->ops->replay(w->broker, Q, &job, 1, on_codes, got);
    SENT(got);
}

struct got *op_forget(struct world *w, const char *name, int64_t ended_ms)
{
    const struct qn_ended_job job = {.name = name, .ended_ms = ended_ms};
    struct got *got = got_create();

    w->broker->ops->forget(w->broker, Q, &job, 1, on_codes, got);
    SENT(got);
}

struct got *op_trim(struct world *w, int64_t max_age, int64_t max_count)
{
    struct got *got = got_create();

    const struct qn_trim how = {.max_age_ms = max_age, .max_count = max_count};

    w->broker->ops->trim(w->broker, Q, &how, on_purged, got);
    SENT(got);
}

static void on_trimmed(void *arg, const struct qn_reply *reply)
{
    on_purged(arg, reply);
    ((struct got *)arg)->weighed = reply->purged->until;
}

static struct got *trim_once(struct world *w, int64_t max_bytes, struct qn_weighed from)
{
    struct got *got = got_create();
    const struct qn_trim how = {
        .max_age_ms = DAY, .max_count = 1000000, .max_bytes = max_bytes, .from = from};

    w->broker->ops->trim(w->broker, Q, &how, on_trimmed, got);
    SENT(got);
}

struct got *op_trim_bytes(struct world *w, int64_t max_bytes)
{
    struct got *got = trim_once(w, max_bytes, (struct qn_weighed){.bytes = 0});
    int64_t purged = got->number;

    while (got->more) {
        got = trim_once(w, max_bytes, got->weighed);
        purged += got->number;
    }
    got->number = purged;
    return got;
}

struct got *op_purge(struct world *w, enum qn_state state, int64_t before_ms)
{
    struct got *got = got_create();

    w->broker->ops->purge(w->broker, Q, state, before_ms, on_purged, got);
    SENT(got);
}

struct got *op_message(struct world *w, const char *incarnation, const char *text)
{
    struct got *got = got_create();

    w->broker->ops->message(w->broker, Q, incarnation, text, on_number, got);
    SENT(got);
}

struct got *op_place(struct world *w, const char *name)
{
    struct got *got = got_create();

    w->broker->ops->place(w->broker, Q, name, on_number, got);
    SENT(got);
}

struct got *op_gate(struct world *w, enum qn_gate gate)
{
    struct got *got = got_create();

    w->broker->ops->gate(w->broker, Q, gate, on_number, got);
    SENT(got);
}

static void on_enqueued(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    on_reply(arg, reply);
    if (reply->rc == QN_OK)
        got->code[0] = reply->enqueued->code[0];
}

static void on_sale(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    on_reply(arg, reply);
    if (reply->rc == QN_OK)
        got->sale = *reply->sale;
}

struct got *op_sale(struct world *w, const char *item, enum qn_sale_how how, int64_t stock,
                    int64_t ends_ms)
{
    const struct qn_sale set = {.stock = stock, .ends_ms = ends_ms};
    struct got *got = got_create();

    w->broker->ops->sale(w->broker, Q, item, how, how == QN_SALE_OPEN ? &set : NULL, on_sale, got);
    SENT(got);
}

struct got *op_follow_up(struct world *w, const char *name, int priority)
{
    const struct qn_body parts = {.task = {.data = "t.one", .len = 5},
                                  .args = {.data = "{}", .len = 2}};
    struct got *got = got_create();
    struct qn_buf body;

    qn_buf_init(&body, 4096);
    assert_int_equal(qn_body_encode(&parts, &body), QN_OK);
    const struct qn_new_job job = {.name = name,
                                   .priority = priority,
                                   .body = {.data = body.data, .len = body.len},
                                   .follows = true};
    w->broker->ops->enqueue(w->broker, Q, &job, 1, on_enqueued, got);
    qn_buf_release(&body);
    SENT(got);
}

/* ---- limits ---- */

struct got *op_set_limits(struct world *w, const struct qn_limit *limits, size_t n)
{
    struct got *got = got_create();

    w->broker->ops->limit(w->broker, Q, limits, n, on_number, got);
    SENT(got);
}

struct got *op_limit(struct world *w, const char *scope, int64_t concurrency)
{
    const struct qn_limit limit = {.scope = scope, .concurrency = concurrency};

    return op_set_limits(w, &limit, 1);
}

struct got *op_rate(struct world *w, const char *scope, int64_t rate, int64_t per_ms, int64_t burst)
{
    const struct qn_limit limit = {.scope = scope, .rate = rate, .per_ms = per_ms, .burst = burst};

    return op_set_limits(w, &limit, 1);
}

static void on_limits(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    on_reply(arg, reply);
    if (reply->rc != QN_OK)
        return;
    got->n = reply->limits->n;
    assert_true(got->n <= sizeof(got->limit) / sizeof(got->limit[0]));
    for (size_t i = 0; i < got->n; i++) {
        got->limit[i] = reply->limits->limits[i];
        snprintf(got->name[i], sizeof(got->name[i]), "%s", got->limit[i].scope);
        got->limit[i].scope = got->name[i];
    }
}

struct got *op_limits(struct world *w)
{
    struct got *got = got_create();

    w->broker->ops->limits(w->broker, Q, on_limits, got);
    SENT(got);
}

struct got *op_budget(struct world *w, int64_t max_jobs, int64_t max_bytes)
{
    struct got *got = got_create();

    w->broker->ops->budget(w->broker, Q, max_jobs, max_bytes, on_number, got);
    SENT(got);
}

const char *names_of(const struct got *got)
{
    static char text[8192];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < got->n && len < sizeof(text) - QN_NAME_MAX - 2; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? " " : "", got->name[i]);
    return text;
}

const char *take_names(struct world *w, int want)
{
    const struct got *taken = op_take(w, INC, want);

    assert_ok(taken);
    return names_of(taken);
}

struct got *end_one(struct world *w, const char *name, enum qn_finish_kind kind)
{
    struct got *taken = run_one(w, name);

    assert_int_equal(op_finish(w, taken, 0, kind, DAY)->code[0], QN_FIN_OK);
    return taken;
}

void enqueue_many(struct world *w, const char *prefix, int n)
{
    static char names[QN_ENQUEUE_BATCH_MAX][24];
    struct job jobs[QN_ENQUEUE_BATCH_MAX] = {0};

    for (int at = 0; at < n; at += QN_ENQUEUE_BATCH_MAX) {
        int some = n - at < QN_ENQUEUE_BATCH_MAX ? n - at : QN_ENQUEUE_BATCH_MAX;
        for (int i = 0; i < some; i++) {
            snprintf(names[i], sizeof(names[i]), "%s%d", prefix, at + i);
            jobs[i] = (struct job){.name = names[i], .priority = i % 4};
        }
        assert_ok(op_enqueue(w, jobs, (size_t)some));
    }
}
