#include "operate.h"

#include <stdio.h>
#include <string.h>

static struct got *recover_all(struct world *w)
{
    struct got *got = op_recover(w);

    assert_ok(got);
    return got;
}

static void a_lease_that_ran_out_gives_its_jobs_to_others(void **state)
{
    struct world *w = *state;

    run_one(w, "a");
    recover_all(w);
    world_advance(w, LEASE - 1);
    assert_int_equal(recover_all(w)->n, 0);
    assert_state(w, "a", QN_RUNNING);
    world_advance(w, 1);
    struct got *got = recover_all(w);
    assert_int_equal(got->n, 1);
    assert_string_equal(got->name[0], "a");
    assert_state(w, "a", QN_QUEUED);
    struct qn_job_info *info = op_peek(w, "a")->info[0];
    assert_int_equal(info->deaths, 1);
    assert_int_equal(info->attempts, 0);
    assert_non_null(strstr(info->history, "\"lost\""));
    assert_rc(op_renew(w, INC), QN_ELOST);
    assert_rc(op_take(w, INC, 1), QN_ELOST);
}

static void a_renewed_lease_keeps_its_jobs(void **state)
{
    struct world *w = *state;

    run_one(w, "a");
    for (int i = 0; i < 6; i++) {
        recover_all(w);
        world_advance(w, LEASE / 3);
        assert_ok(op_renew(w, INC));
    }
    assert_state(w, "a", QN_RUNNING);
}

static void a_lease_that_ran_out_can_be_renewed_until_recover_ends_it(void **state)
{
    struct world *w = *state;

    run_one(w, "a");
    recover_all(w);
    world_advance(w, LEASE);
    assert_ok(op_renew(w, INC));
    assert_int_equal(recover_all(w)->n, 0);
    assert_state(w, "a", QN_RUNNING);
}

static void after_an_outage_everybody_gets_a_new_lease(void **state)
{
    struct world *w = *state;

    run_one(w, "a");
    recover_all(w);
    world_advance(w, 10 * LEASE); /* nobody could call */
    struct got *got = recover_all(w);
    assert_true(got->flag);
    assert_int_equal(got->n, 0);
    assert_int_equal(got->next, T0 + 11 * LEASE);
    assert_state(w, "a", QN_RUNNING);
    world_advance(w, LEASE);
    assert_int_equal(recover_all(w)->n, 1);
}

static void a_clock_that_goes_back_recovers_nothing(void **state)
{
    struct world *w = *state;

    run_one(w, "a");
    recover_all(w);
    world_advance(w, -3600000);
    struct got *got = recover_all(w);
    assert_true(got->flag);
    assert_int_equal(got->next, T0 - 3600000 + LEASE);
    assert_state(w, "a", QN_RUNNING);
}

static void a_job_that_took_three_workers_with_it_is_a_dead_letter(void **state)
{
    struct world *w = *state;
    char incarnation[24];

    new_job(w, .name = "poison");
    for (int i = 0; i < 3; i++) {
        snprintf(incarnation, sizeof(incarnation), "worker-%04d", i);
        op_join(w, incarnation);
        assert_int_equal(op_take(w, incarnation, 1)->n, 1);
        recover_all(w);
        world_advance(w, LEASE);
        struct got *got = recover_all(w);
        assert_int_equal(got->n, i < 2);
        assert_int_equal(got->n2, i == 2);
    }
    struct qn_job_info *info = op_peek(w, "poison")->info[0];
    assert_int_equal(info->state, QN_FAILED);
    assert_int_equal(info->cause, QN_CAUSE_LOST);
    assert_int_equal(info->deaths, 3);
    assert_non_null(strstr(info->error, "3 times"));
    assert_int_equal(op_list(w, QN_FAILED, 0, 10)->n, 1);
}

static void a_lost_job_whose_cancel_was_asked_for_is_cancelled(void **state)
{
    struct world *w = *state;

    run_one(w, "a");
    op_cancel(w, "a");
    recover_all(w);
    world_advance(w, LEASE);
    struct got *got = recover_all(w);
    assert_int_equal(got->n, 0);
    assert_int_equal(got->n3, 1);
    assert_state(w, "a", QN_CANCELLED);
}

