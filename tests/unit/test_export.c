#include "tasks/nl2sql/export/export.h"

#include "common/json.h"
#include "tasks/nl2sql/export/export_sql.h"
#include "tests/support/chart_room.h"
#include "tests/support/page_check.h"

#define HOSTILE    "</td><script>alert('x')</script>\" onload=\"x\" & \x01"
#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

static size_t lines_of(const char *const *lines)
{
    size_t n = 0;

    while (lines[n] != NULL) {
        n++;
    }
    return n;
}

static void expect_csv(const char *head, const char *const *lines, const char *expected)
{
    struct query_rows rows;
    struct qn_buf out;

    rows_room_table(&rows, head, lines, lines_of(lines));
    qn_buf_init(&out, 1 << 20);
    export_csv(&rows, false, &out);
    assert_int_equal(qn_buf_status(&out), QN_OK);
    assert_string_equal(out.data, expected);
    qn_buf_release(&out);
    rows_room_release(&rows);
}

static void csv_keeps_numbers_and_disarms_formulas_of_texts(void **state)
{
    (void)state;
    expect_csv("=name:text n:number i:integer at:timestamp",
               LINES("=1+1|-2.50|-7|2025-06-30 07:15:00+00"),
               "'=name,n,i,at\r\n'=1+1,-2.50,-7,2025-06-30 07:15:00+00\r\n");
    expect_csv("a:text b:other c:json", LINES("@x|-1 day|{\"a\":1}", "~|~|~", "a,b|\"|"),
               "a,b,c\r\n'@x,'-1 day,\"{\"\"a\"\":1}\"\r\n,,\r\n\"a,b\",\"\"\"\",\r\n");
}

static void csv_of_nothing_has_its_head(void **state)
{
    static const char *const lines[] = {NULL};

    (void)state;
    expect_csv("a:text b:integer", lines, "a,b\r\n");
}

static void csv_begins_with_a_mark_when_it_is_asked_for(void **state)
{
    struct query_rows rows;
    struct qn_buf out;

    (void)state;
    rows_room_table(&rows, "a:text", LINES("x"), 1);
    qn_buf_init(&out, 1 << 20);
    export_csv(&rows, true, &out);
    assert_string_equal(out.data, "\xef\xbb\xbf"
                                  "a\r\nx\r\n");
    qn_buf_release(&out);
    rows_room_release(&rows);
}

static void expect_json(const char *head, const char *const *lines, const char *expected)
{
    struct query_rows rows;
    struct qn_buf out;

    rows_room_table(&rows, head, lines, lines_of(lines));
    qn_buf_init(&out, 1 << 20);
    export_json(&rows, &out);
    assert_int_equal(qn_buf_status(&out), QN_OK);
    assert_int_equal(qn_json_check(out.data, out.len, NULL, NULL), QN_OK);
    assert_string_equal(out.data, expected);
    qn_buf_release(&out);
    rows_room_release(&rows);
}

static void json_is_an_object_for_each_row(void **state)
{
    static const char *const none[] = {NULL};

    (void)state;
    expect_json("city:text n:integer total:number ok:boolean",
                LINES("Paris|5|12.50|t", "~|~|NaN|~"),
                "[\n{\"city\":\"Paris\",\"n\":5,\"total\":\"12.50\",\"ok\":true},\n"
                "{\"city\":null,\"n\":null,\"total\":null,\"ok\":null}\n]\n");
    expect_json("city:text", none, "[\n]\n");
}

static void columns_of_one_name_are_told_apart(void **state)
{
    (void)state;
    expect_json("sum:integer sum_2:integer sum:integer sum:integer", LINES("1|2|3|4"),
                "[\n{\"sum\":1,\"sum_2\":2,\"sum_3\":3,\"sum_4\":4}\n]\n");
}

static void lay_out(const char *sql, const char *expected)
{
    struct qn_buf out;

    qn_buf_init(&out, 4096);
    export_sql_lay_out(sql, &out);
    assert_string_equal(out.data, expected);
    qn_buf_release(&out);
}

static void clauses_begin_lines_and_quotes_and_brackets_stay(void **state)
{
    (void)state;
    lay_out("SELECT a FROM t LEFT JOIN u ON a = b WHERE c = ' from x' GROUP BY 1 LIMIT 5",
            "SELECT a\nFROM t\nLEFT JOIN u ON a = b\nWHERE c = ' from x'\nGROUP BY 1\nLIMIT 5");
    lay_out("SELECT (SELECT 1 FROM t), \"a from b\", $x$ from $x$, 'it''s from' FROM t",
            "SELECT (SELECT 1 FROM t), \"a from b\", $x$ from $x$, 'it''s from'\nFROM t");
    lay_out("SELECT 1 -- from a\n FROM t", "SELECT 1 -- from a\n FROM t");
    lay_out("SELECT 1 /* from */ FROM t", "SELECT 1 /* from */\nFROM t");
    lay_out("SELECT E'\\' from x' FROM t", "SELECT E'\\' from x' FROM t");
    lay_out("SELECT 'open from", "SELECT 'open from");
    lay_out("SELECT $a from b", "SELECT $a\nfrom b");
    lay_out(") FROM fromage, wherever", ")\nFROM fromage, wherever");
    lay_out("", "");
}

