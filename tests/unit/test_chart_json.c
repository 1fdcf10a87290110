#include "tests/support/chart_room.h"

#include "common/json.h"

#define HOSTILE "\"};alert(1)//</script><b>{b}"

static const struct chart_wish plain = {.title = "t", .language = "en", .type = ""};

static void expect(const char *head, const char *const *lines, const struct chart_wish *wish,
                   const char *const *parts)
{
    struct chart_room room;
    struct qn_buf out;

    chart_room_init(&room, head, lines, wish);
    chart_room_json(&room, &out);
    assert_int_equal(qn_json_check(out.data, out.len, NULL, NULL), QN_OK);
    for (; *parts != NULL; parts++) {
        if (strstr(out.data, *parts) == NULL) {
            fail_msg("%s is not in %s", *parts, out.data);
        }
    }
    qn_buf_release(&out);
    chart_room_release(&room);
}

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void bars_are_sorted_and_their_digits_are_those_of_the_rows(void **state)
{
    (void)state;
    expect("city:text total:number",
           LINES("Lyon|3.10", "Paris|12345678901234567890.12345", "~|-2.00", "Nice|~"), &plain,
           LINES("\"format\":\"quern-chart/1\"", "\"type\":\"bar\"",
                 "\"x\":[\"Paris\",\"Lyon\",null,\"Nice\"]",
                 "\"values\":[\"12345678901234567890.12345\",\"3.10\",\"-2.00\",null]",
                 "\"data\":[\"Paris\",\"Lyon\",\"(none)\",\"Nice\"]",
                 "\"data\":[12345678901234567890.12345,3.10,-2.00,null]"));
}

static void rows_that_came_ascending_stay_so(void **state)
{
    (void)state;
    expect("city:text n:integer", LINES("a|1", "b|2", "c|9", "d|~"), &plain,
           LINES("\"x\":[\"a\",\"b\",\"c\",\"d\"]"));
}

static void numbers_and_names_with_an_order_keep_it(void **state)
{
    (void)state;
    expect("day:text n:integer", LINES("Wed|1", "Mon|2", "Tue|9"), &plain,
           LINES("\"x\":[\"Mon\",\"Tue\",\"Wed\"]", "\"values\":[2,9,1]"));
    expect("month:text n:integer", LINES("2025-10|1", "2025-09|2", "~|7", "2024-12|9"), &plain,
           LINES("\"x\":[\"2024-12\",\"2025-09\",\"2025-10\"]", "\"left_out\":1"));
}

static void times_are_as_short_as_what_differs(void **state)
{
    (void)state;
    expect("at:timestamp n:integer", LINES("2025-05-01 00:00:00+00|1", "2025-06-01 00:00:00+00|2"),
           &plain,
           LINES("\"x\":[\"2025-05-01 00:00:00+00\"", "\"data\":[\"2025-05\",\"2025-06\"]"));
    expect("at:timestamp n:integer", LINES("2025-05-01 00:00:00+00|1", "2025-05-02 00:00:00+00|2"),
           &plain, LINES("\"data\":[\"2025-05-01\",\"2025-05-02\"]"));
    expect("at:timestamp n:integer", LINES("2025-05-01 00:00:00+00|1", "2025-05-01 07:30:00+00|2"),
           &plain, LINES("\"data\":[\"2025-05-01 00:00\",\"2025-05-01 07:30\"]"));
    expect("at:date n:integer", LINES("2025-05-01|1", "2025-06-01|2"), &plain,
           LINES("\"data\":[\"2025-05\",\"2025-06\"]"));
}

static void digits_that_no_reader_takes_become_a_double(void **state)
{
    (void)state;
    expect(
        "c:text n:number",
        LINES("a|1000000000000000000000000000000000000000000000000000000000000000000000.5", "b|2"),
        &plain, LINES("\"data\":[1.0000000000000001e+69,2]"));
}

static void whole_numbers_that_no_double_holds_are_texts(void **state)
{
    (void)state;
    expect("city:text n:integer",
           LINES("a|9007199254740992", "b|9007199254740993", "c|-9007199254740992",
                 "d|-9007199254740993"),
           &plain,
           LINES("9007199254740992,", "\"9007199254740993\"", "-9007199254740992,",
                 "\"-9007199254740993\""));
}

static void what_is_no_finite_number_is_null(void **state)
{
    (void)state;
    expect("city:text n:number", LINES("a|NaN", "b|Infinity", "c|-Infinity", "d|5"), &plain,
           LINES("\"values\":[\"5\",null,null,null]", "\"data\":[5,null,null,null]"));
}

static void the_rest_is_the_exact_sum_of_the_rest(void **state)
{
    expect("month:text shop:text total:number",
           LINES("2025-01|a|90", "2025-01|b|80", "2025-01|c|70", "2025-01|d|60", "2025-01|e|50",
                 "2025-01|f|40", "2025-01|g|30", "2025-01|h|0.10", "2025-01|i|0.20",
                 "2025-01|~|-0.05", "2025-02|a|1", "2025-02|h|1000000000000000.01"),
           &plain,
           LINES("{\"name\":\"other\",\"values\":[", "\"name\":\"h\",\"values\":[\"0.10\"",
                 "\"series\":{\"column\":\"shop\""));
    (void)state;
    expect("month:text shop:text total:number",
           LINES("2025-01|a|90", "2025-01|b|80", "2025-01|c|70", "2025-01|d|60", "2025-01|e|50",
                 "2025-01|f|40", "2025-01|g|30", "2025-01|h|0.10", "2025-01|i|0.20",
                 "2025-01|~|-0.05", "2025-02|a|1"),
           &plain, LINES("{\"name\":\"other\",\"values\":[\"0.25\",null]}"));
}

