#include "tasks/lib/profile/judge.h"
#include "tasks/lib/profile/shape.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct qn_span span(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

static void each_text_has_the_shape_that_a_person_would_give_it(void **state)
{
    static const struct {
        const char *text;
        enum qn_shape shape;
    } cases[] = {
        {"", QN_SHAPE_NONE},
        {" \t\n", QN_SHAPE_NONE},
        {"123e4567-e89b-12d3-a456-426614174000", QN_SHAPE_UUID},
        {"123e4567-e89b-12d3-a456-42661417400g", QN_SHAPE_CODE},
        {"john.doe+x@mail.example.co.uk", QN_SHAPE_EMAIL},
        {" a@b.de ", QN_SHAPE_EMAIL},
        {"a@b", QN_SHAPE_CODE},
        {"a@@b.de", QN_SHAPE_CODE},
        {"@b.de", QN_SHAPE_CODE},
        {"用户@例子.中国", QN_SHAPE_EMAIL},
        {"https://example.org/a?b=c", QN_SHAPE_URL},
        {"www.example.org", QN_SHAPE_URL},
        {"s3://bucket/key", QN_SHAPE_CODE},
        {"+1 (555) 123-4567", QN_SHAPE_PHONE},
        {"555-0123", QN_SHAPE_PHONE},
        {"0571-88888888", QN_SHAPE_PHONE},
        {"13812345678", QN_SHAPE_PHONE},
        {"12345678901", QN_SHAPE_NUMBER},
        {"192.168.10.20", QN_SHAPE_CODE},
        {"2025-06-30", QN_SHAPE_DATE},
        {"2025-06-30T12:00:00Z", QN_SHAPE_DATE},
        {"2025-99-30", QN_SHAPE_CODE},
        {"2025-0001234", QN_SHAPE_CODE},
        {"{\"a\": [1, 2]}", QN_SHAPE_JSON},
        {"{broken", QN_SHAPE_CODE},
        {"42", QN_SHAPE_NUMBER},
        {"-1.5e-3", QN_SHAPE_NUMBER},
        {"1,234,567.89", QN_SHAPE_NUMBER},
        {"12%", QN_SHAPE_NUMBER},
        {"-", QN_SHAPE_CODE},
        {"SKU-0042/B", QN_SHAPE_CODE},
        {"USD", QN_SHAPE_CODE},
        {"paid", QN_SHAPE_CODE},
        {"Alice", QN_SHAPE_WORDS},
        {"Alice Smith", QN_SHAPE_WORDS},
        {"已付款", QN_SHAPE_WORDS},
        {"It came late. The box was broken and nobody answered.", QN_SHAPE_PROSE},
        {"one two three four five six seven eight nine", QN_SHAPE_PROSE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum qn_shape shape = qn_shape_of(span(cases[i].text));

        if (shape != cases[i].shape) {
            fail_msg("\"%s\" is %s", cases[i].text, qn_shape_names[shape]);
        }
    }
}

/* Each text stands at the end of its own block, for the sanitizer. */
static void any_bytes_have_a_shape(void **state)
{
    static const char alphabet[] = "0a@.-+:/ {[\"(,e%\xe9\x80\n";
    unsigned random = 1;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        size_t len = random % 24;
        char *text = malloc(len > 0 ? len : 1);

        for (size_t k = 0; k < len; k++) {
            random = random * 1103515245 + 12345;
            text[k] = alphabet[(random >> 16) % sizeof(alphabet)];
        }
        assert_true(qn_shape_of((struct qn_span){text, len}) < QN_SHAPES);
        free(text);
        random = random * 1103515245 + 12345;
    }
}

static struct qn_profile_column judged(enum qn_family family, const char *const *values, size_t n)
{
    struct qn_catalog_column columns[] = {
        {.name = "c1", .type = "text", .comment = "", .family = family}};
    const struct qn_catalog_table table = {.name = "t1", .columns = columns, .n_columns = 1};
    struct qn_profile_column ret = {.unique = 0.1};
    struct qn_judge judge;

    qn_judge_init(&judge, family);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(qn_judge_add(&judge, span(values[i]), 2), QN_OK);
    }
    qn_judge_finish(&judge, &table, 0, &ret);
    qn_judge_release(&judge);
    return ret;
}

