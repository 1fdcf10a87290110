#include "operate.h"

#include <stdio.h>
#include <string.h>

/* ---- replay ---- */

static void a_replayed_job_starts_anew_and_runs_to_its_end(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .priority = 2, .args = "{\"k\":7}");
    op_join(w, INC);
    struct got *first = op_take(w, INC, 1);
    op_finish(w, first, 0, QN_FIN_FAILED, DAY);
    world_advance(w, 5);
    struct got *got = op_replay(w, "a", T0);
    assert_ok(got);
    assert_int_equal(got->now_ms, T0 + 5);
    assert_int_equal(got->code[0], QN_ENDED_DONE);
    struct got *peeked = op_peek(w, "a");
    assert_int_equal(peeked->info[0]->state, QN_QUEUED);
    assert_int_equal(peeked->info[0]->attempts, 0);
    assert_int_equal(peeked->info[0]->priority, 2);
    assert_int_equal(peeked->info[0]->enqueued_ms, T0);
    assert_string_equal(peeked->info[0]->args, "{\"k\":7}");
    assert_int_equal(op_list(w, QN_FAILED, 0, 10)->n, 0);
    assert_int_equal(op_stats(w)->stats.queued[2], 1);
    assert_int_equal(op_stats(w)->stats.failed, 0);
    assert_int_equal(op_stats(w)->stats.replayed, 1);
    struct got *second = op_take(w, INC, 1);
    assert_int_equal(second->n, 1);
    assert_string_not_equal(second->token[0], first->token[0]);
    assert_int_equal(second->record[0].len, first->record[0].len);
    assert_memory_equal(second->record[0].data, first->record[0].data, first->record[0].len);
    assert_int_equal(op_finish(w, second, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_OK);
    assert_state(w, "a", QN_SUCCEEDED);
    assert_int_equal(op_replay(w, "a", T0 + 5)->code[0], QN_ENDED_SUCCEEDED);
}

static void replay_sent_twice_moves_once(void **state)
{
    struct world *w = *state;

    end_one(w, "a", QN_FIN_FAILED);
    assert_int_equal(op_replay(w, "a", T0)->code[0], QN_ENDED_DONE);
    assert_int_equal(op_replay(w, "a", T0)->code[0], QN_ENDED_LIVE);
    assert_int_equal(op_take(w, INC, 2)->n, 1);
    assert_int_equal(op_replay(w, "a", T0)->code[0], QN_ENDED_LIVE);
    assert_state(w, "a", QN_RUNNING);
    assert_int_equal(op_stats(w)->stats.replayed, 1);
}

static void a_replay_that_comes_late_does_not_touch_a_later_end(void **state)
{
    struct world *w = *state;

    end_one(w, "a", QN_FIN_FAILED);
    op_replay(w, "a", T0);
    world_advance(w, 10);
    op_finish(w, op_take(w, INC, 1), 0, QN_FIN_FAILED, DAY);
    assert_int_equal(op_replay(w, "a", T0)->code[0], QN_ENDED_CHANGED);
    assert_int_equal(op_replay(w, "a", 0)->code[0], QN_ENDED_CHANGED);
    assert_state(w, "a", QN_FAILED);
    assert_int_equal(op_replay(w, "a", T0 + 10)->code[0], QN_ENDED_DONE);
    assert_int_equal(op_replay(w, "nope", T0)->code[0], QN_ENDED_NONE);
}

static void cancelled_and_expired_jobs_are_replayed_too(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "c", .delay = 60000);
    op_cancel(w, "c");
    new_job(w, .name = "x", .expires_in = 10);
    world_advance(w, 10);
    op_join(w, INC);
    assert_int_equal(op_take(w, INC, 1)->n, 0);
    assert_state(w, "x", QN_EXPIRED);
    assert_int_equal(op_replay(w, "c", T0)->code[0], QN_ENDED_DONE);
    assert_int_equal(op_replay(w, "x", T0 + 10)->code[0], QN_ENDED_DONE);
    assert_state(w, "c", QN_QUEUED);
    assert_state(w, "x", QN_QUEUED); /* the start deadline holds no more */
    struct got *taken = op_take(w, INC, 3);
    assert_int_equal(taken->n, 2);
    assert_string_equal(taken->name[0], "c");
    assert_string_equal(taken->name[1], "x");
}

