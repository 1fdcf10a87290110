#include "tasks/lib/svg.h"

#include "tasks/lib/svg_scale.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

typedef void chart_fn(struct qn_buf *out, const struct qn_svg_chart *chart);
static chart_fn *const charts[] = {qn_svg_line, qn_svg_bars, qn_svg_stack};

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (text = strstr(text, part); text != NULL; text = strstr(text + 1, part)) {
        n++;
    }
    return n;
}

static void scales_hold_what_they_show_in_round_steps(void **state)
{
    static const double ranges[][2] = {
        {0, 0},        {0, 1},    {0, 99.5},     {-3, 0},          {-40, 950},
        {0, 1e-9},     {0, 1e25}, {-1e15, 1e15}, {0, QN_SVG_MOST}, {-QN_SVG_MOST, QN_SVG_MOST},
        {0, 4.9e-324}, {0, 8000}};

    (void)state;
    for (size_t i = 0; i < COUNT(ranges); i++) {
        struct qn_svg_scale scale;

        qn_svg_scale_init(&scale, ranges[i][0], ranges[i][1]);
        assert_true(isfinite(scale.high) && scale.high > scale.low);
        assert_true(scale.steps >= 1 && scale.steps <= 10);
        assert_true(scale.low <= ranges[i][0] + scale.step * 1e-6);
        assert_true(scale.high >= ranges[i][1] - scale.step * 1e-6);
    }
}

static void numbers_are_short(void **state)
{
    static const struct {
        double value, step;
        const char *text;
    } cases[] = {{0, 1, "0"},          {1e-17, 0.5, "0"},   {0.25, 0.25, "0.25"},
                 {950, 50, "950"},     {1500, 500, "1.5k"}, {-2e6, 1e6, "-2M"},
                 {3.5e9, 5e8, "3.5B"}, {2e12, 1e12, "2T"},  {2e20, 1e20, "2e+20"}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[QN_SVG_NUMBER_SIZE];

        qn_svg_number(cases[i].value, cases[i].step, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void any_value_makes_a_chart_of_finite_places(void **state)
{
    static const char *const values[] = {
        "0",         "NaN", "Infinity",
        "-Infinity", "-5",  "12.5",
        "1e400",     "",    "99999999999999999999999999999999999999"};
    struct qn_svg_point points[COUNT(values)];

    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        points[i] = (struct qn_svg_point){"<label>", values[i], qn_svg_value(values[i])};
    }
    for (size_t c = 0; c < COUNT(charts); c++) {
        for (size_t n = 0; n <= COUNT(values); n++) {
            struct qn_buf out;

            qn_buf_init(&out, 1 << 20);
            charts[c](&out, &(struct qn_svg_chart){"a \"title\"", points, n, points, n / 2});
            assert_int_equal(qn_buf_status(&out), QN_OK);
            assert_int_equal(count(out.data, "<svg"), 1);
            assert_int_equal(count(out.data, "</svg>"), 1);
            assert_null(strstr(out.data, "\"nan\""));
            assert_null(strstr(out.data, "nan "));
            assert_null(strstr(out.data, "inf"));
            assert_null(strstr(out.data, "<label>"));
            qn_buf_release(&out);
        }
    }
}

static void a_long_label_is_cut_between_characters(void **state)
{
    char label[400] = "";
    struct qn_buf out;

    (void)state;
    for (size_t i = 0; i < 40; i++) {
        memcpy(label + 3 * i, "\xe9\xbe\x99", 4);
    }
    qn_buf_init(&out, 1 << 20);
    qn_svg_bars(&out, &(struct qn_svg_chart){
                          .title = "t", .points = &(struct qn_svg_point){label, "1", 1}, .n = 1});
    assert_int_equal(count(out.data, "\xe9\xbe\x99"), 40 + 15); /* the title, and what is shown */
    assert_int_equal(count(out.data, "\xe2\x80\xa6"), 1);
    qn_buf_release(&out);
}

static void a_line_of_many_points_stays_a_line(void **state)
{
    static struct qn_svg_point points[1830];
    struct qn_buf out;

    (void)state;
    for (size_t i = 0; i < COUNT(points); i++) {
        points[i] = (struct qn_svg_point){"2025-06-01", "1", (double)(i % 7)};
    }
    qn_buf_init(&out, 1 << 20);
    qn_svg_line(&out, &(struct qn_svg_chart){.title = "t", .points = points, .n = COUNT(points)});
    assert_int_equal(qn_buf_status(&out), QN_OK);
    assert_true(out.len < 64 * 1024);
    assert_int_equal(count(out.data, "<title>"), 0);
    qn_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scales_hold_what_they_show_in_round_steps),
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(any_value_makes_a_chart_of_finite_places),
        cmocka_unit_test(a_long_label_is_cut_between_characters),
        cmocka_unit_test(a_line_of_many_points_stays_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