static void a_column_has_the_shape_of_most_of_its_values(void **state)
{
    static const char *const values[] = {"Alice", "Bob", "Carol Smith", "42"};
    static const char *const same[] = {"Paris", "paris ", "London"};
    static const char *const cyrillic[] = {"МОСКВА", "Москва", "Ёлка"};
    static const char *const blank[] = {"", " ", "x"};
    const unsigned variants = 1U << QN_ALERT_VARIANTS;
    struct qn_profile_column column = judged(QN_FAMILY_TEXT, values, COUNT(values));

    (void)state;
    assert_int_equal(column.shape, QN_SHAPE_WORDS);
    assert_true(column.shape_share == 0.75);
    assert_int_equal(column.alerts, 0);
    assert_int_equal(judged(QN_FAMILY_TEXT, same, COUNT(same)).alerts, variants);
    assert_int_equal(judged(QN_FAMILY_TEXT, cyrillic, COUNT(cyrillic)).alerts, variants);
    assert_int_equal(judged(QN_FAMILY_TEXT, blank, COUNT(blank)).alerts, 0);
    assert_int_equal(judged(QN_FAMILY_JSON, same, COUNT(same)).shape, QN_SHAPE_NONE);
}

static unsigned alerts_of(enum qn_family family, double rows, struct qn_profile_column column)
{
    column.alerts = 0;
    qn_judge_alerts(family, rows, &column);
    return column.alerts;
}

static void alerts_begin_at_their_thresholds(void **state)
{
    struct qn_profile_value most = {"x", 0.9}, less = {"x", 0.89};

    (void)state;
#define ALERTS(family, rows, ...) \
    alerts_of(family, rows, (struct qn_profile_column){__VA_ARGS__, .distinct = 50})
    assert_int_equal(ALERTS(QN_FAMILY_TEXT, 100, .nulls = 0.2), 1U << QN_ALERT_NULLS);
    assert_int_equal(ALERTS(QN_FAMILY_TEXT, 100, .nulls = 0.199), 0);
    assert_int_equal(ALERTS(QN_FAMILY_TEXT, 100, .unique = 0.99), 1U << QN_ALERT_IDENTIFIER);
    assert_int_equal(ALERTS(QN_FAMILY_INTEGER, 100, .unique = 1), 0);
    assert_int_equal(ALERTS(QN_FAMILY_INTEGER, 100, .skew = -20.1), 1U << QN_ALERT_SKEWED);
    assert_int_equal(ALERTS(QN_FAMILY_INTEGER, 100, .skew = 20), 0);
    assert_int_equal(ALERTS(QN_FAMILY_INTEGER, 100, .zeros = 0.5), 1U << QN_ALERT_ZEROS);
    assert_int_equal(ALERTS(QN_FAMILY_DATE, 100, .future = 1e-9), 1U << QN_ALERT_FUTURE);
    assert_int_equal(ALERTS(QN_FAMILY_TEXT, 100, .top = &most, .n_top = 1),
                     1U << QN_ALERT_DOMINATED);
    assert_int_equal(ALERTS(QN_FAMILY_TEXT, 100, .top = &less, .n_top = 1), 0);
#undef ALERTS
    assert_int_equal(alerts_of(QN_FAMILY_TEXT, 400, (struct qn_profile_column){.distinct = 20}),
                     1U << QN_ALERT_CATEGORY);
    assert_int_equal(alerts_of(QN_FAMILY_TEXT, 399, (struct qn_profile_column){.distinct = 20}), 0);
    assert_int_equal(alerts_of(QN_FAMILY_TEXT, 900, (struct qn_profile_column){.distinct = 21}), 0);
    assert_int_equal(alerts_of(QN_FAMILY_TEXT, 2, (struct qn_profile_column){.distinct = 1}),
                     1U << QN_ALERT_CONSTANT);
}

struct shown {
    const char *table;
    enum qn_family family;
    enum qn_shape shape;
    unsigned alerts;
    double seen;
    const char *values[3]; /* with the counts 5, 2 and 1 */
    const char *top, *bound;
};