static void a_finish_sent_again_after_a_replay_is_answered_as_before(void **state)
{
    struct world *w = *state;
    struct got *taken = end_one(w, "a", QN_FIN_FAILED);

    op_replay(w, "a", T0);
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_FAILED, DAY)->code[0], QN_FIN_ALREADY);
    struct got *next = op_take(w, INC, 1);
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_FAILED, DAY)->code[0], QN_FIN_ALREADY);
    assert_state(w, "a", QN_RUNNING);
    assert_int_equal(op_finish(w, next, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_OK);
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_FAILED, DAY)->code[0], QN_FIN_STALE);
}

/* Its record keeps the history; see nothing_of_a_job for what is left behind. */
static void a_replayed_job_keeps_its_history_and_its_log(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    op_note(w, "a", taken->token[0], "", "line\n");
    op_finish(w, taken, 0, QN_FIN_RETRY, 10);
    op_cancel(w, "a");
    assert_non_null(strstr(op_peek(w, "a")->info[0]->history, "\"x\":1"));
    assert_int_equal(op_replay(w, "a", T0)->code[0], QN_ENDED_DONE);
    assert_non_null(strstr(op_peek(w, "a")->info[0]->history, "\"x\":1"));
    assert_string_equal(op_log(w, "a")->text, "line\n");
    taken = op_take(w, INC, 1);
    assert_int_equal(taken->n, 1);
    struct qn_try attempt;
    assert_int_equal(qn_try_decode(taken->attempt[0], &attempt), QN_OK);
    assert_int_equal(attempt.attempts, 0);
    assert_non_null(strstr(attempt.history.data, "\"x\":1"));
}

static void a_replayed_job_stands_once_in_line_whatever_lists_keep(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a"); /* cancelling leaves its element in the list */
    op_join(w, INC);
    op_cancel(w, "a");
    assert_int_equal(op_replay(w, "a", T0)->code[0], QN_ENDED_DONE);
    assert_int_equal(op_list(w, QN_QUEUED, 0, 10)->n, 1);
    struct got *taken = op_take(w, INC, 1);
    assert_int_equal(op_take(w, INC, 1)->n, 0);
    assert_state(w, "a", QN_RUNNING);
    op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY);
    assert_int_equal(op_take(w, INC, 1)->n, 0);
}

static void a_second_element_does_not_shorten_the_delay_of_a_retry(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    op_join(w, INC);
    op_cancel(w, "a");
    op_replay(w, "a", T0);
    op_finish(w, op_take(w, INC, 1), 0, QN_FIN_RETRY, 1000);
    assert_int_equal(op_take(w, INC, 1)->n, 0);
    assert_state(w, "a", QN_RETRYING);
    world_advance(w, 1000);
    assert_int_equal(op_forward(w)->number, 1);
    assert_int_equal(op_take(w, INC, 1)->n, 1);
    assert_int_equal(op_take(w, INC, 1)->n, 0);
}

static void an_element_left_behind_does_not_start_a_later_job_of_its_name(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    op_cancel(w, "a");
    op_forget(w, "a", T0);
    new_job(w, .name = "a", .delay = 1000);
    op_join(w, INC);
    assert_int_equal(op_take(w, INC, 1)->n, 0);
    assert_state(w, "a", QN_SCHEDULED);
    world_advance(w, 1000);
    op_forward(w);
    assert_int_equal(op_take(w, INC, 2)->n, 1);
}

static void a_scheduled_job_that_was_cancelled_and_replayed_runs_now(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .delay = 1000);
    op_cancel(w, "a");
    op_replay(w, "a", T0);
    op_join(w, INC);
    struct got *taken = op_take(w, INC, 2);
    assert_int_equal(taken->n, 1);
    op_finish(w, taken, 0, QN_FIN_RELEASE, 0);
    assert_int_equal(op_take(w, INC, 2)->n, 1);
}

