#include "tests/support/chart_room.h"

#include "tests/support/page_check.h"
#include <math.h>

#define HOSTILE "</text><script>alert('x')</script>\" onload=\"x\" & \x01"

static const struct chart_wish plain = {.title = "A question", .language = "en", .type = ""};

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (text = strstr(text, part); text != NULL; text = strstr(text + 1, part)) {
        n++;
    }
    return n;
}

/* One picture, tags that nest, nothing that runs or loads, no place that is no number. */
static void check(const struct chart_room *room, struct qn_buf *out)
{
    chart_room_draw(room, out);
    page_check(out->data, false);
    if (room->chart.type == CHART_TABLE) {
        assert_int_equal(out->len, 0);
        return;
    }
    assert_int_equal(count(out->data, "<svg "), 1);
    assert_int_equal(count(out->data, "role=\"img\""), 1);
    assert_null(strstr(out->data, "\"nan"));
    assert_null(strstr(out->data, "\"-nan"));
    assert_null(strstr(out->data, "inf\""));
    assert_null(strstr(out->data, "Lnan"));
}

/* clang-format off */
static const struct {
    const char *head;
    const char *lines[12];
    const char *wish;
} samples[] = {
    {"n:integer", {"5"}, ""},
    {"n:number", {"~"}, ""},
    {"a:integer b:number c:text", {"5|6|x"}, ""},
    {"month:text n:number", {"2025-01|1", "2025-02|-2", "2025-04|~", "2025-05|NaN", "~|4"}, ""},
    {"month:text n:number", {"2025-01|1", "2025-02|2"}, "bar"},
    {"month:text n:number m:number", {"2025-01|1|1000", "2025-02|2|3000"}, ""},
    {"month:text c:text n:number", {"2025-01|a|1", "2025-02|a|2", "2025-01|~|3"}, ""},
    {"month:text c:text n:number", {"2025-01|a|1", "2025-02|a|2", "2025-01|~|3"}, "heat_map"},
    {"c:text n:number", {"a|1", "b|-1", "~|2", "d|~", "e|1e300", "f|0"}, ""},
    {"c:text n:number", {"a|1", "b|-1", "~|2", "d|~", "e|1e300", "f|0"}, "bar_horizontal"},
    {"c:text n:number", {"a|0", "b|0"}, ""},
    {"c:text n:number", {"a|0", "b|0"}, "bar_horizontal"},
    {"c:text n:number", {"a|1", "b|2"}, "donut"},
    {"c:text n:number", {"a|1e-300", "b|1e-300"}, "donut"},
    {"c:text n:number m:number", {"a|1|2", "b|2|-3", "c|~|9"}, ""},
    {"c:text d:text n:number", {"a|x|1", "a|y|-2", "b|x|3", "b|y|4"}, "heat_map"},
    {"c:text d:text n:number", {"a|x|1", "a|y|1", "b|x|1"}, "heat_map"},
    {"n:number m:number", {"1|2", "1|2", "1|2", "1|2", "1|2"}, ""},
    {"n:number m:number", {"1|2", "~|2", "1e300|-1e300", "5|NaN", "0|0"}, ""},
    {"n:number", {"1", "1", "1", "1", "1", "1", "1", "1", "1", "1"}, ""},
    {"n:number", {"1e300", "-1e300", "0", "0", "0", "0", "0", "0", "0", "~"}, ""},
    {"n:integer", {"9007199254740993", "9007199254740993", "9007199254740993", "1", "1", "1", "1", "1", "1", "1"}, ""},
    {"lat:number lon:number", {"0|0", "0|0"}, ""},
    {"c:text lat:number lon:number", {"a|90|180", "b|-90|-180", "c|~|5"}, ""},
    {"c:text lat:number lon:number", {"a|48.85|2.35", "b|48.86|2.36"}, ""},
    {"name:text mail:text", {"a|b", "c|d"}, ""},
};
/* clang-format on */

static void any_rows_make_a_picture_of_finite_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        const struct chart_wish wish = {.title = "", .language = "zh", .type = samples[i].wish};
        struct chart_room room;
        struct qn_buf out;

        chart_room_init(&room, samples[i].head, samples[i].lines, &wish);
        if (samples[i].wish[0] != '\0') {
            assert_string_equal(chart_type_names[room.chart.type], samples[i].wish);
        }
        check(&room, &out);
        qn_buf_release(&out);
        chart_room_release(&room);
    }
}

