/* cases_limits.c - what may run at once and how often (docs/decisions/0007). */
#include "operate.h"

#include <stdio.h>
#include <string.h>

/* Jobs prefix1, prefix2, ... with a limit key, or none. */
static void enqueue_some(struct world *w, const char *prefix, const char *key, int n)
{
    static char names[100][24];
    struct job jobs[100] = {0};

    for (int i = 0; i < n; i++) {
        snprintf(names[i], sizeof(names[i]), "%s%d", prefix, i + 1);
        jobs[i] = (struct job){.name = names[i], .key = key};
    }
    assert_ok(op_enqueue(w, jobs, (size_t)n));
}

static int64_t running_of(struct world *w, const char *scope)
{
    const struct got *got = op_limits(w);

    assert_ok(got);
    for (size_t i = 0; i < got->n; i++) {
        if (strcmp(got->name[i], scope) == 0)
            return got->limit[i].running;
    }
    fail_msg("no limit of %s", scope);
    return -1;
}

static void finish_ok(struct world *w, const struct got *taken, size_t i)
{
    assert_int_equal(op_finish(w, taken, i, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_OK);
}

/* ---- concurrency ---- */

static void a_limit_that_is_set_again_calls_nobody(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 1);
    enqueue_some(w, "a", "a", 2);
    enqueue_some(w, "b", "b", 2);
    assert_int_equal(op_take(w, INC, 10)->n, 1);
    assert_int_equal(op_limits(w)->limit[0].held, 2);
    assert_int_equal(op_limit(w, "task:t.one", 1)->number, 0);
    assert_int_equal(op_limit(w, "key:a", 0)->number, 0);
    assert_int_equal(op_limits(w)->limit[0].held, 2);
    op_limit(w, "task:t.one", 2);
    assert_int_equal(op_limits(w)->limit[0].held, 0);
    assert_int_equal(op_take(w, INC, 10)->n, 1);
}

static void a_task_runs_no_more_at_once_than_its_limit(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    assert_int_equal(op_limit(w, "task:t.one", 2)->number, 1);
    enqueue_some(w, "a", NULL, 4);
    struct got *taken = op_take(w, INC, 10);
    assert_string_equal(names_of(taken), "a1 a2");
    assert_string_equal(take_names(w, 10), "");
    finish_ok(w, taken, 1);
    assert_string_equal(take_names(w, 10), "a3");
    assert_int_equal(running_of(w, "task:t.one"), 2);
}

static void other_tasks_do_not_count(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 1);
    enqueue_some(w, "a", NULL, 3);
    new_job(w, .name = "b1", .task = "t.two");
    new_job(w, .name = "b2", .task = "t.two");
    assert_string_equal(take_names(w, 10), "b1 b2 a1");
}

static void a_limit_holds_for_jobs_that_were_enqueued_before_it(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    enqueue_some(w, "a", NULL, 3);
    op_limit(w, "task:t.one", 1);
    assert_string_equal(take_names(w, 10), "a1");
    assert_string_equal(take_names(w, 10), "");
}

static void a_key_runs_no_more_at_once_than_its_limit_whatever_the_task(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:a", 1);
    new_job(w, .name = "a1", .key = "a");
    new_job(w, .name = "a2", .key = "a", .task = "t.two");
    new_job(w, .name = "b1", .key = "b");
    new_job(w, .name = "b2", .key = "b", .task = "t.two");
    struct got *taken = op_take(w, INC, 10);
    assert_string_equal(names_of(taken), "a1 b1 b2");
    assert_string_equal(take_names(w, 10), "");
    finish_ok(w, taken, 0);
    assert_string_equal(take_names(w, 10), "a2");
}

static void the_limit_of_all_keys_holds_for_each_that_has_none_of_its_own(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:*", 1);
    op_limit(w, "key:b", 2);
    enqueue_some(w, "a", "a", 3);
    enqueue_some(w, "b", "b", 3);
    enqueue_some(w, "c", "c", 3);
    assert_string_equal(take_names(w, 10), "a1 b1 c1 b2");
    op_limit(w, "key:b", 0); /* now that of all keys */
    assert_string_equal(take_names(w, 10), "");
}

static void jobs_without_a_key_are_not_behind_the_limit_of_all_keys(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:*", 1);
    enqueue_some(w, "a", NULL, 3);
    assert_string_equal(take_names(w, 10), "a1 a2 a3");
}