static void a_retrying_job_can_be_told_to_go_now(void **state)
{
    struct world *w = *state;

    op_finish(w, run_one(w, "a"), 0, QN_FIN_RETRY, 60000);
    assert_int_equal(op_replay(w, "a", T0)->code[0], QN_ENDED_LIVE);
    assert_state(w, "a", QN_RETRYING);
    assert_int_equal(op_replay(w, "a", 0)->code[0], QN_ENDED_DONE);
    assert_int_equal(op_replay(w, "a", 0)->code[0], QN_ENDED_LIVE);
    assert_int_equal(op_peek(w, "a")->info[0]->attempts, 1); /* the budget stays used */
    assert_state(w, "a", QN_QUEUED);
    assert_int_equal(op_take(w, INC, 2)->n, 1);
    world_advance(w, 60000);
    assert_int_equal(op_forward(w)->number, 0);
}

static void a_job_in_line_past_its_start_deadline_can_be_replayed(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "x", .expires_in = 10);
    assert_int_equal(op_replay(w, "x", 0)->code[0], QN_ENDED_LIVE);
    world_advance(w, 10);
    assert_state(w, "x", QN_EXPIRED); /* no worker has looked at it yet */
    assert_int_equal(op_replay(w, "x", 0)->code[0], QN_ENDED_DONE);
    assert_int_equal(op_replay(w, "x", 0)->code[0], QN_ENDED_LIVE);
    assert_state(w, "x", QN_QUEUED);
    op_join(w, INC);
    assert_int_equal(op_take(w, INC, 2)->n, 1);
}

static void a_replay_wakes_a_worker(void **state)
{
    struct world *w = *state;

    end_one(w, "a", QN_FIN_FAILED);
    op_wait(w, true, 20);
    assert_false(op_wait(w, true, 20)->flag);
    op_replay(w, "a", T0);
    assert_true(op_wait(w, true, 1000)->flag);
    assert_int_equal(op_take(w, INC, 1)->n, 1);
}

static bool told_once(struct world *w)
{
    return w->ended_n == 1;
}

static bool told_twice(struct world *w)
{
    return w->ended_n == 2;
}

static void who_waits_for_a_replayed_job_is_told_of_its_next_end(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    op_watch(w, "a", true);
    op_finish(w, taken, 0, QN_FIN_FAILED, DAY);
    assert_true(world_wait_for(w, told_once));
    op_replay(w, "a", T0);
    op_watch(w, "a", true);
    op_finish(w, op_take(w, INC, 1), 0, QN_FIN_SUCCEEDED, DAY);
    assert_true(world_wait_for(w, told_twice));
}

/* Who pages through ended jobs leaves out what peek shows to be elsewhere. */
static void a_replayed_job_is_never_shown_as_ended(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .delay = 60000);
    op_cancel(w, "a");
    op_replay(w, "a", T0);
    struct got *list = op_list(w, QN_CANCELLED, 0, 10);
    for (size_t i = 0; i < list->n; i++)
        assert_state(w, list->name[i], QN_QUEUED);
    world_advance(w, 1);
    op_cancel(w, "a");
    list = op_list(w, QN_CANCELLED, 0, 10);
    assert_int_equal(list->n, 1); /* a page names each once */
    assert_string_equal(list->name[0], "a");
}

static void replay_and_forget_take_1_to_100_sound_names(void **state)
{
    struct world *w = *state;
    struct qn_ended_job jobs[QN_PEEK_BATCH_MAX + 1];

    for (size_t i = 0; i <= QN_PEEK_BATCH_MAX; i++)
        jobs[i] = (struct qn_ended_job){.name = "a", .ended_ms = T0};
    for (int i = 0; i < 4; i++) {
        struct got *got = got_create();
        size_t n = i % 2 ? QN_PEEK_BATCH_MAX + 1 : 0;
        if (i < 2)
            w->broker->ops->replay(w->broker, Q, jobs, n, on_reply, got);
        else
            w->broker->ops->forget(w->broker, Q, jobs, n, on_reply, got);
        world_turn(w, &got->done);
        assert_rc(got, QN_EINVAL);
    }
    assert_rc(op_replay(w, "not a name", T0), QN_EINVAL);
    assert_rc(op_forget(w, "a", -1), QN_EINVAL);
}

