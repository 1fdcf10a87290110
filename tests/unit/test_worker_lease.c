/* Lease, outbox and fetch when answers are lost, late or bad. */
#include "common/log.h"
#include "tests/support/broker_double.h"
#include "worker/fetch.h"
#include "worker/lease.h"
#include "worker/outbox.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct room {
    struct broker_double broker;
    struct qn_fake_clock clock;
    struct worker_options options;
    struct worker_base base;
    struct worker_lease *lease;
    struct worker_outbox *outbox;
    struct worker_fetch *fetch;
    int held, lost, taken;
    int told[5]; /* by code */
    char gone[16], cancelled[16];
    int64_t until_ms;
    int reached;
};

/* ---- what the parts tell ---- */

static void on_held(void *arg)
{
    ((struct room *)arg)->held++;
}

static void on_lost(void *arg)
{
    struct room *room = arg;

    room->lost++;
    worker_outbox_drop(room->outbox);
}

static void on_until(void *arg, int64_t mono_ms)
{
    ((struct room *)arg)->until_ms = mono_ms;
}

static void on_resend(void *arg)
{
    worker_outbox_flush(((struct room *)arg)->outbox);
}

static void on_cancel(void *arg, size_t queue, const char *name)
{
    struct room *room = arg;

    snprintf(room->cancelled, sizeof(room->cancelled), "%zu.%.8s", queue, name);
}

static void on_gone(void *arg, size_t queue, const char *name)
{
    struct room *room = arg;

    snprintf(room->gone, sizeof(room->gone), "%zu.%.8s", queue, name);
}

static void on_nothing(void *arg)
{
    (void)arg;
}

static void on_asked(void *arg, bool reached)
{
    struct room *room = arg;

    room->reached += reached;
}

static void on_answered(void *arg, const struct qn_reply *reply)
{
    (void)arg;
    (void)reply;
}

static void on_told(void *arg, struct worker_run *run, int code)
{
    struct room *room = arg;

    room->told[code]++;
    worker_runs_drop(&room->base.runs, run);
}

static void on_taken(void *arg, size_t queue, const struct qn_take_entry *entry, int64_t now_ms)
{
    (void)queue;
    (void)entry;
    (void)now_ms;
    ((struct room *)arg)->taken++;
}

static void on_due(void *arg, size_t queue, int64_t in_ms)
{
    (void)arg;
    (void)queue;
    (void)in_ms;
}

/* ---- the room ---- */

static int set_up(void **state)
{
    static struct room room;
    const struct worker_lease_events lease = {&room,     on_held, on_lost,    on_until, on_resend,
                                              on_cancel, on_gone, on_nothing, on_asked};
    const struct worker_outbox_events outbox = {&room, on_told};
    const struct worker_fetch_events fetch = {&room, on_taken, on_due, on_nothing, on_answered};

    memset(&room, 0, sizeof(room));
    qn_log_setup("test", QN_LOG_ERROR, QN_LOG_TEXT);
    broker_double_init(&room.broker);
    qn_fake_clock_init(&room.clock, 1000, 0);
    room.options = (struct worker_options){.lease_ms = 900, .concurrency = 4};
    room.base.clock = &room.clock.clock;
    room.base.options = &room.options;
    room.base.broker = &room.broker.base;
    worker_runs_init(&room.base.runs);
    if (worker_queues_parse(&room.base.queues, "a,b", false, NULL) != QN_OK ||
        qn_loop_create(&room.base.loop, NULL) != QN_OK ||
        worker_lease_create(&room.lease, &room.base, &lease, NULL) != QN_OK ||
        worker_outbox_create(&room.outbox, &room.base, &outbox, NULL) != QN_OK ||
        worker_fetch_create(&room.fetch, &room.base, room.lease, &fetch, NULL) != QN_OK)
        return -1;
    *state = &room;
    return 0;
}

static int tear_down(void **state)
{
    struct room *room = *state;

    broker_double_break(&room->broker);
    worker_fetch_free(room->fetch);
    worker_lease_free(room->lease);
    worker_outbox_free(room->outbox);
    worker_runs_release(&room->base.runs);
    qn_loop_free(room->base.loop);
    return 0;
}

static void join(struct room *room)
{
    worker_lease_connected(room->lease);
    broker_double_answer_rc(&room->broker, 'J', QN_OK);
    broker_double_answer_rc(&room->broker, 'J', QN_OK);
    worker_queues_all_ready(&room->base.queues);
}

static void reconnect(struct room *room)
{
    room->broker.base.link = QN_LINK_UP;
    worker_lease_connected(room->lease);
}