static void check_shown(const struct shown *at)
{
    struct qn_catalog_column columns[] = {
        {.name = "c1", .type = "x", .comment = "", .family = at->family}};
    const struct qn_catalog_table table = {.name = at->table, .columns = columns, .n_columns = 1};
    struct qn_profile_value top[] = {{at->values[0], 5 / at->seen},
                                     {at->values[1], 2 / at->seen},
                                     {at->values[2], 1 / at->seen}};
    struct qn_profile_column column = {.shape = at->shape,
                                       .alerts = at->alerts,
                                       .distinct = 3,
                                       .min = at->values[2],
                                       .max = at->values[0],
                                       .top = top,
                                       .n_top = 3,
                                       .top_is_all = true};
    struct qn_buf all;

    qn_buf_init(&all, 200);
    qn_judge_withhold(&table, 0, at->seen, &column);
    for (size_t i = 0; i < column.n_top; i++) {
        qn_buf_printf(&all, "%s;", column.top[i].text);
    }
    assert_string_equal(all.data != NULL ? all.data : "", at->top);
    qn_buf_release(&all);
    assert_string_equal(column.min, at->bound);
    assert_int_equal(column.top_is_all, column.n_top == 3);
}

static void what_no_mask_can_be_made_for_does_not_leave(void **state)
{
    const unsigned category = 1U << QN_ALERT_CATEGORY;
    const struct shown cases[] = {
        {"t", QN_FAMILY_JSON, QN_SHAPE_NONE, 0, 8, {"{}", "[1]", "{\"name\": \"Jo\"}"}, "", ""},
        {"t", QN_FAMILY_ARRAY, QN_SHAPE_NONE, 0, 8, {"{a}", "{b}", "{c}"}, "", ""},
        {"t", QN_FAMILY_BYTES, QN_SHAPE_NONE, 0, 8, {"\\x61", "\\x62", "\\x63"}, "", ""},
        {"t", QN_FAMILY_OTHER, QN_SHAPE_NONE, 0, 8, {"(Jo)", "(Al)", "(Ed)"}, "", ""},
        {"t", QN_FAMILY_GEO, QN_SHAPE_NONE, 0, 8, {"(1,2)", "(3,4)", "(5,6)"}, "", ""},
        {"t", QN_FAMILY_TEXT, QN_SHAPE_JSON, 0, 8, {"{}", "[1]", "{\"name\": \"Jo\"}"}, "", ""},
        {"t", QN_FAMILY_TEXT, QN_SHAPE_CODE, 0, 800, {"x", "{\"a\": \"cu", "y"}, "x;", "y"},
        {"t",
         QN_FAMILY_TEXT,
         QN_SHAPE_PROSE,
         0,
         8,
         {"ok", "no", "x. y z. a b c d e f g h"},
         "ok;no;",
         ""},
        {"t", QN_FAMILY_TEXT, QN_SHAPE_WORDS, 0, 800, {"Ok", "No", "Maybe"}, "Ok;No;", "Maybe"},
        {"t", QN_FAMILY_TEXT, QN_SHAPE_WORDS, 0, 4, {"Ok", "No", "Maybe"}, "Ok;No;Maybe;", ""},
        {"patients",
         QN_FAMILY_TEXT,
         QN_SHAPE_WORDS,
         0,
         8,
         {"Ok", "No", "Maybe"},
         "Ok;No;",
         "Maybe"},
        {"t",
         QN_FAMILY_TEXT,
         QN_SHAPE_WORDS,
         category,
         800,
         {"Ok", "No", "Maybe"},
         "Ok;No;Maybe;",
         "Maybe"},
        {"t", QN_FAMILY_INTEGER, QN_SHAPE_NONE, 0, 8, {"5", "4", "3"}, "5;4;", "3"},
        {"t", QN_FAMILY_INTEGER, QN_SHAPE_NONE, category, 800, {"5", "4", "3"}, "5;4;3;", "3"},
        {"t", QN_FAMILY_ENUM, QN_SHAPE_NONE, 0, 8, {"low", "mid", "high"}, "low;mid;high;", "high"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        check_shown(&cases[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_text_has_the_shape_that_a_person_would_give_it),
        cmocka_unit_test(any_bytes_have_a_shape),
        cmocka_unit_test(a_column_has_the_shape_of_most_of_its_values),
        cmocka_unit_test(alerts_begin_at_their_thresholds),
        cmocka_unit_test(what_no_mask_can_be_made_for_does_not_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
