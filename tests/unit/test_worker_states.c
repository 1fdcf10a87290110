#include "worker/states.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { STATES = WORKER_STOPPED + 1, EVENTS = WORKER_LEFT + 1 };

static void a_first_term_drains_and_a_second_releases(void **state)
{
    (void)state;
    for (int from = WORKER_STARTING; from <= WORKER_QUIET; from++) {
        enum worker_state after = worker_state_next((enum worker_state)from, WORKER_TERM);
        assert_int_equal(after, WORKER_DRAINING);
        assert_int_equal(worker_state_next(after, WORKER_TERM), WORKER_RELEASING);
    }
    assert_int_equal(worker_state_next(WORKER_DRAINING, WORKER_TIME_UP), WORKER_RELEASING);
}

static void it_never_goes_back_to_taking(void **state)
{
    (void)state;
    for (int from = WORKER_QUIET; from < STATES; from++) {
        for (int event = 0; event < EVENTS; event++)
            assert_true(worker_state_next((enum worker_state)from, (enum worker_event)event) >=
                        (enum worker_state)from);
    }
}

static void term_and_time_stop_it_from_every_state(void **state)
{
    (void)state;
    for (int from = 0; from < STATES; from++) {
        enum worker_state now = (enum worker_state)from;
        now = worker_state_next(now, WORKER_TERM);
        now = worker_state_next(now, WORKER_TERM);
        now = worker_state_next(now, WORKER_EMPTY);
        now = worker_state_next(now, WORKER_TIME_UP);
        assert_int_equal(now, WORKER_STOPPED);
    }
}

static void only_running_becomes_quiet(void **state)
{
    (void)state;
    for (int from = 0; from < STATES; from++) {
        enum worker_state now = worker_state_next((enum worker_state)from, WORKER_HUSH);
        assert_int_equal(now, from == WORKER_RUNNING ? WORKER_QUIET : from);
    }
}

static void a_message_to_stop_drains_and_a_second_one_changes_nothing(void **state)
{
    (void)state;
    for (int from = 0; from < STATES; from++) {
        enum worker_state now = worker_state_next((enum worker_state)from, WORKER_DRAIN);
        assert_int_equal(now, from < WORKER_DRAINING ? WORKER_DRAINING : from);
        assert_int_equal(worker_state_next(now, WORKER_DRAIN), now);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_term_drains_and_a_second_releases),
        cmocka_unit_test(it_never_goes_back_to_taking),
        cmocka_unit_test(term_and_time_stop_it_from_every_state),
        cmocka_unit_test(only_running_becomes_quiet),
        cmocka_unit_test(a_message_to_stop_drains_and_a_second_one_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
