#include "tasks/metadata/analyze_args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int parse(struct analyze_args *args, const char *json, struct qn_err *err)
{
    return analyze_args_parse(args, json, strlen(json), err);
}

static void what_is_not_given_has_its_preset(void **state)
{
    struct analyze_args args;

    (void)state;
    assert_int_equal(parse(&args, "{\"database\":\"shop\",\"depth\":null}", NULL), QN_OK);
    assert_string_equal(args.database, "shop");
    assert_string_equal(args.hints, "");
    assert_string_equal(args.language, "en");
    assert_int_equal(args.tier, QN_PROFILE_SAMPLED);
    assert_false(args.declared_only || args.full);
    assert_int_equal(args.choice.n_include + args.choice.n_exclude, 0);
    analyze_args_release(&args);
}

static void what_is_given_is_taken(void **state)
{
    static const char json[] =
        "{\"hints\":\"h.json\",\"database\":\"\\u5e97\",\"depth\":\"catalogue\","
        "\"include\":[\"a.*\",\"b?\"],\"exclude\":[\"*_old\"],\"relations\":\"declared\","
        "\"language\":\"zh\",\"full\":true}";
    struct analyze_args args;

    (void)state;
    assert_int_equal(parse(&args, json, NULL), QN_OK);
    assert_string_equal(args.database, "\xe5\xba\x97");
    assert_string_equal(args.hints, "h.json");
    assert_string_equal(args.language, "zh");
    assert_int_equal(args.tier, QN_PROFILE_NONE);
    assert_true(args.declared_only && args.full);
    assert_int_equal(args.choice.n_include, 2);
    assert_string_equal(args.choice.include[1], "b?");
    assert_string_equal(args.choice.exclude[0], "*_old");
    analyze_args_release(&args);
}

static void what_is_wrong_is_refused_by_name(void **state)
{
    static const struct {
        const char *json, *said;
    } cases[] = {
        {"{}", "database: a datasource's name is required"},
        {"{\"database\":1}", "database: must be a string"},
        {"{\"database\":\"a\",\"depth\":\"sampl\"}",
         "depth: must be one of catalogue|statistics|sample|exact"},
        {"{\"database\":\"a\",\"depth\":\"\"}",
         "depth: must be one of catalogue|statistics|sample|exact"},
        {"{\"database\":\"a\",\"language\":\"en|zh\"}", "language: must be one of en|zh"},
        {"{\"database\":\"a\",\"include\":\"x\"}", "include: must be an array of globs"},
        {"{\"database\":\"a\",\"include\":[1]}", "include: must be a string"},
        {"{\"database\":\"a\",\"exclude\":[\"\"]}", "exclude: at most 64 globs of 1 to 256 bytes"},
        {"{\"database\":\"a\",\"full\":\"true\"}", "full: must be true or false"},
    };
    struct analyze_args args;
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(parse(&args, cases[i].json, &err), QN_EINVAL);
        assert_string_equal(err.msg, cases[i].said);
        analyze_args_release(&args);
    }
}

static void there_are_not_more_globs_than_the_maximum(void **state)
{
    struct analyze_args args;
    struct qn_buf json;

    (void)state;
    qn_buf_init(&json, 4096);
    qn_buf_add_str(&json, "{\"database\":\"a\",\"include\":[\"0\"");
    for (int i = 1; i <= QN_CATALOG_GLOBS_MAX; i++) {
        qn_buf_printf(&json, ",\"%d\"", i);
    }
    qn_buf_add_str(&json, "]}");
    assert_int_equal(parse(&args, json.data, NULL), QN_EINVAL);
    analyze_args_release(&args);
    qn_buf_release(&json);
}

static void the_datasources_globs_are_apart_from_the_jobs(void **state)
{
    struct analyze_args args;

    (void)state;
    assert_int_equal(parse(&args, "{\"database\":\"a\",\"include\":[\"mine\"]}", NULL), QN_OK);
    assert_int_equal(
        analyze_args_keep_within(&args, "{\"include\":[\"x\",\"y\"],\"exclude\":[]}", NULL), QN_OK);
    assert_int_equal(args.choice.n_include, 1);
    assert_int_equal(args.within.n_include, 2);
    assert_string_equal(args.within.include[1], "y");
    assert_ptr_equal(args.choice.within, &args.within);
    assert_int_equal(analyze_args_keep_within(&args, "", NULL), QN_OK);
    analyze_args_release(&args);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_given_has_its_preset),
        cmocka_unit_test(what_is_given_is_taken),
        cmocka_unit_test(what_is_wrong_is_refused_by_name),
        cmocka_unit_test(there_are_not_more_globs_than_the_maximum),
        cmocka_unit_test(the_datasources_globs_are_apart_from_the_jobs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
