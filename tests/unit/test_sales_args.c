#include "tasks/reports/sales_args.h"

#include "tasks/lib/digits.h"
#include "tests/support/torture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void what_is_not_given_has_its_preset(void **state)
{
    static const char json[] = "{\"preset\":\"mtd\",\"tz\":null}";
    struct sales_args args;

    (void)state;
    assert_int_equal(sales_args_parse(&args, json, strlen(json), NULL), QN_OK);
    assert_string_equal(args.preset, "mtd");
    assert_string_equal(args.tz, "");
    assert_string_equal(args.compare, "none");
    assert_int_equal(args.top_n, 10);
    assert_int_equal(args.statuses, 1U << 1 | 1U << 2);
    assert_int_equal(args.formats, SALES_JSON | SALES_CSV | SALES_HTML);
    assert_int_equal(args.csv_delimiter, ',');
    assert_true(args.csv_safe && !args.csv_bom);
}

static void what_is_given_is_taken(void **state)
{
    static const char json[] =
        "{\"from\":\"2024-02-29\",\"to\":\"2029-02-28\",\"tz\":\"Europe/Berlin\",\"group\":"
        "\"week\",\"compare\":\"year\",\"top_n\":100,\"statuses\":[\"refunded\",\"pending\"],"
        "\"formats\":[\"csv\"],\"currency\":\"\\u5143\",\"csv_delimiter\":\"tab\",\"csv_bom\":true,"
        "\"csv_safe\":false}";
    struct sales_args args;

    (void)state;
    assert_int_equal(sales_args_parse(&args, json, strlen(json), NULL), QN_OK);
    assert_string_equal(args.from, "2024-02-29");
    assert_string_equal(args.to, "2029-02-28");
    assert_string_equal(args.tz, "Europe/Berlin");
    assert_string_equal(args.group, "week");
    assert_string_equal(args.compare, "year");
    assert_string_equal(args.currency, "\xe5\x85\x83");
    assert_int_equal(args.top_n, 100);
    assert_int_equal(args.statuses, 1U << 0 | 1U << 4);
    assert_int_equal(args.formats, SALES_CSV);
    assert_int_equal(args.csv_delimiter, '\t');
    assert_true(args.csv_bom && !args.csv_safe);
}

static void what_is_wrong_is_refused_by_name(void **state)
{
#define PERIOD "\"from\":\"2025-01-01\",\"to\":\"2025-01-31\","
    static const struct {
        const char *json, *said;
    } cases[] = {
        {"[]", "arguments: must be a JSON object"},
        {"{}", "from: required, unless there is a preset"},
        {"{\"from\":\"2025-01-01\"}", "to: required with from"},
        {"{\"to\":\"2025-01-01\"}", "from: required, unless there is a preset"},
        {"{\"from\":\"2025-01-02\",\"to\":\"2025-01-01\"}",
         "to: 2025-01-01 is before from, 2025-01-02"},
        {"{\"from\":\"2020-01-01\",\"to\":\"2025-01-01\"}",
         "to: 2025-01-01 is more than 5 years after from, 2020-01-01"},
        {"{\"from\":\"2025-2-1\",\"to\":\"2025-03-01\"}",
         "from: \"2025-2-1\" is no day of the calendar (YYYY-MM-DD)"},
        {"{\"from\":\"1899-12-31\",\"to\":\"1900-01-01\"}", "from: the year must be 1900 to 9990"},
        {"{\"from\":\"2025-01-01 00:00:00+00\",\"to\":\"2025-01-01\"}",
         "from: longer than 15 bytes"},
        {"{" PERIOD "\"preset\":\"mtd\"}", "preset: not together with from and to"},
        {"{" PERIOD "\"tz\":\"\"}", "tz: must not be empty"},
        {"{" PERIOD "\"top_n\":0}", "top_n: must be an integer, 1 to 100"},
        {"{" PERIOD "\"top_n\":1.5}", "top_n: must be an integer, 1 to 100"},
        {"{" PERIOD "\"group\":\"hour\"}", "group: \"hour\" is none of day, week, month"},
        {"{" PERIOD "\"statuses\":\"paid\"}", "statuses: must be an array of strings"},
        {"{" PERIOD "\"statuses\":[7]}", "statuses: must be a string"},
        {"{" PERIOD "\"statuses\":[\"paid\",\"paid\"]}", "statuses: \"paid\" is named twice"},
        {"{" PERIOD "\"csv_bom\":1}", "csv_bom: must be true or false"},
        {"{" PERIOD "\"csv_delimiter\":\",\"}",
         "csv_delimiter: \",\" is none of comma, semicolon, tab, pipe"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sales_args args;
        struct qn_err err = {.code = QN_OK};

        assert_int_equal(sales_args_parse(&args, cases[i].json, strlen(cases[i].json), &err),
                         QN_EINVAL);
        assert_string_equal(err.msg, cases[i].said);
    }
}

static void digits_are_grouped_before_the_point_only(void **state)
{
    static const char *const cases[][2] = {
        {"0.00", "0.00"},
        {"999", "999"},
        {"1000", "1,000"},
        {"-1234567.8901", "-1,234,567.8901"},
        {"100000.25", "100,000.25"},
        {"NaN", "NaN"},
        {"", ""},
        {"-", "-"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct qn_buf out;

        qn_buf_init(&out, 100);
        qn_digits_add(&out, (struct qn_span){cases[i][0], strlen(cases[i][0])});
        assert_string_equal(out.data, cases[i][1]);
        qn_buf_release(&out);
    }
}

static int parse_once(void)
{
    static const char json[] = "{\"preset\":\"mtd\",\"statuses\":[\"paid\"],\"tz\":\"UTC\"}";
    struct sales_args args;
    struct qn_err err = {.code = QN_OK};

    return sales_args_parse(&args, json, strlen(json), &err) == QN_OK ? QN_OK : err.code;
}

static void no_memory_is_said_and_nothing_stays(void **state)
{
    (void)state;
    torture(parse_once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_given_has_its_preset),
        cmocka_unit_test(what_is_given_is_taken),
        cmocka_unit_test(what_is_wrong_is_refused_by_name),
        cmocka_unit_test(no_memory_is_said_and_nothing_stays),
        cmocka_unit_test(digits_are_grouped_before_the_point_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
