#include "tests/support/chart_room.h"

#include "tests/support/torture.h"

#define NONE                                       \
    {                                              \
        .title = "t", .language = "en", .type = "" \
    }

static const struct chart_wish none = NONE;

struct expect {
    const char *head;
    const char *lines[16];
    const char *type;
    bool share;
};

static void check(const struct expect *expect, size_t i)
{
    const struct chart_wish wish = {
        .title = "t", .language = "en", .share = expect->share, .type = ""};
    struct chart_room room;

    chart_room_init(&room, expect->head, expect->lines, &wish);
    if (strcmp(chart_type_names[room.chart.type], expect->type) != 0) {
        fail_msg("case %zu, %s: %s, not %s", i, expect->head, chart_type_names[room.chart.type],
                 expect->type);
    }
    assert_true(room.chart.reason[0] != '\0');
    for (size_t a = 0; a < room.chart.n_alternatives; a++) {
        assert_int_not_equal(room.chart.alternatives[a], room.chart.type);
    }
    chart_room_release(&room);
}

/* clang-format off */
static const struct expect cases[] = {
    {"n:integer", {NULL}, "table", false},
    {"n:integer", {"5"}, "number", false},
    {"name:text", {"Ada"}, "number", false},
    {"n:integer", {"~"}, "number", false},
    {"name:text total:number", {"Ada|5.50"}, "tiles", false},
    {"name:text mail:text", {"Ada|a@b"}, "table", false},
    {"month:text total:number", {"2025-01|1", "2025-02|2"}, "line", false},
    {"day:date a:number b:integer c:integer d:integer", {"2025-01-01|1|2|3|4", "2025-01-02|2|2|3|4"}, "line", false},
    {"day:date a:number b:integer c:integer d:integer e:integer", {"2025-01-01|1|2|3|4|5", "2025-01-02|2|2|3|4|5"}, "table", false},
    {"quarter:text total:number", {"2025-Q1|1", "2025-Q2|2"}, "line", false},
    {"week:text total:number", {"2025-W01|1", "2025-W26|2"}, "line", false},
    {"year:integer total:number", {"2024|1", "2025|2"}, "line", false},
    {"extract:number total:number", {"2024|1", "2025|2"}, "line", false},
    {"month:text channel:text n:integer", {"2025-01|web|1", "2025-01|app|2", "2025-02|web|3"}, "multi_line", false},
    {"year:integer month:integer n:integer", {"2024|1|1", "2024|2|2", "2025|1|3", "2025|2|1"}, "multi_line", false},
    {"dow:integer hour:integer n:integer", {"1|1|1", "1|2|2", "2|1|3", "2|2|4"}, "grouped_bar", false},
    {"city:text n:integer", {"Paris|3", "Lyon|2", "Nice|9"}, "bar", false},
    {"ok:boolean n:integer", {"t|3", "f|2", "~|4"}, "bar", false},
    {"city:text n:integer", {"A city of a very long name|3", "Lyon|2"}, "bar_horizontal", false},
    {"city:text n:integer", {"\xe6\x9d\xad\xe5\xb7\x9e\xe5\xb8\x82\xe8\xa5\xbf\xe6\xb9\x96\xe5\x8c\xba\xe5\x9f\x8e|3", "\xe4\xb8\x8a\xe6\xb5\xb7|2"}, "bar_horizontal", false},
    {"channel:text n:integer", {"web|3", "app|2"}, "donut", true},
    {"channel:text n:integer", {"web|3", "app|0"}, "bar", true},
    {"channel:text n:integer", {"web|3", "app|-2"}, "bar", true},
    {"channel:text n:integer", {"web|3", "app|~"}, "bar", true},
    {"channel:text average_price:number", {"web|3", "app|2"}, "bar", true},
    {"c:text n:integer", {"a|1", "b|2", "c|3", "d|4", "e|5", "f|6", "g|7"}, "bar", true},
    {"city:text orders:integer refunds:integer", {"Paris|3|2", "Lyon|2|1"}, "grouped_bar", false},
    {"city:text revenue:number orders:integer", {"Paris|30000|2", "Lyon|20000|1"}, "bar", false},
    {"city:text channel:text n:integer", {"Paris|web|1", "Paris|app|2", "Lyon|web|3", "Lyon|app|4"}, "grouped_bar", false},
    {"city:text channel:text n:integer", {"A|1|1", "A|2|2", "A|3|3", "A|4|4", "A|5|4", "B|1|1", "B|2|2", "B|3|3", "B|4|4", "B|5|4", "C|1|2", "C|2|2", "D|1|4", "E|1|4", "E|2|2"}, "heat_map", false},
    {"price:number units:integer", {"1|2", "2|3", "3|4", "4|3", "5|9"}, "scatter", false},
    {"price:number units:integer", {"1|2", "2|3", "3|4", "4|3"}, "table", false},
    {"total:number", {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}, "histogram", false},
    {"total:number", {"1", "2", "3"}, "table", false},
    {"city:text lat:number lon:number", {"Paris|48.8|2.3", "Lyon|45.7|4.8"}, "points", false},
    {"city:text lat:number lon:number", {"Paris|148.8|2.3", "Lyon|45.7|4.8"}, "bar", false},
    {"name:text mail:text", {"a|b", "c|d"}, "table", false},
    /* ids are no measures */
    {"customer_id:integer", {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}, "table", false},
    {"name:text customer_id:integer", {"a|1", "b|2"}, "table", false},
    {"order_no:integer zip:integer", {"1|2", "2|3", "3|4", "4|3", "5|9"}, "table", false},
    {"name:text phoneNumber:integer", {"a|1", "b|2"}, "table", false},
    {"customer_id:integer total:number", {"17|3", "4|2"}, "bar", false},
    {"id:integer name:text total:number", {"1|Ann|3", "2|Ann|2", "3|Bob|4"}, "bar", false},
    {"name:text total:number", {"Ann|3", "Ann|2", "Bob|4"}, "table", false},
    /* what says nothing is no axis */
    {"country:text city:text n:integer", {"FR|Paris|1", "FR|Lyon|2"}, "bar", false},
    {"month:text city:text n:integer", {"2025-06|Paris|1", "2025-06|Lyon|2"}, "bar", false},
    {"country:text month:text channel:text n:integer", {"FR|2025-01|web|1", "FR|2025-01|app|2", "FR|2025-02|web|2"}, "multi_line", false},
    {"country:text n:integer", {"FR|1", "FR|2", "FR|3", "FR|4", "FR|5", "FR|6", "FR|7", "FR|8", "FR|9", "FR|10"}, "histogram", false},
    {"product:text category:text n:integer", {"a|x|1", "b|x|2", "c|y|3"}, "bar", false},
    {"city:text n:integer", {"Paris|~", "Lyon|~"}, "table", false},
    {"city:text n:number", {"Paris|NaN", "Lyon|2"}, "bar", false},
    {"city:text n:integer", {"~|3", "Lyon|2"}, "bar", false},
    {"j:json n:integer", {"{}|3", "[]|2"}, "table", false},
    {"last_month:integer this_month:integer", {"3|4"}, "tiles", false},
    {"code:text n:integer", {"1999|3", "2001|2"}, "bar", false},
};
/* clang-format on */

