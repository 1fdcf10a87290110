/* cases_unique.c - jobs that must be there once (docs/decisions/0008). */
#include "operate.h"

#include <string.h>

#define UNTIL(when, then) .unique = {.until = QN_UNIQUE_##when, .conflict = QN_UNIQUE_##then}
#define WINDOW(ms, then) \
    .unique = {.until = QN_UNIQUE_WINDOW, .conflict = QN_UNIQUE_##then, .for_ms = (ms)}

static void assert_answer(const struct got *got, int code, const char *holder)
{
    assert_ok(got);
    assert_int_equal(got->code[0], code);
    assert_string_equal(got->name[0], holder);
}

/* Is the key k free? The job that finds out goes again. */
static bool is_free(struct world *w)
{
    int code = new_job(w, .name = "probe", .same = "k", UNTIL(FINISHED, REJECT))->code[0];

    if (code == QN_ENQ_MADE) {
        assert_int_equal(op_cancel(w, "probe")->code[0], QN_CANCEL_DONE);
        assert_int_equal(op_forget(w, "probe", w->now_ms)->code[0], QN_ENDED_DONE);
    }
    return code == QN_ENQ_MADE;
}

static struct got *make(struct world *w, const char *name)
{
    return new_job(w, .name = name, .same = "k", UNTIL(FINISHED, REJECT));
}

/* ---- conflicts ---- */

static void a_conflict_is_refused_and_names_who_has_the_key(void **state)
{
    struct world *w = *state;

    assert_answer(make(w, "a"), QN_ENQ_MADE, "");
    assert_answer(make(w, "b"), QN_ENQ_UNIQUE, "a");
    assert_int_equal(state_of(w, "b"), 0);
    assert_int_equal(op_stats(w)->stats.queued[0], 1);
}

static void a_conflict_is_answered_with_the_one_that_is_there(void **state)
{
    struct world *w = *state;

    make(w, "a");
    assert_answer(new_job(w, .name = "b", .same = "k", UNTIL(FINISHED, EXISTING)), QN_ENQ_SHARED,
                  "a");
    assert_int_equal(state_of(w, "b"), 0);
}

static void another_key_or_another_task_is_no_conflict(void **state)
{
    struct world *w = *state;

    make(w, "a");
    assert_answer(new_job(w, .name = "b", .same = "l", UNTIL(FINISHED, REJECT)), QN_ENQ_MADE, "");
    assert_answer(new_job(w, .name = "c", .same = "k", .task = "t.two", UNTIL(FINISHED, REJECT)),
                  QN_ENQ_MADE, "");
    assert_answer(new_job(w, .name = "d"), QN_ENQ_MADE, "");
}

static void a_queued_job_is_replaced(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    make(w, "a");
    op_watch(w, "a", true);
    assert_answer(new_job(w, .name = "b", .same = "k", UNTIL(FINISHED, REPLACE)), QN_ENQ_MADE, "a");
    assert_state(w, "a", QN_CANCELLED);
    assert_answer(make(w, "c"), QN_ENQ_UNIQUE, "b");
    assert_string_equal(take_names(w, 10), "b");
    assert_int_equal(op_stats(w)->stats.cancelled, 1);
    while (w->ended_n == 0)
        world_turn(w, &(bool){true});
    assert_string_equal(w->ended, Q ".a");
}

static void a_scheduled_job_is_replaced(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .delay = 1000, .same = "k", UNTIL(FINISHED, REJECT));
    assert_answer(new_job(w, .name = "b", .delay = 2000, .same = "k", UNTIL(FINISHED, REPLACE)),
                  QN_ENQ_MADE, "a");
    assert_state(w, "a", QN_CANCELLED);
    world_advance(w, 1000);
    assert_int_equal(op_forward(w)->number, 0);
}

static void a_retrying_job_is_replaced(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    make(w, "a");
    op_finish(w, op_take(w, INC, 1), 0, QN_FIN_RETRY, 1000);
    assert_answer(new_job(w, .name = "b", .same = "k", UNTIL(FINISHED, REPLACE)), QN_ENQ_MADE, "a");
    assert_state(w, "a", QN_CANCELLED);
    assert_int_equal(op_peek(w, "a")->info[0]->attempts, 1);
    assert_int_equal(op_stats(w)->stats.retrying, 0);
}

static void a_parked_job_is_replaced(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:*", 1);
    new_job(w, .name = "0", .key = "t");
    new_job(w, .name = "a", .key = "t", .same = "k", UNTIL(FINISHED, REJECT));
    struct got *taken = op_take(w, INC, 10);
    assert_int_equal(taken->n, 1);
    assert_answer(new_job(w, .name = "b", .key = "t", .same = "k", UNTIL(FINISHED, REPLACE)),
                  QN_ENQ_MADE, "a");
    op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY);
    assert_string_equal(take_names(w, 10), "b");
}

