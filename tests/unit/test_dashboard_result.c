#include "common/str.h"
#include "tasks/nl2sql/dashboard/dashboard_result.h"
#include "tests/support/dashboard_room.h"
#include "tests/support/torture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#define WIDGETS DASHBOARD_WIDGETS_MAX

struct room {
    struct dashboard form;
    char ids[WIDGETS][8];
    struct dashboard_widget widgets[WIDGETS];
    struct dashboard_part parts[WIDGETS];
    const struct dashboard_part *shown[WIDGETS];
    struct dashboard_result result;
    struct qn_buf json;
    struct qn_err err;
};

static struct room room;

static void setup(const char *title, const char *sql)
{
    room = (struct room){.form = {.id = "d", .title = title, .database = "shop"}};
    room.result = (struct dashboard_result){
        .form = &room.form, .parts = room.shown, .warnings = {"one\ntwo\n", 8}};
    qn_buf_init(&room.json, 4 * 1024 * 1024);
    for (size_t i = 0; i < WIDGETS; i++) {
        snprintf(room.ids[i], sizeof(room.ids[i]), "w%zu", i);
        room.widgets[i] = (struct dashboard_widget){
            .id = room.ids[i], .title = title, .sql = sql, .chart = "", .database = "shop"};
        room.parts[i] = (struct dashboard_part){.widget = &room.widgets[i], .made_ms = 1};
        room.shown[i] = &room.parts[i];
    }
}

/* The next widget, with n rows of text. */
static struct dashboard_part *add(size_t n, const char *text)
{
    struct dashboard_part *part = &room.parts[room.result.n++];

    room_rows(&part->rows, n, text);
    return part;
}

/* Each row has a name of its own before its text. */
static void draw(struct dashboard_part *part)
{
    struct query_rows *rows = &part->rows;
    const struct chart_wish wish = {.title = part->widget->title, .language = "en", .type = "bar"};

    for (size_t i = 0; i < rows->n_rows; i++) {
        const char *text = qn_arena_printf(&rows->arena, "%zu%s", i, query_cell(rows, i, 0).data);

        rows->cells[2 * i] = (struct qn_span){text, strlen(text)};
    }
    assert_int_equal(chart_choose(&part->chart, &part->rows, &wish, NULL), QN_OK);
    part->has_chart = true;
}

static void teardown(void)
{
    for (size_t i = 0; i < room.result.n; i++) {
        dashboard_part_release(&room.parts[i]);
    }
    qn_buf_release(&room.json);
}

static void write_result(size_t max)
{
    qn_buf_reset(&room.json);
    assert_int_equal(dashboard_result_write(&room.result, max, &room.json, &room.err), QN_OK);
    assert_true(room.json.len <= max);
    assert_int_equal(qn_json_check(room.json.data, room.json.len, NULL, &room.err), QN_OK);
}

static struct qn_json_item member(struct qn_span object, const char *name)
{
    struct qn_json_item item = {.type = QN_JSON_NULL};

    assert_true(qn_json_find(object.data, object.len, name, &item));
    return item;
}

static struct qn_span whole(void)
{
    return (struct qn_span){room.json.data, room.json.len};
}

static struct qn_span widget(size_t at)
{
    const struct qn_json_item list = member(whole(), "widgets");
    struct qn_json_item item;
    struct qn_json_walk walk;

    assert_int_equal(qn_json_walk_init(&walk, list.value.data, list.value.len), QN_OK);
    do {
        assert_true(qn_json_walk_next(&walk, &item));
    } while (at-- > 0);
    return item.value;
}

static int64_t number(struct qn_span object, const char *name)
{
    int64_t value = -1;

    assert_true(qn_json_is_integer(member(object, name).value, &value));
    return value;
}

static bool flag(struct qn_span object, const char *name)
{
    return qn_span_is(member(object, name).value, "true");
}

static bool says(const char *text)
{
    const struct qn_span warnings = member(whole(), "warnings").value;

    return memmem(warnings.data, warnings.len, text, strlen(text)) != NULL;
}

static void what_fits_is_all_there(void **state)
{
    (void)state;
    setup("T", "SELECT 1");
    add(3, "x");
    draw(&room.parts[0]);
    write_result(QN_RESULT_MAX);
    assert_int_equal(number(widget(0), "row_count"), 3);
    assert_true(flag(widget(0), "answered"));
    assert_false(flag(widget(0), "truncated"));
    assert_true(member(widget(0), "chart").type == QN_JSON_OBJECT);
    assert_true(member(widget(0), "svg").value.len > 100);
    assert_true(qn_span_is(member(widget(0), "cache").value, "\"none\""));
    assert_true(qn_span_is(member(whole(), "warnings").value, "[\"one\",\"two\"]"));
    assert_int_equal(number(whole(), "failed"), 0);
    teardown();
}