static void rows_of_each_form_get_the_picture_of_their_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check(&cases[i], i);
    }
}

static void roles_go_before_names(void **state)
{
    static const char *const lines[] = {"1|5", "2|6", NULL};
    struct chart_room room;

    (void)state;
    rows_room_table(&room.rows, "rating:integer n:integer", lines, 2);
    room.rows.columns[0].role = QN_ROLE_DIMENSION;
    chart_room_choose(&room, &none);
    assert_int_equal(room.chart.type, CHART_BAR);
    assert_int_equal(room.chart.x, 0);
    chart_release(&room.chart);
    room.rows.columns[1].role = QN_ROLE_FOREIGN;
    chart_room_choose(&room, &none);
    assert_int_equal(room.chart.type, CHART_TABLE);
    chart_release(&room.chart);
    room.rows.columns[1].role = QN_ROLE_PERSONAL;
    chart_room_choose(&room, &none);
    assert_int_equal(room.chart.type, CHART_TABLE);
    chart_room_release(&room);
}

static void a_key_that_is_text_is_the_axis_only_when_nothing_else_is(void **state)
{
    static const char *const lines[] = {"A1|Ann|5", "B2|Bob|6", NULL};
    struct chart_room room;

    (void)state;
    rows_room_table(&room.rows, "who:text name:text n:integer", lines, 2);
    room.rows.columns[0].role = QN_ROLE_KEY;
    chart_room_choose(&room, &none);
    assert_int_equal(room.chart.x, 1);
    chart_release(&room.chart);
    room.rows.columns[1].role = QN_ROLE_TIME;
    room.rows.columns[1].kind = QUERY_JSON;
    chart_room_choose(&room, &none);
    assert_int_equal(room.chart.x, 0);
    chart_room_release(&room);
}

