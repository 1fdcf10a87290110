/* cases_turns.c - lanes: whose turn it is, and who is called (docs/decisions/0007). */
#include "operate.h"

#include <stdio.h>
#include <string.h>

static void enqueue_keyed(struct world *w, const char *prefix, const char *key, int n)
{
    static char names[100][24];
    struct job jobs[100] = {0};

    for (int i = 0; i < n; i++) {
        snprintf(names[i], sizeof(names[i]), "%s%02d", prefix, i + 1);
        jobs[i] = (struct job){.name = names[i], .key = key};
    }
    assert_ok(op_enqueue(w, jobs, (size_t)n));
}

static void finish_ok(struct world *w, const struct got *taken, size_t i)
{
    assert_int_equal(op_finish(w, taken, i, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_OK);
}

/* ---- turns ---- */

static void keys_take_turns_behind_the_backlog_of_one(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    enqueue_keyed(w, "a", "a", 20);
    new_job(w, .name = "b1", .key = "b");
    new_job(w, .name = "c1", .key = "c");
    assert_string_equal(take_names(w, 6), "a01 b1 c1 a02 a03 a04");
}

static void turns_go_on_where_the_last_take_ended(void **state)
{
    static const char *const order[] = {"a01", "b01", "c01", "a02", "b02", "c02"};
    struct world *w = *state;

    op_join(w, INC);
    enqueue_keyed(w, "a", "a", 3);
    enqueue_keyed(w, "b", "b", 3);
    enqueue_keyed(w, "c", "c", 3);
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        assert_string_equal(take_names(w, 1), order[i]);
}

static void a_take_sorts_1000_jobs_and_leaves_the_others_in_line(void **state)
{
    struct world *w = *state;
    char prefix[8];

    op_join(w, INC);
    for (int i = 0; i < 15; i++) {
        snprintf(prefix, sizeof(prefix), "a%02d_", i);
        enqueue_keyed(w, prefix, "a", 100);
    }
    new_job(w, .name = "b", .key = "b");
    assert_string_equal(take_names(w, 1), "a00_01");
    struct qn_stats stats = op_stats(w)->stats;
    assert_int_equal(stats.parked, 999);
    assert_int_equal(stats.queued[0], 501);
    assert_string_equal(take_names(w, 1), "a00_02"); /* of one job only each second take sorts */
    assert_string_equal(take_names(w, 1), "a00_03");
    assert_string_equal(take_names(w, 1), "b");
    assert_int_equal(op_stats(w)->stats.queued[0], 0);
}

static void lines_and_lanes_share_and_who_gets_the_odd_one_changes(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    for (int i = 0; i < 4; i++)
        enqueue_keyed(w, (const char *const[]){"a", "b", "c", "d"}[i], "k", 1);
    for (int i = 0; i < 5; i++)
        new_job(w, .name = (const char *const[]){"p1", "p2", "p3", "p4", "p5"}[i]);
    assert_string_equal(take_names(w, 3), "p1 p2 a01");  /* runs 1-3 */
    assert_string_equal(take_names(w, 3), "p3 b01 c01"); /* runs 4-6 */
    assert_string_equal(take_names(w, 1), "p4");         /* run 7 */
    assert_string_equal(take_names(w, 1), "d01");        /* run 8 */
    assert_string_equal(take_names(w, 3), "p5");
}

static void what_one_side_does_not_use_goes_to_the_other(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    enqueue_keyed(w, "a", "k", 3);
    new_job(w, .name = "p1");
    assert_string_equal(take_names(w, 4), "p1 a01 a02 a03");
    enqueue_keyed(w, "b", "k", 1);
    new_job(w, .name = "p2");
    new_job(w, .name = "p3");
    new_job(w, .name = "p4");
    assert_string_equal(take_names(w, 4), "p2 p3 b01 p4");
}

static void higher_priorities_go_first_in_lines_and_lanes(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    new_job(w, .name = "a0", .key = "a");
    new_job(w, .name = "p0");
    new_job(w, .name = "p1", .priority = 1);
    new_job(w, .name = "b2", .key = "b", .priority = 2);
    new_job(w, .name = "a3", .key = "a", .priority = 3);
    assert_string_equal(take_names(w, 3), "a3 b2 p1");
}

static void in_a_lane_higher_priorities_go_first_and_then_the_older_jobs(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    new_job(w, .name = "z", .key = "a");
    world_advance(w, 1);
    new_job(w, .name = "y", .key = "a");
    world_advance(w, 1);
    new_job(w, .name = "x", .key = "a", .priority = 1);
    assert_string_equal(take_names(w, 3), "x z y");
}

static void a_lane_whose_turn_comes_moves_up_with_a_job_of_higher_priority(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    enqueue_keyed(w, "a", "a", 2);
    enqueue_keyed(w, "b", "b", 2);
    assert_string_equal(take_names(w, 1), "a01");
    new_job(w, .name = "urgent", .key = "a", .priority = 3);
    assert_string_equal(take_names(w, 1), "urgent");
    assert_string_equal(take_names(w, 2), "b01 a02");
}

/* ---- held lanes ---- */

static void a_held_lane_does_not_keep_others_back(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:a", 1);
    enqueue_keyed(w, "a", "a", 50);
    assert_string_equal(take_names(w, 10), "a01");
    new_job(w, .name = "b", .key = "b");
    new_job(w, .name = "p");
    assert_string_equal(take_names(w, 10), "p b");
    new_job(w, .name = "urgent", .key = "a", .priority = 3); /* behind the same limit */
    assert_string_equal(take_names(w, 10), "");
}

static void at_most_200_lanes_have_a_turn_in_one_take(void **state)
{
    static char keys[250][8];
    struct job jobs[250] = {0};
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 1);
    run_one(w, "first");
    for (int i = 0; i < 250; i++) {
        snprintf(keys[i], sizeof(keys[i]), "k%03d", i);
        jobs[i] = (struct job){.name = keys[i], .key = keys[i]};
    }
    op_enqueue(w, jobs, 250);
    op_wait(w, true, 20);
    assert_string_equal(take_names(w, 1), "");
    assert_int_equal(op_limits(w)->limit[0].held, 200);
    assert_true(op_wait(w, true, 1000)->flag); /* there is more to be looked at */
    assert_string_equal(take_names(w, 1), "");
    assert_int_equal(op_limits(w)->limit[0].held, 250);
    assert_false(op_wait(w, true, 20)->flag);
}