static void a_running_job_is_not_replaced(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    make(w, "a");
    op_take(w, INC, 1);
    assert_answer(new_job(w, .name = "b", .same = "k", UNTIL(FINISHED, REPLACE)), QN_ENQ_UNIQUE,
                  "a");
    assert_state(w, "a", QN_RUNNING);
    assert_int_equal(op_renew(w, INC)->n, 0);
}

/* ---- until when ---- */

static void unique_until_started_is_over_when_it_is_taken(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    new_job(w, .name = "a", .same = "k", UNTIL(STARTED, REJECT));
    assert_false(is_free(w));
    struct got *taken = op_take(w, INC, 1);
    assert_true(is_free(w));
    op_finish(w, taken, 0, QN_FIN_RETRY, 10);
    assert_true(is_free(w)); /* it has begun once */
}

static void unique_until_finished_holds_through_retries_and_snoozes(void **state)
{
    static const enum qn_finish_kind kinds[] = {QN_FIN_RETRY, QN_FIN_SNOOZE, QN_FIN_RELEASE};
    struct world *w = *state;

    op_join(w, INC);
    make(w, "a");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct got *taken = op_take(w, INC, 1);
        assert_int_equal(taken->n, 1);
        assert_false(is_free(w));
        op_finish(w, taken, 0, kinds[i], 10);
        assert_false(is_free(w));
        world_advance(w, 10);
        op_forward(w);
    }
}

static void unique_until_finished_is_over_with_every_end(void **state)
{
    static const enum qn_finish_kind kinds[] = {QN_FIN_SUCCEEDED, QN_FIN_FAILED, QN_FIN_CANCELLED,
                                                QN_FIN_EXPIRED};
    static const char *const names[] = {"a", "b", "c", "d"};
    struct world *w = *state;

    op_join(w, INC);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        assert_answer(make(w, names[i]), QN_ENQ_MADE, "");
        op_finish(w, op_take(w, INC, 1), 0, kinds[i], DAY);
        assert_true(is_free(w));
    }
}

static void a_cancelled_job_lets_its_key_go(void **state)
{
    static const enum qn_unique_until whens[] = {QN_UNIQUE_STARTED, QN_UNIQUE_FINISHED};
    static const char *const names[] = {"a", "b"};
    struct world *w = *state;

    for (size_t i = 0; i < 2; i++) {
        new_job(w, .name = names[i], .same = "k", .unique = {.until = whens[i]});
        op_cancel(w, names[i]);
        assert_true(is_free(w));
    }
}

static void a_job_found_expired_lets_its_key_go(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    new_job(w, .name = "a", .expires_in = 10, .same = "k", UNTIL(FINISHED, REJECT));
    world_advance(w, 10);
    assert_string_equal(take_names(w, 1), "");
    assert_true(is_free(w));
}

static void a_purged_job_lets_its_key_go(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .delay = 1000, .same = "k", UNTIL(FINISHED, REJECT));
    assert_int_equal(op_purge(w, QN_SCHEDULED, T0)->number, 1);
    assert_true(is_free(w));
}

/* Ends the waiting job a, in one of five ways. */
static void end_a(struct world *w, int how)
{
    if (how == 0) {
        op_finish(w, op_take(w, INC, 1), 0, QN_FIN_SUCCEEDED, DAY);
    } else if (how == 1) {
        assert_int_equal(op_cancel(w, "a")->code[0], QN_CANCEL_DONE);
    } else if (how == 2) {
        assert_int_equal(op_purge(w, QN_QUEUED, w->now_ms)->number, 1);
    } else if (how == 3) {
        world_advance(w, 1000); /* its start deadline */
        assert_int_equal(op_take(w, INC, 1)->n, 0);
    } else {
        op_recover(w);
        assert_int_equal(op_take(w, INC, 1)->n, 1);
        op_cancel(w, "a");
        world_advance(w, LEASE);
        assert_int_equal(op_recover(w)->n3, 1);
    }
}

static void a_name_that_is_used_again_has_not_the_key_of_the_job_before(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    for (int how = 0; how < 5; how++) {
        assert_answer(
            new_job(w, .name = "a", .expires_in = 1000, .same = "k", UNTIL(FINISHED, REJECT)),
            QN_ENQ_MADE, "");
        end_a(w, how);
        op_forget(w, "a", w->now_ms);
        assert_answer(new_job(w, .name = "a"), QN_ENQ_MADE, "");
        assert_true(is_free(w));
        op_cancel(w, "a");
        op_forget(w, "a", w->now_ms);
    }
}

