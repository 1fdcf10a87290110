#include "tasks/lib/llm/llm_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define T0 INT64_C(1000000000)

static void backoff_is_anything_up_to_its_top(void **state)
{
    (void)state;
    for (int retry = 1; retry <= 20; retry++) {
        int64_t top = retry < 5 ? 500LL << (retry - 1) : QN_LLM_BACKOFF_CAP_MS;

        assert_int_equal(qn_llm_backoff_ms(500, retry, 0), 0);
        assert_int_equal(qn_llm_backoff_ms(500, retry, (uint64_t)top), top);
        assert_int_equal(qn_llm_backoff_ms(500, retry, (uint64_t)top + 1), 0);
    }
    assert_int_equal(qn_llm_backoff_ms(0, 3, UINT64_MAX), 0);
}

static struct qn_llm_state_of_call call_of(enum qn_llm_class class, int same)
{
    return (struct qn_llm_state_of_call){
        .class = class, .attempts = same, .same = same, .wait_ms = -1};
}

static void no_class_has_more_requests_than_its_row(void **state)
{
    (void)state;
    for (int i = QN_LLM_FINE + 1; i < QN_LLM_CLASSES; i++) {
        for (int same = 1; same <= 4; same++) {
            struct qn_llm_state_of_call call = call_of((enum qn_llm_class)i, same);
            int64_t wait;

            assert_int_equal(qn_llm_try_again(&call, &wait),
                             same <= qn_llm_classes[i].retries && same < 3);
        }
    }
}

static void no_request_begins_after_thirty_seconds(void **state)
{
    struct qn_llm_state_of_call call = call_of(QN_LLM_SERVER, 1);
    int64_t wait;

    (void)state;
    call.elapsed_ms = 30000;
    assert_true(qn_llm_try_again(&call, &wait));
    call.elapsed_ms = 30001;
    assert_false(qn_llm_try_again(&call, &wait));
    call = call_of(QN_LLM_RATE, 1);
    call.wait_ms = 20000;
    assert_true(qn_llm_try_again(&call, &wait));
    assert_int_equal(wait, 20000);
    call.elapsed_ms = 10001;
    assert_false(qn_llm_try_again(&call, &wait));
    assert_int_equal(wait, 20000);
}

static void a_task_is_put_off_as_long_as_the_server_says(void **state)
{
    struct qn_llm_state_of_call call = call_of(QN_LLM_QUOTA, 1);
    int64_t wait;

    (void)state;
    call.wait_ms = 90000;
    assert_false(qn_llm_try_again(&call, &wait));
    assert_int_equal(wait, 90000);
    call.wait_ms = -1;
    assert_false(qn_llm_try_again(&call, &wait));
    assert_int_equal(wait, QN_LLM_LONG_WAIT_MS);
    call = call_of(QN_LLM_CALLER, 1);
    assert_false(qn_llm_try_again(&call, &wait));
    assert_int_equal(wait, 0);
}

static void retries_are_a_share_of_the_last_minute(void **state)
{
    struct qn_llm_window window = {.bucket = {0}};

    (void)state;
    qn_llm_window_add(&window, T0, QN_LLM_RETRIES_FREE, QN_LLM_RETRIES_FREE);
    assert_false(qn_llm_may_retry(&window, T0));
    qn_llm_window_add(&window, T0 + 10000, 41, 0);
    assert_true(qn_llm_may_retry(&window, T0 + 10000));
    qn_llm_window_add(&window, T0 + 10000, 1, 1);
    assert_false(qn_llm_may_retry(&window, T0 + 10000));
    assert_true(qn_llm_may_retry(&window, T0 + QN_LLM_WINDOW_MS));
}

/* ---- the breaker ---- */

static void tell(struct qn_llm_breaker *breaker, int64_t now, int n, enum qn_llm_verdict verdict)
{
    for (int i = 0; i < n; i++) {
        qn_llm_breaker_tell(breaker, now, verdict);
    }
}

static void it_opens_at_ten_calls_of_which_half_failed(void **state)
{
    struct qn_llm_breaker breaker = {.good = 0};
    int64_t wait;

    (void)state;
    tell(&breaker, T0, 9, QN_LLM_BAD);
    assert_int_equal(qn_llm_breaker_state(&breaker, T0), QN_LLM_CLOSED);
    tell(&breaker, T0, 1, QN_LLM_BAD);
    assert_int_equal(qn_llm_breaker_state(&breaker, T0), QN_LLM_OPENED);
    assert_false(qn_llm_breaker_ask(&breaker, T0 + 1000, &wait));
    assert_int_equal(wait, 29000);

    breaker = (struct qn_llm_breaker){.good = 0};
    tell(&breaker, T0, 10, QN_LLM_GOOD);
    tell(&breaker, T0, 9, QN_LLM_BAD);
    assert_int_equal(qn_llm_breaker_state(&breaker, T0), QN_LLM_CLOSED);
    tell(&breaker, T0, 1, QN_LLM_BAD);
    assert_int_equal(qn_llm_breaker_state(&breaker, T0), QN_LLM_OPENED);
}