static void a_freed_slot_goes_to_the_lane_that_waited_longest(void **state)
{
    static const char *const order[] = {"b01", "c01", "a02", "b02"};
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 1);
    enqueue_keyed(w, "a", "a", 2);
    enqueue_keyed(w, "b", "b", 2);
    enqueue_keyed(w, "c", "c", 1);
    struct got *taken = op_take(w, INC, 10);
    assert_string_equal(names_of(taken), "a01");
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        finish_ok(w, taken, 0);
        taken = op_take(w, INC, 10);
        assert_string_equal(names_of(taken), order[i]);
    }
}

static void a_freed_slot_wakes_a_worker(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 1);
    enqueue_keyed(w, "a", "a", 2);
    op_wait(w, true, 20);
    struct got *taken = op_take(w, INC, 10);
    assert_int_equal(taken->n, 1);
    assert_false(op_wait(w, true, 20)->flag);
    finish_ok(w, taken, 0);
    assert_true(op_wait(w, true, 1000)->flag);
}

static void a_token_that_is_there_again_wakes_a_worker(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_rate(w, "task:t.one", 1, 1000, 0);
    enqueue_keyed(w, "a", "a", 2);
    op_wait(w, true, 20);
    op_take(w, INC, 10);
    op_forward(w);
    assert_false(op_wait(w, true, 20)->flag);
    world_advance(w, 1000);
    op_forward(w);
    assert_true(op_wait(w, true, 1000)->flag);
    assert_string_equal(take_names(w, 10), "a02");
}

static void a_changed_limit_wakes_a_worker(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:*", 1);
    enqueue_keyed(w, "a", "a", 2);
    op_wait(w, true, 20);
    op_take(w, INC, 10);
    assert_false(op_wait(w, true, 20)->flag);
    op_limit(w, "key:*", 2);
    assert_true(op_wait(w, true, 1000)->flag);
}

static void a_slot_that_the_called_lane_cannot_use_goes_to_the_next(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 2);
    op_limit(w, "key:a", 1);
    new_job(w, .name = "a1", .key = "a");
    new_job(w, .name = "c1", .key = "c");
    struct got *taken = op_take(w, INC, 10);
    assert_string_equal(names_of(taken), "a1 c1");
    new_job(w, .name = "a2", .key = "a");
    new_job(w, .name = "b1", .key = "b");
    assert_string_equal(take_names(w, 10), ""); /* a, then b wait for the task */
    finish_ok(w, taken, 1);
    assert_string_equal(take_names(w, 10), "b1"); /* a waits for its key now */
    finish_ok(w, taken, 0);
    assert_string_equal(take_names(w, 10), "a2");
}

static void a_slot_is_not_lost_on_a_lane_whose_jobs_were_cancelled(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 1);
    enqueue_keyed(w, "x", "x", 1);
    enqueue_keyed(w, "a", "a", 2);
    enqueue_keyed(w, "b", "b", 1);
    struct got *taken = op_take(w, INC, 10);
    assert_string_equal(names_of(taken), "x01");
    assert_int_equal(op_cancel(w, "a01")->code[0], QN_CANCEL_DONE);
    assert_int_equal(op_cancel(w, "a02")->code[0], QN_CANCEL_DONE);
    finish_ok(w, taken, 0);
    assert_string_equal(take_names(w, 10), "b01");
}

