/* test_limits.c - what brokers refuse of limits, and rates as people write them. */
#include "broker-client/limits.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void a_rate_reads_as_it_is_printed(void **state)
{
    static const struct {
        const char *text;
        int64_t rate, per_ms;
        const char *printed;
    } cases[] = {
        {"10/1m", 10, 60000, "10/1m"},  {"10/m", 10, 60000, "10/1m"},
        {"1/s", 1, 1000, "1/1s"},       {"100/1h30m", 100, 5400000, "100/1h30m"},
        {"5/250ms", 5, 250, "5/250ms"}, {"1000000/31d", 1000000, QN_LIMIT_PER_MAX, "1000000/31d"},
    };
    char printed[QN_RATE_TEXT_SIZE];
    int64_t rate, per_ms;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct qn_span text = {cases[i].text, strlen(cases[i].text)};
        assert_true(qn_rate_read(text, &rate, &per_ms));
        assert_int_equal(rate, cases[i].rate);
        assert_int_equal(per_ms, cases[i].per_ms);
        qn_rate_print(rate, per_ms, printed);
        assert_string_equal(printed, cases[i].printed);
    }
}

static void what_is_no_rate_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "10",
        "/",
        "10/",
        "/1m",
        "0/1m",
        "-1/1m",
        "10/0s",
        "10/-1s",
        "x/1m",
        "10/1x",
        "1.5/s",
        "10/ 1m",
        "1/1m/1m",
        "99999999999999999999/s",
        "1/11111111111111111111111111111111111111111111s",
    };
    int64_t rate = 7, per_ms = 8;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (qn_rate_read((struct qn_span){bad[i], strlen(bad[i])}, &rate, &per_ms))
            fail_msg("\"%s\" reads", bad[i]);
    assert_false(qn_rate_read((struct qn_span){0}, &rate, &per_ms));
    assert_true(rate == 7 && per_ms == 8);
}

static void figures_of_a_limit_have_bounds(void **state)
{
    const struct qn_limit most = {.scope = "task:a.b",
                                  .concurrency = QN_LIMIT_FIGURE_MAX,
                                  .rate = QN_LIMIT_FIGURE_MAX,
                                  .per_ms = QN_LIMIT_PER_MAX,
                                  .burst = QN_LIMIT_FIGURE_MAX};
    struct qn_limit over;

    (void)state;
    assert_null(qn_limits_fault(&most, 1));
    over = most;
    over.concurrency++;
    assert_non_null(qn_limits_fault(&over, 1));
    over = most;
    over.burst = -1;
    assert_non_null(qn_limits_fault(&over, 1));
    over = most;
    over.per_ms++;
    assert_non_null(qn_limits_fault(&over, 1));
    over = most;
    over.per_ms = 0;
    assert_string_equal(qn_limits_fault(&over, 1), "a rate needs the time that it is counted in");
    over = most;
    over.scope = "tasks:a.b";
    assert_non_null(qn_limits_fault(&over, 1));
    assert_non_null(qn_limits_fault(&most, 0));
    assert_non_null(qn_limits_fault(&most, QN_LIMIT_BATCH_MAX + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rate_reads_as_it_is_printed),
        cmocka_unit_test(what_is_no_rate_is_refused),
        cmocka_unit_test(figures_of_a_limit_have_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
