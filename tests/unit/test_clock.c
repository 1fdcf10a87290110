#include "common/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <quern/err.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
    const char *text;
    int64_t ms;
} moments[] = {
    {"1970-01-01T00:00:00.000Z", 0},
    {"1969-12-31T23:59:59.999Z", -1},
    {"2025-06-30T07:15:00.123Z", INT64_C(1751267700123)},
    {"2024-02-29T12:00:00.000Z", INT64_C(1709208000000)},
    {"2000-02-29T00:00:00.000Z", INT64_C(951782400000)},
    {"1900-02-28T00:00:00.000Z", INT64_C(-2203977600000)},
    {"0000-01-01T00:00:00.000Z", INT64_C(-62167219200000)},
    {"9999-12-31T23:59:59.999Z", INT64_C(253402300799999)},
};

static void known_moments_go_both_ways(void **state)
{
    char text[QN_TIME_TEXT_SIZE];
    int64_t ms;

    (void)state;
    for (size_t i = 0; i < COUNT(moments); i++) {
        qn_time_to_str(moments[i].ms, text);
        assert_string_equal(text, moments[i].text);
        assert_int_equal(qn_time_from_str(moments[i].text, &ms), QN_OK);
        assert_true(ms == moments[i].ms);
    }
}

static void every_day_of_four_centuries_is_as_libc_has_it(void **state)
{
    char text[QN_TIME_TEXT_SIZE], expected[QN_TIME_TEXT_SIZE];

    (void)state;
    for (int64_t day = -80000; day < 80000; day++) {
        time_t seconds = (time_t)(day * 86400);
        struct tm tm;
        int64_t ms;

        gmtime_r(&seconds, &tm);
        strftime(expected, sizeof(expected), "%Y-%m-%dT00:00:00.000Z", &tm);
        qn_time_to_str(day * 86400000, text);
        assert_string_equal(text, expected);
        assert_int_equal(qn_time_from_str(text, &ms), QN_OK);
        assert_true(ms == day * 86400000);
    }
}

static void years_of_other_lengths_are_shown_as_the_bound(void **state)
{
    char text[QN_TIME_TEXT_SIZE];

    (void)state;
    qn_time_to_str(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
    qn_time_to_str(INT64_MIN, text);
    assert_string_equal(text, "0000-01-01T00:00:00.000Z");
}

static void offsets_and_fractions_are_understood(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } same[] = {
        {"2025-06-30T07:15:00Z", 0},           {"2025-06-30t07:15:00z", 0},
        {"2025-06-30T15:15:00+08:00", 0},      {"2025-06-30T02:45:00-04:30", 0},
        {"2025-06-30T07:15:00-00:00", 0},      {"2025-07-01T07:14:00+23:59", 0},
        {"2025-06-30T07:15:00.5Z", 500},       {"2025-06-30T07:15:00.12Z", 120},
        {"2025-06-30T07:15:00.1239999Z", 123}, {"2025-06-30T07:15:00.000000001Z", 0},
    };
    int64_t ms;

    (void)state;
    for (size_t i = 0; i < COUNT(same); i++) {
        assert_int_equal(qn_time_from_str(same[i].text, &ms), QN_OK);
        assert_true(ms == INT64_C(1751267700000) + same[i].ms);
    }
}

static void a_leap_second_ends_a_day_of_utc(void **state)
{
    int64_t ms, next;

    (void)state;
    assert_int_equal(qn_time_from_str("2017-01-01T00:00:00Z", &next), QN_OK);
    assert_true(qn_time_from_str("2016-12-31T23:59:60Z", &ms) == QN_OK && ms == next);
    assert_true(qn_time_from_str("2017-01-01T07:59:60.5+08:00", &ms) == QN_OK && ms == next + 500);
    assert_int_equal(qn_time_from_str("2016-12-31T23:58:60Z", &ms), QN_EINVAL);
    assert_int_equal(qn_time_from_str("2016-12-31T23:59:60+01:00", &ms), QN_EINVAL);
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "2025",
                                      "2025-06-30",
                                      "2025-06-30T07:15Z",
                                      "2025-06-30 07:15:00Z",
                                      "2025-06-30T07:15:00",
                                      "2025-06-30T07:15:00.Z",
                                      "2025-06-30T07:15:00+0800",
                                      "2025-06-30T07:15:00+08",
                                      "2025-06-30T07:15:00Z ",
                                      " 2025-06-30T07:15:00Z",
                                      "2025-06-30T24:00:00Z",
                                      "2025-06-30T07:60:00Z",
                                      "2025-06-30T07:15:61Z",
                                      "2025-02-29T00:00:00Z",
                                      "2025-00-10T00:00:00Z",
                                      "2025-13-10T00:00:00Z",
                                      "2025-06-31T00:00:00Z",
                                      "2025-06-00T00:00:00Z",
                                      "1900-02-29T00:00:00Z",
                                      "2025-06-30T07:15:00+24:00",
                                      "2025-06-30T07:15:00+08:60",
                                      "0000-01-01T00:00:00+00:01",
                                      "9999-12-31T23:59:59-00:01",
                                      "25-06-30T07:15:00Z",
                                      "2025-6-30T07:15:00Z",
                                      "-025-06-30T07:15:00Z",
                                      "2025-06-30T07:15:00ZZ"};
    int64_t ms = 7;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(qn_time_from_str(bad[i], &ms), QN_EINVAL);
    }
    assert_int_equal(ms, 7);
}

static void dates_exist_in_the_calendar(void **state)
{
    static const char *const good[] = {"2026-02-28", "2024-02-29", "2000-02-29",
                                       "2400-02-29", "0001-01-01", "9999-12-31"};
    static const char *const bad[] = {"2026-02-30",  "2026-02-29", "1900-02-29", "2500-02-29",
                                      "2026-04-31",  "0000-01-01", "2026-1-01",  "2026-01-1",
                                      "2026-01-01 ", "",           "2026/01/01", "20260101"};

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_int_equal(qn_date_check(good[i]), QN_OK);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(qn_date_check(bad[i]), QN_EINVAL);
    }
}

static void a_fake_clock_stands_still_until_moved(void **state)
{
    struct qn_fake_clock fake;

    (void)state;
    qn_fake_clock_init(&fake, 5, 1000);
    assert_int_equal(qn_mono_ms(&fake.clock), 5);
    qn_fake_clock_advance(&fake, 10);
    assert_int_equal(qn_mono_ms(&fake.clock), 15);
    assert_int_equal(qn_wall_ms(&fake.clock), 1010);
}

static void the_system_clock_does_not_go_back(void **state)
{
    int64_t before = qn_mono_ms(&qn_clock_system);

    (void)state;
    assert_true(qn_mono_ms(&qn_clock_system) >= before);
    assert_true(qn_wall_ms(&qn_clock_system) > INT64_C(1500000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_moments_go_both_ways),
        cmocka_unit_test(every_day_of_four_centuries_is_as_libc_has_it),
        cmocka_unit_test(years_of_other_lengths_are_shown_as_the_bound),
        cmocka_unit_test(offsets_and_fractions_are_understood),
        cmocka_unit_test(a_leap_second_ends_a_day_of_utc),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(dates_exist_in_the_calendar),
        cmocka_unit_test(a_fake_clock_stands_still_until_moved),
        cmocka_unit_test(the_system_clock_does_not_go_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
