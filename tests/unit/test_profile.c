#include "tasks/lib/profile/array_text.h"
#include "tasks/lib/profile/estimate.h"
#include "tasks/lib/profile/gather.h"
#include "tasks/lib/profile/number.h"
#include "tasks/lib/profile/rebin.h"
#include "tests/support/torture.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define NOTHING      ((struct qn_span){NULL, 0})

static struct qn_span span(const char *text)
{
    return (struct qn_span){text, text != NULL ? strlen(text) : 0};
}

static void texts_of_each_family_are_numbers(void **state)
{
    static const struct {
        enum qn_family family;
        const char *text;
        double number;
    } cases[] = {
        {QN_FAMILY_INTEGER, "-42", -42},
        {QN_FAMILY_NUMERIC, "1.50", 1.5},
        {QN_FAMILY_FLOAT, "1e-300", 1e-300},
        {QN_FAMILY_BOOLEAN, "true", 1},
        {QN_FAMILY_BOOLEAN, "f", 0},
        {QN_FAMILY_DATE, "1970-01-02", 86400},
        {QN_FAMILY_DATE, "2000-02-29", 951782400},
        {QN_FAMILY_DATE, "0001-12-31 BC", -62135596800.0 - 86400},
        {QN_FAMILY_DATE, "0044-03-15 BC", -63517824000.0},
        {QN_FAMILY_DATE, "5874897-12-31", 185331706992000.0},
        {QN_FAMILY_TIMESTAMP, "1970-01-01 00:00:01.5", 1.5},
        {QN_FAMILY_TIMESTAMP, "1970-01-01 08:00:00+08", 0},
        {QN_FAMILY_TIMESTAMP, "1970-01-01 00:00:00-03:30", 12600},
        {QN_FAMILY_TIMESTAMP, "0044-03-15 12:00:00+00 BC", -63517780800.0},
        {QN_FAMILY_TIME, "24:00:00", 86400},
        {QN_FAMILY_TIME, "12:00:01+05:30", 23401},
        {QN_FAMILY_INTERVAL, "00:00:00", 0},
        {QN_FAMILY_INTERVAL, "-1 days +02:00:00", -79200},
        {QN_FAMILY_INTERVAL, "1 year 2 mons 3 days -00:00:01.5", 420 * 86400.0 + 3 * 86400 - 1.5},
    };
    static const struct {
        enum qn_family family;
        const char *text;
    } none[] = {
        {QN_FAMILY_FLOAT, "NaN"},
        {QN_FAMILY_FLOAT, "-Infinity"},
        {QN_FAMILY_NUMERIC, "1e999"},
        {QN_FAMILY_INTEGER, ""},
        {QN_FAMILY_INTEGER, "1 "},
        {QN_FAMILY_DATE, "infinity"},
        {QN_FAMILY_DATE, "2025-13-01"},
        {QN_FAMILY_DATE, "2025-01"},
        {QN_FAMILY_TIMESTAMP, "2025-01-01 12"},
        {QN_FAMILY_TIME, "12"},
        {QN_FAMILY_INTERVAL, "3 weeks"},
        {QN_FAMILY_INTERVAL, "-"},
        {QN_FAMILY_TEXT, "1"},
        {QN_FAMILY_BOOLEAN, "x"},
    };
    double number;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (!qn_number_parse(cases[i].family, span(cases[i].text), &number) ||
            number != cases[i].number) {
            fail_msg("%s is %.17g", cases[i].text, number);
        }
    }
    for (size_t i = 0; i < COUNT(none); i++) {
        if (qn_number_parse(none[i].family, span(none[i].text), &number)) {
            fail_msg("\"%s\" is no number", none[i].text);
        }
    }
}

static void value_of(int i, char text[32])
{
    snprintf(text, 32, "value %d", i);
}