static void task_and_key_hold_both(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 3);
    op_limit(w, "key:*", 2);
    enqueue_some(w, "a", "a", 3);
    enqueue_some(w, "b", "b", 3);
    struct got *taken = op_take(w, INC, 10);
    assert_string_equal(names_of(taken), "a1 b1 a2");
    finish_ok(w, taken, 1);
    assert_string_equal(take_names(w, 10), "b2");
}

/* ---- a run ends ---- */

static void every_end_of_a_run_frees_its_slot(void **state)
{
    static const enum qn_finish_kind kinds[] = {QN_FIN_SUCCEEDED, QN_FIN_FAILED, QN_FIN_CANCELLED,
                                                QN_FIN_EXPIRED,   QN_FIN_RETRY,  QN_FIN_SNOOZE,
                                                QN_FIN_RELEASE};
    struct world *w = *state;
    struct got *taken;

    op_join(w, INC);
    op_limit(w, "task:t.one", 1);
    enqueue_some(w, "a", NULL, 8);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        taken = op_take(w, INC, 10);
        assert_int_equal(taken->n, 1);
        assert_int_equal(running_of(w, "task:t.one"), 1);
        assert_int_equal(op_finish(w, taken, 0, kinds[i], DAY)->code[0], QN_FIN_OK);
        assert_int_equal(running_of(w, "task:t.one"), 0);
    }
    assert_int_equal(op_take(w, INC, 10)->n, 1);
}

static void a_run_that_ends_as_cancelled_frees_its_slot(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 1);
    enqueue_some(w, "a", NULL, 2);
    struct got *taken = op_take(w, INC, 1);
    assert_int_equal(op_cancel(w, "a1")->code[0], QN_CANCEL_MARKED);
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_RETRY, 10)->code[0], QN_FIN_AS_CANCELLED);
    assert_string_equal(take_names(w, 10), "a2");
}

static void recover_frees_the_slots_of_a_dead_worker(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 2);
    enqueue_some(w, "a", NULL, 3);
    assert_int_equal(op_take(w, INC, 10)->n, 2);
    assert_int_equal(op_cancel(w, "a1")->code[0], QN_CANCEL_MARKED);
    op_recover(w);
    world_advance(w, LEASE);
    struct got *recovered = op_recover(w);
    assert_int_equal(recovered->n + recovered->n3, 2);
    assert_int_equal(running_of(w, "task:t.one"), 0);
    op_join(w, OTHER);
    struct got *taken = op_take(w, OTHER, 10);
    assert_string_equal(names_of(taken), "a2 a3");
}

static void a_job_whose_workers_died_too_often_frees_its_slot(void **state)
{
    struct world *w = *state;

    op_limit(w, "task:t.one", 1);
    enqueue_some(w, "a", NULL, 2);
    for (int i = 0; i < 3; i++) {
        op_recover(w);
        op_join(w, INC);
        assert_string_equal(take_names(w, 10), "a1");
        world_advance(w, LEASE);
    }
    assert_int_equal(op_recover(w)->n2, 1);
    op_join(w, INC);
    assert_string_equal(take_names(w, 10), "a2");
}

static void reconcile_frees_the_slots_of_what_it_gives_back(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:*", 1);
    enqueue_some(w, "a", "a", 2);
    assert_string_equal(take_names(w, 10), "a1"); /* this answer is lost */
    assert_string_equal(take_names(w, 10), "");
    assert_int_equal(op_reconcile(w, INC, NULL, 0)->n2, 1);
    assert_string_equal(take_names(w, 10), "a1");
}

static void a_stale_finish_frees_nothing_of_the_new_run(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 1);
    enqueue_some(w, "a", NULL, 2);
    struct got *old = op_take(w, INC, 1);
    op_recover(w);
    world_advance(w, LEASE);
    op_recover(w);
    op_join(w, OTHER);
    assert_string_equal(names_of(op_take(w, OTHER, 10)), "a1");
    assert_int_equal(op_finish(w, old, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_STALE);
    assert_int_equal(running_of(w, "task:t.one"), 1);
    assert_int_equal(op_take(w, OTHER, 10)->n, 0);
}