static void what_is_older_than_a_minute_is_forgotten(void **state)
{
    struct qn_llm_breaker breaker = {.good = 0};

    (void)state;
    tell(&breaker, T0, 9, QN_LLM_BAD);
    tell(&breaker, T0 + QN_LLM_WINDOW_MS, 1, QN_LLM_BAD);
    assert_int_equal(qn_llm_breaker_state(&breaker, T0 + QN_LLM_WINDOW_MS), QN_LLM_CLOSED);
}

static void what_is_nobodys_fault_counts_for_nothing(void **state)
{
    struct qn_llm_breaker breaker = {.good = 0};

    (void)state;
    tell(&breaker, T0, 9, QN_LLM_BAD);
    tell(&breaker, T0, 100, QN_LLM_NEITHER);
    assert_int_equal(qn_llm_breaker_state(&breaker, T0), QN_LLM_CLOSED);
}

static void one_probes_and_two_good_ones_close_it(void **state)
{
    struct qn_llm_breaker breaker = {.good = 0};
    int64_t wait, now = T0 + QN_LLM_BREAKER_OPEN_MS;

    (void)state;
    tell(&breaker, T0, 10, QN_LLM_BAD);
    assert_true(qn_llm_breaker_ask(&breaker, now, &wait));
    assert_false(qn_llm_breaker_ask(&breaker, now, &wait));
    assert_true(wait > 0);
    tell(&breaker, now, 1, QN_LLM_GOOD);
    assert_int_equal(qn_llm_breaker_state(&breaker, now), QN_LLM_HALF);
    assert_true(qn_llm_breaker_ask(&breaker, now, &wait));
    tell(&breaker, now, 1, QN_LLM_GOOD);
    assert_int_equal(qn_llm_breaker_state(&breaker, now), QN_LLM_CLOSED);
}

static void each_failed_probe_doubles_the_time_up_to_five_minutes(void **state)
{
    static const int64_t lengths[] = {60000, 120000, 240000, 300000, 300000};
    struct qn_llm_breaker breaker = {.good = 0};
    int64_t wait, now = T0 + QN_LLM_BREAKER_OPEN_MS;

    (void)state;
    tell(&breaker, T0, 10, QN_LLM_BAD);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        assert_true(qn_llm_breaker_ask(&breaker, now, &wait));
        tell(&breaker, now, 1, QN_LLM_BAD);
        assert_false(qn_llm_breaker_ask(&breaker, now, &wait));
        assert_int_equal(wait, lengths[i]);
        now += lengths[i];
    }
}

static void a_probe_that_never_ends_is_given_up(void **state)
{
    struct qn_llm_breaker breaker = {.good = 0};
    int64_t wait, now = T0 + QN_LLM_BREAKER_OPEN_MS;

    (void)state;
    tell(&breaker, T0, 10, QN_LLM_BAD);
    assert_true(qn_llm_breaker_ask(&breaker, now, &wait));
    assert_false(qn_llm_breaker_ask(&breaker, now + QN_LLM_BREAKER_PROBE_MS - 1, &wait));
    assert_true(qn_llm_breaker_ask(&breaker, now + QN_LLM_BREAKER_PROBE_MS, &wait));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backoff_is_anything_up_to_its_top),
        cmocka_unit_test(no_class_has_more_requests_than_its_row),
        cmocka_unit_test(no_request_begins_after_thirty_seconds),
        cmocka_unit_test(a_task_is_put_off_as_long_as_the_server_says),
        cmocka_unit_test(retries_are_a_share_of_the_last_minute),
        cmocka_unit_test(it_opens_at_ten_calls_of_which_half_failed),
        cmocka_unit_test(what_is_older_than_a_minute_is_forgotten),
        cmocka_unit_test(what_is_nobodys_fault_counts_for_nothing),
        cmocka_unit_test(one_probes_and_two_good_ones_close_it),
        cmocka_unit_test(each_failed_probe_doubles_the_time_up_to_five_minutes),
        cmocka_unit_test(a_probe_that_never_ends_is_given_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
