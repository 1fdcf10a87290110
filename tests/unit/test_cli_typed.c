/* KEY=VALUE words become what the task's parameters say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/jsontext.h"
#include "cli/typed.h"
#include <string.h>

static const char definition[] =
    "{\"name\":\"t\",\"params\":["
    "{\"name\":\"text\",\"type\":\"string\"},{\"name\":\"day\",\"type\":\"date\"},"
    "{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"x\",\"type\":\"number\"},"
    "{\"name\":\"on\",\"type\":\"boolean\"},{\"name\":\"list\",\"type\":\"array\"},"
    "{\"name\":\"map\",\"type\":\"object\"}]}";

static int read_words(const char *def, const char *const *words, int n, char *out, size_t size,
                      struct qn_err *err)
{
    struct qn_buf args;

    qn_buf_init(&args, 4096);
    int rc = cli_typed_args((struct qn_span){def, strlen(def)}, words, n, &args, err);
    snprintf(out, size, "%s", args.data);
    qn_buf_release(&args);
    return rc;
}

static void check(const char *def, const char *word, const char *wanted)
{
    char got[512];
    struct qn_err err = {0};

    assert_int_equal(read_words(def, &word, 1, got, sizeof(got), &err), QN_OK);
    assert_string_equal(got, wanted);
}

static void a_value_takes_the_type_of_its_parameter(void **state)
{
    (void)state;
    check(definition, "text=1", "{\"text\":\"1\"}");
    check(definition, "text=a=\"b\"", "{\"text\":\"a=\\\"b\\\"\"}");
    check(definition, "text=", "{\"text\":\"\"}");
    check(definition, "day=2025-06-30", "{\"day\":\"2025-06-30\"}");
    check(definition, "n=-7", "{\"n\":-7}");
    check(definition, "x=1e3", "{\"x\":1e3}");
    check(definition, "on=true", "{\"on\":true}");
    check(definition, "list=[1,2]", "{\"list\":[1,2]}");
    check(definition, "map={\"a\":{}}", "{\"map\":{\"a\":{}}}");
}

static void without_a_definition_what_looks_like_json_is_json(void **state)
{
    (void)state;
    check("", "a=1", "{\"a\":1}");
    check("", "a=null", "{\"a\":null}");
    check("", "a=01", "{\"a\":\"01\"}");
    check("", "a={", "{\"a\":\"{\"}");
}

static void a_value_of_another_type_is_refused_with_its_key(void **state)
{
    static const char *const words[] = {"n=one",   "n=",    "n=\"1\"", "on=yes",
                                        "list={}", "map=1", "x=NaN",   "n=1,\"text\":2"};
    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        char got[512];
        struct qn_err err = {0};
        assert_int_equal(read_words(definition, &words[i], 1, got, sizeof(got), &err), QN_EINVAL);
        assert_int_equal(strncmp(err.msg, words[i], strcspn(words[i], "=")), 0);
    }
}

static void a_word_that_is_no_pair_or_no_parameter_is_refused(void **state)
{
    static const char *const words[] = {"word", "=1", "", "nope=1"};
    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        char got[512];
        struct qn_err err = {0};
        assert_int_equal(read_words(definition, &words[i], 1, got, sizeof(got), &err), QN_EINVAL);
    }
}

static void values_of_json_are_found_by_path(void **state)
{
    static const char text[] = "{\"a\":{\"b\":\"销\\u0041\",\"n\":12,\"z\":null},\"l\":[1]}";
    struct qn_span json = {text, sizeof(text) - 1};
    struct qn_json_item item;
    char out[64];
    (void)state;
    cli_json_text(json, "a.b", out, sizeof(out));
    assert_string_equal(out, "销A");
    cli_json_text(json, "a.b", out, 4); /* cut between characters */
    assert_string_equal(out, "销");
    cli_json_text(json, "a.z", out, sizeof(out));
    assert_string_equal(out, "");
    cli_json_text(json, "l", out, sizeof(out));
    assert_string_equal(out, "[1]");
    assert_int_equal(cli_json_number(json, "a.n", -1), 12);
    assert_int_equal(cli_json_number(json, "a.b", -1), -1);
    assert_false(cli_json_at(json, "a.b.c", &item));
    assert_false(cli_json_at(json, "l.0", &item));
    assert_false(cli_json_at((struct qn_span){0}, "a", &item));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_takes_the_type_of_its_parameter),
        cmocka_unit_test(without_a_definition_what_looks_like_json_is_json),
        cmocka_unit_test(a_value_of_another_type_is_refused_with_its_key),
        cmocka_unit_test(a_word_that_is_no_pair_or_no_parameter_is_refused),
        cmocka_unit_test(values_of_json_are_found_by_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