static void recover_moves_a_limited_number_and_says_that_there_is_more(void **state)
{
    struct world *w = *state;
    const struct job jobs[] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};

    op_enqueue(w, jobs, 3);
    op_join(w, INC);
    op_take(w, INC, 3);
    recover_all(w);
    world_advance(w, LEASE);
    struct got *got = recover_all(w); /* the limit is 2 */
    assert_int_equal(got->n, 2);
    assert_true(got->more);
    got = recover_all(w);
    assert_int_equal(got->n, 1);
    assert_false(got->more);
    assert_int_equal(op_stats(w)->stats.recovered, 3);
}

static void a_clean_leave_ends_the_lease_at_once(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY);
    assert_int_equal(op_leave(w, INC)->number, 0);
    assert_rc(op_renew(w, INC), QN_ELOST);
}

static void a_leave_with_jobs_left_lets_recover_take_them_over_at_once(void **state)
{
    struct world *w = *state;

    run_one(w, "a");
    recover_all(w);
    assert_int_equal(op_leave(w, INC)->number, 1);
    assert_int_equal(recover_all(w)->n, 1);
    assert_state(w, "a", QN_QUEUED);
}

static void trim_forgets_dead_letters_by_age_and_by_count(void **state)
{
    struct world *w = *state;
    static const char *const names[] = {"a", "b", "c", "d"};

    for (int i = 0; i < 4; i++) {
        struct got *taken = run_one(w, names[i]);
        op_finish(w, taken, 0, QN_FIN_FAILED, DAY);
        world_advance(w, 1000);
    }
    assert_int_equal(op_trim(w, 3500, 100)->number, 1);
    assert_int_equal(state_of(w, "a"), 0);
    assert_int_equal(op_trim(w, DAY, 1)->number, 2);
    assert_int_equal(op_list(w, QN_FAILED, 0, 10)->n, 1);
    assert_state(w, "d", QN_FAILED);
    assert_int_equal(op_trim(w, DAY, 1)->number, 0);
}

/* Jobs that fail one second after the other. */
static void fail_one(struct world *w, const char *name)
{
    op_finish(w, run_one(w, name), 0, QN_FIN_FAILED, DAY);
    world_advance(w, 1000);
}

static int64_t size_of(struct world *w, const char *name)
{
    return (int64_t)(op_peek(w, name)->record[0].len + strlen(op_log(w, name)->text));
}

static void trim_forgets_the_oldest_dead_letters_above_their_bytes(void **state)
{
    struct world *w = *state;
    static const char *const names[] = {"a", "b", "c", "d"};

    for (int i = 0; i < 4; i++)
        fail_one(w, names[i]);
    int64_t three = size_of(w, "b") + size_of(w, "c") + size_of(w, "d");
    assert_int_equal(op_trim_bytes(w, three)->number, 1);
    assert_int_equal(state_of(w, "a"), 0);
    world_advance(w, QN_WEIGH_EVERY_MS);
    assert_int_equal(op_trim_bytes(w, three)->number, 0);
    world_advance(w, QN_WEIGH_EVERY_MS);
    assert_int_equal(op_trim_bytes(w, three - 1)->number, 1);
    assert_int_equal(state_of(w, "b"), 0);
    assert_state(w, "c", QN_FAILED);
}

static void the_log_of_a_dead_letter_counts_too(void **state)
{
    struct world *w = *state;

    fail_one(w, "a");
    struct got *run = run_one(w, "b");
    op_note(w, "b", run->token[0], "", "a line\n");
    op_finish(w, run, 0, QN_FIN_FAILED, DAY);
    int64_t records = (int64_t)(op_peek(w, "a")->record[0].len + op_peek(w, "b")->record[0].len);
    assert_int_equal(op_trim_bytes(w, records + 6)->number, 1);
    assert_int_equal(state_of(w, "a"), 0);
    assert_state(w, "b", QN_FAILED);
}

static void the_newest_dead_letter_stays_however_large(void **state)
{
    struct world *w = *state;

    fail_one(w, "a");
    fail_one(w, "b");
    assert_int_equal(op_trim_bytes(w, 1)->number, 1);
    assert_state(w, "b", QN_FAILED);
}

static void one_weighs_the_dead_letters_at_a_time(void **state)
{
    struct world *w = *state;

    fail_one(w, "a");
    fail_one(w, "b");
    assert_int_equal(op_trim_bytes(w, DAY)->number, 0);
    world_advance(w, QN_WEIGH_EVERY_MS - 1);
    assert_int_equal(op_trim_bytes(w, 1)->number, 0);
    world_advance(w, 1);
    assert_int_equal(op_trim_bytes(w, 1)->number, 1);
    assert_int_equal(op_trim_bytes(w, 1)->number, 0);
    fail_one(w, "c");
    world_set_now(w, T0 - DAY);
    assert_int_equal(op_trim_bytes(w, 1)->number, 1);
}