static struct worker_run *hold(struct room *room, size_t queue, const char *name)
{
    const struct qn_take_entry entry = {.name = name,
                                        .run = 1,
                                        .record = {.data = "r", .len = 1},
                                        .attempt = {.data = "", .len = 0}};
    struct worker_run *run =
        worker_runs_add(&room->base.runs, queue, &entry, room->base.incarnation);

    run->kind = QN_FIN_SUCCEEDED;
    return run;
}

static void answer_taken(struct room *room, size_t n)
{
    static const struct qn_take_entry entries[4] = {{.name = "x"}, {.name = "y"}};
    const struct qn_taken taken = {.n = n, .entries = entries, .next_due_ms = QN_NO_TIME};

    broker_double_answer(broker_double_pending(&room->broker, 'T'),
                         (struct qn_reply){.rc = QN_OK, .taken = &taken});
}

static void answer_finished(struct room *room, int code)
{
    const int codes[2] = {code, code};
    const struct qn_finished finished = {.n = 2, .code = codes};

    broker_double_answer(broker_double_pending(&room->broker, 'F'),
                         (struct qn_reply){.rc = QN_OK, .finished = &finished});
}

/* ---- the lease ---- */

static void taking_begins_when_every_queue_was_joined(void **state)
{
    struct room *room = *state;

    worker_lease_connected(room->lease);
    assert_string_equal(broker_double_calls(&room->broker, 0), "JJ");
    broker_double_answer_rc(&room->broker, 'J', QN_OK);
    assert_false(worker_lease_may_take(room->lease));
    broker_double_answer_rc(&room->broker, 'J', QN_OK);
    assert_true(worker_lease_may_take(room->lease));
    assert_int_equal(room->held, 1);
    assert_int_equal(room->until_ms, 1000 + 900);
}

static void a_lease_lasts_from_when_it_was_asked_for(void **state)
{
    struct room *room = *state;

    worker_lease_connected(room->lease);
    qn_fake_clock_advance(&room->clock, 500);
    broker_double_answer_rc(&room->broker, 'J', QN_OK);
    broker_double_answer_rc(&room->broker, 'J', QN_OK);
    assert_int_equal(room->until_ms, 1000 + 900);
}

static void after_a_reconnect_ends_go_before_notes_and_notes_before_takes(void **state)
{
    struct room *room = *state;

    join(room);
    hold(room, 0, "run");
    worker_outbox_add(room->outbox, hold(room, 0, "end"));
    worker_outbox_flush(room->outbox);
    broker_double_break(&room->broker);
    worker_lease_disconnected(room->lease);
    assert_false(worker_lease_may_take(room->lease));
    size_t first = room->broker.n;
    reconnect(room);
    assert_string_equal(broker_double_calls(&room->broker, first), "NNFCC");
    assert_int_equal(broker_double_pending(&room->broker, 'C')->n, 2); /* both are held */
    worker_fetch_turn(room->fetch, 4);
    broker_double_answer_rc(&room->broker, 'C', QN_OK);
    worker_fetch_turn(room->fetch, 4);
    assert_string_equal(broker_double_calls(&room->broker, first), "NNFCC");
    broker_double_answer_rc(&room->broker, 'C', QN_OK);
    worker_fetch_turn(room->fetch, 4);
    assert_string_equal(broker_double_calls(&room->broker, first), "NNFCCTT");
}

static void notes_are_compared_only_with_no_take_under_way(void **state)
{
    struct room *room = *state;

    join(room);
    worker_fetch_turn(room->fetch, 2);
    size_t first = room->broker.n;
    broker_double_answer(broker_double_pending(&room->broker, 'T'),
                         (struct qn_reply){.rc = QN_EUNKNOWN});
    assert_false(worker_lease_may_take(room->lease));
    assert_string_equal(broker_double_calls(&room->broker, first), "");
    answer_taken(room, 1);
    assert_string_equal(broker_double_calls(&room->broker, first), "NNCC");
}

static void notes_that_fail_are_compared_again_before_any_take(void **state)
{
    struct room *room = *state;

    join(room);
    reconnect(room);
    broker_double_answer_rc(&room->broker, 'C', QN_OK);
    broker_double_break(&room->broker);
    worker_lease_disconnected(room->lease);
    assert_false(worker_lease_may_take(room->lease));
    size_t first = room->broker.n;
    reconnect(room);
    assert_string_equal(broker_double_calls(&room->broker, first), "NNCC");
}

