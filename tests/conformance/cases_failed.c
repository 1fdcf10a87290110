/* cases_failed.c - what follows when a job ends without success (docs/protocol.md). */
#include "operate.h"

#include "common/str.h"
#include <stdio.h>
#include <string.h>

/* The id of the follow-up of a job, as looking at the job tells it. */
static const char *follower(struct world *w, const char *name)
{
    static char made[QN_NAME_MAX + 1];
    const struct qn_job_info *info = op_peek(w, name)->info[0];

    assert_non_null(info);
    assert_string_equal(info->on_failed, "t.after");
    assert_true(strncmp(info->on_failed_id, Q ".", strlen(Q ".")) == 0);
    qn_str_copy(made, sizeof(made), info->on_failed_id + strlen(Q "."));
    return made;
}

static int64_t enqueued(struct world *w)
{
    return op_stats(w)->stats.enqueued;
}

static void assert_follows(struct world *w, const char *name)
{
    const char *made = follower(w, name);
    const struct qn_job_info *info = op_peek(w, made)->info[0];
    char id[QN_ID_SIZE];

    assert_state(w, made, QN_QUEUED);
    assert_string_equal(info->task, "t.after");
    assert_string_equal(info->args, "{\"of\":1}");
    assert_string_equal(info->request_id, "r1");
    assert_int_equal(info->enqueued_ms, w->now_ms);
    assert_int_equal(info->priority, 2);
    snprintf(id, sizeof(id), Q ".%s", name);
    assert_string_equal(info->parent, id);
    assert_string_equal(info->on_failed, "");
    assert_string_equal(take_names(w, 10), made);
}

static void make(struct world *w, const char *name)
{
    new_job(w, .name = name, .priority = 2, .on_failed = "t.after");
}

static struct got *start(struct world *w, const char *name)
{
    make(w, name);
    op_join(w, INC);
    return op_take(w, INC, 1);
}

/* ---- every end ---- */

static void success_makes_no_follow_up(void **state)
{
    struct world *w = *state;
    struct got *taken = start(w, "a");

    op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY);
    assert_int_equal(enqueued(w), 1);
    assert_string_equal(op_peek(w, "a")->info[0]->on_failed, "t.after");
    assert_string_equal(op_peek(w, "a")->info[0]->on_failed_id, "");
}

static void each_end_of_a_run_without_success_makes_one(void **state)
{
    static const enum qn_finish_kind kinds[] = {QN_FIN_FAILED, QN_FIN_CANCELLED, QN_FIN_EXPIRED};
    static const char *const names[] = {"a", "b", "c"};
    struct world *w = *state;

    for (int i = 0; i < 3; i++) {
        op_finish(w, start(w, names[i]), 0, kinds[i], DAY);
        assert_int_equal(enqueued(w), 2 * (i + 1));
        assert_follows(w, names[i]);
    }
}

static void a_run_that_goes_again_makes_none(void **state)
{
    static const enum qn_finish_kind kinds[] = {QN_FIN_RELEASE, QN_FIN_SNOOZE, QN_FIN_RETRY};
    static const char *const names[] = {"a", "b", "c"};
    struct world *w = *state;

    for (int i = 0; i < 3; i++)
        op_finish(w, start(w, names[i]), 0, kinds[i], 10);
    assert_int_equal(enqueued(w), 3);
}

static void a_release_that_ends_cancelled_makes_one(void **state)
{
    struct world *w = *state;
    struct got *taken = start(w, "a");

    op_cancel(w, "a");
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_RELEASE, 0)->code[0], QN_FIN_AS_CANCELLED);
    assert_follows(w, "a");
}

static void a_cancel_in_line_makes_one(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    make(w, "a");
    assert_int_equal(op_cancel(w, "a")->code[0], QN_CANCEL_DONE);
    assert_follows(w, "a");
}

static void a_scheduled_and_a_parked_job_that_are_cancelled_make_one(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    op_limit(w, "key:*", 1);
    new_job(w, .name = "0", .key = "k");
    op_take(w, INC, 1);
    new_job(w, .name = "a", .priority = 2, .key = "k", .on_failed = "t.after");
    op_take(w, INC, 1);
    op_cancel(w, "a");
    assert_follows(w, "a");
    new_job(w, .name = "b", .priority = 2, .delay = 1000, .on_failed = "t.after");
    op_cancel(w, "b");
    assert_follows(w, "b");
}

static void a_start_deadline_that_passed_makes_one(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    new_job(w, .name = "a", .priority = 2, .expires_in = 10, .on_failed = "t.after");
    world_advance(w, 10);
    assert_int_equal(op_take(w, INC, 10)->n, 0);
    assert_state(w, "a", QN_EXPIRED);
    assert_true(op_wait(w, true, 1000)->flag); /* a worker is called */
    assert_follows(w, "a");
}

static void a_cancel_that_take_finds_makes_one(void **state)
{
    struct world *w = *state;

    start(w, "a");
    op_cancel(w, "a");
    op_reconcile(w, INC, NULL, 0);
    assert_int_equal(op_take(w, INC, 10)->n, 0);
    assert_state(w, "a", QN_CANCELLED);
    assert_follows(w, "a");
}