/* ---- forget ---- */

static void forget_sent_twice_removes_once_with_the_log(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    op_note(w, "a", taken->token[0], "", "line\n");
    assert_int_equal(op_forget(w, "a", T0)->code[0], QN_ENDED_LIVE);
    op_finish(w, taken, 0, QN_FIN_FAILED, DAY);
    assert_int_equal(op_forget(w, "a", T0 + 1)->code[0], QN_ENDED_CHANGED);
    assert_int_equal(op_forget(w, "a", 0)->code[0], QN_ENDED_CHANGED);
    assert_int_equal(op_forget(w, "a", T0)->code[0], QN_ENDED_DONE);
    assert_int_equal(op_forget(w, "a", T0)->code[0], QN_ENDED_NONE);
    assert_int_equal(state_of(w, "a"), 0);
    assert_string_equal(op_log(w, "a")->text, "");
    assert_int_equal(op_list(w, QN_FAILED, 0, 10)->n, 0);
    assert_int_equal(new_job(w, .name = "a")->code[0], QN_ENQ_MADE);
}

static void jobs_that_succeeded_are_forgotten_too(void **state)
{
    struct world *w = *state;

    end_one(w, "a", QN_FIN_SUCCEEDED);
    assert_int_equal(op_forget(w, "a", T0)->code[0], QN_ENDED_DONE);
    assert_int_equal(state_of(w, "a"), 0);
}

/* ---- purge ---- */

static void purge_removes_the_old_of_one_state_and_leaves_the_rest_in_order(void **state)
{
    struct world *w = *state;
    static const char *const stay[] = {"n0", "n1"};

    new_job(w, .name = "o1");
    new_job(w, .name = "o2", .priority = 3);
    new_job(w, .name = "later", .delay = 60000);
    world_advance(w, 10);
    new_job(w, .name = "n0");
    new_job(w, .name = "n1");
    struct got *got = op_purge(w, QN_QUEUED, T0);
    assert_ok(got);
    assert_int_equal(got->number, 2);
    assert_false(got->more);
    assert_int_equal(state_of(w, "o1"), 0);
    assert_int_equal(state_of(w, "o2"), 0);
    assert_state(w, "later", QN_SCHEDULED);
    struct got *list = op_list(w, QN_QUEUED, 0, 10);
    assert_int_equal(list->n, 2);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(list->name[i], stay[i]);
    assert_int_equal(op_stats(w)->stats.purged, 2);
    assert_int_equal(op_purge(w, QN_QUEUED, T0)->number, 0);
    assert_int_equal(op_purge(w, QN_QUEUED, T0 + 10)->number, 2);
    assert_int_equal(op_purge(w, QN_SCHEDULED, T0 - 1)->number, 0);
    assert_int_equal(op_purge(w, QN_SCHEDULED, T0)->number, 1);
    assert_int_equal(state_of(w, "later"), 0);
    assert_int_equal(op_forward(w)->next, QN_NO_TIME);
}

static void purge_finds_old_jobs_behind_newer_ones(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "old", .delay = 20);
    world_advance(w, 10);
    new_job(w, .name = "new");
    world_advance(w, 10);
    op_forward(w); /* behind the newer one */
    assert_int_equal(op_purge(w, QN_QUEUED, T0)->number, 1);
    assert_int_equal(state_of(w, "old"), 0);
    op_join(w, INC);
    struct got *taken = op_take(w, INC, 2);
    assert_int_equal(taken->n, 1);
    assert_string_equal(taken->name[0], "new");
}

static void purged_retrying_jobs_leave_nothing_behind(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    op_note(w, "a", taken->token[0], "", "line\n");
    op_finish(w, taken, 0, QN_FIN_RETRY, 1000);
    assert_int_equal(op_purge(w, QN_RETRYING, T0)->number, 1);
    assert_string_equal(op_log(w, "a")->text, "");
    new_job(w, .name = "a");
    assert_int_equal(op_peek(w, "a")->info[0]->attempts, 0);
    world_advance(w, 1000);
    assert_int_equal(op_forward(w)->number, 0);
    assert_int_equal(op_take(w, INC, 2)->n, 1);
}