static void a_lost_lease_writes_nothing_and_joins_as_another(void **state)
{
    struct room *room = *state;
    char before[QN_TOKEN_TEXT_SIZE];

    join(room);
    memcpy(before, room->base.incarnation, sizeof(before));
    reconnect(room);
    worker_outbox_add(room->outbox, hold(room, 0, "end"));
    size_t first = room->broker.n;
    broker_double_answer_rc(&room->broker, 'N', QN_ELOST);
    assert_int_equal(room->lost, 1);
    assert_int_equal(room->told[QN_FIN_STALE], 1);
    assert_string_equal(broker_double_calls(&room->broker, first), "JJ");
    assert_string_not_equal(room->base.incarnation, before);
    /* The other answers to the old one's questions change nothing. */
    broker_double_answer_rc(&room->broker, 'N', QN_ELOST);
    broker_double_answer_rc(&room->broker, 'C', QN_ELOST);
    broker_double_answer_rc(&room->broker, 'C', QN_OK);
    assert_int_equal(room->lost, 1);
    assert_false(worker_lease_may_take(room->lease));
}

static void jobs_that_are_not_ours_are_told_and_so_are_cancels(void **state)
{
    struct room *room = *state;
    static const char *const names[] = {"j"};
    const struct qn_renewed renewed = {.n = 1, .cancel = names};
    const struct qn_reconciled reconciled = {.n_gone = 1, .gone = names};

    join(room);
    reconnect(room);
    broker_double_answer_rc(&room->broker, 'N', QN_OK);
    broker_double_answer(broker_double_pending(&room->broker, 'N'),
                         (struct qn_reply){.rc = QN_OK, .renewed = &renewed});
    broker_double_answer(broker_double_pending(&room->broker, 'C'),
                         (struct qn_reply){.rc = QN_OK, .reconciled = &reconciled});
    assert_string_equal(room->cancelled, "1.j");
    assert_string_equal(room->gone, "0.j");
}

static void only_an_answer_of_the_broker_itself_says_that_it_is_there(void **state)
{
    struct room *room = *state;

    worker_lease_connected(room->lease);
    broker_double_answer_rc(&room->broker, 'J', QN_ECONN);
    broker_double_break(&room->broker);
    assert_int_equal(room->reached, 0);
    worker_lease_connected(room->lease);
    broker_double_answer_rc(&room->broker, 'J', QN_EFULL); /* it is there, and takes nothing */
    assert_int_equal(room->reached, 1);
}

/* ---- the outbox ---- */

static void an_end_is_sent_until_it_is_acknowledged(void **state)
{
    struct room *room = *state;

    join(room);
    worker_outbox_add(room->outbox, hold(room, 0, "e"));
    for (int i = 0; i < 3; i++) {
        worker_outbox_flush(room->outbox);
        worker_outbox_flush(room->outbox); /* under way: not twice */
        assert_string_equal(broker_double_pending(&room->broker, 'F')->names[0], "e");
        broker_double_break(&room->broker);
        worker_outbox_flush(room->outbox); /* no connection */
        assert_int_equal(worker_outbox_count(room->outbox), 1);
        room->broker.base.link = QN_LINK_UP;
    }
    worker_outbox_flush(room->outbox);
    answer_finished(room, QN_FIN_ALREADY);
    assert_int_equal(room->told[QN_FIN_ALREADY], 1);
    assert_int_equal(worker_outbox_count(room->outbox), 0);
    assert_int_equal(room->base.runs.n_held, 0);
}

static void ends_travel_in_batches_of_one_queue(void **state)
{
    struct room *room = *state;

    join(room);
    for (int i = 0; i < 230; i++)
        worker_outbox_add(room->outbox, hold(room, (size_t)(i % 2), "e"));
    size_t first = room->broker.n;
    worker_outbox_flush(room->outbox);
    assert_string_equal(broker_double_calls(&room->broker, first), "FFFF");
    for (size_t i = first; i < room->broker.n; i++)
        assert_true(room->broker.calls[i].n == 100 || room->broker.calls[i].n == 15);
}

static void an_answer_after_the_loss_is_told_once(void **state)
{
    struct room *room = *state;

    join(room);
    worker_outbox_add(room->outbox, hold(room, 0, "e"));
    worker_outbox_flush(room->outbox);
    worker_outbox_drop(room->outbox);
    answer_finished(room, QN_FIN_OK);
    assert_int_equal(room->told[QN_FIN_STALE], 1);
    assert_int_equal(room->told[QN_FIN_OK], 0);
}

/* ---- taking ---- */

