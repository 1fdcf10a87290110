#include "operate.h"

#include <stdio.h>
#include <string.h>

static void without_a_lease_nothing_is_taken(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    assert_rc(op_take(w, INC, 1), QN_ELOST);
    assert_state(w, "a", QN_QUEUED);
}

static void a_taken_job_is_taken_once(void **state)
{
    struct world *w = *state;

    run_one(w, "a");
    op_join(w, OTHER);
    assert_int_equal(op_take(w, OTHER, 1)->n, 0);
    assert_state(w, "a", QN_RUNNING);
    assert_string_equal(op_peek(w, "a")->info[0]->worker, INC);
}

static void each_run_has_a_token_of_its_own(void **state)
{
    struct world *w = *state;
    struct got *first = run_one(w, "a");

    op_finish(w, first, 0, QN_FIN_SNOOZE, 10);
    world_advance(w, 10);
    op_forward(w);
    struct got *second = op_take(w, INC, 1);
    assert_string_not_equal(first->token[0], second->token[0]);
}

static void success_keeps_result_and_ends_the_job(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    world_advance(w, 50);
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_OK);
    struct qn_job_info *info = op_peek(w, "a")->info[0];
    assert_int_equal(info->state, QN_SUCCEEDED);
    assert_string_equal(info->result, "{\"ok\":1}");
    assert_string_equal(info->args, "{}");
    assert_int_equal(info->enqueued_ms, T0);
    assert_int_equal(info->ended_ms, T0 + 50);
    assert_string_equal(info->worker, INC);
}

static void failure_makes_a_dead_letter(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    assert_int_equal(op_finish(w, taken, 0, QN_FIN_FAILED, DAY)->code[0], QN_FIN_OK);
    assert_state(w, "a", QN_FAILED);
    struct got *list = op_list(w, QN_FAILED, 0, 10);
    assert_int_equal(list->n, 1);
    assert_string_equal(list->name[0], "a");
    assert_int_equal(op_peek(w, "a")->info[0]->cause, QN_CAUSE_ERROR);
}

static void a_retry_comes_back_after_its_delay_with_its_try(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    assert_int_equal(op_finish(w, taken, 0, QN_FIN_RETRY, 2000)->code[0], QN_FIN_OK);
    struct qn_job_info *info = op_peek(w, "a")->info[0];
    assert_int_equal(info->state, QN_RETRYING);
    assert_int_equal(info->due_ms, T0 + 2000);
    assert_int_equal(info->attempts, 1);
    world_advance(w, 2000);
    op_forward(w);
    struct got *again = op_take(w, INC, 1);
    assert_int_equal(again->n, 1);
    struct qn_try attempt;
    assert_int_equal(qn_try_decode(again->attempt[0], &attempt), QN_OK);
    assert_int_equal(attempt.attempts, 1);
    assert_true(qn_span_is(attempt.history, "{\"x\":1}\n"));
}

static void a_snoozed_job_shows_as_scheduled_and_uses_no_attempt(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    op_finish(w, taken, 0, QN_FIN_SNOOZE, 500);
    struct qn_job_info *info = op_peek(w, "a")->info[0];
    assert_int_equal(info->state, QN_SCHEDULED);
    assert_int_equal(info->attempts, 0);
    assert_int_equal(info->due_ms, T0 + 500);
}

static void a_released_job_is_the_next_to_be_taken(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    new_job(w, .name = "b");
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_RELEASE, 0)->code[0], QN_FIN_OK);
    assert_state(w, "a", QN_QUEUED);
    assert_string_equal(op_take(w, INC, 1)->name[0], "a");
}

static void a_finish_sent_again_is_already_done(void **state)
{
    struct world *w = *state;
    static const enum qn_finish_kind kinds[] = {QN_FIN_SUCCEEDED, QN_FIN_FAILED, QN_FIN_CANCELLED,
                                                QN_FIN_EXPIRED,   QN_FIN_RETRY,  QN_FIN_SNOOZE,
                                                QN_FIN_RELEASE};
    const char *names[] = {"a", "b", "c", "d", "e", "f", "g"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct got *taken = run_one(w, names[i]);
        assert_int_equal(op_finish(w, taken, 0, kinds[i], DAY)->code[0], QN_FIN_OK);
        enum qn_state before = state_of(w, names[i]);
        assert_int_equal(op_finish(w, taken, 0, kinds[i], DAY)->code[0], QN_FIN_ALREADY);
        assert_int_equal(op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_ALREADY);
        assert_int_equal(state_of(w, names[i]), before);
        if (kinds[i] == QN_FIN_RELEASE)
            op_cancel(w, names[i]);
    }
}

