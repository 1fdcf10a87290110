/* test_cli_unique.c - the words of --unique. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/unique.h"
#include <string.h>

static char key[QN_UNIQUE_MAX + 1];

static int parse(const char *text, struct qn_unique *ret)
{
    struct qn_err err;
    int rc = cli_unique_parse(text, ret, key, sizeof(key), &err);

    if (rc != QN_OK)
        assert_true(strlen(err.msg) > 0);
    return rc;
}

static void a_word_alone_says_until_when(void **state)
{
    struct qn_unique unique;

    (void)state;
    assert_int_equal(parse("finished", &unique), QN_OK);
    assert_int_equal(unique.until, QN_UNIQUE_FINISHED);
    assert_int_equal(unique.conflict, QN_UNIQUE_REJECT);
    assert_int_equal(unique.for_ms, 0);
    assert_string_equal(key, "");
}

static void all_members_are_read_and_a_key_may_hold_commas(void **state)
{
    struct qn_unique unique;

    (void)state;
    assert_int_equal(parse("until=window,for=1h,conflict=replace,key=a,b=c", &unique), QN_OK);
    assert_int_equal(unique.until, QN_UNIQUE_WINDOW);
    assert_int_equal(unique.conflict, QN_UNIQUE_REPLACE);
    assert_int_equal(unique.for_ms, 3600000);
    assert_string_equal(key, "a,b=c");
    assert_int_equal(parse("started,conflict=existing", &unique), QN_OK);
    assert_int_equal(unique.until, QN_UNIQUE_STARTED);
    assert_int_equal(unique.conflict, QN_UNIQUE_EXISTING);
}

static void what_is_no_rule_is_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "soon",
                                        "until=",
                                        "window",
                                        "for=1h",
                                        "key=a",
                                        "finished,key=",
                                        "finished,for=1x",
                                        "until=finished,colour=red",
                                        "window,for=1h,key=a,conflict=replace",
                                        "finished,conflict=maybe",
                                        "finished,for=999d"};
    struct qn_unique unique;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(parse(texts[i], &unique), QN_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_alone_says_until_when),
        cmocka_unit_test(all_members_are_read_and_a_key_may_hold_commas),
        cmocka_unit_test(what_is_no_rule_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
