#include "world.h"

const char world_kind[] = "mem";

static struct qn_fake_clock clock_of_store;

static struct qn_broker *open_one(struct world *w)
{
    const struct qn_broker_options options = {
        .loop = w->loop,
        .clock = &clock_of_store.clock,
        .url = "mem:world",
        .namespace_ = "test",
        .program = "conformance",
        .timeout_ms = 3000,
        .waits = true,
        .watches = true,
    };
    struct qn_broker *broker;
    struct qn_err err;

    if (qn_broker_open(&broker, &options, &err) != QN_OK)
        fail_msg("%s", err.msg);
    return broker;
}

void world_open(struct world *w)
{
    struct qn_err err;

    qn_fake_clock_init(&clock_of_store, 0, T0);
    if (qn_loop_create(&w->loop, &err) != QN_OK)
        fail_msg("%s", err.msg);
    w->broker = open_one(w);
    world_listen(w);
}

void world_close(struct world *w)
{
    qn_broker_close(w->broker);
    qn_loop_free(w->loop);
}

void world_set_now(struct world *w, int64_t now_ms)
{
    w->now_ms = now_ms;
    clock_of_store.wall = now_ms;
}

void world_pass(struct world *w, int64_t ms)
{
    world_advance(w, ms);
}

struct qn_broker *world_second(struct world *w)
{
    return open_one(w);
}

/* ---- what only memory can do ---- */

static void two_objects_with_one_name_share_the_store(void **state)
{
    struct world *w = *state;
    struct qn_broker *first = w->broker;
    struct qn_broker *other = world_second(w);

    new_job(w, .name = "a");
    w->broker = other;
    assert_state(w, "a", QN_QUEUED);
    w->broker = first;
    qn_broker_close(other);
    assert_state(w, "a", QN_QUEUED);
}

const struct CMUnitTest cases_own[] = {
    CASE(two_objects_with_one_name_share_the_store),
};
CASES(cases_own);