static void a_finish_sent_twice_frees_one_slot(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 2);
    enqueue_some(w, "a", NULL, 5);
    struct got *taken = op_take(w, INC, 10);
    assert_int_equal(taken->n, 2);
    finish_ok(w, taken, 0);
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_ALREADY);
    assert_int_equal(running_of(w, "task:t.one"), 1);
    assert_int_equal(op_take(w, INC, 10)->n, 1);
}

/* ---- rates ---- */

static void a_rate_lets_its_burst_go_and_then_one_after_the_other(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_rate(w, "task:t.one", 2, 1000, 0);
    enqueue_some(w, "a", NULL, 5);
    assert_string_equal(take_names(w, 10), "a1 a2");
    struct got *none = op_take(w, INC, 10);
    assert_int_equal(none->n, 0);
    assert_int_equal(none->next, T0 + 500);
    world_advance(w, 499);
    assert_int_equal(op_forward(w)->next, T0 + 500);
    assert_string_equal(take_names(w, 10), "");
    world_advance(w, 1);
    op_forward(w);
    assert_string_equal(take_names(w, 10), "a3");
    assert_int_equal(op_take(w, INC, 10)->next, T0 + 1000);
    world_advance(w, 1000); /* two tokens */
    op_forward(w);
    assert_string_equal(take_names(w, 10), "a4 a5");
}

static void a_burst_is_what_may_go_at_once_after_a_rest(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_rate(w, "task:t.one", 1, 1000, 3);
    enqueue_some(w, "a", NULL, 9);
    assert_string_equal(take_names(w, 10), "a1 a2 a3");
    op_take(w, INC, 10);
    world_advance(w, DAY);
    op_forward(w);
    assert_string_equal(take_names(w, 10), "a4 a5 a6");
    assert_string_equal(take_names(w, 10), "");
}

static void the_rate_of_all_keys_is_one_for_each(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_rate(w, "key:*", 1, 1000, 0);
    enqueue_some(w, "a", "a", 2);
    enqueue_some(w, "b", "b", 2);
    assert_string_equal(take_names(w, 10), "a1 b1");
    world_advance(w, 400);
    new_job(w, .name = "c1", .key = "c");
    new_job(w, .name = "c2", .key = "c");
    assert_string_equal(take_names(w, 10), "c1");
    world_advance(w, 600);
    op_forward(w);
    assert_string_equal(take_names(w, 10), "a2 b2");
    assert_int_equal(op_take(w, INC, 10)->next, T0 + 1400);
}

static void the_earliest_of_due_times_and_tokens_is_told(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_rate(w, "task:t.one", 1, 1000, 0);
    enqueue_some(w, "a", NULL, 2);
    new_job(w, .name = "later", .task = "t.two", .delay = 400);
    op_take(w, INC, 10);
    assert_int_equal(op_forward(w)->next, T0 + 400);
    world_advance(w, 400);
    assert_int_equal(op_forward(w)->next, T0 + 1000);
}

static void a_retry_costs_a_token_again(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_rate(w, "task:t.one", 1, 1000, 2);
    enqueue_some(w, "a", NULL, 2);
    struct got *taken = op_take(w, INC, 1);
    op_finish(w, taken, 0, QN_FIN_RETRY, 10);
    world_advance(w, 10);
    op_forward(w);
    assert_int_equal(op_take(w, INC, 1)->n, 1);
    assert_string_equal(take_names(w, 10), "");
    assert_int_equal(op_take(w, INC, 1)->next, T0 + 1000);
}

static void concurrency_and_rate_hold_both(void **state)
{
    const struct qn_limit limit = {
        .scope = "task:t.one", .concurrency = 1, .rate = 1, .per_ms = 1000, .burst = 2};
    struct world *w = *state;

    op_join(w, INC);
    op_set_limits(w, &limit, 1);
    enqueue_some(w, "a", NULL, 4);
    struct got *taken = op_take(w, INC, 10);
    assert_string_equal(names_of(taken), "a1");
    assert_string_equal(take_names(w, 10), "");
    finish_ok(w, taken, 0);
    taken = op_take(w, INC, 10);
    assert_string_equal(names_of(taken), "a2");
    assert_int_equal(op_take(w, INC, 10)->next, QN_NO_TIME); /* the slot comes first */
    finish_ok(w, taken, 0);
    assert_int_equal(op_take(w, INC, 10)->next, T0 + 1000);
    world_advance(w, 1000);
    op_forward(w);
    assert_string_equal(take_names(w, 10), "a3");
}

/* ---- limits change ---- */