static void a_job_whose_worker_died_keeps_its_key_until_it_fails(void **state)
{
    struct world *w = *state;

    make(w, "a");
    for (int i = 0; i < 3; i++) {
        op_recover(w);
        op_join(w, INC);
        assert_string_equal(take_names(w, 1), "a");
        assert_false(is_free(w));
        world_advance(w, LEASE);
    }
    assert_int_equal(op_recover(w)->n2, 1);
    assert_true(is_free(w));
}

static void a_window_holds_whatever_becomes_of_the_job(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    new_job(w, .name = "a", .same = "k", WINDOW(60000, REJECT));
    op_finish(w, op_take(w, INC, 1), 0, QN_FIN_SUCCEEDED, DAY);
    assert_answer(make(w, "b"), QN_ENQ_UNIQUE, "a");
    op_forget(w, "a", T0);
    assert_answer(make(w, "b"), QN_ENQ_UNIQUE, "a");
    world_pass(w, 30000);
    assert_answer(make(w, "b"), QN_ENQ_UNIQUE, "a");
    world_pass(w, 30000);
    assert_answer(make(w, "b"), QN_ENQ_MADE, "");
}

static void in_a_window_a_waiting_job_is_replaced_and_an_ended_one_is_not(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    new_job(w, .name = "a", .same = "k", WINDOW(60000, REJECT));
    assert_answer(new_job(w, .name = "b", .same = "k", WINDOW(60000, REPLACE)), QN_ENQ_MADE, "a");
    assert_state(w, "a", QN_CANCELLED);
    op_finish(w, op_take(w, INC, 1), 0, QN_FIN_SUCCEEDED, DAY);
    assert_answer(new_job(w, .name = "c", .same = "k", WINDOW(60000, REPLACE)), QN_ENQ_UNIQUE, "b");
}

static void unique_until_finished_may_be_bounded_in_time(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .same = "k", .unique = {.until = QN_UNIQUE_FINISHED, .for_ms = 60000});
    assert_false(is_free(w));
    world_pass(w, 60000);
    assert_true(is_free(w));
    assert_answer(make(w, "b"), QN_ENQ_MADE, "");
    op_cancel(w, "a"); /* the key is not its own any more */
    assert_false(is_free(w));
}

/* ---- sent twice, together, again ---- */

static void the_same_job_sent_twice_is_no_conflict(void **state)
{
    struct world *w = *state;

    make(w, "a");
    assert_answer(make(w, "a"), QN_ENQ_EXISTS, "");
    for (int i = 0; i < 2; i++)
        assert_int_equal(new_job(w, .name = "b", .same = "k", UNTIL(FINISHED, REPLACE))->code[0],
                         i == 0 ? QN_ENQ_MADE : QN_ENQ_EXISTS);
    assert_state(w, "b", QN_QUEUED);
    assert_int_equal(op_stats(w)->stats.cancelled, 1);
}

static void within_a_batch_the_first_has_the_key(void **state)
{
    const struct job jobs[] = {
        {.name = "a", .same = "k", UNTIL(FINISHED, REJECT)},
        {.name = "b", .same = "k", UNTIL(FINISHED, REJECT)},
        {.name = "c", .same = "k", UNTIL(FINISHED, EXISTING)},
        {.name = "d", .same = "k", UNTIL(FINISHED, REPLACE)},
        {.name = "e", .same = "l", UNTIL(FINISHED, REPLACE)},
    };
    static const int codes[] = {QN_ENQ_MADE, QN_ENQ_UNIQUE, QN_ENQ_SHARED, QN_ENQ_UNIQUE,
                                QN_ENQ_MADE};
    static const char *const holders[] = {"", "a", "a", "a", ""};
    struct world *w = *state;

    struct got *got = op_enqueue(w, jobs, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(got->code[i], codes[i]);
        assert_string_equal(got->name[i], holders[i]);
    }
    assert_state(w, "a", QN_QUEUED);
}

static void a_batch_replaces_one_job_once(void **state)
{
    const struct job jobs[] = {
        {.name = "b", .same = "k", UNTIL(FINISHED, REPLACE)},
        {.name = "c", .same = "k", UNTIL(FINISHED, REPLACE)},
        {.name = "a", .same = "k", UNTIL(FINISHED, REPLACE)},
    };
    struct world *w = *state;

    make(w, "a");
    struct got *got = op_enqueue(w, jobs, 3);
    assert_int_equal(got->code[0], QN_ENQ_MADE);
    assert_string_equal(got->name[0], "a");
    assert_int_equal(got->code[1], QN_ENQ_UNIQUE);
    assert_string_equal(got->name[1], "b");
    assert_int_equal(got->code[2], QN_ENQ_EXISTS);
    assert_int_equal(state_of(w, "c"), 0);
    assert_int_equal(op_stats(w)->stats.ended, 1);
}