/* Twice as many different values as are kept, each twice, and one that is frequent. */
static void counts_of_many_values_stay_near_in_bounded_memory(void **state)
{
    const int different = 300000;
    struct qn_values_entry top[3];
    struct qn_values values;
    char text[32];

    (void)state;
    qn_values_init(&values);
    for (int i = 0; i < 3 * different; i++) {
        value_of(i % different, text);
        assert_int_equal(qn_values_add(&values, qn_values_hash(0, span(text)), span(text)), QN_OK);
        if (i % 10 == 0) {
            assert_int_equal(qn_values_add(&values, 12345, span("often")), QN_OK);
        }
    }
    assert_true(values.used <= QN_VALUES_MAX);
    assert_true(values.texts.len <= QN_VALUES_TEXTS_MAX);
    assert_true(fabs(qn_values_distinct(&values) / different - 1) < 0.02);
    assert_true(qn_values_seen(&values, 1) == 0);
    assert_int_equal(qn_values_top(&values, top, 3), 3);
    assert_int_equal(top[0].count, 3 * different / 10);
    assert_int_equal(top[1].count, 3);
    assert_true(qn_span_is(qn_values_text(&values, &top[0]), "often"));
    qn_values_release(&values);
}

struct table {
    struct qn_gather gather;
    struct qn_catalog_column column;
    struct qn_arena arena;
};

static int gather(struct table *table, enum qn_family family, const char *const *values, size_t n)
{
    int rc = QN_OK;

    table->column = (struct qn_catalog_column){.name = "c", .family = family};
    qn_arena_init(&table->arena, 1 << 20);
    qn_gather_init(&table->gather, &table->column, 86400000);
    for (size_t i = 0; i < n && rc == QN_OK; i++) {
        rc = qn_gather_add(&table->gather, span(values[i]), NOTHING, NULL);
    }
    return rc;
}

static struct qn_profile_column finish(struct table *table)
{
    struct qn_profile_column ret;

    assert_int_equal(qn_gather_finish(&table->gather, &table->arena, &ret, NULL), QN_OK);
    qn_gather_release(&table->gather);
    return ret;
}

static void numbers_have_their_moments_quartiles_and_bins(void **state)
{
    static const char *const values[] = {"1", "2", NULL, "3", "4", "NaN", "10", "0", "-2", "2.00"};
    struct table table;
    struct qn_profile_column column;
    double sum = 0;

    (void)state;
    assert_int_equal(gather(&table, QN_FAMILY_NUMERIC, values, COUNT(values)), QN_OK);
    column = finish(&table);
    assert_true(column.nulls == 0.1);
    assert_true(column.distinct_seen == 8); /* 2.00 is 2 */
    assert_true(fabs(column.unique - 7.0 / 9) < 1e-12);
    assert_false(column.all_unique);
    assert_string_equal(column.min, "-2");
    assert_string_equal(column.max, "10");
    assert_true(column.mean == 2.5 && column.quartile[1] == 2);
    assert_true(column.quartile[0] == 0.75 && column.quartile[2] == 3.25);
    assert_true(fabs(column.deviation - 3.5456210417116734) < 1e-12);
    assert_true(fabs(column.skew - 1.0793) < 1e-3);
    assert_true(fabs(column.zeros - 1.0 / 9) < 1e-12 && fabs(column.negatives - 1.0 / 9) < 1e-12);
    assert_true(column.top_is_all && column.n_top == 8);
    assert_string_equal(column.top[0].text, "2");
    for (size_t i = 0; i < QN_PROFILE_BINS; i++) {
        sum += column.bins[i];
    }
    assert_true(column.binned && fabs(sum - 1) < 1e-12);
    assert_true(isnan(column.length_mean) && isnan(column.future));
    qn_arena_release(&table.arena);
}

static void numbers_beyond_doubles_keep_their_order(void **state)
{
    static const char *const values[] = {"9007199254740993", "9007199254740992",
                                         "-9007199254740992", "-9007199254740993"};
    struct table table;
    struct qn_profile_column column;

    (void)state;
    assert_int_equal(gather(&table, QN_FAMILY_INTEGER, values, COUNT(values)), QN_OK);
    column = finish(&table);
    assert_string_equal(column.max, "9007199254740993");
    assert_string_equal(column.min, "-9007199254740993");
    assert_true(column.all_unique);
    qn_arena_release(&table.arena);
}