static void no_more_is_asked_for_than_executors_are_idle(void **state)
{
    struct room *room = *state;

    join(room);
    for (size_t idle = 0; idle <= WORKER_IN_FLIGHT; idle++) {
        worker_fetch_turn(room->fetch, idle);
        worker_fetch_turn(room->fetch, idle);
        assert_int_equal(worker_fetch_asked(room->fetch), idle);
    }
    worker_fetch_turn(room->fetch, 1); /* fewer are idle than asked for */
    assert_int_equal(worker_fetch_asked(room->fetch), WORKER_IN_FLIGHT);
}

static void takes_in_flight_make_the_next_one_wait_and_gather(void **state)
{
    struct room *room = *state;

    join(room);
    for (size_t idle = 1; idle <= WORKER_IN_FLIGHT; idle++)
        worker_fetch_turn(room->fetch, idle);
    size_t calls = room->broker.n;
    worker_fetch_turn(room->fetch, 8);
    assert_int_equal(room->broker.n, calls);
    answer_taken(room, 1);
    worker_fetch_turn(room->fetch, 8);
    assert_int_equal(worker_fetch_asked(room->fetch), 8);
}

static void a_queue_that_gave_less_is_asked_again_when_its_token_comes(void **state)
{
    struct room *room = *state;

    join(room);
    room->base.queues.list[1].ready = false;
    room->base.queues.list[1].asked_ms = 1000; /* now */
    worker_fetch_turn(room->fetch, 2);
    answer_taken(room, 1);
    assert_int_equal(room->taken, 1);
    size_t first = room->broker.n;
    worker_fetch_turn(room->fetch, 1);
    assert_string_equal(broker_double_calls(&room->broker, first), "");
    room->base.queues.list[0].ready = true;
    worker_fetch_turn(room->fetch, 1);
    answer_taken(room, 1); /* as much as was asked for: there may be more */
    worker_fetch_turn(room->fetch, 1);
    assert_string_equal(broker_double_calls(&room->broker, first), "TT");
}

static void a_refused_take_is_asked_again_a_second_later_and_not_at_once(void **state)
{
    static const int refusals[] = {QN_EFULL, QN_ECONN, QN_EPROTO};
    struct room *room = *state;

    join(room);
    for (size_t i = 0; i < 3; i++) {
        size_t first = room->broker.n;
        worker_fetch_turn(room->fetch, 2);
        assert_string_equal(broker_double_calls(&room->broker, first), "TT");
        broker_double_answer_rc(&room->broker, 'T', refusals[i]);
        broker_double_answer_rc(&room->broker, 'T', refusals[i]);
        worker_fetch_turn(room->fetch, 2);
        assert_string_equal(broker_double_calls(&room->broker, first), "TT");
        for (int turn = 0; turn < 5 && !room->base.queues.list[0].ready; turn++)
            assert_int_equal(qn_loop_once(room->base.loop, 2000, NULL), QN_OK);
    }
}

static void jobs_of_an_incarnation_that_is_over_are_not_run(void **state)
{
    struct room *room = *state;

    join(room);
    worker_fetch_turn(room->fetch, 2);
    broker_double_answer(broker_double_pending(&room->broker, 'T'),
                         (struct qn_reply){.rc = QN_ELOST});
    assert_int_equal(room->lost, 1);
    answer_taken(room, 1);
    assert_int_equal(room->taken, 0);
    assert_int_equal(worker_fetch_asked(room->fetch), 0);
}

#define CASE(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(taking_begins_when_every_queue_was_joined),
        CASE(a_lease_lasts_from_when_it_was_asked_for),
        CASE(after_a_reconnect_ends_go_before_notes_and_notes_before_takes),
        CASE(notes_are_compared_only_with_no_take_under_way),
        CASE(notes_that_fail_are_compared_again_before_any_take),
        CASE(a_lost_lease_writes_nothing_and_joins_as_another),
        CASE(jobs_that_are_not_ours_are_told_and_so_are_cancels),
        CASE(only_an_answer_of_the_broker_itself_says_that_it_is_there),
        CASE(an_end_is_sent_until_it_is_acknowledged),
        CASE(ends_travel_in_batches_of_one_queue),
        CASE(an_answer_after_the_loss_is_told_once),
        CASE(no_more_is_asked_for_than_executors_are_idle),
        CASE(takes_in_flight_make_the_next_one_wait_and_gather),
        CASE(a_queue_that_gave_less_is_asked_again_when_its_token_comes),
        CASE(a_refused_take_is_asked_again_a_second_later_and_not_at_once),
        CASE(jobs_of_an_incarnation_that_is_over_are_not_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
