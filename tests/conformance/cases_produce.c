#include "world.h"

#include <stdio.h>
#include <string.h>

static void a_job_made_is_queued_and_holds_what_was_given(void **state)
{
    struct world *w = *state;
    struct got *got = new_job(w, .name = "a", .priority = 2, .args = "{\"k\":[1,2]}");

    assert_ok(got);
    assert_int_equal(got->code[0], QN_ENQ_MADE);
    assert_int_equal(got->now_ms, T0);
    got = op_peek(w, "a");
    assert_int_equal(got->info[0]->state, QN_QUEUED);
    assert_string_equal(got->info[0]->task, "t.one");
    assert_string_equal(got->info[0]->args, "{\"k\":[1,2]}");
    assert_int_equal(got->info[0]->priority, 2);
    assert_int_equal(got->info[0]->enqueued_ms, T0);
}

static void the_same_name_makes_no_second_job(void **state)
{
    struct world *w = *state;

    assert_int_equal(new_job(w, .name = "a", .args = "{\"v\":1}")->code[0], QN_ENQ_MADE);
    assert_int_equal(new_job(w, .name = "a", .args = "{\"v\":2}")->code[0], QN_ENQ_EXISTS);
    assert_string_equal(op_peek(w, "a")->info[0]->args, "{\"v\":1}");
    assert_int_equal(op_stats(w)->stats.queued[0], 1);
}

static void a_name_twice_in_one_batch_makes_one_job(void **state)
{
    struct world *w = *state;
    const struct job jobs[] = {{.name = "a"}, {.name = "b"}, {.name = "a"}};
    struct got *got = op_enqueue(w, jobs, 3);

    assert_ok(got);
    assert_int_equal(got->code[0], QN_ENQ_MADE);
    assert_int_equal(got->code[1], QN_ENQ_MADE);
    assert_int_equal(got->code[2], QN_ENQ_EXISTS);
    assert_int_equal(op_stats(w)->stats.enqueued, 2);
}

static void a_full_batch_is_taken_in_order(void **state)
{
    struct world *w = *state;
    struct job jobs[QN_ENQUEUE_BATCH_MAX] = {{0}};
    char names[QN_ENQUEUE_BATCH_MAX][16];

    for (int i = 0; i < QN_ENQUEUE_BATCH_MAX; i++) {
        snprintf(names[i], sizeof(names[i]), "n%03d", i);
        jobs[i].name = names[i];
    }
    assert_ok(op_enqueue(w, jobs, QN_ENQUEUE_BATCH_MAX));
    op_join(w, INC);
    for (int i = 0; i < QN_ENQUEUE_BATCH_MAX; i += 50) {
        struct got *got = op_take(w, INC, 50);
        assert_int_equal(got->n, 50);
        for (int k = 0; k < 50; k++)
            assert_string_equal(got->name[k], names[i + k]);
    }
    assert_int_equal(op_take(w, INC, 1)->n, 0);
}

static void a_finished_job_is_not_revived_by_sending_it_again(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    assert_int_equal(op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_OK);
    assert_int_equal(new_job(w, .name = "a")->code[0], QN_ENQ_EXISTS);
    assert_state(w, "a", QN_SUCCEEDED);
    assert_int_equal(op_take(w, INC, 1)->n, 0);
}

static void higher_priorities_are_taken_first_and_equal_ones_in_order(void **state)
{
    struct world *w = *state;
    static const char *const wanted[] = {"p3", "p2a", "p2b", "p0", "p0b"};
    const struct job jobs[] = {{.name = "p0"},
                               {.name = "p2a", .priority = 2},
                               {.name = "p3", .priority = 3},
                               {.name = "p2b", .priority = 2},
                               {.name = "p0b"}};

    op_enqueue(w, jobs, 5);
    op_join(w, INC);
    struct got *got = op_take(w, INC, 5);
    assert_int_equal(got->n, 5);
    for (int i = 0; i < 5; i++)
        assert_string_equal(got->name[i], wanted[i]);
}

static void a_delayed_job_waits_until_the_brokers_clock_says_so(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .delay = 1000);
    new_job(w, .name = "b", .eta = T0 + 5000);
    op_join(w, INC);
    struct got *got = op_take(w, INC, 2);
    assert_int_equal(got->n, 0);
    assert_int_equal(got->next, T0 + 1000);
    assert_state(w, "a", QN_SCHEDULED);
    world_advance(w, 999);
    assert_int_equal(op_forward(w)->number, 0);
    world_advance(w, 1);
    got = op_forward(w);
    assert_int_equal(got->number, 1);
    assert_int_equal(got->next, T0 + 5000);
    assert_state(w, "a", QN_QUEUED);
    got = op_take(w, INC, 2);
    assert_int_equal(got->n, 1);
    assert_string_equal(got->name[0], "a");
}