static void a_slot_is_not_lost_on_a_lane_that_was_purged(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 1);
    enqueue_keyed(w, "x", "x", 1);
    enqueue_keyed(w, "a", "a", 2);
    world_advance(w, 10);
    enqueue_keyed(w, "b", "b", 1);
    struct got *taken = op_take(w, INC, 10);
    assert_string_equal(names_of(taken), "x01");
    assert_int_equal(op_purge(w, QN_QUEUED, T0)->number, 2);
    finish_ok(w, taken, 0);
    assert_string_equal(take_names(w, 10), "b01");
}

static void a_token_is_not_lost_on_a_lane_that_was_purged(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_rate(w, "task:t.one", 1, 1000, 0);
    enqueue_keyed(w, "x", "x", 1);
    enqueue_keyed(w, "a", "a", 2);
    world_advance(w, 10);
    enqueue_keyed(w, "b", "b", 1);
    assert_string_equal(take_names(w, 10), "x01");
    assert_int_equal(op_purge(w, QN_QUEUED, T0)->number, 2);
    world_advance(w, 1000);
    op_forward(w);
    assert_string_equal(take_names(w, 10), "b01");
}

static void a_lane_that_was_emptied_takes_turns_again_with_its_next_job(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:a", 1);
    enqueue_keyed(w, "a", "a", 2);
    struct got *taken = op_take(w, INC, 10);
    assert_string_equal(names_of(taken), "a01");
    assert_int_equal(op_purge(w, QN_QUEUED, T0)->number, 1);
    new_job(w, .name = "a3", .key = "a");
    assert_string_equal(take_names(w, 10), "");
    finish_ok(w, taken, 0);
    assert_string_equal(take_names(w, 10), "a3");
}

/* ---- parked jobs are queued jobs ---- */

static void parked_jobs_are_queued_jobs(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:*", 1);
    enqueue_keyed(w, "b", "b", 2);
    enqueue_keyed(w, "a", "a", 3);
    assert_string_equal(take_names(w, 10), "b01 a01");
    new_job(w, .name = "p");
    assert_state(w, "a02", QN_QUEUED);
    assert_int_equal(op_place(w, "a02")->number, -1);
    assert_int_equal(op_place(w, "p")->number, 0);
    assert_string_equal(names_of(op_list(w, QN_QUEUED, 0, 10)), "p a02 a03 b02");
    struct got *page = op_list(w, QN_QUEUED, 1, 2);
    assert_string_equal(names_of(page), "a02 a03");
    assert_int_equal(page->next, 3);
    struct qn_stats stats = op_stats(w)->stats;
    assert_int_equal(stats.parked, 3);
    assert_int_equal(stats.queued[0], 1);
    assert_int_equal(stats.running, 2);
}

static void a_job_cancelled_in_its_lane_is_passed_over(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:*", 1);
    enqueue_keyed(w, "a", "a", 3);
    struct got *taken = op_take(w, INC, 1);
    assert_int_equal(op_cancel(w, "a02")->code[0], QN_CANCEL_DONE);
    finish_ok(w, taken, 0);
    assert_string_equal(take_names(w, 10), "a03");
    assert_state(w, "a02", QN_CANCELLED);
}

static void a_job_cancelled_in_its_lane_and_replayed_runs_once(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    enqueue_keyed(w, "a", "a", 3);
    assert_string_equal(take_names(w, 1), "a01");
    op_cancel(w, "a02");
    assert_int_equal(op_replay(w, "a02", T0)->code[0], QN_ENDED_DONE);
    assert_string_equal(take_names(w, 10), "a02 a03");
    assert_int_equal(op_stats(w)->stats.parked, 0);
}

static void a_job_that_expires_in_its_lane_never_runs(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:*", 1);
    new_job(w, .name = "a1", .key = "a");
    new_job(w, .name = "a2", .key = "a", .expires_in = 100);
    new_job(w, .name = "a3", .key = "a");
    struct got *taken = op_take(w, INC, 10);
    assert_string_equal(names_of(taken), "a1");
    world_advance(w, 100);
    assert_state(w, "a2", QN_EXPIRED);
    finish_ok(w, taken, 0);
    assert_string_equal(take_names(w, 10), "a3");
    assert_int_equal(op_stats(w)->stats.expired, 1);
}