static void thirty_values_are_all_bars_and_of_more_the_first_twenty(void **state)
{
    struct chart_room room;

    (void)state;
    chart_room_many(&room, "city:text n:integer", "city #|#", 30, &none);
    assert_int_equal(room.chart.type, CHART_BAR_HORIZONTAL);
    assert_int_equal(room.chart.most, 0);
    chart_room_release(&room);
    chart_room_many(&room, "city:text n:integer", "city #|#", 31, &none);
    assert_int_equal(room.chart.type, CHART_BAR_HORIZONTAL);
    assert_int_equal(room.chart.most, 20);
    assert_false(room.chart.other);
    assert_non_null(strstr(room.chart.reason, "first 20 of 31"));
    chart_room_release(&room);
}

static void lines_over_eight_are_seven_and_the_rest_when_it_may_be_summed(void **state)
{
    static const char *const heads[] = {"month:text shop:text total:number",
                                        "month:text shop:text average_total:number"};
    static const char *const lines[] = {"2025-01|a|1", "2025-01|b|2", "2025-01|c|3", "2025-01|d|4",
                                        "2025-01|e|5", "2025-01|f|6", "2025-01|g|7", "2025-01|h|8",
                                        "2025-01|i|9", "2025-02|a|1", "2025-02|b|2", NULL};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct chart_room room;

        chart_room_init(&room, heads[i], lines, &none);
        assert_int_equal(room.chart.type, CHART_MULTI_LINE);
        assert_int_equal(room.chart.most, i == 0 ? 7 : 8);
        assert_int_equal(room.chart.other, i == 0);
        chart_room_release(&room);
    }
}

static void ids_tell_rows_apart_only_when_there_are_few(void **state)
{
    struct chart_room room;

    (void)state;
    chart_room_many(&room, "order_id:integer total:number", "#|#", 30, &none);
    assert_int_equal(room.chart.x, 0);
    chart_room_release(&room);
    chart_room_many(&room, "order_id:integer total:number", "#|#", 31, &none);
    assert_int_equal(room.chart.type, CHART_HISTOGRAM);
    assert_int_equal(room.chart.y[0], 1);
    chart_room_release(&room);
}

static void a_wish_is_granted_when_the_rows_allow_it(void **state)
{
    static const char *const lines[] = {"web|3", "app|2", NULL};
    static const char *const granted[] = {"donut", "bar", "bar_horizontal", "table"};
    struct chart_room room;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const struct chart_wish wish = {.title = "", .language = "en", .type = granted[i]};

        chart_room_init(&room, "channel:text n:integer", lines, &wish);
        assert_string_equal(chart_type_names[room.chart.type], granted[i]);
        assert_null(strstr(room.chart.reason, "needs"));
        chart_room_release(&room);
    }
}

static void a_wish_that_does_not_fit_is_answered_with_what_it_needs(void **state)
{
    static const char *const lines[] = {"web|3", "app|-2", NULL};
    static const struct {
        const char *type, *language, *said;
    } wishes[] = {
        {"donut", "en", "Asked for was a donut, which needs up to 6 values"},
        {"donut", "zh", "\xe7\x8e\xaf\xe5\xbd\xa2\xe5\x9b\xbe"},
        {"line", "en", "Asked for was a line, which needs a time"},
        {"pie<script>", "en", "There is no chart called \"pie<script>\""},
    };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const struct chart_wish wish = {
            .title = "", .language = wishes[i].language, .type = wishes[i].type};
        struct chart_room room;

        chart_room_init(&room, "channel:text n:integer", lines, &wish);
        assert_int_equal(room.chart.type, CHART_BAR);
        if (strstr(room.chart.reason, wishes[i].said) == NULL) {
            fail_msg("%s", room.chart.reason);
        }
        chart_room_release(&room);
    }
}

/* Each alternative is a wish that is granted. */
static void alternatives_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct chart_room room;
        enum chart_type offered[CHART_ALTERNATIVES];
        size_t n;

        chart_room_init(&room, cases[i].head, cases[i].lines, &none);
        n = room.chart.n_alternatives;
        memcpy(offered, room.chart.alternatives, sizeof(offered));
        for (size_t a = 0; a < n; a++) {
            const struct chart_wish wish = {
                .title = "", .language = "en", .type = chart_type_names[offered[a]]};

            chart_release(&room.chart);
            chart_room_choose(&room, &wish);
            assert_int_equal(room.chart.type, offered[a]);
        }
        chart_room_release(&room);
    }
}