static void purge_removes_at_most_500_at_a_time_and_says_that_there_is_more(void **state)
{
    struct world *w = *state;

    enqueue_many(w, "j", 1100);
    for (int i = 0; i < 3; i++) {
        struct got *got = op_purge(w, QN_QUEUED, T0);
        assert_int_equal(got->number, i < 2 ? 500 : 100);
        assert_int_equal(got->more, i < 2);
    }
    struct qn_stats stats = op_stats(w)->stats;
    assert_int_equal(stats.queued[0] + stats.queued[1] + stats.queued[2] + stats.queued[3], 0);
    assert_int_equal(stats.purged, 1100);
}

static void a_cancelled_job_is_not_counted_by_purge(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    new_job(w, .name = "b");
    op_cancel(w, "a");
    assert_int_equal(op_purge(w, QN_QUEUED, T0)->number, 1);
    assert_state(w, "a", QN_CANCELLED);
    assert_int_equal(op_stats(w)->stats.queued[0], 0);
}

static void a_running_job_is_not_purged_whatever_lists_keep(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    op_join(w, INC);
    op_cancel(w, "a");
    op_replay(w, "a", T0);
    op_take(w, INC, 1);
    assert_int_equal(op_purge(w, QN_QUEUED, T0)->number, 0);
    assert_state(w, "a", QN_RUNNING);
    assert_rc(op_purge(w, QN_RUNNING, T0), QN_EINVAL);
    assert_rc(op_purge(w, QN_FAILED, T0), QN_EINVAL);
}

static void who_waits_for_a_purged_job_is_told(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    op_watch(w, "a", true);
    op_purge(w, QN_QUEUED, T0);
    assert_true(world_wait_for(w, told_once));
    assert_string_equal(w->ended, Q ".a");
}

/* ---- draining ---- */

static void a_draining_queue_takes_follow_ups_only_and_gives_out_all(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    assert_int_equal(op_gate(w, QN_GATE_DRAINING)->number, 1);
    assert_int_equal(op_gate(w, QN_GATE_DRAINING)->number, 0);
    assert_int_equal(new_job(w, .name = "b")->code[0], QN_ENQ_DRAINING);
    assert_int_equal(new_job(w, .name = "b")->code[0], QN_ENQ_DRAINING);
    assert_int_equal(new_job(w, .name = "a")->code[0], QN_ENQ_EXISTS);
    assert_int_equal(op_follow_up(w, "f", 3)->code[0], QN_ENQ_MADE);
    assert_int_equal(op_follow_up(w, "f", 3)->code[0], QN_ENQ_EXISTS);
    assert_int_equal(state_of(w, "b"), 0);
    assert_int_equal(op_peek(w, "f")->info[0]->priority, 3);
    assert_int_equal(op_stats(w)->stats.enqueued, 2);
    op_join(w, INC);
    struct got *taken = op_take(w, INC, 3);
    assert_int_equal(taken->n, 2);
    assert_string_equal(taken->name[0], "f");
    op_finish(w, taken, 1, QN_FIN_FAILED, DAY);
    assert_int_equal(op_replay(w, "a", T0)->code[0], QN_ENDED_DONE); /* it is no new job */
    assert_int_equal(op_gate(w, QN_GATE_OPEN)->number, 1);
    assert_int_equal(new_job(w, .name = "b")->code[0], QN_ENQ_MADE);
}

static void a_planned_time_that_a_draining_queue_refuses_is_not_marked(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "s1", .schedule = "s", .planned = 1000);
    op_gate(w, QN_GATE_DRAINING);
    assert_int_equal(new_job(w, .name = "s2", .schedule = "s", .planned = 2000)->code[0],
                     QN_ENQ_DRAINING);
    assert_int_equal(new_job(w, .name = "s0", .schedule = "s", .planned = 1000)->code[0],
                     QN_ENQ_FIRED_BEFORE);
    op_gate(w, QN_GATE_OPEN);
    assert_int_equal(new_job(w, .name = "s2", .schedule = "s", .planned = 2000)->code[0],
                     QN_ENQ_MADE);
}

/* ---- workers, places, schedules ---- */