static void what_failed_says_so_in_its_place(void **state)
{
    (void)state;
    setup("T", "SELECT 1");
    add(1, "x");
    dashboard_part_refuse(add(0, ""), DASHBOARD_GUARD, "column \"a\" is hidden");
    room.parts[1].verdict.class = GUARD_HIDDEN;
    dashboard_part_refuse(add(0, ""), DASHBOARD_TIMEOUT, "took too long");
    add(1, "x");
    write_result(QN_RESULT_MAX);
    assert_int_equal(number(whole(), "failed"), 2);
    assert_true(flag(widget(0), "answered") && flag(widget(3), "answered"));
    assert_false(flag(widget(1), "answered") || flag(widget(2), "answered"));
    assert_true(qn_span_is(member(widget(1), "code").value, "\"refused_by_guard\""));
    assert_true(qn_span_is(member(widget(1), "class").value, "\"hidden\""));
    assert_true(qn_span_is(member(widget(1), "reason").value, "\"column \\\"a\\\" is hidden\""));
    assert_true(qn_span_is(member(widget(2), "code").value, "\"timeout\""));
    teardown();
}

static void rows_are_left_out_where_the_result_has_no_room_for_all(void **state)
{
    static char text[1001];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    setup("T", "SELECT 1");
    add(1000, text);
    add(1000, text);
    add(1, "small");
    write_result(QN_RESULT_MAX);
    assert_true(room.json.len > QN_RESULT_MAX / 2); /* what there is, is used */
    for (size_t i = 0; i < 2; i++) {
        assert_true(flag(widget(i), "truncated"));
        assert_in_range(number(widget(i), "row_count"), 200, 600);
    }
    assert_false(flag(widget(2), "truncated"));
    assert_int_equal(number(widget(2), "row_count"), 1);
    assert_true(says("w0: the first rows are shown") && says("w1: the first rows are shown"));
    assert_false(says("w2"));
    teardown();
}

static void fifty_large_widgets_with_pictures_fit(void **state)
{
    static char text[601];

    (void)state;
    memset(text, '\1', sizeof(text) - 1); /* six bytes each in JSON */
    setup("\1\2\"\\</script>", text);
    for (size_t i = 0; i < WIDGETS; i++) {
        draw(add(20, text));
    }
    write_result(QN_RESULT_MAX);
    for (size_t i = 0; i < WIDGETS; i++) {
        assert_true(flag(widget(i), "answered"));
    }
    teardown();
}

static void a_picture_that_has_no_room_leaves_before_the_last_row(void **state)
{
    size_t max = 60000;

    (void)state;
    setup("T", "SELECT 1");
    draw(add(20, "some text"));
    write_result(max);
    assert_true(member(widget(0), "chart").type == QN_JSON_OBJECT);
    for (; max > 4000 && member(widget(0), "chart").type == QN_JSON_OBJECT; max -= 500) {
        write_result(max);
    }
    assert_true(member(widget(0), "chart").type == QN_JSON_NULL);
    assert_true(qn_span_is(member(widget(0), "svg").value, "\"\""));
    assert_int_equal(number(widget(0), "row_count"), 20);
    assert_true(says("w0: no chart"));
    teardown();
}

static void rows_of_before_are_said_to_be(void **state)
{
    (void)state;
    setup("T", "SELECT 1");
    add(1, "x")->from = DASHBOARD_FROM_STALE;
    write_result(QN_RESULT_MAX);
    assert_true(qn_span_is(member(widget(0), "cache").value, "\"stale\""));
    assert_true(says("w0: the database did not answer"));
    teardown();
}

static int write_again(void)
{
    qn_buf_release(&room.json);
    qn_buf_init(&room.json, QN_RESULT_MAX);
    int rc = dashboard_result_write(&room.result, QN_RESULT_MAX, &room.json, &room.err);
    qn_buf_release(&room.json);
    return rc;
}

static void no_memory_is_told(void **state)
{
    (void)state;
    setup("T", "SELECT 1");
    add(2, "x");
    torture(write_again);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_all_there),
        cmocka_unit_test(what_failed_says_so_in_its_place),
        cmocka_unit_test(rows_are_left_out_where_the_result_has_no_room_for_all),
        cmocka_unit_test(fifty_large_widgets_with_pictures_fit),
        cmocka_unit_test(a_picture_that_has_no_room_leaves_before_the_last_row),
        cmocka_unit_test(rows_of_before_are_said_to_be),
        cmocka_unit_test(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