static void too_many_deaths_make_one(void **state)
{
    struct world *w = *state;

    make(w, "a");
    for (int i = 0; i < 3; i++) {
        op_join(w, INC);
        op_take(w, INC, 1);
        op_recover(w);
        world_advance(w, LEASE);
        op_recover(w);
    }
    assert_state(w, "a", QN_FAILED);
    op_join(w, INC);
    assert_follows(w, "a");
}

static void a_cancelled_run_that_was_lost_makes_one(void **state)
{
    struct world *w = *state;

    start(w, "a");
    op_cancel(w, "a");
    op_recover(w);
    world_advance(w, LEASE);
    assert_int_equal(op_recover(w)->n3, 1);
    op_join(w, INC);
    assert_follows(w, "a");
}

static void a_job_that_is_replaced_makes_one_behind_the_new_one(void **state)
{
    struct world *w = *state;
    const struct qn_unique unique = {.until = QN_UNIQUE_FINISHED, .conflict = QN_UNIQUE_REPLACE};

    op_join(w, INC);
    new_job(w, .name = "a", .priority = 2, .same = "k", .unique = unique, .on_failed = "t.after");
    new_job(w, .name = "b", .priority = 2, .same = "k", .unique = unique);
    assert_int_equal(enqueued(w), 3);
    assert_string_equal(take_names(w, 1), "b");
    assert_follows(w, "a");
}

static void a_purge_makes_none(void **state)
{
    struct world *w = *state;

    make(w, "a");
    assert_int_equal(op_purge(w, QN_QUEUED, w->now_ms)->number, 1);
    assert_int_equal(enqueued(w), 1);
}

/* ---- once, and again ---- */

static void a_finish_that_is_sent_twice_makes_one(void **state)
{
    struct world *w = *state;
    struct got *taken = start(w, "a");

    op_finish(w, taken, 0, QN_FIN_FAILED, DAY);
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_FAILED, DAY)->code[0], QN_FIN_ALREADY);
    op_recover(w);
    world_advance(w, LEASE);
    op_recover(w);
    assert_int_equal(enqueued(w), 2);
}

static void a_late_finish_makes_none_of_its_own(void **state)
{
    struct world *w = *state;
    struct got *taken = start(w, "a");

    op_recover(w);
    world_advance(w, LEASE);
    op_recover(w);
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_FAILED, DAY)->code[0], QN_FIN_STALE);
    assert_int_equal(enqueued(w), 1);
}

static void a_job_that_is_replayed_and_fails_again_makes_another(void **state)
{
    struct world *w = *state;
    char first[QN_NAME_MAX + 1];

    op_finish(w, start(w, "a"), 0, QN_FIN_FAILED, DAY);
    qn_str_copy(first, sizeof(first), follower(w, "a"));
    assert_string_equal(take_names(w, 10), first);
    assert_int_equal(op_replay(w, "a", w->now_ms)->code[0], QN_ENDED_DONE);
    assert_string_equal(op_peek(w, "a")->info[0]->on_failed_id, "");
    op_finish(w, op_take(w, INC, 1), 0, QN_FIN_FAILED, DAY);
    assert_string_not_equal(follower(w, "a"), first);
    assert_follows(w, "a");
}

static void a_follow_up_has_none_itself(void **state)
{
    struct world *w = *state;

    op_finish(w, start(w, "a"), 0, QN_FIN_FAILED, DAY);
    op_finish(w, op_take(w, INC, 1), 0, QN_FIN_FAILED, DAY);
    assert_int_equal(enqueued(w), 2);
}

/* ---- what it is to the queue ---- */

static void it_counts_as_a_live_job(void **state)
{
    struct world *w = *state;
    struct got *taken = start(w, "a");

    op_finish(w, taken, 0, QN_FIN_FAILED, DAY);
    const struct qn_stats *stats = &op_stats(w)->stats;
    assert_int_equal(stats->queued[2], 1);
    assert_int_equal(stats->failures, 1);
    assert_true(stats->bytes > 0);
    op_finish(w, op_take(w, INC, 1), 0, QN_FIN_SUCCEEDED, DAY);
    assert_int_equal(op_stats(w)->stats.bytes, 0);
}

static void a_draining_and_full_queue_takes_it(void **state)
{
    struct world *w = *state;
    struct got *taken = start(w, "a");

    op_budget(w, 1, 0);
    op_gate(w, QN_GATE_DRAINING);
    op_finish(w, taken, 0, QN_FIN_FAILED, DAY);
    assert_follows(w, "a");
}

static void a_paused_queue_calls_nobody_for_it(void **state)
{
    struct world *w = *state;
    struct got *taken = start(w, "a");

    while (op_wait(w, true, 10)->flag)
        ;
    op_pause(w, true);
    op_finish(w, taken, 0, QN_FIN_FAILED, DAY);
    assert_false(op_wait(w, true, 10)->flag);
    op_pause(w, false);
    assert_follows(w, "a");
}