static void a_message_reaches_a_worker_that_serves_the_queue(void **state)
{
    struct world *w = *state;

    assert_int_equal(op_message(w, INC, "quiet")->number, 0);
    op_join(w, INC);
    assert_int_equal(op_message(w, INC, "quiet")->number, 1);
    assert_int_equal(op_message(w, INC, "stop")->number, 1);
    assert_string_equal(op_wait(w, false, 1000)->text, "quiet");
    assert_string_equal(op_wait(w, false, 1000)->text, "stop");
    assert_int_equal(op_message(w, OTHER, "stop")->number, 0);
    assert_rc(op_message(w, INC, "cancel x"), QN_EINVAL);
}

static void message_sent_twice_is_told_twice(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    for (int i = 0; i < 2; i++)
        assert_int_equal(op_message(w, INC, "stop")->number, 1);
    for (int i = 0; i < 2; i++)
        assert_string_equal(op_wait(w, false, 1000)->text, "stop");
}

static void a_place_is_the_number_of_jobs_that_are_taken_before(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    new_job(w, .name = "b", .expires_in = 1000);
    new_job(w, .name = "c", .priority = 1);
    new_job(w, .name = "d", .delay = 10);
    assert_int_equal(op_place(w, "a")->number, 1);
    assert_int_equal(op_place(w, "b")->number, 2);
    assert_int_equal(op_place(w, "c")->number, 0);
    assert_int_equal(op_place(w, "d")->number, -1);
    assert_int_equal(op_place(w, "nope")->number, -1);
    op_join(w, INC);
    op_take(w, INC, 1);
    assert_int_equal(op_place(w, "a")->number, 0);
    assert_int_equal(op_place(w, "c")->number, -1);
    op_cancel(w, "a");
    assert_int_equal(op_place(w, "a")->number, -1);
    assert_rc(op_place(w, "not a name"), QN_EINVAL);
}

const struct CMUnitTest cases_operate[] = {
    CASE(a_replayed_job_starts_anew_and_runs_to_its_end),
    CASE(replay_sent_twice_moves_once),
    CASE(a_replay_that_comes_late_does_not_touch_a_later_end),
    CASE(cancelled_and_expired_jobs_are_replayed_too),
    CASE(a_finish_sent_again_after_a_replay_is_answered_as_before),
    CASE(a_replayed_job_keeps_its_history_and_its_log),
    CASE(a_replayed_job_stands_once_in_line_whatever_lists_keep),
    CASE(a_second_element_does_not_shorten_the_delay_of_a_retry),
    CASE(an_element_left_behind_does_not_start_a_later_job_of_its_name),
    CASE(a_scheduled_job_that_was_cancelled_and_replayed_runs_now),
    CASE(a_retrying_job_can_be_told_to_go_now),
    CASE(a_job_in_line_past_its_start_deadline_can_be_replayed),
    CASE(a_replay_wakes_a_worker),
    CASE(who_waits_for_a_replayed_job_is_told_of_its_next_end),
    CASE(a_replayed_job_is_never_shown_as_ended),
    CASE(replay_and_forget_take_1_to_100_sound_names),
    CASE(forget_sent_twice_removes_once_with_the_log),
    CASE(jobs_that_succeeded_are_forgotten_too),
    CASE(purge_removes_the_old_of_one_state_and_leaves_the_rest_in_order),
    CASE(purge_finds_old_jobs_behind_newer_ones),
    CASE(purged_retrying_jobs_leave_nothing_behind),
    CASE(purge_removes_at_most_500_at_a_time_and_says_that_there_is_more),
    CASE(a_cancelled_job_is_not_counted_by_purge),
    CASE(a_running_job_is_not_purged_whatever_lists_keep),
    CASE(who_waits_for_a_purged_job_is_told),
    CASE(a_draining_queue_takes_follow_ups_only_and_gives_out_all),
    CASE(a_planned_time_that_a_draining_queue_refuses_is_not_marked),
    CASE(a_message_reaches_a_worker_that_serves_the_queue),
    CASE(message_sent_twice_is_told_twice),
    CASE(a_place_is_the_number_of_jobs_that_are_taken_before),
};
CASES(cases_operate);