static void a_raised_limit_lets_those_who_wait_go_at_once(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:*", 1);
    enqueue_some(w, "a", "a", 4);
    enqueue_some(w, "b", "b", 4);
    assert_string_equal(take_names(w, 10), "a1 b1");
    assert_string_equal(take_names(w, 10), "");
    op_limit(w, "key:*", 2);
    assert_int_equal(op_take(w, INC, 10)->n, 2);
    op_limit(w, "key:a", 3);
    assert_string_equal(take_names(w, 10), "a3");
}

static void a_lowered_limit_ends_no_run_and_starts_none(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 3);
    enqueue_some(w, "a", NULL, 5);
    struct got *taken = op_take(w, INC, 10);
    assert_int_equal(taken->n, 3);
    op_limit(w, "task:t.one", 1);
    finish_ok(w, taken, 0);
    finish_ok(w, taken, 1);
    assert_string_equal(take_names(w, 10), "");
    finish_ok(w, taken, 2);
    assert_string_equal(take_names(w, 10), "a4");
}

static void a_removed_limit_holds_nobody(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 1);
    enqueue_some(w, "a", NULL, 4);
    assert_string_equal(take_names(w, 10), "a1");
    assert_string_equal(take_names(w, 10), "");
    assert_int_equal(op_limit(w, "task:t.one", 0)->number, 1);
    assert_int_equal(op_limit(w, "task:t.one", 0)->number, 0);
    assert_int_equal(op_limits(w)->n, 0);
    assert_string_equal(take_names(w, 10), "a2 a3 a4");
}

static void a_faster_rate_holds_from_now_on(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_rate(w, "task:t.one", 1, 3600000, 0);
    enqueue_some(w, "a", NULL, 4);
    assert_string_equal(take_names(w, 10), "a1");
    assert_int_equal(op_take(w, INC, 10)->next, T0 + 3600000);
    op_rate(w, "task:t.one", 1, 1000, 0);
    assert_string_equal(take_names(w, 10), "a2");
    assert_int_equal(op_take(w, INC, 10)->next, T0 + 1000);
}

static void what_a_task_declares_goes_behind_what_an_operator_set(void **state)
{
    const struct qn_limit declared = {.scope = "task:t.one", .concurrency = 5, .declared = true};
    const struct qn_limit nothing = {.scope = "task:t.one", .declared = true};
    struct world *w = *state;

    assert_int_equal(op_set_limits(w, &declared, 1)->number, 1);
    assert_true(op_limits(w)->limit[0].declared);
    assert_int_equal(op_limit(w, "task:t.one", 2)->number, 1);
    assert_int_equal(op_set_limits(w, &declared, 1)->number, 0);
    assert_int_equal(op_set_limits(w, &nothing, 1)->number, 0);
    struct got *got = op_limits(w);
    assert_int_equal(got->limit[0].concurrency, 2);
    assert_false(got->limit[0].declared);
    assert_int_equal(op_limit(w, "task:t.one", 0)->number, 1);
    assert_int_equal(op_set_limits(w, &declared, 1)->number, 1);
    assert_int_equal(op_set_limits(w, &nothing, 1)->number, 1);
    assert_int_equal(op_limits(w)->n, 0);
}