static void a_finish_from_before_a_snooze_cannot_end_the_next_run(void **state)
{
    struct world *w = *state;
    struct got *first = run_one(w, "a");

    op_finish(w, first, 0, QN_FIN_SNOOZE, 10);
    world_advance(w, 10);
    op_forward(w);
    struct got *second = op_take(w, INC, 1);
    assert_int_equal(second->n, 1);
    assert_int_equal(op_finish(w, first, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_ALREADY);
    assert_state(w, "a", QN_RUNNING);
    assert_int_equal(op_finish(w, second, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_OK);
}

static void a_finish_of_a_lost_run_is_stale_and_writes_nothing(void **state)
{
    struct world *w = *state;
    struct got *late = run_one(w, "a");

    op_recover(w);
    world_advance(w, LEASE);
    assert_int_equal(op_recover(w)->n, 1);
    assert_int_equal(op_finish(w, late, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_STALE);
    assert_state(w, "a", QN_QUEUED);
    op_join(w, OTHER);
    struct got *again = op_take(w, OTHER, 1);
    assert_int_equal(again->n, 1);
    assert_int_equal(op_finish(w, late, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_STALE);
    assert_int_equal(op_finish(w, again, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_OK);
    assert_int_equal(op_finish(w, late, 0, QN_FIN_FAILED, DAY)->code[0], QN_FIN_STALE);
    assert_state(w, "a", QN_SUCCEEDED);
}

static void a_batch_of_runs_is_judged_one_by_one(void **state)
{
    struct world *w = *state;
    const struct job jobs[] = {{.name = "a"}, {.name = "b"}};

    op_enqueue(w, jobs, 2);
    op_join(w, INC);
    struct got *taken = op_take(w, INC, 2);
    snprintf(taken->token[1], sizeof(taken->token[1]), "%s:999", INC);
    assert_int_equal(op_finish(w, taken, 1, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_STALE);
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_OK);
    assert_state(w, "b", QN_RUNNING);
}

/* ---- cancel ---- */

static void cancel_ends_what_has_not_started(void **state)
{
    struct world *w = *state;

    struct got *taken = run_one(w, "retrying");
    op_finish(w, taken, 0, QN_FIN_RETRY, 1000);
    new_job(w, .name = "queued");
    new_job(w, .name = "delayed", .delay = 1000);
    static const char *const names[] = {"queued", "delayed", "retrying"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(op_cancel(w, names[i])->code[0], QN_CANCEL_DONE);
        assert_state(w, names[i], QN_CANCELLED);
        struct got *again = op_cancel(w, names[i]);
        assert_int_equal(again->code[0], QN_CANCEL_ENDED);
        assert_int_equal(again->state, QN_CANCELLED);
    }
    assert_int_equal(op_peek(w, "retrying")->info[0]->attempts, 1);
    world_advance(w, 5000);
    op_forward(w);
    assert_int_equal(op_take(w, INC, 5)->n, 0);
    assert_int_equal(op_stats(w)->stats.cancelled, 3);
}

static void cancel_of_an_unknown_job_says_so(void **state)
{
    assert_int_equal(op_cancel(*state, "nope")->code[0], QN_CANCEL_NONE);
}

static void cancel_of_an_ended_job_tells_how_it_ended(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    op_finish(w, taken, 0, QN_FIN_FAILED, DAY);
    struct got *got = op_cancel(w, "a");
    assert_int_equal(got->code[0], QN_CANCEL_ENDED);
    assert_int_equal(got->state, QN_FAILED);
}

static void cancel_of_a_running_job_marks_it_and_tells_its_worker(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    assert_int_equal(op_cancel(w, "a")->code[0], QN_CANCEL_MARKED);
    assert_int_equal(op_cancel(w, "a")->code[0], QN_CANCEL_MARKED);
    assert_state(w, "a", QN_RUNNING);
    assert_true(op_peek(w, "a")->info[0]->cancel_requested);
    struct got *message = op_wait(w, false, 1000);
    assert_true(message->flag);
    assert_string_equal(message->text, "cancel a");
    struct got *renewed = op_renew(w, INC);
    assert_int_equal(renewed->n, 1);
    assert_string_equal(renewed->name[0], "a");
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_CANCELLED, DAY)->code[0], QN_FIN_OK);
    assert_state(w, "a", QN_CANCELLED);
    assert_int_equal(op_renew(w, INC)->n, 0);
}

static void a_marked_job_that_would_run_again_ends_cancelled(void **state)
{
    struct world *w = *state;
    static const enum qn_finish_kind kinds[] = {QN_FIN_RETRY, QN_FIN_SNOOZE, QN_FIN_RELEASE};
    const char *names[] = {"a", "b", "c"};

    for (int i = 0; i < 3; i++) {
        struct got *taken = run_one(w, names[i]);
        op_cancel(w, names[i]);
        assert_int_equal(op_finish(w, taken, 0, kinds[i], 10)->code[0], QN_FIN_AS_CANCELLED);
        assert_state(w, names[i], QN_CANCELLED);
        assert_int_equal(op_finish(w, taken, 0, kinds[i], 10)->code[0], QN_FIN_ALREADY);
    }
    assert_int_equal(op_peek(w, "a")->info[0]->attempts, 1);
}

static void a_marked_job_that_succeeds_first_has_succeeded(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    op_cancel(w, "a");
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_OK);
    assert_state(w, "a", QN_SUCCEEDED);
}

/* ---- reconcile ---- */

static void reconcile_gives_back_what_the_worker_does_not_hold(void **state)
{
    struct world *w = *state;
    const struct job jobs[] = {{.name = "a"}, {.name = "b"}};

    op_enqueue(w, jobs, 2);
    op_join(w, INC);
    struct got *taken = op_take(w, INC, 2); /* as if the answer for b was lost */
    const struct qn_held held[] = {{.name = "a", .token = taken->token[0]}};
    struct got *got = op_reconcile(w, INC, held, 1);
    assert_ok(got);
    assert_int_equal(got->n, 0);
    assert_int_equal(got->n2, 1);
    assert_string_equal(got->name2[0], "b");
    assert_state(w, "b", QN_QUEUED);
    assert_state(w, "a", QN_RUNNING);
    assert_int_equal(op_peek(w, "b")->info[0]->attempts, 0);
    got = op_reconcile(w, INC, held, 1);
    assert_int_equal(got->n + got->n2, 0);
}

static void reconcile_names_what_is_no_longer_the_workers(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");
    const struct qn_held held[] = {{.name = "a", .token = taken->token[0]},
                                   {.name = "never", .token = INC ":77"}};

    op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY);
    struct got *got = op_reconcile(w, INC, held, 2);
    assert_int_equal(got->n, 2);
    assert_int_equal(got->n2, 0);
    assert_state(w, "a", QN_SUCCEEDED);
}

static void reconcile_leaves_the_jobs_of_others_alone(void **state)
{
    struct world *w = *state;

    run_one(w, "a");
    op_join(w, OTHER);
    struct got *got = op_reconcile(w, OTHER, NULL, 0);
    assert_ok(got);
    assert_int_equal(got->n2, 0);
    assert_state(w, "a", QN_RUNNING);
    assert_rc(op_reconcile(w, "CCCCCCCCCCC", NULL, 0), QN_ELOST);
}

static void jobs_given_back_stand_in_line_as_they_were_taken(void **state)
{
    struct world *w = *state;
    static const char *const names[] = {"d", "a", "c", "b"};

    op_join(w, INC);
    for (int i = 0; i < 4; i++)
        new_job(w, .name = names[i]);
    op_take(w, INC, 4);
    new_job(w, .name = "later");
    assert_int_equal(op_reconcile(w, INC, NULL, 0)->n2, 4);
    struct got *again = op_take(w, INC, 4);
    for (int i = 0; i < 4; i++)
        assert_string_equal(again->name[i], names[i]);
    world_advance(w, LEASE - 1);
    op_recover(w);
    world_advance(w, 1);
    assert_true(op_recover(w)->more); /* two at a time */
    op_recover(w);
    op_join(w, OTHER);
    again = op_take(w, OTHER, 5);
    for (int i = 0; i < 4; i++)
        assert_string_equal(again->name[i], names[i]);
    assert_string_equal(again->name[4], "later");
}

static void a_job_given_back_whose_cancel_was_asked_for_does_not_start_again(void **state)
{
    struct world *w = *state;

    run_one(w, "a");
    assert_int_equal(op_cancel(w, "a")->code[0], QN_CANCEL_MARKED);
    assert_string_equal(op_reconcile(w, INC, NULL, 0)->name2[0], "a");
    assert_int_equal(op_take(w, INC, 1)->n, 0);
    assert_state(w, "a", QN_CANCELLED);
    assert_int_equal(op_renew(w, INC)->n, 0);
    assert_int_equal(op_stats(w)->stats.cancelled, 1);
}

static void an_element_left_behind_starts_no_job_that_forward_has_not_moved(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    new_job(w, .name = "a");
    op_cancel(w, "a");
    op_forget(w, "a", T0);
    new_job(w, .name = "a", .delay = 5);
    world_advance(w, 10);
    assert_int_equal(op_take(w, INC, 1)->n, 0);
    op_forward(w);
    assert_int_equal(op_take(w, INC, 1)->n, 1);
    assert_int_equal(op_take(w, INC, 1)->n, 0);
}

/* ---- notes ---- */

static void progress_and_log_stay_with_the_run(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    assert_int_equal(op_note(w, "a", taken->token[0], "{\"done\":1}", "one\n")->code[0], 1);
    assert_int_equal(op_note(w, "a", taken->token[0], "{\"done\":2}", "two\n")->code[0], 1);
    assert_int_equal(op_note(w, "a", INC ":999", "{}", "three\n")->code[0], 3);
    assert_string_equal(op_peek(w, "a")->info[0]->progress, "{\"done\":2}");
    assert_string_equal(op_log(w, "a")->text, "one\ntwo\n");
    op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY);
    assert_string_equal(op_peek(w, "a")->info[0]->progress, "");
    assert_string_equal(op_log(w, "a")->text, "one\ntwo\n");
    assert_int_equal(op_note(w, "a", taken->token[0], "{}", "late\n")->code[0], 3);
}