static void nothing_found_is_said(void **state)
{
    static const char *const lines[] = {NULL};
    static const struct chart_wish zh = {.title = "", .language = "zh", .type = ""};
    struct chart_room room;

    (void)state;
    chart_room_init(&room, "n:integer", lines, &none);
    assert_non_null(strstr(room.chart.reason, "Nothing was found"));
    chart_room_release(&room);
    chart_room_init(&room, "n:integer", lines, &zh);
    assert_non_null(strstr(room.chart.reason, "\xe6\xb2\xa1\xe6\x9c\x89\xe6\x9f\xa5\xe5\x88\xb0"));
    chart_room_release(&room);
}

static void measures_that_are_not_drawn_are_said_to_be_in_the_table(void **state)
{
    static const char *const lines[] = {"Paris|30000|2", "Lyon|20000|1", NULL};
    struct chart_room room;

    (void)state;
    chart_room_init(&room, "city:text revenue:number orders:integer", lines, &none);
    assert_int_equal(room.chart.n_y, 1);
    assert_non_null(strstr(room.chart.reason, "The other measures are in the table."));
    chart_room_release(&room);
}

static void ten_thousand_rows_and_all_columns_are_looked_at(void **state)
{
    struct chart_room room;

    (void)state;
    chart_room_many(&room, "name:text total:number", "name of customer #|#.25", 10000, &none);
    assert_int_equal(room.chart.type, CHART_BAR_HORIZONTAL);
    chart_room_release(&room);
}

/* As many ids as columns go, none of which tells the rows apart. */
static void many_ids_take_little(void **state)
{
    struct chart_room room;

    (void)state;
    chart_room_many(
        &room,
        "name:text n:integer a_id:text b_id:text c_id:text d_id:text e_id:text f_id:text "
        "g_id:text h_id:text i_id:text j_id:text k_id:text l_id:text m_id:text o_id:text "
        "p_id:text q_id:text r_id:text s_id:text t_id:text u_id:text v_id:text w_id:text "
        "x_id:text y_id:text z_id:text 1_id:text 2_id:text 3_id:text 4_id:text 5_id:text",
        "name #|#", 10000, &none);
    chart_release(&room.chart);
    room.rows.cells[0] = room.rows.cells[room.rows.n_columns]; /* two of one name */
    chart_room_choose(&room, &none);
    assert_int_equal(room.chart.type, CHART_TABLE);
    assert_true(room.chart.arena.used < (size_t)6 * 1024 * 1024);
    chart_room_release(&room);
}

static int scenario(void)
{
    struct qn_err err;
    struct query_rows rows = {.n_columns = 2, .n_rows = 3};
    struct query_column columns[] = {
        {.name = "city", .type = "", .kind = QUERY_TEXT, .role = QN_ROLE_TEXT, .unit = ""},
        {.name = "n", .type = "", .kind = QUERY_INTEGER, .role = QN_ROLE_MEASURE, .unit = ""}};
    struct qn_span cells[] = {{"a", 1}, {"1", 1}, {"b", 1}, {"2", 1}, {"c", 1}, {"3", 1}};
    struct chart chart;
    struct qn_buf out;
    int rc;

    rows.columns = columns;
    rows.cells = cells;
    rc = chart_choose(&chart, &rows, &none, &err);
    if (rc != QN_OK) {
        return rc;
    }
    qn_buf_init(&out, 1 << 20);
    chart_svg(&chart, &rows, &out);
    chart_json(&chart, &rows, &out);
    rc = qn_buf_status(&out);
    qn_buf_release(&out);
    chart_release(&chart);
    return rc;
}

static void memory_that_ends_is_told_and_nothing_is_lost(void **state)
{
    (void)state;
    torture(scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_each_form_get_the_picture_of_their_rule),
        cmocka_unit_test(roles_go_before_names),
        cmocka_unit_test(a_key_that_is_text_is_the_axis_only_when_nothing_else_is),
        cmocka_unit_test(thirty_values_are_all_bars_and_of_more_the_first_twenty),
        cmocka_unit_test(lines_over_eight_are_seven_and_the_rest_when_it_may_be_summed),
        cmocka_unit_test(ids_tell_rows_apart_only_when_there_are_few),
        cmocka_unit_test(a_wish_is_granted_when_the_rows_allow_it),
        cmocka_unit_test(a_wish_that_does_not_fit_is_answered_with_what_it_needs),
        cmocka_unit_test(alternatives_fit),
        cmocka_unit_test(nothing_found_is_said),
        cmocka_unit_test(measures_that_are_not_drawn_are_said_to_be_in_the_table),
        cmocka_unit_test(ten_thousand_rows_and_all_columns_are_looked_at),
        cmocka_unit_test(many_ids_take_little),
        cmocka_unit_test(memory_that_ends_is_told_and_nothing_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
