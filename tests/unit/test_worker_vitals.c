#include "worker/vitals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LEASE   15000
#define TIMEOUT 5000
#define LIMIT   16000 /* a wait of 5 s, twice the timeout, a second */

struct room {
    struct qn_fake_clock clock;
    struct worker_options options;
    struct worker_base base;
    struct worker_vitals vitals;
    struct worker_vitals_now now;
    struct qn_service_state seen;
};

static int set_up(void **state)
{
    static struct room room;

    memset(&room, 0, sizeof(room));
    qn_fake_clock_init(&room.clock, 1000000, 0);
    room.options = (struct worker_options){.lease_ms = LEASE, .broker_timeout_ms = TIMEOUT};
    room.base.clock = &room.clock.clock;
    room.base.options = &room.options;
    room.now = (struct worker_vitals_now){.state = WORKER_RUNNING, .executors = 4};
    worker_vitals_init(&room.vitals, &room.base);
    *state = &room;
    return 0;
}

static const struct qn_service_state *judge(struct room *room)
{
    worker_vitals_judge(&room->vitals, &room->now, &room->seen);
    return &room->seen;
}

static void pass(struct room *room, int64_t ms)
{
    qn_fake_clock_advance(&room->clock, ms);
}

static void renew(struct room *room)
{
    worker_vitals_reached(&room->vitals);
    worker_vitals_until(&room->vitals, room->clock.mono + LEASE);
}

static void take(struct room *room)
{
    const struct qn_reply taken = {.rc = QN_OK};

    worker_vitals_taken(&room->vitals, &taken);
}

/* Connected, the lease is held, one take was answered. */
static void begin(struct room *room)
{
    worker_vitals_connected(&room->vitals);
    renew(room);
    take(room);
}

static void it_is_ready_when_a_take_was_answered_and_not_before(void **state)
{
    struct room *room = *state;

    assert_false(judge(room)->ready);
    worker_vitals_connected(&room->vitals);
    assert_false(judge(room)->ready);
    renew(room);
    assert_false(judge(room)->ready);
    take(room);
    assert_true(judge(room)->ready);
    assert_true(judge(room)->turns);
}

static void an_outage_is_not_ready_and_not_stuck_however_long(void **state)
{
    struct room *room = *state;

    begin(room);
    worker_vitals_disconnected(&room->vitals, "it hung up");
    for (int hours = 0; hours < 3; hours++) {
        assert_false(judge(room)->ready);
        assert_true(judge(room)->turns);
        pass(room, 3600000);
    }
    assert_string_equal(judge(room)->why, "the broker is away: it hung up");
    begin(room);
    assert_true(judge(room)->ready);
}

static void one_that_would_never_be_woken_is_not_ready(void **state)
{
    struct room *room = *state;

    begin(room);
    for (int64_t ms = 0; ms <= LIMIT; ms += 2000) {
        assert_true(judge(room)->ready);
        pass(room, 2000);
        renew(room);
        take(room); /* taking goes on */
        worker_vitals_waited(&room->vitals, false);
    }
    assert_false(judge(room)->ready);
    assert_true(judge(room)->turns); /* it asks, again and again */
    worker_vitals_waited(&room->vitals, true);
    assert_true(judge(room)->ready);
}

static void what_must_have_been_answered_and_was_not_is_stuck(void **state)
{
    struct room *room = *state;

    begin(room);
    worker_vitals_waited(&room->vitals, true);
    for (int64_t ms = 0; ms <= LIMIT; ms += 2000) {
        assert_true(judge(room)->turns);
        pass(room, 2000);
        renew(room); /* but no wait ends any more */
    }
    assert_false(judge(room)->turns);
    assert_false(judge(room)->ready);

    worker_vitals_waited(&room->vitals, true);
    assert_true(judge(room)->turns);
    for (int64_t ms = 0; ms <= LIMIT; ms += 2000) {
        pass(room, 2000);
        worker_vitals_waited(&room->vitals, true); /* but no renewal ends any more */
    }
    assert_false(judge(room)->turns);
}

static void a_worker_whose_takes_are_refused_is_not_ready(void **state)
{
    struct room *room = *state;
    const struct qn_err err = {.code = QN_EFULL, .msg = "broker: MISCONF no space"};
    const struct qn_reply refused = {.rc = QN_EFULL, .err = &err};

    begin(room);
    worker_vitals_taken(&room->vitals, &refused);
    assert_false(judge(room)->ready);
    assert_non_null(strstr(judge(room)->why, "MISCONF"));
    assert_true(judge(room)->turns);
    take(room);
    assert_true(judge(room)->ready);
}

static void who_could_not_take_a_job_is_not_ready(void **state)
{
    struct room *room = *state;

    begin(room);
    room->now.executors = 0;
    assert_false(judge(room)->ready);
    room->now = (struct worker_vitals_now){.state = WORKER_RUNNING, .executors = 4, .full = true};
    assert_false(judge(room)->ready);
    room->now = (struct worker_vitals_now){.state = WORKER_QUIET, .executors = 4};
    assert_false(judge(room)->ready);
    assert_true(judge(room)->turns);
    room->now.state = WORKER_RUNNING;
    pass(room, LEASE); /* nobody renewed */
    assert_string_equal(judge(room)->why, "the lease is not held");
}

#define CASE(NAME) cmocka_unit_test_setup(NAME, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(it_is_ready_when_a_take_was_answered_and_not_before),
        CASE(an_outage_is_not_ready_and_not_stuck_however_long),
        CASE(one_that_would_never_be_woken_is_not_ready),
        CASE(what_must_have_been_answered_and_was_not_is_stuck),
        CASE(a_worker_whose_takes_are_refused_is_not_ready),
        CASE(who_could_not_take_a_job_is_not_ready),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