static void limits_sent_twice_change_nothing(void **state)
{
    struct world *w = *state;

    for (int i = 0; i < 2; i++)
        assert_int_equal(op_rate(w, "key:*", 5, 1000, 9)->number, i == 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(op_limit(w, "key:*", 0)->number, i == 0);
}

static void ill_formed_limits_are_refused(void **state)
{
    static const struct qn_limit bad[] = {
        {.scope = "t.one", .concurrency = 1},
        {.scope = "task:", .concurrency = 1},
        {.scope = "task:*", .concurrency = 1},
        {.scope = "key:", .concurrency = 1},
        {.scope = "key:a b", .concurrency = 1},
        {.scope = "key:a", .concurrency = -1},
        {.scope = "key:a", .concurrency = INT64_MAX},
        {.scope = "key:a", .rate = 1},
        {.scope = "key:a", .rate = 1, .per_ms = INT64_MAX},
        {.scope = "key:a", .rate = 1, .per_ms = -1},
        {.scope = "key:a", .rate = 1, .per_ms = 1000, .burst = -1},
    };
    struct world *w = *state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_rc(op_set_limits(w, &bad[i], 1), QN_EINVAL);
    assert_rc(op_set_limits(w, bad, 0), QN_EINVAL);
    assert_int_equal(op_limits(w)->n, 0);
}

/* ---- what is told ---- */

static void limits_are_told_with_how_they_stand(void **state)
{
    const struct qn_limit both = {
        .scope = "task:t.one", .concurrency = 9, .rate = 60, .per_ms = 60000, .burst = 1};
    struct world *w = *state;

    op_join(w, INC);
    op_set_limits(w, &both, 1);
    op_limit(w, "key:b", 2);
    op_limit(w, "key:*", 3);
    enqueue_some(w, "a", "a", 1);
    enqueue_some(w, "b", "b", 1);
    assert_string_equal(take_names(w, 10), "a1");
    struct got *got = op_limits(w);
    assert_string_equal(names_of(got), "key:* key:b task:t.one");
    const struct qn_limit *task = &got->limit[2];
    assert_int_equal(task->concurrency, 9);
    assert_int_equal(task->rate, 60);
    assert_int_equal(task->per_ms, 60000);
    assert_int_equal(task->burst, 1);
    assert_int_equal(task->running, 1);
    assert_int_equal(task->held, 1);
    assert_int_equal(task->next_at_ms, T0 + 1000);
    assert_int_equal(got->limit[1].running, 0);
    assert_int_equal(got->limit[1].next_at_ms, QN_NO_TIME);
}

static void a_job_that_waits_tells_for_what(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "task:t.one", 1);
    op_rate(w, "key:*", 1, 1000, 0);
    enqueue_some(w, "a", NULL, 2);
    new_job(w, .name = "b1", .key = "b", .task = "t.two");
    new_job(w, .name = "b2", .key = "b", .task = "t.two");
    assert_string_equal(op_peek(w, "a1")->text, "");
    assert_string_equal(take_names(w, 10), "a1 b1");
    assert_string_equal(op_peek(w, "a1")->text, "");
    assert_string_equal(op_peek(w, "a2")->text, "task:t.one 1 1 -1");
    assert_string_equal(op_peek(w, "b2")->text, "key:b 0 0 1750000001000");
    world_advance(w, 1000);
    assert_string_equal(op_peek(w, "b2")->text, "");
}

const struct CMUnitTest cases_limits[] = {
    CASE(a_limit_that_is_set_again_calls_nobody),
    CASE(a_task_runs_no_more_at_once_than_its_limit),
    CASE(other_tasks_do_not_count),
    CASE(a_limit_holds_for_jobs_that_were_enqueued_before_it),
    CASE(a_key_runs_no_more_at_once_than_its_limit_whatever_the_task),
    CASE(the_limit_of_all_keys_holds_for_each_that_has_none_of_its_own),
    CASE(jobs_without_a_key_are_not_behind_the_limit_of_all_keys),
    CASE(task_and_key_hold_both),
    CASE(every_end_of_a_run_frees_its_slot),
    CASE(a_run_that_ends_as_cancelled_frees_its_slot),
    CASE(recover_frees_the_slots_of_a_dead_worker),
    CASE(a_job_whose_workers_died_too_often_frees_its_slot),
    CASE(reconcile_frees_the_slots_of_what_it_gives_back),
    CASE(a_stale_finish_frees_nothing_of_the_new_run),
    CASE(a_finish_sent_twice_frees_one_slot),
    CASE(a_rate_lets_its_burst_go_and_then_one_after_the_other),
    CASE(a_burst_is_what_may_go_at_once_after_a_rest),
    CASE(the_rate_of_all_keys_is_one_for_each),
    CASE(the_earliest_of_due_times_and_tokens_is_told),
    CASE(a_retry_costs_a_token_again),
    CASE(concurrency_and_rate_hold_both),
    CASE(a_raised_limit_lets_those_who_wait_go_at_once),
    CASE(a_lowered_limit_ends_no_run_and_starts_none),
    CASE(a_removed_limit_holds_nobody),
    CASE(a_faster_rate_holds_from_now_on),
    CASE(what_a_task_declares_goes_behind_what_an_operator_set),
    CASE(limits_sent_twice_change_nothing),
    CASE(ill_formed_limits_are_refused),
    CASE(limits_are_told_with_how_they_stand),
    CASE(a_job_that_waits_tells_for_what),
};
CASES(cases_limits);
