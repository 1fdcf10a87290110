/* Arguments of nl2sql.ask: what is absent, what is taken, what is refused by name. */
#include "common/mem.h"
#include "tasks/nl2sql/ask/ask_args.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LEAST "\"question\":\"q\",\"database\":\"shop\""

static int parse(const char *json, struct ask_args *args, struct qn_err *err)
{
    return ask_args_parse(args, (struct qn_span){json, strlen(json)}, err);
}

static void what_is_absent_or_null_has_its_preset(void **state)
{
    struct ask_args args;

    (void)state;
    assert_int_equal(parse("{" LEAST ",\"thread\":null,\"export\":null}", &args, NULL), QN_OK);
    assert_string_equal(args.question, "q");
    assert_string_equal(args.database, "shop");
    assert_string_equal(args.language, "");
    assert_string_equal(args.thread, "");
    assert_string_equal(args.today, "");
    assert_string_equal(args.key, "");
    assert_string_equal(args.hints, "");
    assert_string_equal(args.chart, "");
    assert_int_equal(args.translator, ROUTE_AUTO);
    assert_int_equal(args.max_rows, 0);
    assert_int_equal(args.tables.n, 0);
    assert_false(args.no_chart || args.dry_run);
    assert_false(args.exports[ASK_CSV] || args.exports[ASK_JSON] || args.exports[ASK_HTML]);
    ask_args_release(&args);
}

static void what_is_given_is_taken(void **state)
{
    struct ask_args args;

    (void)state;
    assert_int_equal(
        parse("{\"question\":\" \\u4e0a\\u4e2a\\u6708\\n\",\"database\":\"shop\",\"language\":"
              "\"zh\",\"translator\":\"llm\",\"thread\":\"a-B_9\",\"tables\":[\"orders\","
              "\"users\"],\"chart\":\"bar\",\"max_rows\":10000,\"dry_run\":true,\"export\":"
              "[\"html\",\"csv\"],\"today\":\"2024-02-29\",\"key\":\"team\",\"hints\":\"{}\"}",
              &args, NULL),
        QN_OK);
    assert_string_equal(args.question, "\xe4\xb8\x8a\xe4\xb8\xaa\xe6\x9c\x88");
    assert_string_equal(args.language, "zh");
    assert_string_equal(args.thread, "a-B_9");
    assert_string_equal(args.chart, "bar");
    assert_string_equal(args.today, "2024-02-29");
    assert_string_equal(args.key, "team");
    assert_string_equal(args.hints, "{}");
    assert_int_equal(args.translator, ROUTE_LLM);
    assert_int_equal(args.max_rows, 10000);
    assert_int_equal(args.tables.n, 2);
    assert_string_equal(args.tables.items[1], "users");
    assert_true(args.dry_run && args.exports[ASK_CSV] && args.exports[ASK_HTML]);
    assert_false(args.exports[ASK_JSON] || args.no_chart);
    ask_args_release(&args);
    assert_int_equal(parse("{" LEAST ",\"chart\":\"none\"}", &args, NULL), QN_OK);
    assert_true(args.no_chart);
    assert_string_equal(args.chart, "");
    ask_args_release(&args);
}

static void what_is_wrong_is_refused_by_name(void **state)
{
    static const struct {
        const char *json, *said;
    } rows[] = {
        {"{\"database\":\"shop\"}", "question: is missing"},
        {"{\"question\":\"q\"}", "database: is missing"},
        {"{\"question\":\" \\n\",\"database\":\"shop\"}", "question: must have 1 to 2000"},
        {"{\"question\":7,\"database\":\"shop\"}", "question: must be a string"},
        {"{" LEAST ",\"language\":\"fr\"}", "language: must be one of en, zh"},
        {"{" LEAST ",\"translator\":\"gpt\"}", "translator: must be one of auto, rules, llm"},
        {"{" LEAST ",\"thread\":\"a b\"}", "thread: must be 1 to 64"},
        {"{" LEAST
         ",\"thread\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
         "thread: must be 1 to 64"},
        {"{" LEAST ",\"max_rows\":0}", "max_rows: must be an integer from 1 to 10000"},
        {"{" LEAST ",\"max_rows\":10001}", "max_rows"},
        {"{" LEAST ",\"max_rows\":1.5}", "max_rows"},
        {"{" LEAST ",\"max_rows\":\"5\"}", "max_rows"},
        {"{" LEAST ",\"today\":\"2025-02-29\"}", "today: must be a day"},
        {"{" LEAST ",\"dry_run\":1}", "dry_run: must be true or false"},
        {"{" LEAST ",\"export\":[\"pdf\"]}", "export: must be an array of csv, json, html"},
        {"{" LEAST ",\"export\":\"csv\"}", "export"},
        {"{" LEAST ",\"chart\":\"pie\"}", "chart: must be one of table"},
        {"{" LEAST ",\"tables\":\"orders\"}", "tables: must be an array"},
        {"{" LEAST ",\"tables\":[1]}", "tables: must be a string"},
        {"{" LEAST ",\"tables\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]}",
         "tables: must be 8 at most"},
        {"{" LEAST ",\"key\":\"\"}", "key: must have 1 to 64"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct qn_err err = {0};
        struct ask_args args;

        assert_int_equal(parse(rows[i].json, &args, &err), QN_EINVAL);
        if (strstr(err.msg, rows[i].said) == NULL) {
            fail_msg("%s: %s", rows[i].json, err.msg);
        }
        ask_args_release(&args);
    }
}

/* Of two or three bytes each: characters count. */
static void a_question_has_two_thousand_characters_in_any_script(void **state)
{
    static const char character[] = "\xe5\x95\x86";
    struct qn_err err = {0};
    struct ask_args args;
    struct qn_buf json;

    (void)state;
    for (size_t n = 2000; n <= 2001; n++) {
        qn_buf_init(&json, 65536);
        qn_buf_add_str(&json, "{\"database\":\"shop\",\"question\":\"");
        for (size_t i = 0; i < n; i++) {
            qn_buf_add_str(&json, character);
        }
        assert_int_equal(qn_buf_add_str(&json, "\"}"), QN_OK);
        assert_int_equal(parse(json.data, &args, &err), n == 2000 ? QN_OK : QN_EINVAL);
        ask_args_release(&args);
        qn_buf_release(&json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_absent_or_null_has_its_preset),
        cmocka_unit_test(what_is_given_is_taken),
        cmocka_unit_test(what_is_wrong_is_refused_by_name),
        cmocka_unit_test(a_question_has_two_thousand_characters_in_any_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
