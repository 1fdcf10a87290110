#include "world.h"

#include <string.h>

/* Takes the token away, if there is one. */
static bool token(struct world *w)
{
    struct got *got = op_wait(w, true, 20);

    assert_ok(got);
    return got->flag;
}

static void a_job_made_wakes_one_waiter(void **state)
{
    struct world *w = *state;

    assert_false(token(w));
    new_job(w, .name = "a");
    assert_true(token(w));
    assert_false(token(w));
}

static void there_is_at_most_one_token(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    new_job(w, .name = "b", .priority = 1);
    new_job(w, .name = "c", .delay = 1000);
    assert_true(token(w));
    assert_false(token(w));
}

static void a_take_that_leaves_jobs_behind_passes_the_token_on(void **state)
{
    struct world *w = *state;
    const struct job jobs[] = {{.name = "a"}, {.name = "b"}};

    op_join(w, INC);
    op_enqueue(w, jobs, 2);
    assert_true(token(w));
    op_take(w, INC, 1);
    assert_true(token(w));
    op_take(w, INC, 1);
    assert_false(token(w));
}

static void a_new_earliest_due_time_wakes_a_worker(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .delay = 5000);
    assert_true(token(w));
    new_job(w, .name = "b", .delay = 9000);
    assert_false(token(w));
    new_job(w, .name = "c", .delay = 1000);
    assert_true(token(w));
}

static void what_becomes_due_wakes_a_worker(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .delay = 1000);
    token(w);
    world_advance(w, 1000);
    op_forward(w);
    assert_true(token(w));
}

static void forward_puts_a_lost_token_back(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    token(w); /* and its taker dies */
    op_forward(w);
    assert_true(token(w));
}

static void released_and_recovered_jobs_wake_a_worker(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    token(w);
    op_finish(w, taken, 0, QN_FIN_RELEASE, 0);
    assert_true(token(w));
    op_take(w, INC, 1);
    op_recover(w);
    world_advance(w, LEASE);
    op_recover(w);
    assert_true(token(w));
}

static void a_wait_ends_when_a_job_comes(void **state)
{
    struct world *w = *state;
    static const char *const queues[] = {Q};
    struct got *got = got_create();

    w->broker->ops->wait(w->broker, INC, queues, 1, queues, 1, 4000, on_reply, got);
    new_job(w, .name = "a");
    world_turn(w, &got->done);
    assert_ok(got);
    assert_false(token(w)); /* it was that one */
}

static void stop_waiting_ends_a_wait_at_once(void **state)
{
    struct world *w = *state;
    static const char *const queues[] = {Q};

    for (int turns = 0; turns < 4; turns++) {
        struct got *got = got_create();
        struct qn_err err;
        w->broker->ops->wait(w->broker, INC, queues, 1, queues, 1, 60000, on_reply, got);
        for (int i = 0; i < turns; i++)
            assert_int_equal(qn_loop_once(w->loop, 5, &err), QN_OK);
        w->broker->ops->stop_waiting(w->broker);
        world_turn(w, &got->done); /* gives up after 5 s */
        assert_ok(got);
    }
    w->broker->ops->stop_waiting(w->broker); /* nothing to stop is fine */
}

/* ---- waiting for ends ---- */

static bool was_told(struct world *w)
{
    return w->ended_n > 0;
}

static void whoever_registered_is_told_of_every_kind_of_end(void **state)
{
    struct world *w = *state;
    static const enum qn_finish_kind kinds[] = {QN_FIN_SUCCEEDED, QN_FIN_FAILED, QN_FIN_CANCELLED,
                                                QN_FIN_EXPIRED};
    const char *names[] = {"a", "b", "c", "d"};

    for (int i = 0; i < 4; i++) {
        w->ended_n = 0;
        struct got *taken = run_one(w, names[i]);
        assert_int_equal(op_watch(w, names[i], true)->code[0], 1);
        op_finish(w, taken, 0, kinds[i], DAY);
        assert_true(world_wait_for(w, was_told));
        assert_string_equal(w->ended + strlen(Q) + 1, names[i]);
        assert_memory_equal(w->ended, Q ".", strlen(Q) + 1);
    }
}

static void cancel_expiry_and_recovery_tell_too(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    op_watch(w, "a", true);
    op_cancel(w, "a");
    assert_true(world_wait_for(w, was_told));
    w->ended_n = 0;
    new_job(w, .name = "b", .expires_in = 10);
    op_watch(w, "b", true);
    world_advance(w, 10);
    op_join(w, INC);
    assert_int_equal(op_take(w, INC, 1)->n, 0);
    assert_true(world_wait_for(w, was_told));
    w->ended_n = 0;
    run_one(w, "c");
    op_watch(w, "c", true);
    op_cancel(w, "c");
    op_recover(w);
    world_advance(w, LEASE);
    op_recover(w);
    assert_true(world_wait_for(w, was_told));
}

static void who_withdrew_is_not_told(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    new_job(w, .name = "b");
    op_watch(w, "a", true);
    op_watch(w, "b", true);
    op_watch(w, "a", false);
    op_cancel(w, "a");
    op_cancel(w, "b");
    assert_true(world_wait_for(w, was_told));
    assert_int_equal(w->ended_n, 1);
    assert_string_equal(w->ended, Q ".b");
}

static void a_retry_is_no_end(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    op_watch(w, "a", true);
    op_finish(w, taken, 0, QN_FIN_RETRY, 10);
    world_advance(w, 10);
    op_forward(w);
    taken = op_take(w, INC, 1);
    assert_int_equal(w->ended_n, 0);
    op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY);
    assert_true(world_wait_for(w, was_told));
    assert_int_equal(w->ended_n, 1);
}

static void who_makes_a_job_can_register_with_it(void **state)
{
    struct world *w = *state;
    const struct job two[] = {{.name = "c", .watch = DAY}, {.name = "d"}};

    assert_true(new_job(w, .name = "a", .watch = DAY)->flag);
    op_cancel(w, "a");
    assert_true(world_wait_for(w, was_told));
    assert_string_equal(w->ended, Q ".a");
    /* A job that is there may have ended, which nobody would tell. */
    assert_false(new_job(w, .name = "a", .watch = DAY)->flag);
    assert_false(op_enqueue(w, two, 2)->flag);
    assert_false(new_job(w, .name = "e")->flag);
    assert_int_equal(w->ended_n, 1);
}

const struct CMUnitTest cases_wait[] = {
    CASE(a_job_made_wakes_one_waiter),
    CASE(there_is_at_most_one_token),
    CASE(a_take_that_leaves_jobs_behind_passes_the_token_on),
    CASE(a_new_earliest_due_time_wakes_a_worker),
    CASE(what_becomes_due_wakes_a_worker),
    CASE(forward_puts_a_lost_token_back),
    CASE(released_and_recovered_jobs_wake_a_worker),
    CASE(a_wait_ends_when_a_job_comes),
    CASE(stop_waiting_ends_a_wait_at_once),
    CASE(whoever_registered_is_told_of_every_kind_of_end),
    CASE(cancel_expiry_and_recovery_tell_too),
    CASE(who_withdrew_is_not_told),
    CASE(a_retry_is_no_end),
    CASE(who_makes_a_job_can_register_with_it),
};
CASES(cases_wait);
