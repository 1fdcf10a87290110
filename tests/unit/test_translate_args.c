/* Arguments of nl2sql.translate: what a line of a batch may say. */
#include "tasks/nl2sql/translate_args.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int read_args(struct translate_args *args, const char *json, struct qn_err *err)
{
    return translate_args_read(args, (struct qn_span){json, strlen(json)}, err);
}

static void what_is_null_or_empty_is_absent(void **state)
{
    struct translate_args args;

    (void)state;
    assert_int_equal(
        read_args(&args,
                  "{\"question\":\"q\",\"database\":\"shop\",\"today\":\"\",\"tz\":null,"
                  "\"lang\":\"\",\"history\":null,\"id\":null}",
                  NULL),
        QN_OK);
    assert_string_equal(args.today, "");
    assert_string_equal(args.zone, "");
    assert_string_equal(args.language, "");
    assert_string_equal(args.id, "");
    assert_int_equal(args.n_turns, 0);
    translate_args_release(&args);
}

static void the_last_ten_questions_count_the_oldest_first(void **state)
{
    struct translate_args args;

    (void)state;
    assert_int_equal(
        read_args(&args,
                  "{\"question\":\"q\",\"database\":\"shop\",\"history\":[\"1\","
                  "\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\"]}",
                  NULL),
        QN_OK);
    assert_int_equal(args.n_turns, 10);
    assert_string_equal(args.turns[0].question, "3");
    assert_string_equal(args.turns[9].question, "12");
    translate_args_release(&args);
}

static void language_goes_before_lang_and_what_is_neither_is_found_out(void **state)
{
    struct translate_args args;

    (void)state;
    assert_int_equal(
        read_args(&args, "{\"question\":\"q\",\"language\":\"zh\",\"lang\":\"en\"}", NULL), QN_OK);
    assert_string_equal(args.language, "zh");
    translate_args_release(&args);
    assert_int_equal(read_args(&args, "{\"question\":\"q\",\"lang\":\"mixed\"}", NULL), QN_OK);
    assert_string_equal(args.language, "");
    translate_args_release(&args);
}

static void what_is_wrong_is_refused_by_name(void **state)
{
    static const struct {
        const char *json, *said;
    } cases[] = {
        {"{\"database\":\"shop\"}", "question: is missing"},
        {"{\"question\":7}", "question: must be a string"},
        {"{\"question\":\"q\",\"history\":\"before\"}", "history: must be an array of questions"},
        {"{\"question\":\"q\",\"history\":[1]}", "history: must be an array of questions"},
        {"{\"question\":\"q\",\"today\":\"2025-02-29\"}", "today: must be a day, YYYY-MM-DD"},
        {"{\"question\":\"q\",\"translator\":\"gpt\"}",
         "translator: must be one of auto, rules, llm"},
    };
    struct translate_args args;
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(read_args(&args, cases[i].json, &err), QN_EINVAL);
        assert_string_equal(err.msg, cases[i].said);
        translate_args_release(&args);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_null_or_empty_is_absent),
        cmocka_unit_test(the_last_ten_questions_count_the_oldest_first),
        cmocka_unit_test(language_goes_before_lang_and_what_is_neither_is_found_out),
        cmocka_unit_test(what_is_wrong_is_refused_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