static void a_log_has_a_maximum(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");
    static char chunk[16 * 1024 + 1];

    memset(chunk, 'x', sizeof(chunk) - 1);
    for (int i = 0; i < 6; i++)
        assert_int_equal(op_note(w, "a", taken->token[0], "", chunk)->code[0], 1);
    assert_int_equal(op_log(w, "a")->number, 64 * 1024);
}

const struct CMUnitTest cases_work[] = {
    CASE(without_a_lease_nothing_is_taken),
    CASE(a_taken_job_is_taken_once),
    CASE(each_run_has_a_token_of_its_own),
    CASE(success_keeps_result_and_ends_the_job),
    CASE(failure_makes_a_dead_letter),
    CASE(a_retry_comes_back_after_its_delay_with_its_try),
    CASE(a_snoozed_job_shows_as_scheduled_and_uses_no_attempt),
    CASE(a_released_job_is_the_next_to_be_taken),
    CASE(a_finish_sent_again_is_already_done),
    CASE(a_finish_from_before_a_snooze_cannot_end_the_next_run),
    CASE(a_finish_of_a_lost_run_is_stale_and_writes_nothing),
    CASE(a_batch_of_runs_is_judged_one_by_one),
    CASE(cancel_ends_what_has_not_started),
    CASE(cancel_of_an_unknown_job_says_so),
    CASE(cancel_of_an_ended_job_tells_how_it_ended),
    CASE(cancel_of_a_running_job_marks_it_and_tells_its_worker),
    CASE(a_marked_job_that_would_run_again_ends_cancelled),
    CASE(a_marked_job_that_succeeds_first_has_succeeded),
    CASE(reconcile_gives_back_what_the_worker_does_not_hold),
    CASE(reconcile_names_what_is_no_longer_the_workers),
    CASE(reconcile_leaves_the_jobs_of_others_alone),
    CASE(jobs_given_back_stand_in_line_as_they_were_taken),
    CASE(a_job_given_back_whose_cancel_was_asked_for_does_not_start_again),
    CASE(an_element_left_behind_starts_no_job_that_forward_has_not_moved),
    CASE(progress_and_log_stay_with_the_run),
    CASE(a_log_has_a_maximum),
};
CASES(cases_work);