static void a_grid_has_a_value_or_null_for_each_pair(void **state)
{
    (void)state;
    expect("city:text channel:text n:integer",
           LINES("Paris|web|1", "Paris|app|2", "Lyon|web|5", "Nice|~|4"), &plain,
           LINES("\"x\":[\"Lyon\",\"Nice\",\"Paris\"]", "{\"name\":\"web\",\"values\":[5,null,1]}",
                 "{\"name\":null,\"values\":[null,4"));
}

static void points_and_bins_and_tiles_have_forms_of_their_own(void **state)
{
    (void)state;
    expect("price:number units:integer", LINES("1.50|2", "2|3", "3|4", "4|~", "5|9"), &plain,
           LINES("\"points\":[[\"1.50\",2],[\"2\",3],[\"3\",4],[\"5\",9]]", "\"left_out\":1",
                 "\"value\":[1.50,2]"));
    expect("n:integer", LINES("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "19"), &plain,
           LINES("\"bins\":[{\"from\":0,\"to\":5,\"count\":5},{\"from\":5,\"to\":10,\"count\":5},"
                 "{\"from\":10,\"to\":15,\"count\":0},{\"from\":15,\"to\":20,\"count\":1}]"));
    expect("name:text total:number", LINES("Ada|12.50"), &plain,
           LINES("\"values\":[{\"name\":\"name\",\"value\":\"Ada\"},"
                 "{\"name\":\"total\",\"value\":\"12.50\"}]",
                 "\"echarts\":null"));
}

static void hostile_texts_are_strings_and_nothing_else(void **state)
{
    static const struct chart_wish wish = {.title = HOSTILE, .language = "en", .type = ""};
    static const char *const lines[] = {HOSTILE "|1", "b|2"};
    struct chart_room room;
    struct qn_buf out;

    (void)state;
    rows_room_table(&room.rows, "city:text n:integer", lines, 2);
    room.rows.columns[0].name = HOSTILE "\xff";
    chart_room_choose(&room, &wish);
    chart_room_json(&room, &out);
    assert_int_equal(qn_json_check(out.data, out.len, NULL, NULL), QN_OK);
    assert_null(strstr(out.data, "formatter"));
    assert_null(strstr(out.data, "function"));
    qn_buf_release(&out);
    chart_room_release(&room);
}

static void measures_of_different_sizes_have_axes_of_their_own(void **state)
{
    (void)state;
    expect("month:text revenue:number orders:integer", LINES("2025-01|90000|5", "2025-02|1|6"),
           &plain, LINES("\"xAxisIndex\":1,\"yAxisIndex\":1"));
}

static void the_same_rows_give_the_same_bytes(void **state)
{
    static const char *const lines[] = {"a|1", "b|1", "c|1", NULL};
    struct qn_buf out[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct chart_room room;

        chart_room_init(&room, "city:text n:integer", lines, &plain);
        chart_room_json(&room, &out[i]);
        chart_room_release(&room);
    }
    assert_string_equal(out[0].data, out[1].data);
    qn_buf_release(&out[0]);
    qn_buf_release(&out[1]);
}

static void too_much_for_the_buffer_is_told(void **state)
{
    static const char *const lines[] = {"a|1", "b|1", NULL};
    struct chart_room room;
    struct qn_buf out;

    (void)state;
    chart_room_init(&room, "city:text n:integer", lines, &plain);
    qn_buf_init(&out, 100);
    chart_json(&room.chart, &room.rows, &out);
    assert_int_equal(qn_buf_status(&out), QN_ELIMIT);
    qn_buf_release(&out);
    chart_room_release(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_are_sorted_and_their_digits_are_those_of_the_rows),
        cmocka_unit_test(rows_that_came_ascending_stay_so),
        cmocka_unit_test(numbers_and_names_with_an_order_keep_it),
        cmocka_unit_test(times_are_as_short_as_what_differs),
        cmocka_unit_test(digits_that_no_reader_takes_become_a_double),
        cmocka_unit_test(whole_numbers_that_no_double_holds_are_texts),
        cmocka_unit_test(what_is_no_finite_number_is_null),
        cmocka_unit_test(the_rest_is_the_exact_sum_of_the_rest),
        cmocka_unit_test(a_grid_has_a_value_or_null_for_each_pair),
        cmocka_unit_test(points_and_bins_and_tiles_have_forms_of_their_own),
        cmocka_unit_test(hostile_texts_are_strings_and_nothing_else),
        cmocka_unit_test(measures_of_different_sizes_have_axes_of_their_own),
        cmocka_unit_test(the_same_rows_give_the_same_bytes),
        cmocka_unit_test(too_much_for_the_buffer_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