static void a_refused_firing_is_not_marked_as_fired(void **state)
{
    struct world *w = *state;

    make(w, "a");
    assert_answer(new_job(w, .name = "b", .schedule = "s", .planned = T0, .same = "k",
                          UNTIL(FINISHED, REJECT)),
                  QN_ENQ_UNIQUE, "a");
    op_cancel(w, "a");
    assert_answer(new_job(w, .name = "b", .schedule = "s", .planned = T0, .same = "k",
                          UNTIL(FINISHED, REJECT)),
                  QN_ENQ_MADE, "");
}

static void follow_ups_are_unique_too(void **state)
{
    struct world *w = *state;

    make(w, "a");
    assert_answer(new_job(w, .name = "b", .follows = true, .same = "k", UNTIL(FINISHED, REJECT)),
                  QN_ENQ_UNIQUE, "a");
}

static void a_replayed_job_has_its_key_again(void **state)
{
    struct world *w = *state;

    make(w, "a");
    op_cancel(w, "a");
    assert_int_equal(op_replay(w, "a", T0)->code[0], QN_ENDED_DONE);
    assert_answer(make(w, "b"), QN_ENQ_UNIQUE, "a");
    op_cancel(w, "a");
    assert_true(is_free(w));
}

static void a_job_whose_key_another_has_is_not_replayed(void **state)
{
    struct world *w = *state;

    make(w, "a");
    op_cancel(w, "a");
    make(w, "b");
    assert_int_equal(op_replay(w, "a", T0)->code[0], QN_ENDED_UNIQUE);
    assert_state(w, "a", QN_CANCELLED);
    op_cancel(w, "b");
    assert_int_equal(op_replay(w, "a", T0)->code[0], QN_ENDED_DONE);
}

static void a_replay_does_not_ask_for_a_window(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .same = "k", WINDOW(1000, REJECT));
    op_cancel(w, "a");
    world_pass(w, 1000);
    make(w, "b");
    assert_int_equal(op_replay(w, "a", T0)->code[0], QN_ENDED_DONE);
}

static void ill_formed_rules_are_refused(void **state)
{
    static const struct qn_unique bad[] = {
        {.until = (enum qn_unique_until)9},
        {.until = QN_UNIQUE_FINISHED, .conflict = (enum qn_unique_conflict)9},
        {.until = QN_UNIQUE_WINDOW},
        {.until = QN_UNIQUE_FINISHED, .for_ms = -1},
    };
    struct world *w = *state;
    const struct qn_new_job good = {.name = "a",
                                    .unique_key = "0123456789abcdef0123456789abcdef",
                                    .unique = {.until = QN_UNIQUE_FINISHED}};

    for (size_t i = 0; i <= sizeof(bad) / sizeof(bad[0]); i++) {
        struct qn_new_job job = good;
        struct got *got = got_create();
        if (i < sizeof(bad) / sizeof(bad[0]))
            job.unique = bad[i];
        else
            job.unique_key = "0123456789abcdef0123456789abcdeX";
        w->broker->ops->enqueue(w->broker, Q, &job, 1, on_reply, got);
        world_turn(w, &got->done);
        assert_rc(got, QN_EINVAL);
    }
}

const struct CMUnitTest cases_unique[] = {
    CASE(a_conflict_is_refused_and_names_who_has_the_key),
    CASE(a_conflict_is_answered_with_the_one_that_is_there),
    CASE(another_key_or_another_task_is_no_conflict),
    CASE(a_queued_job_is_replaced),
    CASE(a_scheduled_job_is_replaced),
    CASE(a_retrying_job_is_replaced),
    CASE(a_parked_job_is_replaced),
    CASE(a_running_job_is_not_replaced),
    CASE(unique_until_started_is_over_when_it_is_taken),
    CASE(unique_until_finished_holds_through_retries_and_snoozes),
    CASE(unique_until_finished_is_over_with_every_end),
    CASE(a_cancelled_job_lets_its_key_go),
    CASE(a_job_found_expired_lets_its_key_go),
    CASE(a_purged_job_lets_its_key_go),
    CASE(a_name_that_is_used_again_has_not_the_key_of_the_job_before),
    CASE(a_job_whose_worker_died_keeps_its_key_until_it_fails),
    CASE(a_window_holds_whatever_becomes_of_the_job),
    CASE(in_a_window_a_waiting_job_is_replaced_and_an_ended_one_is_not),
    CASE(unique_until_finished_may_be_bounded_in_time),
    CASE(the_same_job_sent_twice_is_no_conflict),
    CASE(within_a_batch_the_first_has_the_key),
    CASE(a_batch_replaces_one_job_once),
    CASE(a_refused_firing_is_not_marked_as_fired),
    CASE(follow_ups_are_unique_too),
    CASE(a_replayed_job_has_its_key_again),
    CASE(a_job_whose_key_another_has_is_not_replayed),
    CASE(a_replay_does_not_ask_for_a_window),
    CASE(ill_formed_rules_are_refused),
};
CASES(cases_unique);
