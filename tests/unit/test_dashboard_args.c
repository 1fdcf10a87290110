#include "tasks/nl2sql/dashboard/dashboard_args.h"
#include "tests/support/torture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define WIDGET       "{\"id\":\"a\",\"sql\":\"SELECT 1\"}"

static int parse(struct dashboard_args *args, const char *json, struct qn_err *err)
{
    return dashboard_args_parse(args, (struct qn_span){json, strlen(json)}, err);
}

static void what_is_not_given_has_its_preset(void **state)
{
    struct dashboard_args args;

    (void)state;
    assert_int_equal(parse(&args, "{\"id\":\"sales\",\"widgets\":null,\"save\":null}", NULL),
                     QN_OK);
    assert_string_equal(args.form.id, "sales");
    assert_string_equal(args.form.title, "sales");
    assert_int_equal(args.form.n_widgets, 0);
    assert_string_equal(args.widget, "");
    assert_false(args.save || args.refresh);
    assert_int_equal(args.exports, 0);
    dashboard_args_release(&args);
}

static void what_is_given_is_taken(void **state)
{
    static const char json[] =
        "{\"id\":\"a-1\",\"title\":\"\\u5e97\",\"database\":\"shop\",\"save\":true,"
        "\"refresh\":true,\"widget\":\"b_2\",\"export\":[\"html\",\"csv\",\"csv\"],\"widgets\":["
        "{\"id\":\"b_1\",\"sql\":\"SELECT \\\"x\\\"\",\"title\":\"B\",\"chart\":\"bar\"},"
        "{\"id\":\"b_2\",\"sql\":\"SELECT 2\",\"database\":\"crm\",\"chart\":\"none\"}]}";
    struct dashboard_args args;

    (void)state;
    assert_int_equal(parse(&args, json, NULL), QN_OK);
    assert_string_equal(args.form.title, "\xe5\xba\x97");
    assert_true(args.save && args.refresh);
    assert_string_equal(args.widget, "b_2");
    assert_int_equal(args.exports, DASHBOARD_HTML | DASHBOARD_CSV);
    assert_int_equal(args.form.n_widgets, 2);
    assert_string_equal(args.form.widgets[0].sql, "SELECT \"x\"");
    assert_string_equal(args.form.widgets[0].title, "B");
    assert_string_equal(args.form.widgets[0].chart, "bar");
    assert_string_equal(args.form.widgets[0].database, "shop");
    assert_string_equal(args.form.widgets[1].title, "b_2");
    assert_string_equal(args.form.widgets[1].database, "crm");
    assert_string_equal(args.form.widgets[1].chart, "none");
    dashboard_args_release(&args);
}

static void what_is_wrong_is_refused_by_name(void **state)
{
    static const struct {
        const char *members, *said;
    } cases[] = {
        {"\"title\":\"x\"", "id: is missing"},
        {"\"id\":7", "id: must be a string of 1 to 64 bytes"},
        {"\"id\":\"Sales\"", "id: must be 1 to 64 of [a-z0-9_-]"},
        {"\"id\":\"../x\"", "id: must be 1 to 64 of [a-z0-9_-]"},
        {"\"id\":\"a\",\"title\":[]", "title: must be a string of 0 to 300 bytes"},
        {"\"id\":\"a\",\"widgets\":{}", "widgets: must be an array of 1 to 50 objects"},
        {"\"id\":\"a\",\"widgets\":[]", "widgets: must be an array of 1 to 50 objects"},
        {"\"id\":\"a\",\"widgets\":[7]", "widgets: the one at 0: id: is missing"},
        {"\"id\":\"a\",\"database\":\"d\",\"widgets\":[{\"id\":\"W\",\"sql\":\"x\"}]",
         "widgets: the one at 0: id: must be 1 to 64 of [a-z0-9_-]"},
        {"\"id\":\"a\",\"database\":\"d\",\"widgets\":[" WIDGET "," WIDGET "]",
         "widgets: a: id: another one has it"},
        {"\"id\":\"a\",\"database\":\"d\",\"widgets\":[{\"id\":\"w\"}]",
         "widgets: w: sql: is missing"},
        {"\"id\":\"a\",\"database\":\"d\",\"widgets\":[{\"id\":\"w\",\"sql\":\"\"}]",
         "widgets: w: sql: must be a string of 1 to 16384 bytes"},
        {"\"id\":\"a\",\"database\":\"d\",\"widgets\":[{\"id\":\"w\",\"sql\":\"x\",\"chart\":\"pie "
         "of "
         "mine\"}]",
         "widgets: w: chart: must be a type of chart, or none"},
        {"\"id\":\"a\",\"widgets\":[" WIDGET "]", "widgets: a: database: is missing"},
        {"\"id\":\"a\",\"save\":\"yes\"", "save: must be true or false"},
        {"\"id\":\"a\",\"save\":true", "save: there are no widgets to save"},
        {"\"id\":\"a\",\"refresh\":1", "refresh: must be true or false"},
        {"\"id\":\"a\",\"widget\":\"A\"", "widget: must be 1 to 64 of [a-z0-9_-]"},
        {"\"id\":\"a\",\"widget\":\"b\",\"database\":\"d\",\"widgets\":[" WIDGET "]",
         "widget: b is none of the widgets"},
        {"\"id\":\"a\",\"export\":\"csv\"", "export: must be an array of csv, json, html"},
        {"\"id\":\"a\",\"export\":[\"pdf\"]", "export: must be an array of csv, json, html"},
        {"\"id\":\"a\",\"export\":[[]]", "export: must be an array of csv, json, html"},
        {"\"id\":\"a\",\"database\":\"d\"", "widgets: are missing: database and title are theirs"},
        {"\"id\":\"a\",\"title\":\"t\"", "widgets: are missing: database and title are theirs"},
    };
    struct dashboard_args args;
    struct qn_err err;
    char json[512];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        snprintf(json, sizeof(json), "{%s}", cases[i].members);
        assert_int_equal(parse(&args, json, &err), QN_EINVAL);
        assert_string_equal(err.msg, cases[i].said);
        dashboard_args_release(&args);
    }
}