static void a_time_that_has_passed_is_no_delay(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .eta = T0 - 1);
    assert_state(w, "a", QN_QUEUED);
}

static void a_job_not_started_by_its_deadline_expires(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .expires_in = 1000);
    new_job(w, .name = "b", .expires_in = 1000);
    op_join(w, INC);
    assert_string_equal(op_take(w, INC, 1)->name[0], "a");
    world_advance(w, 1000);
    assert_state(w, "b", QN_EXPIRED); /* computed */
    assert_int_equal(op_take(w, INC, 5)->n, 0);
    assert_state(w, "b", QN_EXPIRED); /* written */
    assert_int_equal(op_peek(w, "b")->info[0]->ended_ms, T0 + 1000);
    assert_int_equal(op_stats(w)->stats.expired, 1);
    assert_state(w, "a", QN_RUNNING);
}

static void a_job_that_was_started_in_time_does_not_expire_later(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .expires_in = 1000);
    op_join(w, INC);
    struct got *taken = op_take(w, INC, 1);
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_RETRY, 5000)->code[0], QN_FIN_OK);
    world_advance(w, 5000);
    op_forward(w);
    assert_state(w, "a", QN_QUEUED);
    assert_int_equal(op_take(w, INC, 1)->n, 1);
}

static void a_schedule_makes_one_job_per_planned_time(void **state)
{
    struct world *w = *state;

    assert_int_equal(new_job(w, .name = "a", .schedule = "s", .planned = 100)->code[0],
                     QN_ENQ_MADE);
    assert_int_equal(new_job(w, .name = "b", .schedule = "s", .planned = 100)->code[0],
                     QN_ENQ_FIRED_BEFORE);
    assert_int_equal(new_job(w, .name = "c", .schedule = "s", .planned = 99)->code[0],
                     QN_ENQ_FIRED_BEFORE);
    assert_int_equal(new_job(w, .name = "d", .schedule = "s", .planned = 101)->code[0],
                     QN_ENQ_MADE);
    assert_int_equal(new_job(w, .name = "e", .schedule = "other", .planned = 100)->code[0],
                     QN_ENQ_MADE);
    assert_int_equal(state_of(w, "b"), 0);
}

static void bad_names_are_refused_before_anything_is_sent(void **state)
{
    struct world *w = *state;
    struct got *got = got_create();

    assert_rc(new_job(w, .name = "a b"), QN_EINVAL);
    assert_rc(new_job(w, .name = ""), QN_EINVAL);
    assert_rc(new_job(w, .name = "a", .priority = 4), QN_EINVAL);
    w->broker->ops->stats(w->broker, "{x}", on_reply, got);
    world_turn(w, &got->done);
    assert_rc(got, QN_EINVAL);
}

static void arguments_may_hold_any_bytes_up_to_a_mebibyte(void **state)
{
    struct world *w = *state;
    size_t len = QN_ARGS_MAX;
    struct qn_buf args;

    qn_buf_init(&args, len);
    for (size_t i = 0; i < len; i++)
        qn_buf_add_byte(&args, (int)(i % 256));
    struct got *got = new_job(w, .name = "a", .args = args.data, .args_len = args.len);
    assert_ok(got);
    got = op_peek(w, "a");
    assert_int_equal(got->info[0]->args_len, len);
    assert_memory_equal(got->info[0]->args, args.data, len);
    qn_buf_release(&args);
}

const struct CMUnitTest cases_produce[] = {
    CASE(a_job_made_is_queued_and_holds_what_was_given),
    CASE(the_same_name_makes_no_second_job),
    CASE(a_name_twice_in_one_batch_makes_one_job),
    CASE(a_full_batch_is_taken_in_order),
    CASE(a_finished_job_is_not_revived_by_sending_it_again),
    CASE(higher_priorities_are_taken_first_and_equal_ones_in_order),
    CASE(a_delayed_job_waits_until_the_brokers_clock_says_so),
    CASE(a_time_that_has_passed_is_no_delay),
    CASE(a_job_not_started_by_its_deadline_expires),
    CASE(a_job_that_was_started_in_time_does_not_expire_later),
    CASE(a_schedule_makes_one_job_per_planned_time),
    CASE(bad_names_are_refused_before_anything_is_sent),
    CASE(arguments_may_hold_any_bytes_up_to_a_mebibyte),
};
CASES(cases_produce);
