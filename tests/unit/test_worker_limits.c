#include "worker/limits.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct worker_options options = {.soft_limit_ms = 1500, .hard_limit_ms = 1800};

static void chosen(int64_t body_soft, int64_t body_hard, int64_t task_soft, int64_t task_hard,
                   const int64_t expected[2])
{
    const struct qn_body body = {.soft_limit_ms = body_soft, .hard_limit_ms = body_hard};
    const struct qn_task task = {.soft_limit_ms = task_soft, .hard_limit_ms = task_hard};
    int64_t soft, hard;

    worker_limits_choose(&body, &task, &options, &soft, &hard);
    assert_int_equal(soft, expected[0]);
    assert_int_equal(hard, expected[1]);
}

static void the_record_wins_over_the_task_over_the_settings(void **state)
{
    (void)state;
    chosen(0, 0, 0, 0, (int64_t[]){1500, 1800});
    chosen(0, 0, 20, 30, (int64_t[]){20, 30});
    chosen(5, 9, 20, 30, (int64_t[]){5, 9});
    chosen(0, 9, 20, 30, (int64_t[]){9, 9});
}

static void soft_is_never_above_hard(void **state)
{
    (void)state;
    chosen(9000, 0, 0, 0, (int64_t[]){1800, 1800});
    chosen(0, 100, 0, 0, (int64_t[]){100, 100});
    chosen(INT64_MAX, INT64_MAX, 0, 0, (int64_t[]){INT64_MAX, INT64_MAX});
}

static void soft_comes_once_then_hard_as_often_as_asked(void **state)
{
    struct worker_limits limits;
    int64_t wait;

    (void)state;
    worker_limits_begin(&limits, 100, 300, 1000);
    assert_int_equal(worker_limits_due(&limits, 1000, &wait), WORKER_DUE_NOTHING);
    assert_int_equal(wait, 100);
    assert_int_equal(worker_limits_due(&limits, 1100, &wait), WORKER_DUE_SOFT);
    assert_int_equal(wait, 200);
    assert_int_equal(worker_limits_due(&limits, 1101, &wait), WORKER_DUE_NOTHING);
    assert_int_equal(worker_limits_due(&limits, 1300, &wait), WORKER_DUE_HARD);
    assert_int_equal(worker_limits_due(&limits, 1400, &wait), WORKER_DUE_HARD);
}

static void a_long_sleep_goes_straight_to_hard(void **state)
{
    struct worker_limits limits;
    int64_t wait;

    (void)state;
    worker_limits_begin(&limits, 100, 300, 0);
    assert_int_equal(worker_limits_due(&limits, 100000, &wait), WORKER_DUE_HARD);
}

static void a_cancel_has_its_grace_and_no_second_one(void **state)
{
    struct worker_limits limits;
    int64_t wait;

    (void)state;
    worker_limits_begin(&limits, 1000, 2000, 0);
    worker_limits_cancel(&limits, 50, 10);
    assert_int_equal(worker_limits_due(&limits, 10, &wait), WORKER_DUE_NOTHING);
    assert_int_equal(wait, 50);
    worker_limits_cancel(&limits, 50, 40);
    assert_int_equal(worker_limits_due(&limits, 60, &wait), WORKER_DUE_CANCEL);
    worker_limits_begin(&limits, 1000, 2000, 0);
    assert_int_equal(worker_limits_due(&limits, 60, &wait), WORKER_DUE_NOTHING);
}

static void no_limit_is_too_large_to_be_counted(void **state)
{
    struct worker_limits limits;
    int64_t wait;

    (void)state;
    worker_limits_begin(&limits, INT64_MAX, INT64_MAX, INT64_MAX / 4);
    assert_int_equal(worker_limits_due(&limits, INT64_MAX / 4, &wait), WORKER_DUE_NOTHING);
    assert_true(wait > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_record_wins_over_the_task_over_the_settings),
        cmocka_unit_test(soft_is_never_above_hard),
        cmocka_unit_test(soft_comes_once_then_hard_as_often_as_asked),
        cmocka_unit_test(a_long_sleep_goes_straight_to_hard),
        cmocka_unit_test(a_cancel_has_its_grace_and_no_second_one),
        cmocka_unit_test(no_limit_is_too_large_to_be_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