/* A URL may hold a password. */
static void an_address_is_never_saved(void **state)
{
    static const char *const cases[] = {
        "{\"id\":\"a\",\"save\":true,\"database\":\"postgresql://u:secret@h/"
        "d\",\"widgets\":[" WIDGET "]}",
        "{\"id\":\"a\",\"save\":true,\"database\":\"d\",\"widgets\":[{\"id\":\"a\",\"sql\":\"x\","
        "\"database\":\"host=h password=secret\"}]}",
        "{\"id\":\"a\",\"save\":true,\"database\":\"host=h password=secret\",\"widgets\":[{\"id\":"
        "\"a\",\"sql\":\"x\",\"database\":\"d\"}]}",
    };
    struct dashboard_args args;
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(parse(&args, cases[i], &err), QN_EINVAL);
        assert_non_null(strstr(err.msg, "must be a datasource's name"));
        assert_null(strstr(err.msg, "secret"));
        dashboard_args_release(&args);
    }
}

static void at_most_fifty_widgets_are_taken(void **state)
{
    struct dashboard_args args;
    struct qn_buf json;

    (void)state;
    for (int n = DASHBOARD_WIDGETS_MAX; n <= DASHBOARD_WIDGETS_MAX + 1; n++) {
        qn_buf_init(&json, 65536);
        qn_buf_add_str(&json, "{\"id\":\"a\",\"database\":\"d\",\"widgets\":[");
        for (int i = 0; i < n; i++) {
            qn_buf_printf(&json, "%s{\"id\":\"w%d\",\"sql\":\"x\"}", i > 0 ? "," : "", i);
        }
        qn_buf_add_str(&json, "]}");
        assert_int_equal(parse(&args, json.data, NULL),
                         n > DASHBOARD_WIDGETS_MAX ? QN_EINVAL : QN_OK);
        dashboard_args_release(&args);
        qn_buf_release(&json);
    }
}

static void what_is_written_is_read_as_it_was(void **state)
{
    static const char json[] =
        "{\"id\":\"a\",\"title\":\"</"
        "script>\\u0001\\\"\\\\\\u202e\",\"database\":\"d\",\"widgets\":["
        "{\"id\":\"w\",\"title\":\"<svg onload=x>\\u0007'\",\"sql\":\"SELECT '\\\\\\\"\\n'\"},"
        "{\"id\":\"v\",\"sql\":\"SELECT 2\",\"chart\":\"line\",\"database\":\"e\"}]}";
    struct dashboard_args args, again;
    struct qn_buf text;

    (void)state;
    assert_int_equal(parse(&args, json, NULL), QN_OK);
    qn_buf_init(&text, 4096);
    qn_buf_add_str(&text, "{\"id\":\"a\",\"database\":\"d\",\"widgets\":");
    dashboard_write_widgets(&args.form, &text);
    qn_buf_add_byte(&text, '}');
    assert_int_equal(parse(&again, text.data, NULL), QN_OK);
    assert_int_equal(again.form.n_widgets, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct dashboard_widget *one = &args.form.widgets[i], *two = &again.form.widgets[i];

        assert_string_equal(one->id, two->id);
        assert_string_equal(one->title, two->title);
        assert_string_equal(one->sql, two->sql);
        assert_string_equal(one->chart, two->chart);
        assert_string_equal(one->database, two->database);
    }
    qn_buf_release(&text);
    dashboard_args_release(&args);
    dashboard_args_release(&again);
}

static int parse_one(void)
{
    static const char json[] = "{\"id\":\"a\",\"database\":\"d\",\"widgets\":[" WIDGET "]}";
    struct dashboard_args args;
    struct qn_err err;
    int rc = parse(&args, json, &err);

    dashboard_args_release(&args);
    return rc;
}

static void no_memory_is_told(void **state)
{
    (void)state;
    torture(parse_one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_given_has_its_preset),
        cmocka_unit_test(what_is_given_is_taken),
        cmocka_unit_test(what_is_wrong_is_refused_by_name),
        cmocka_unit_test(an_address_is_never_saved),
        cmocka_unit_test(at_most_fifty_widgets_are_taken),
        cmocka_unit_test(what_is_written_is_read_as_it_was),
        cmocka_unit_test(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