/* More than one call weighs, and more than one removes. */
static void a_thousand_dead_letters_are_weighed_and_trimmed(void **state)
{
    struct world *w = *state;
    char name[16];

    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "j%03d", i);
        op_finish(w, run_one(w, name), 0, QN_FIN_FAILED, DAY);
        got_free_all();
    }
    int64_t newest = size_of(w, "j999"), each = size_of(w, "j998");
    assert_int_equal(op_trim_bytes(w, newest + 299 * each)->number, 700);
    assert_int_equal(op_list(w, QN_FAILED, 0, 1000)->n, 300);
    assert_int_equal(state_of(w, "j699"), 0);
    assert_state(w, "j700", QN_FAILED);
}

static void what_is_due_comes_into_line_in_the_order_of_its_time(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .delay = 3);
    new_job(w, .name = "b", .delay = 1);
    new_job(w, .name = "c", .delay = 2);
    world_advance(w, 5);
    assert_int_equal(op_forward(w)->number, 3);
    const struct got *listed = op_list(w, QN_QUEUED, 0, 10);
    assert_string_equal(listed->name[0], "b");
    assert_string_equal(listed->name[1], "c");
    assert_string_equal(listed->name[2], "a");
}

static void dead_letters_of_one_moment_are_told_by_name(void **state)
{
    struct world *w = *state;
    static const char *const names[] = {"b", "c", "a"};

    op_join(w, INC);
    for (int i = 0; i < 3; i++)
        new_job(w, .name = names[i]);
    struct got *taken = op_take(w, INC, 3);
    for (size_t i = 0; i < 3; i++)
        op_finish(w, taken, i, QN_FIN_FAILED, DAY);
    assert_int_equal(op_trim(w, DAY, 2)->number, 1);
    const struct got *listed = op_list(w, QN_FAILED, 0, 10);
    assert_string_equal(listed->name[0], "c");
    assert_string_equal(listed->name[1], "b");
}

static void a_paused_queue_gives_out_nothing_and_takes_everything_in(void **state)
{
    struct world *w = *state;

    assert_int_equal(op_pause(w, true)->number, 1);
    assert_int_equal(op_pause(w, true)->number, 0);
    assert_int_equal(new_job(w, .name = "a")->code[0], QN_ENQ_MADE);
    op_join(w, INC);
    struct got *got = op_take(w, INC, 1);
    assert_true(got->paused);
    assert_int_equal(got->n, 0);
    assert_int_equal(op_stats(w)->stats.paused_ms, T0);
    assert_false(op_wait(w, true, 20)->flag);
    assert_int_equal(op_pause(w, false)->number, 1);
    assert_true(op_wait(w, true, 1000)->flag);
    assert_int_equal(op_take(w, INC, 1)->n, 1);
    assert_int_equal(op_stats(w)->stats.paused_ms, QN_NO_TIME);
}

const struct CMUnitTest cases_upkeep[] = {
    CASE(a_lease_that_ran_out_gives_its_jobs_to_others),
    CASE(a_renewed_lease_keeps_its_jobs),
    CASE(a_lease_that_ran_out_can_be_renewed_until_recover_ends_it),
    CASE(after_an_outage_everybody_gets_a_new_lease),
    CASE(a_clock_that_goes_back_recovers_nothing),
    CASE(a_job_that_took_three_workers_with_it_is_a_dead_letter),
    CASE(a_lost_job_whose_cancel_was_asked_for_is_cancelled),
    CASE(recover_moves_a_limited_number_and_says_that_there_is_more),
    CASE(a_clean_leave_ends_the_lease_at_once),
    CASE(a_leave_with_jobs_left_lets_recover_take_them_over_at_once),
    CASE(trim_forgets_dead_letters_by_age_and_by_count),
    CASE(trim_forgets_the_oldest_dead_letters_above_their_bytes),
    CASE(the_log_of_a_dead_letter_counts_too),
    CASE(the_newest_dead_letter_stays_however_large),
    CASE(one_weighs_the_dead_letters_at_a_time),
    CASE(a_thousand_dead_letters_are_weighed_and_trimmed),
    CASE(what_is_due_comes_into_line_in_the_order_of_its_time),
    CASE(dead_letters_of_one_moment_are_told_by_name),
    CASE(a_paused_queue_gives_out_nothing_and_takes_everything_in),
};
CASES(cases_upkeep);
