/* cases_budget.c - what a queue may hold (docs/decisions/0008). */
#include "operate.h"

#include <string.h>

#define LATER 5000

#define FINISHED(then) .unique = {.until = QN_UNIQUE_FINISHED, .conflict = QN_UNIQUE_##then}

static int make(struct world *w, const char *name)
{
    const struct got *got = new_job(w, .name = name);

    assert_ok(got);
    assert_int_equal(got->number, got->code[0] == QN_ENQ_FULL ? LATER : 0);
    return got->code[0];
}

static void more_jobs_than_the_budget_are_refused_for_later(void **state)
{
    struct world *w = *state;

    assert_ok(op_budget(w, 2, 0));
    assert_int_equal(make(w, "a"), QN_ENQ_MADE);
    assert_int_equal(make(w, "b"), QN_ENQ_MADE);
    assert_int_equal(make(w, "c"), QN_ENQ_FULL);
    assert_int_equal(state_of(w, "c"), 0);
    struct qn_stats stats = op_stats(w)->stats;
    assert_int_equal(stats.max_jobs, 2);
    assert_int_equal(stats.max_bytes, 0);
    assert_int_equal(stats.enqueued, 2);
    op_budget(w, 0, 0);
    assert_int_equal(make(w, "c"), QN_ENQ_MADE);
}

static void more_bytes_than_the_budget_are_refused_for_later(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .delay = 1000, .expires_in = 2000);
    int64_t one = op_stats(w)->stats.bytes;
    assert_int_equal(one, op_peek(w, "a")->record[0].len);
    op_budget(w, 0, 2 * one);
    assert_int_equal(new_job(w, .name = "b", .delay = 1000, .expires_in = 2000)->code[0],
                     QN_ENQ_MADE);
    assert_int_equal(op_stats(w)->stats.bytes, 2 * one);
    op_budget(w, 0, 3 * one - 1);
    assert_int_equal(new_job(w, .name = "c", .delay = 1000, .expires_in = 2000)->code[0],
                     QN_ENQ_FULL);
    assert_int_equal(make(w, "small"), QN_ENQ_MADE);
}

static void of_a_batch_those_that_fit_are_made(void **state)
{
    const struct job jobs[] = {{.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"}};
    struct world *w = *state;

    op_budget(w, 2, 0);
    struct got *got = op_enqueue(w, jobs, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(got->code[i], i < 2 ? QN_ENQ_MADE : QN_ENQ_FULL);
    assert_int_equal(got->number, LATER);
    got = op_enqueue(w, jobs, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(got->code[i], i < 2 ? QN_ENQ_EXISTS : QN_ENQ_FULL);
}

static void every_end_makes_room(void **state)
{
    static const enum qn_finish_kind kinds[] = {QN_FIN_SUCCEEDED, QN_FIN_FAILED, QN_FIN_CANCELLED,
                                                QN_FIN_EXPIRED};
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    struct world *w = *state;

    op_join(w, INC);
    op_budget(w, 1, 0);
    assert_int_equal(make(w, names[0]), QN_ENQ_MADE);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct got *taken = op_take(w, INC, 1);
        assert_int_equal(make(w, names[i + 1]), QN_ENQ_FULL);
        op_finish(w, taken, 0, kinds[i], DAY);
        assert_int_equal(op_stats(w)->stats.bytes, 0);
        assert_int_equal(make(w, names[i + 1]), QN_ENQ_MADE);
    }
}

static void cancelled_expired_and_purged_jobs_make_room(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_budget(w, 1, 0);
    make(w, "a");
    op_cancel(w, "a");
    assert_int_equal(op_stats(w)->stats.bytes, 0);
    assert_int_equal(new_job(w, .name = "b", .expires_in = 10)->code[0], QN_ENQ_MADE);
    world_advance(w, 10);
    assert_string_equal(take_names(w, 1), "");
    assert_int_equal(op_stats(w)->stats.bytes, 0);
    assert_int_equal(make(w, "c"), QN_ENQ_MADE);
    assert_int_equal(op_purge(w, QN_QUEUED, w->now_ms)->number, 1);
    assert_int_equal(op_stats(w)->stats.bytes, 0);
    assert_int_equal(make(w, "d"), QN_ENQ_MADE);
}

static void a_job_whose_workers_died_too_often_makes_room(void **state)
{
    struct world *w = *state;

    op_budget(w, 1, 0);
    make(w, "a");
    for (int i = 0; i < 3; i++) {
        op_recover(w);
        op_join(w, INC);
        assert_string_equal(take_names(w, 1), "a");
        world_advance(w, LEASE);
        assert_int_equal(make(w, "b"), QN_ENQ_FULL);
    }
    assert_int_equal(op_recover(w)->n2, 1);
    assert_int_equal(op_stats(w)->stats.bytes, 0);
    assert_int_equal(make(w, "b"), QN_ENQ_MADE);
}

static void a_run_that_ends_as_cancelled_makes_room(void **state)
{
    struct world *w = *state;

    op_budget(w, 1, 0);
    struct got *taken = run_one(w, "a");
    op_cancel(w, "a");
    assert_int_equal(make(w, "b"), QN_ENQ_FULL);
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_RETRY, 10)->code[0], QN_FIN_AS_CANCELLED);
    assert_int_equal(op_stats(w)->stats.bytes, 0);
    assert_int_equal(make(w, "b"), QN_ENQ_MADE);
}

static void a_job_that_goes_on_keeps_its_room(void **state)
{
    static const enum qn_finish_kind kinds[] = {QN_FIN_RETRY, QN_FIN_SNOOZE, QN_FIN_RELEASE};
    struct world *w = *state;

    op_join(w, INC);
    op_budget(w, 1, 0);
    make(w, "a");
    int64_t bytes = op_stats(w)->stats.bytes;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        op_finish(w, op_take(w, INC, 1), 0, kinds[i], 10);
        assert_int_equal(op_stats(w)->stats.bytes, bytes);
        assert_int_equal(make(w, "b"), QN_ENQ_FULL);
        world_advance(w, 10);
        op_forward(w);
    }
}

