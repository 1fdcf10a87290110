#include "tasks/nl2sql/chart/chart_time.h"

#include "tasks/nl2sql/chart/chart_words.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static struct qn_span span(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

/* clang-format off */
static const struct {
    const char *text;
    enum chart_grain grain;
    double day;
} times[] = {
    {"1970-01-01", CHART_GRAIN_DAY, 0},
    {"1970", CHART_GRAIN_YEAR, 0},
    {"1970-02", CHART_GRAIN_MONTH, 31},
    {"1970/02/02", CHART_GRAIN_DAY, 32},
    {"1970-Q2", CHART_GRAIN_QUARTER, 90},
    {"1970Q2", CHART_GRAIN_QUARTER, 90},
    {"1970 Q2", CHART_GRAIN_QUARTER, 90},
    {"2000-03-01", CHART_GRAIN_DAY, 11017},
    {"1969-12-31", CHART_GRAIN_DAY, -1},
    {"2026-W01", CHART_GRAIN_WEEK, 20451}, /* 2025-12-29 */
    {"2025-W26", CHART_GRAIN_WEEK, 20262}, /* 2025-06-23 */
    {"1970-01-02 12:00:00", CHART_GRAIN_MOMENT, 1.5},
    {"1970-01-02T12:00", CHART_GRAIN_MOMENT, 1.5},
    {"1970-01-02 12:00:00.000+12", CHART_GRAIN_MOMENT, 1},
    {"1970-01-02 12:00:00-12:00", CHART_GRAIN_MOMENT, 2},
    {"1970-01-02 12:00:00Z", CHART_GRAIN_MOMENT, 1.5},
    {"1970\xe5\xb9\xb4", CHART_GRAIN_YEAR, 0},
    {"1970\xe5\xb9\xb4""2\xe6\x9c\x88", CHART_GRAIN_MONTH, 31},
    {"1970\xe5\xb9\xb4""2\xe6\x9c\x88""2\xe6\x97\xa5", CHART_GRAIN_DAY, 32},
};
/* clang-format on */

static void texts_of_times_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        double day = NAN;

        if (chart_time_parse(span(times[i].text), &day) != times[i].grain ||
            fabs(day - times[i].day) > 1e-9) {
            fail_msg("%s: %f", times[i].text, day);
        }
    }
}

static void other_texts_are_no_times(void **state)
{
    static const char *const texts[] = {"",
                                        "197",
                                        "Paris",
                                        "infinity",
                                        "-infinity",
                                        "1970-13",
                                        "1970-00",
                                        "1970-01-32",
                                        "1970-01-01 BC",
                                        "0044-03-15 BC",
                                        "1970-Q5",
                                        "1970-W54",
                                        "1970-01-",
                                        "1970x",
                                        "12345-01-01",
                                        "1970-01-01 25:00:00",
                                        "1970-01-01 12:60",
                                        "1970-01-01 12",
                                        "1970-1234",
                                        "10.5",
                                        "1970-01-01 12:00:00 Europe/Paris",
                                        "$1970"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        double day;

        if (chart_time_parse(span(texts[i]), &day) != CHART_GRAIN_NONE) {
            fail_msg("%s is no time", texts[i]);
        }
    }
}

static void names_of_days_and_months_have_their_order(void **state)
{
    (void)state;
    assert_int_equal(chart_time_name(span("Monday   ")), 1);
    assert_int_equal(chart_time_name(span("SUN")), 7);
    assert_int_equal(chart_time_name(span("\xe5\x91\xa8\xe5\x85\xad")), 6);
    assert_int_equal(chart_time_name(span("Jan")), 101);
    assert_int_equal(chart_time_name(span("december")), 112);
    assert_int_equal(chart_time_name(span("moon")), 0);
    assert_int_equal(chart_time_name(span("")), 0);
}

static void names_hint_at_what_a_number_is(void **state)
{
    static const struct {
        const char *name;
        unsigned hints;
    } names[] = {
        {"id", CHART_HINT_ID},
        {"customerId", CHART_HINT_ID},
        {"order_no", CHART_HINT_ID},
        {"number_of_items", 0},
        {"id_count", 0},
        {"total", 0},
        {"year", CHART_HINT_YEAR},
        {"last_year", 0},
        {"order_month", CHART_HINT_MONTH},
        {"sales_per_month", 0},
        {"months", 0},
        {"hour", CHART_HINT_STEP},
        {"avg_total", CHART_HINT_MEAN},
        {"unit_price", CHART_HINT_MEAN},
        {"price_total", 0},
        {"cancel_rate", CHART_HINT_MEAN},
        {"store_lat", CHART_HINT_LATITUDE},
        {"longitude", CHART_HINT_LONGITUDE},
        {"\xe8\xae\xa2\xe5\x8d\x95\xe7\xbc\x96\xe5\x8f\xb7", CHART_HINT_ID},
        {"\xe8\xb4\xa6\xe5\x8f\xb7\xe6\x95\xb0", 0},
        {"\xe9\x80\x80\xe6\xac\xbe\xe7\x8e\x87", CHART_HINT_MEAN},
        {"\xe6\x9c\x88", CHART_HINT_MONTH},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (chart_hints_of(names[i].name) != names[i].hints) {
            fail_msg("%s: %x", names[i].name, chart_hints_of(names[i].name));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_times_are_known),
        cmocka_unit_test(other_texts_are_no_times),
        cmocka_unit_test(names_of_days_and_months_have_their_order),
        cmocka_unit_test(names_hint_at_what_a_number_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
