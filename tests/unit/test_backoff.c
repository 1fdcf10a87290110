#include "common/backoff.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#define DAY_MS INT64_C(86400000)

static const uint64_t randoms[] = {0, 1, 1000003, UINT64_MAX / 2, UINT64_MAX - 1, UINT64_MAX};

static void backoff_never_exceeds_its_cap(void **state)
{
    static const int64_t bases[] = {-5, 0, 1, 2000, 600000, INT64_MAX};
    static const int64_t caps[] = {1, 1000, 600000, INT64_MAX};

    (void)state;
    for (int shape = QN_SHAPE_FIXED; shape <= QN_SHAPE_EXPONENTIAL; shape++) {
        for (int i = 0; i < 6 * 4 * 6; i++) {
            struct qn_backoff_policy policy = {(enum qn_backoff_shape)shape, bases[i % 6],
                                               caps[i / 6 % 4]};

            for (int attempt = -1; attempt < 200; attempt++) {
                int64_t ms = qn_backoff_ms(&policy, attempt, randoms[i / 24]);

                assert_true(ms >= 0 && ms <= policy.cap_ms);
                assert_true(ms >= policy.base_ms || ms == policy.cap_ms);
            }
            assert_true(qn_backoff_ms(&policy, INT32_MAX, randoms[i / 24]) <= policy.cap_ms);
        }
    }
}

static void without_a_cap_it_is_a_day(void **state)
{
    struct qn_backoff_policy linear = {QN_SHAPE_LINEAR, 3600000, 0};
    struct qn_backoff_policy fixed = {QN_SHAPE_FIXED, 2 * DAY_MS, 0};

    (void)state;
    assert_true(qn_backoff_ms(&linear, 100, 0) == DAY_MS);
    assert_true(qn_backoff_ms(&fixed, 1, 0) == DAY_MS);
}

static void fixed_is_the_base_and_linear_its_multiple(void **state)
{
    struct qn_backoff_policy fixed = {QN_SHAPE_FIXED, 700, 10000};
    struct qn_backoff_policy linear = {QN_SHAPE_LINEAR, 700, 10000};

    (void)state;
    for (int attempt = 1; attempt <= 14; attempt++) {
        assert_int_equal(qn_backoff_ms(&fixed, attempt, UINT64_MAX), 700);
        assert_int_equal(qn_backoff_ms(&linear, attempt, UINT64_MAX), 700 * attempt);
    }
    assert_int_equal(qn_backoff_ms(&linear, 15, 0), 10000);
}

static void exponential_reaches_both_ends_of_its_range(void **state)
{
    struct qn_backoff_policy policy = {QN_SHAPE_EXPONENTIAL, 100, 10000};
    int64_t low = INT64_MAX, high = 0;

    (void)state;
    assert_int_equal(qn_backoff_ms(&policy, 1, UINT64_MAX), 100);
    for (uint64_t random = 0; random < 301; random++) { /* 100 to 400 */
        int64_t ms = qn_backoff_ms(&policy, 3, random);

        low = ms < low ? ms : low;
        high = ms > high ? ms : high;
    }
    assert_int_equal(low, 100);
    assert_int_equal(high, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backoff_never_exceeds_its_cap),
        cmocka_unit_test(without_a_cap_it_is_a_day),
        cmocka_unit_test(fixed_is_the_base_and_linear_its_multiple),
        cmocka_unit_test(exponential_reaches_both_ends_of_its_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