static void hostile_names_and_values_are_text(void **state)
{
    static const struct {
        const char *head;
        const char *lines[8];
        const char *type;
    } hostile[] = {
        {"c:text n:integer", {HOSTILE "|1", "b|2"}, "bar_horizontal"},
        {"c:text n:integer", {HOSTILE "|1", "b|2"}, "bar"},
        {"c:text n:integer", {HOSTILE "|1", "b|2"}, "donut"},
        {"c:text n:integer", {HOSTILE "|1"}, "tiles"},
        {"c:text", {HOSTILE}, "number"},
        {"m:text c:text n:integer",
         {"2025-01|" HOSTILE "|1", "2025-02|b|2", "2025-01|b|2"},
         "multi_line"},
        {"m:text n:integer k:integer", {"2025-01|1|900", "2025-02|2|900"}, "line"},
        {"c:text d:text n:integer", {HOSTILE "|a|2", "b|" HOSTILE "|2", "b|a|2"}, "grouped_bar"},
        {"c:text d:text n:integer", {HOSTILE "|a|2", "b|" HOSTILE "|2", "b|a|2"}, "heat_map"},
        {"c:text n:integer k:integer",
         {HOSTILE "1|1|2", HOSTILE "2|2|2", "c|2|2", "d|3|4", "e|5|6"},
         "scatter"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        const struct chart_wish wish = {
            .title = HOSTILE, .language = "en", .type = hostile[i].type};
        struct chart_room room;
        struct qn_buf out;

        chart_room_init(&room, hostile[i].head, hostile[i].lines, &wish);
        chart_release(&room.chart);
        for (size_t c = 0; c < room.rows.n_columns; c++) {
            room.rows.columns[c].name = HOSTILE;
            room.rows.columns[c].unit = HOSTILE;
        }
        chart_room_choose(&room, &wish);
        assert_string_equal(chart_type_names[room.chart.type], hostile[i].type);
        check(&room, &out);
        assert_null(strstr(out.data, "<script"));
        qn_buf_release(&out);
        chart_room_release(&room);
    }
}

static void a_value_that_is_missing_is_a_hole_in_the_line(void **state)
{
    static const char *const lines[] = {"2025-01|1",   "2025-02|2", "2025-03|~", "2025-04|4",
                                        "2025-05|NaN", "2025-06|6", NULL};
    struct chart_room room;
    struct qn_buf out;
    const char *path;
    size_t begun = 0;

    (void)state;
    chart_room_init(&room, "month:text n:number", lines, &plain);
    check(&room, &out);
    path = strstr(out.data, "class=\"line");
    assert_non_null(path);
    for (; *path != '>'; path++) {
        begun += *path == 'M' ? 1 : 0;
    }
    assert_int_equal(begun, 3);
    qn_buf_release(&out);
    chart_room_release(&room);
}

static void people_who_do_not_see_it_are_told_what_it_is(void **state)
{
    static const char *const lines[] = {"a|1", "b|2", NULL};
    struct chart_room room;
    struct qn_buf out;

    (void)state;
    chart_room_init(&room, "c:text n:integer", lines, &plain);
    check(&room, &out);
    assert_non_null(strstr(out.data, "<title>A question</title><desc>n compared by c.</desc>"));
    qn_buf_release(&out);
    chart_room_release(&room);
}

static void a_long_label_is_cut_and_told_in_full(void **state)
{
    static const char *const lines[] = {
        "\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88\xe9"
        "\x95\xbf\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe"
        "\x88\xe9\x95\xbf\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88\xe9\x95\xbf|"
        "1",
        "b|2", NULL};
    struct chart_room room;
    struct qn_buf out;

    (void)state;
    chart_room_init(&room, "c:text n:integer", lines, &plain);
    assert_int_equal(room.chart.type, CHART_BAR_HORIZONTAL);
    check(&room, &out);
    assert_int_equal(count(out.data, "\xe2\x80\xa6</text>"), 2); /* on a wide and a narrow screen */
    assert_int_equal(
        count(out.data,
              "\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88"
              "\xe9\x95\xbf"
              "\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88"
              "\xe9\x95\xbf"
              "\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88\xe9\x95\xbf\xe5\xbe\x88\xe9\x95\xbf</title>"),
        2);
    qn_buf_release(&out);
    chart_room_release(&room);
}

/* The places of the texts below an axis, of one screen. */
static void expect_apart(const char *svg, const char *class, double column)
{
    double free_from = -100;
    size_t n = 0;

    for (const char *at = strstr(svg, class); at != NULL; at = strstr(at + 1, class)) {
        double x, y, half;
        const char *begin = strchr(at, '>');

        if (sscanf(at + strlen(class), " x=\"%lf\" y=\"%lf\"", &x, &y) != 2 || begin == NULL ||
            strncmp(strstr(at, "text-anchor"), "text-anchor=\"middle\"", 20) != 0) {
            continue;
        }
        half = (double)(strchr(begin, '<') - begin - 1) * column / 2;
        assert_true(x - half >= free_from);
        free_from = x + half;
        n++;
    }
    assert_true(n > 1);
}

static void labels_of_times_never_touch(void **state)
{
    struct chart_room room;

    (void)state;
    for (size_t n = 2; n < 400; n += 37) {
        struct qn_buf out;

        rows_room_head(&room.rows, "day:date n:integer", n);
        for (size_t i = 0; i < n; i++) {
            char line[32];

            snprintf(line, sizeof(line), "%04zu-%02zu-%02zu|7", 2020 + i / 336, i / 28 % 12 + 1,
                     i % 28 + 1);
            rows_room_line(&room.rows, line);
        }
        chart_room_choose(&room, &plain);
        assert_int_equal(room.chart.type, CHART_LINE);
        check(&room, &out);
        if (n > 20) {
            expect_apart(out.data, "<text class=\" wide\"", 6.0);
            expect_apart(out.data, "<text class=\" slim\"", 10.5);
        }
        qn_buf_release(&out);
        chart_room_release(&room);
    }
}

static void ten_thousand_rows_make_a_picture_of_some_hundred_kilobytes(void **state)
{
    static const struct {
        const char *head, *pattern, *type;
    } many[] = {
        {"c:text n:integer", "name #|#", "bar_horizontal"},
        {"n:number", "#.5", "histogram"},
        {"n:number m:integer", "#.5|#", "scatter"},
        {"lat:number lon:number", "0.#|0.#", "points"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++) {
        struct chart_room room;
        struct qn_buf out;

        chart_room_many(&room, many[i].head, many[i].pattern, 10000, &plain);
        assert_string_equal(chart_type_names[room.chart.type], many[i].type);
        check(&room, &out);
        assert_true(out.len < 300 * 1024);
        qn_buf_release(&out);
        chart_room_release(&room);
    }
}

/* PostgreSQL's numbers and texts may be very long; nobody draws them whole. */
static void values_of_a_megabyte_make_no_picture_of_megabytes(void **state)
{
    static char huge[1 << 20];
    static const char *const heads[] = {"c:text", "n:number", "c:text n:number",
                                        "id:text n:number"};
    static const char *const lines[] = {"a|5", "b|6"};

    (void)state;
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        struct chart_room room;
        struct qn_buf out;

        memset(huge, '7', sizeof(huge) - 1);
        rows_room_table(&room.rows, heads[i], lines, i < 2 ? 1 : 2);
        room.rows.cells[i < 2 ? 0 : 2 * (3 - i)] = (struct qn_span){huge, sizeof(huge) - 1};
        chart_room_choose(&room, &plain);
        check(&room, &out);
        assert_true(out.len < 32 * 1024);
        qn_buf_release(&out);
        chart_room_release(&room);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_rows_make_a_picture_of_finite_places),
        cmocka_unit_test(hostile_names_and_values_are_text),
        cmocka_unit_test(a_value_that_is_missing_is_a_hole_in_the_line),
        cmocka_unit_test(people_who_do_not_see_it_are_told_what_it_is),
        cmocka_unit_test(a_long_label_is_cut_and_told_in_full),
        cmocka_unit_test(labels_of_times_never_touch),
        cmocka_unit_test(values_of_a_megabyte_make_no_picture_of_megabytes),
        cmocka_unit_test(ten_thousand_rows_make_a_picture_of_some_hundred_kilobytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