static void texts_have_lengths_in_characters(void **state)
{
    static const char *const values[] = {"", "  ", "龍井", "abc", NULL};
    struct table table;
    struct qn_profile_column column;
    char prefix[201];

    (void)state;
    memset(prefix, 'x', 200);
    prefix[200] = '\0';
    assert_int_equal(gather(&table, QN_FAMILY_TEXT, values, COUNT(values)), QN_OK);
    assert_int_equal(qn_gather_add(&table.gather, span(prefix), span("1000 900 h1"), NULL), QN_OK);
    assert_int_equal(qn_gather_add(&table.gather, span(prefix), span("1000 900 h2"), NULL), QN_OK);
    assert_int_equal(qn_gather_add(&table.gather, span(prefix), span("5000"), NULL), QN_OK);
    column = finish(&table);
    assert_true(column.distinct_seen == 7 && column.all_unique); /* they end differently */
    assert_true(column.length_min == 0 && column.length_max == 5000);
    assert_true(column.length_mean == (0 + 2 + 2 + 3 + 900 + 900 + 5000) / 7.0);
    assert_true(column.empties == 1 / 7.0 && column.blanks == 1 / 7.0);
    assert_true(isnan(column.low) && isnan(column.zeros));
    qn_arena_release(&table.arena);
}

static void labels_are_ordered_as_they_were_declared(void **state)
{
    static const char *const labels[] = {"small", "medium", "big"};
    static const char *const values[] = {"medium", "big", "small"};
    struct table table;
    struct qn_profile_column column;

    (void)state;
    assert_int_equal(gather(&table, QN_FAMILY_ENUM, NULL, 0), QN_OK);
    table.column.labels = labels;
    table.column.n_labels = 3;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(qn_gather_add(&table.gather, span(values[i]), NOTHING, NULL), QN_OK);
    }
    column = finish(&table);
    assert_string_equal(column.min, "small");
    assert_string_equal(column.max, "big");
    qn_arena_release(&table.arena);
}

static void nothing_seen_makes_a_profile_too(void **state)
{
    static const char *const nulls[] = {NULL, NULL};

    (void)state;
    for (int family = 0; family < QN_FAMILIES; family++) {
        struct table table;
        struct qn_profile_column column;

        assert_int_equal(gather(&table, (enum qn_family)family, nulls, 0), QN_OK);
        column = finish(&table);
        assert_true(isnan(column.nulls) && column.n_top == 0 && !column.top_is_all);
        qn_arena_release(&table.arena);
        assert_int_equal(gather(&table, (enum qn_family)family, nulls, 2), QN_OK);
        column = finish(&table);
        assert_true(column.nulls == 1 && column.distinct == 0 && !column.all_unique);
        qn_arena_release(&table.arena);
    }
}

static int gather_scenario(void)
{
    struct table table;
    struct qn_profile_column column;
    char text[32];
    int rc = gather(&table, QN_FAMILY_INTEGER, NULL, 0);

    for (int i = 0; i < 300 && rc == QN_OK; i++) {
        snprintf(text, sizeof(text), "%d", i);
        rc = qn_gather_add(&table.gather, span(text), NOTHING, NULL);
    }
    if (rc == QN_OK) {
        rc = qn_gather_finish(&table.gather, &table.arena, &column, NULL);
    }
    if (rc == QN_OK) {
        rc = qn_arena_status(&table.arena, "the test", NULL);
    }
    qn_gather_release(&table.gather);
    qn_arena_release(&table.arena);
    return rc;
}

static void a_lack_of_memory_is_told_and_leaves_nothing(void **state)
{
    (void)state;
    torture(gather_scenario);
}

static double estimate(double all, double values, double distinct, double once, double twice)
{
    const struct qn_estimate_facts facts = {all, values, distinct, once, twice};

    return qn_estimate_distinct(&facts);
}