static void parked_jobs_count(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:*", 1);
    op_budget(w, 2, 0);
    new_job(w, .name = "a", .key = "k");
    new_job(w, .name = "b", .key = "k");
    op_take(w, INC, 10);
    assert_int_equal(op_stats(w)->stats.parked, 1);
    assert_int_equal(make(w, "c"), QN_ENQ_FULL);
    assert_int_equal(op_purge(w, QN_QUEUED, T0)->number, 1);
    assert_int_equal(make(w, "c"), QN_ENQ_MADE);
}

static void follow_ups_go_into_a_full_queue_and_count(void **state)
{
    struct world *w = *state;

    op_budget(w, 1, 0);
    make(w, "a");
    assert_int_equal(op_follow_up(w, "f", 0)->code[0], QN_ENQ_MADE);
    op_cancel(w, "a");
    assert_int_equal(make(w, "b"), QN_ENQ_FULL);
    op_cancel(w, "f");
    assert_int_equal(make(w, "b"), QN_ENQ_MADE);
}

static void a_replayed_job_counts_and_is_not_refused(void **state)
{
    struct world *w = *state;

    op_budget(w, 1, 0);
    make(w, "a");
    op_cancel(w, "a");
    make(w, "b");
    assert_int_equal(op_replay(w, "a", T0)->code[0], QN_ENDED_DONE);
    op_cancel(w, "b");
    assert_int_equal(make(w, "c"), QN_ENQ_FULL);
    op_cancel(w, "a");
    assert_int_equal(op_stats(w)->stats.bytes, 0);
}

static void a_job_that_would_not_be_made_anyway_is_not_told_to_wait(void **state)
{
    struct world *w = *state;

    op_budget(w, 1, 0);
    new_job(w, .name = "a", .same = "k", FINISHED(REJECT));
    assert_int_equal(make(w, "a"), QN_ENQ_EXISTS);
    assert_int_equal(new_job(w, .name = "b", .same = "k", FINISHED(REJECT))->code[0],
                     QN_ENQ_UNIQUE);
    struct got *got = new_job(w, .name = "b", .same = "k", FINISHED(EXISTING));
    assert_int_equal(got->code[0], QN_ENQ_SHARED);
    assert_string_equal(got->name[0], "a");
}

static void a_job_may_take_the_room_of_the_one_it_replaces(void **state)
{
    struct world *w = *state;

    op_budget(w, 1, 0);
    new_job(w, .name = "a", .same = "k", FINISHED(REJECT));
    assert_int_equal(new_job(w, .name = "b", .same = "k", FINISHED(REPLACE))->code[0], QN_ENQ_MADE);
    assert_state(w, "a", QN_CANCELLED);
    op_budget(w, 0, 1);
    assert_int_equal(new_job(w, .name = "c", .same = "k", FINISHED(REPLACE))->code[0], QN_ENQ_FULL);
    assert_state(w, "b", QN_QUEUED);
}

static void in_a_batch_a_replaced_job_makes_room_for_one(void **state)
{
    const struct job jobs[] = {
        {.name = "b", .same = "k", FINISHED(REPLACE)}, {.name = "c"}, {.name = "d"}};
    struct world *w = *state;

    op_budget(w, 2, 0);
    new_job(w, .name = "a", .same = "k", FINISHED(REJECT));
    struct got *got = op_enqueue(w, jobs, 3);
    assert_int_equal(got->code[0], QN_ENQ_MADE);
    assert_int_equal(got->code[1], QN_ENQ_MADE);
    assert_int_equal(got->code[2], QN_ENQ_FULL);
}

static void a_refused_firing_is_not_marked_as_fired(void **state)
{
    struct world *w = *state;

    op_budget(w, 1, 0);
    make(w, "a");
    assert_int_equal(new_job(w, .name = "b", .schedule = "s", .planned = T0)->code[0], QN_ENQ_FULL);
    op_cancel(w, "a");
    assert_int_equal(new_job(w, .name = "b", .schedule = "s", .planned = T0)->code[0], QN_ENQ_MADE);
}

static void a_negative_budget_is_refused(void **state)
{
    struct world *w = *state;

    assert_rc(op_budget(w, -1, 0), QN_EINVAL);
    assert_rc(op_budget(w, 0, -1), QN_EINVAL);
}

const struct CMUnitTest cases_budget[] = {
    CASE(more_jobs_than_the_budget_are_refused_for_later),
    CASE(more_bytes_than_the_budget_are_refused_for_later),
    CASE(of_a_batch_those_that_fit_are_made),
    CASE(every_end_makes_room),
    CASE(cancelled_expired_and_purged_jobs_make_room),
    CASE(a_job_whose_workers_died_too_often_makes_room),
    CASE(a_run_that_ends_as_cancelled_makes_room),
    CASE(a_job_that_goes_on_keeps_its_room),
    CASE(parked_jobs_count),
    CASE(follow_ups_go_into_a_full_queue_and_count),
    CASE(a_replayed_job_counts_and_is_not_refused),
    CASE(a_job_that_would_not_be_made_anyway_is_not_told_to_wait),
    CASE(a_job_may_take_the_room_of_the_one_it_replaces),
    CASE(in_a_batch_a_replaced_job_makes_room_for_one),
    CASE(a_refused_firing_is_not_marked_as_fired),
    CASE(a_negative_budget_is_refused),
};
CASES(cases_budget);
