/* KEY=VALUE words become what the task's parameters say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "broker-client/taskdef.h"
#include <stdio.h>
#include <string.h>

static const char definition[] =
    "{\"name\":\"t\",\"params\":["
    "{\"name\":\"text\",\"type\":\"string\"},{\"name\":\"day\",\"type\":\"date\"},"
    "{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"x\",\"type\":\"number\"},"
    "{\"name\":\"on\",\"type\":\"boolean\"},{\"name\":\"list\",\"type\":\"array\"},"
    "{\"name\":\"map\",\"type\":\"object\"}]}";

/* With json "" there is no definition. field gets the member that the check refuses,
 * "-" when it refuses nothing. */
static int read_word(const char *json, const char *word, char got[512], char *field)
{
    struct qn_taskdef *def = NULL;
    struct qn_buf args;
    struct qn_err err = {0};

    if (*json)
        assert_int_equal(qn_taskdef_decode(&def, (struct qn_span){json, strlen(json)}, &err),
                         QN_OK);
    qn_buf_init(&args, 4096);
    int rc = qn_taskdef_words(def, 1, &word, &args, &err);
    snprintf(got, 512, "%s", args.data);
    snprintf(field, QN_ARG_FIELD_SIZE, "-");
    if (rc == QN_OK && def && qn_taskdef_check(def, args.data, args.len, field, &err) == QN_OK)
        snprintf(field, QN_ARG_FIELD_SIZE, "-");
    qn_buf_release(&args);
    qn_taskdef_free(def);
    return rc;
}

static void check(const char *json, const char *word, const char *wanted)
{
    char got[512], field[QN_ARG_FIELD_SIZE];

    assert_int_equal(read_word(json, word, got, field), QN_OK);
    assert_string_equal(got, wanted);
    assert_string_equal(field, "-");
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
    check(definition, "on=no", "{\"on\":false}");
    check(definition, "list=[1,2]", "{\"list\":[1,2]}");
    check(definition, "list=a,b", "{\"list\":[\"a\",\"b\"]}");
    check(definition, "list=", "{\"list\":[]}");
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

static void a_value_of_another_type_is_refused_by_the_check_with_its_key(void **state)
{
    static const char *const words[] = {"n=one", "n=",    "n=\"1\"",        "on=maybe", "list=[",
                                        "map=1", "x=NaN", "n=1,\"text\":2", "nope=1"};
    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        char got[512], field[QN_ARG_FIELD_SIZE];
        assert_int_equal(read_word(definition, words[i], got, field), QN_OK);
        assert_int_equal(strncmp(field, words[i], strcspn(words[i], "=")), 0);
    }
}

static void a_word_that_is_no_pair_is_refused(void **state)
{
    static const char *const words[] = {"word", "=1", "", "a=\xff"};
    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        char got[512], field[QN_ARG_FIELD_SIZE];
        assert_int_equal(read_word(definition, words[i], got, field), QN_EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_takes_the_type_of_its_parameter),
        cmocka_unit_test(without_a_definition_what_looks_like_json_is_json),
        cmocka_unit_test(a_value_of_another_type_is_refused_by_the_check_with_its_key),
        cmocka_unit_test(a_word_that_is_no_pair_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
