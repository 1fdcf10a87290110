#include "api/digest.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void parts_do_not_run_together(void **state)
{
    const struct qn_span one[] = {{"ab", 2}, {"c", 1}};
    const struct qn_span other[] = {{"a", 1}, {"bc", 2}};
    uint8_t a[API_DIGEST_BYTES], b[API_DIGEST_BYTES];
    (void)state;
    assert_int_equal(api_digest(one, 2, a), QN_OK);
    assert_int_equal(api_digest(other, 2, b), QN_OK);
    assert_memory_not_equal(a, b, sizeof(a));
    assert_int_equal(api_digest(one, 2, b), QN_OK);
    assert_memory_equal(a, b, sizeof(a));
}

static void a_tag_is_of_the_bytes(void **state)
{
    char a[API_ETAG_SIZE], b[API_ETAG_SIZE];
    (void)state;
    assert_int_equal(api_etag((struct qn_span){"x", 1}, a), QN_OK);
    assert_int_equal(api_etag((struct qn_span){"y", 1}, b), QN_OK);
    assert_int_equal(strlen(a), 34);
    assert_string_not_equal(a, b);
}

static void if_none_match_is_a_list(void **state)
{
    (void)state;
    assert_true(api_etag_matches("\"a\"", "\"a\""));
    assert_true(api_etag_matches("\"b\", \"a\"", "\"a\""));
    assert_true(api_etag_matches("W/\"a\"", "\"a\""));
    assert_true(api_etag_matches(" * ", "\"a\""));
    assert_false(api_etag_matches(NULL, "\"a\""));
    assert_false(api_etag_matches("", "\"a\""));
    assert_false(api_etag_matches("a", "\"a\""));
    assert_false(api_etag_matches("\"aa\"", "\"a\""));
    assert_false(api_etag_matches(",,,", "\"a\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_do_not_run_together),
        cmocka_unit_test(a_tag_is_of_the_bytes),
        cmocka_unit_test(if_none_match_is_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