static void those_of_a_batch_stand_in_line_in_order(void **state)
{
    struct world *w = *state;
    char first[QN_NAME_MAX + 1], both[2 * QN_NAME_MAX + 2];

    op_join(w, INC);
    new_job(w, .name = "a", .priority = 2, .expires_in = 10, .on_failed = "t.after");
    new_job(w, .name = "b", .priority = 2, .expires_in = 10, .on_failed = "t.after");
    world_advance(w, 10);
    assert_int_equal(op_take(w, INC, 10)->n, 0);
    qn_str_copy(first, sizeof(first), follower(w, "a"));
    snprintf(both, sizeof(both), "%s %s", first, follower(w, "b"));
    assert_string_equal(take_names(w, 10), both);
}

/* ---- all ends in any order ---- */

#define STORM_STEPS 1500
#define STORM_NAMES 1000

static unsigned roll(unsigned *seed, unsigned n)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 16) % n;
}

static void storm_make(struct world *w, unsigned *seed, int64_t *made)
{
    const struct qn_unique unique = {.until = QN_UNIQUE_FINISHED, .conflict = QN_UNIQUE_REPLACE};
    char name[16];

    snprintf(name, sizeof(name), "s%u", roll(seed, STORM_NAMES));
    bool same = roll(seed, 4) == 0;
    struct got *got = new_job(
        w, .name = name, .priority = (int)roll(seed, 4), .delay = roll(seed, 3) == 0 ? 500 : 0,
        .expires_in = roll(seed, 4) == 0 ? 2000 : 0, .on_failed = "t.after",
        .same = same ? "k" : NULL, .unique = same ? unique : (struct qn_unique){.for_ms = 0},
        .key = roll(seed, 4) == 0 ? "t" : NULL);
    assert_ok(got);
    *made += got->code[0] == QN_ENQ_MADE;
}

/* Follow-ups succeed at once; the others end somehow, go again, or are left to their fate. */
static void storm_work(struct world *w, unsigned *seed)
{
    static const char ends[] = "SFCXRZQ..";
    struct got *taken = op_take(w, INC, 3);
    struct qn_record record;

    for (size_t i = 0; taken->rc == QN_OK && i < taken->n; i++) {
        assert_int_equal(qn_record_decode(taken->record[i], &record, NULL), QN_OK);
        bool follows = qn_span_is(record.body.task, "t.after");
        char end = follows ? 'S' : ends[roll(seed, sizeof(ends) - 1)];
        if (end != '.')
            assert_ok(op_finish(w, taken, i, (enum qn_finish_kind)end, 300));
    }
}

static void storm_operate(struct world *w, unsigned *seed)
{
    char name[16];

    snprintf(name, sizeof(name), "s%u", roll(seed, STORM_NAMES));
    if (roll(seed, 2)) {
        assert_ok(op_cancel(w, name));
    } else {
        struct got *peeked = op_peek(w, name);
        if (peeked->n)
            assert_ok(op_replay(w, name, peeked->info[0]->ended_ms));
    }
}

static void every_end_without_success_has_one_follow_up(void **state)
{
    struct world *w = *state;
    unsigned seed = 20261121;
    int64_t made = 0, most = 0;

    op_join(w, INC);
    op_limit(w, "key:*", 1);
    for (int step = 0; step < STORM_STEPS; step++) {
        unsigned what = roll(&seed, 10);
        if (what < 4)
            storm_make(w, &seed, &made);
        else if (what < 7)
            storm_work(w, &seed);
        else if (what < 9)
            storm_operate(w, &seed);
        else
            world_advance(w, roll(&seed, 4) ? 400 : LEASE);
        op_recover(w);
        op_forward(w);
        op_join(w, INC);
        const struct qn_stats *now = &op_stats(w)->stats;
        most = now->enqueued - made;
        assert_int_equal(most, now->failures + now->cancelled + now->expired);
        got_free_all();
    }
    assert_true(most > STORM_STEPS / 10);
}

const struct CMUnitTest cases_failed[] = {
    CASE(every_end_without_success_has_one_follow_up),
    CASE(success_makes_no_follow_up),
    CASE(each_end_of_a_run_without_success_makes_one),
    CASE(a_run_that_goes_again_makes_none),
    CASE(a_release_that_ends_cancelled_makes_one),
    CASE(a_cancel_in_line_makes_one),
    CASE(a_scheduled_and_a_parked_job_that_are_cancelled_make_one),
    CASE(a_start_deadline_that_passed_makes_one),
    CASE(a_cancel_that_take_finds_makes_one),
    CASE(too_many_deaths_make_one),
    CASE(a_cancelled_run_that_was_lost_makes_one),
    CASE(a_job_that_is_replaced_makes_one_behind_the_new_one),
    CASE(a_purge_makes_none),
    CASE(a_finish_that_is_sent_twice_makes_one),
    CASE(a_late_finish_makes_none_of_its_own),
    CASE(a_job_that_is_replayed_and_fails_again_makes_another),
    CASE(a_follow_up_has_none_itself),
    CASE(it_counts_as_a_live_job),
    CASE(a_draining_and_full_queue_takes_it),
    CASE(a_paused_queue_calls_nobody_for_it),
    CASE(those_of_a_batch_stand_in_line_in_order),
};
CASES(cases_failed);