static void make(struct qn_buf *out, const char *language, const struct export_part *parts,
                 size_t n)
{
    qn_buf_init(out, (size_t)64 << 20);
    export_html(HOSTILE, language, "2025-06-30", parts, n, out);
    assert_int_equal(qn_buf_status(out), QN_OK);
    page_check(out->data, true);
    assert_null(strstr(out->data, "<script"));
}

static void expect_part(const struct qn_buf *page, const char *part)
{
    if (strstr(page->data, part) == NULL) {
        fail_msg("%s is not in the page", part);
    }
}

static void a_page_shows_all_parts_and_no_text_is_markup(void **state)
{
    static const struct chart_wish wish = {.title = HOSTILE, .language = "en", .type = ""};
    static const char *const warnings[] = {HOSTILE, "second warning"};
    struct chart_room room;
    struct export_part parts[2] = {
        {.title = HOSTILE, .error = HOSTILE, .sql = HOSTILE, .explanation = HOSTILE},
        {.title = "second",
         .sql = "SELECT 1 FROM t",
         .explanation = "as it was",
         .error = "",
         .warnings = warnings,
         .n_warnings = 2}};
    struct qn_buf out;

    (void)state;
    rows_room_table(&room.rows, "city:text ok:boolean n:integer",
                    LINES(HOSTILE "|t|1234567", "~|f|-5", "c|~|~"), 3);
    room.rows.columns[0].name = room.rows.columns[2].unit = HOSTILE;
    room.rows.truncated = true;
    chart_room_choose(&room, &wish);
    parts[1].rows = &room.rows;
    parts[1].chart = &room.chart;
    make(&out, "en", parts, 2);
    expect_part(&out, "default-src 'none'");
    expect_part(&out, "lang=\"en\"");
    expect_part(&out, "<svg class=\"qc\"");
    expect_part(&out, "<li>second warning</li>");
    expect_part(&out, "<td class=\"num\">1,234,567</td>");
    expect_part(&out, "<td class=\"null num\">");
    expect_part(&out, "<td>yes</td>");
    expect_part(&out, "3 rows The answer was cut");
    expect_part(&out, "<code>SELECT 1\nFROM t</code>");
    expect_part(&out, "as it was");
    expect_part(&out, "&lt;/td&gt;&lt;script&gt;alert(&#39;x&#39;)");
    qn_buf_release(&out);
    make(&out, "zh", parts, 2);
    expect_part(&out, "lang=\"zh\"");
    expect_part(&out, "<td>\xe6\x98\xaf</td>");
    qn_buf_release(&out);
    make(&out, HOSTILE, parts, 0);
    qn_buf_release(&out);
    chart_room_release(&room);
}

static void a_page_shows_two_hundred_rows_and_says_how_many_more_there_are(void **state)
{
    static const struct chart_wish wish = {.title = "", .language = "en", .type = "table"};
    struct chart_room room;
    struct export_part part = {.title = "t", .sql = "", .explanation = "", .error = ""};
    struct qn_buf out;

    (void)state;
    chart_room_many(&room, "name:text year:integer", "row #|#", 1234, &wish);
    part.rows = &room.rows;
    part.chart = &room.chart;
    make(&out, "en", &part, 1);
    expect_part(&out, "<bdi>row 200</bdi>");
    assert_null(strstr(out.data, "<bdi>row 201</bdi>"));
    expect_part(&out, "The first 200 rows; there are 1034 more.");
    qn_buf_release(&out);
    chart_room_release(&room);
}

static void files_that_are_too_large_are_told(void **state)
{
    struct query_rows rows;

    (void)state;
    rows_room_table(&rows, "a:text", LINES("a long text"), 1);
    for (size_t max = 0; max < 20; max += 5) {
        const struct export_part part = {
            .title = "", .sql = "", .explanation = "", .error = "", .rows = &rows};
        struct qn_buf out;

        for (int form = 0; form < 3; form++) {
            qn_buf_init(&out, max == 15 && form == 0 ? 10 : max);
            if (form == 0) {
                export_csv(&rows, false, &out);
            } else if (form == 1) {
                export_json(&rows, &out);
            } else {
                export_html("t", "en", "now", &part, 1, &out);
            }
            assert_int_equal(qn_buf_status(&out), QN_ELIMIT);
            qn_buf_release(&out);
        }
    }
    rows_room_release(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_keeps_numbers_and_disarms_formulas_of_texts),
        cmocka_unit_test(csv_of_nothing_has_its_head),
        cmocka_unit_test(csv_begins_with_a_mark_when_it_is_asked_for),
        cmocka_unit_test(json_is_an_object_for_each_row),
        cmocka_unit_test(columns_of_one_name_are_told_apart),
        cmocka_unit_test(clauses_begin_lines_and_quotes_and_brackets_stay),
        cmocka_unit_test(a_page_shows_all_parts_and_no_text_is_markup),
        cmocka_unit_test(a_page_shows_two_hundred_rows_and_says_how_many_more_there_are),
        cmocka_unit_test(files_that_are_too_large_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