static bool is_safe(double all, double values, double distinct, double once)
{
    const struct qn_estimate_facts facts = {all, values, distinct, once, once / 4};

    return qn_estimate_is_safe(&facts);
}

static void estimates_are_between_what_was_seen_and_what_can_be(void **state)
{
    (void)state;
    assert_true(estimate(1000, 1000, 77, 5, 5) == 77);
    assert_true(fabs(estimate(1e6, 1000, 1000, 1000, 0) - 1e6) < 1e-3);
    assert_true(estimate(1e6, 1000, 5, 0, 0) == 5);
    assert_true(estimate(1e6, 0, 0, 0, 0) == 0);
    for (int twice = 0; twice < 5000; twice += 100) {
        double found = estimate(1e6, 50000, 20000, 10000, twice);

        assert_true(found >= 20000 && found <= 1e6);
    }
    assert_true(is_safe(1e6, 50000, 5, 0));
    assert_true(is_safe(1e6, 50000, 50000, 50000));
    assert_false(is_safe(1e9, 5000, 5000, 5000)); /* too few to meet twice */
    assert_false(is_safe(1e6, 50000, 20000, 10000));
}

static void bins_keep_their_sum_when_the_bounds_widen(void **state)
{
    double bins[QN_PROFILE_BINS], sum = 0;

    (void)state;
    for (size_t i = 0; i < QN_PROFILE_BINS; i++) {
        bins[i] = 0.1;
    }
    qn_rebin(bins, 10, 20, 0, 100);
    assert_true(bins[0] < 1e-12 && fabs(bins[1] - 1) < 1e-12);
    qn_rebin(bins, 0, 0, 0, 100); /* no width: as it is */
    for (size_t i = 0; i < QN_PROFILE_BINS; i++) {
        sum += bins[i];
    }
    assert_true(fabs(sum - 1) < 1e-12);
}

static void arrays_of_the_statistics_are_read(void **state)
{
    static const struct {
        const char *text, *elements; /* each ends with a ; and NULL is ~ */
    } cases[] = {
        {"{}", ""},
        {"{1,2}", "1;2;"},
        {"{a,\"b c\",\"d\\\"e\\\\f\",NULL,\"NULL\"}", "a;b c;d\"e\\f;~;NULL;"},
        {"[0:1]={x,y}", "x;y;"},
        {"{{1,2},{3,4}}", ""},
        {"{1,\"open", "1;"},
        {"{1,2", "1;"},
        {"{1,", "1;"},
        {"1,2}", ""},
        {"", ""},
        {"{\"\"}", ";"},
        {"[", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct qn_array_walk walk;
        struct qn_buf element, all;
        bool null;

        qn_buf_init(&element, 100);
        qn_buf_init(&all, 100);
        qn_array_walk_init(&walk, span(cases[i].text));
        while (qn_array_walk_next(&walk, &element, &null)) {
            qn_buf_printf(&all, "%s;", null ? "~" : element.data);
        }
        assert_string_equal(all.data, cases[i].elements);
        qn_buf_release(&element);
        qn_buf_release(&all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_each_family_are_numbers),
        cmocka_unit_test(counts_of_many_values_stay_near_in_bounded_memory),
        cmocka_unit_test(numbers_have_their_moments_quartiles_and_bins),
        cmocka_unit_test(numbers_beyond_doubles_keep_their_order),
        cmocka_unit_test(texts_have_lengths_in_characters),
        cmocka_unit_test(labels_are_ordered_as_they_were_declared),
        cmocka_unit_test(nothing_seen_makes_a_profile_too),
        cmocka_unit_test(a_lack_of_memory_is_told_and_leaves_nothing),
        cmocka_unit_test(estimates_are_between_what_was_seen_and_what_can_be),
        cmocka_unit_test(bins_keep_their_sum_when_the_bounds_widen),
        cmocka_unit_test(arrays_of_the_statistics_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