static void scheduled_and_retried_jobs_take_turns_too(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:*", 1);
    new_job(w, .name = "a1", .key = "a");
    new_job(w, .name = "later", .key = "a", .delay = 100);
    struct got *taken = op_take(w, INC, 10);
    assert_string_equal(names_of(taken), "a1");
    op_finish(w, taken, 0, QN_FIN_RETRY, 100);
    world_advance(w, 100);
    assert_int_equal(op_forward(w)->number, 2);
    taken = op_take(w, INC, 10);
    assert_int_equal(taken->n, 1);
    assert_string_equal(take_names(w, 10), "");
    finish_ok(w, taken, 0);
    assert_int_equal(op_take(w, INC, 10)->n, 1);
}

static void a_paused_queue_gives_nothing_out_of_lanes_either(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    enqueue_keyed(w, "a", "a", 3);
    assert_string_equal(take_names(w, 1), "a01");
    op_wait(w, true, 20);
    op_gate(w, QN_GATE_PAUSED);
    assert_string_equal(take_names(w, 1), "");
    op_gate(w, QN_GATE_OPEN);
    assert_true(op_wait(w, true, 1000)->flag);
    assert_string_equal(take_names(w, 1), "a02");
}

static void purge_removes_jobs_of_lanes_by_500(void **state)
{
    struct world *w = *state;
    char prefix[8];

    op_join(w, INC);
    for (int i = 0; i < 6; i++) {
        snprintf(prefix, sizeof(prefix), "a%02d_", i);
        enqueue_keyed(w, prefix, "a", 100);
    }
    assert_int_equal(op_take(w, INC, 1)->n, 1);
    struct got *first = op_purge(w, QN_QUEUED, T0);
    assert_int_equal(first->number, 500);
    assert_true(first->more);
    struct got *second = op_purge(w, QN_QUEUED, T0);
    assert_int_equal(second->number, 99);
    assert_false(second->more);
    assert_int_equal(op_stats(w)->stats.parked, 0);
    assert_string_equal(take_names(w, 10), "");
}

static void a_cancelled_job_lends_its_lane_no_priority(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:t1", 1);
    new_job(w, .name = "first", .key = "t1", .priority = 3);
    struct got *taken = op_take(w, INC, 1);
    new_job(w, .name = "low", .key = "t1", .priority = 0);
    new_job(w, .name = "high", .key = "t1", .priority = 3);
    assert_int_equal(op_take(w, INC, 1)->n, 0); /* both are parked behind the limit */
    assert_int_equal(op_cancel(w, "high")->code[0], QN_CANCEL_DONE);
    new_job(w, .name = "middle", .key = "t2", .priority = 1);
    op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY);
    assert_string_equal(op_take(w, INC, 1)->name[0], "middle");
    assert_string_equal(op_take(w, INC, 1)->name[0], "low");
}

const struct CMUnitTest cases_turns[] = {
    CASE(a_cancelled_job_lends_its_lane_no_priority),
    CASE(keys_take_turns_behind_the_backlog_of_one),
    CASE(turns_go_on_where_the_last_take_ended),
    CASE(a_take_sorts_1000_jobs_and_leaves_the_others_in_line),
    CASE(lines_and_lanes_share_and_who_gets_the_odd_one_changes),
    CASE(what_one_side_does_not_use_goes_to_the_other),
    CASE(higher_priorities_go_first_in_lines_and_lanes),
    CASE(in_a_lane_higher_priorities_go_first_and_then_the_older_jobs),
    CASE(a_lane_whose_turn_comes_moves_up_with_a_job_of_higher_priority),
    CASE(a_held_lane_does_not_keep_others_back),
    CASE(at_most_200_lanes_have_a_turn_in_one_take),
    CASE(a_freed_slot_goes_to_the_lane_that_waited_longest),
    CASE(a_freed_slot_wakes_a_worker),
    CASE(a_token_that_is_there_again_wakes_a_worker),
    CASE(a_changed_limit_wakes_a_worker),
    CASE(a_slot_that_the_called_lane_cannot_use_goes_to_the_next),
    CASE(a_slot_is_not_lost_on_a_lane_whose_jobs_were_cancelled),
    CASE(a_slot_is_not_lost_on_a_lane_that_was_purged),
    CASE(a_token_is_not_lost_on_a_lane_that_was_purged),
    CASE(a_lane_that_was_emptied_takes_turns_again_with_its_next_job),
    CASE(parked_jobs_are_queued_jobs),
    CASE(a_job_cancelled_in_its_lane_is_passed_over),
    CASE(a_job_cancelled_in_its_lane_and_replayed_runs_once),
    CASE(a_job_that_expires_in_its_lane_never_runs),
    CASE(scheduled_and_retried_jobs_take_turns_too),
    CASE(a_paused_queue_gives_nothing_out_of_lanes_either),
    CASE(purge_removes_jobs_of_lanes_by_500),
};
CASES(cases_turns);
