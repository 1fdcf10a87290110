#include <quern/err.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

static void every_code_has_a_name_and_a_text(void **state)
{
    (void)state;
    assert_string_equal(qn_err_name(QN_OK), "OK");
    for (int code = -1; code >= QN_ESTATE; code--) {
        assert_string_not_equal(qn_err_name(code), "?");
        assert_string_not_equal(qn_err_text(code), "unknown error");
    }
    assert_string_equal(qn_err_name(QN_EINVAL), "INVAL");
    assert_string_equal(qn_err_text(QN_EINVAL), "invalid argument");
}

static void a_number_that_is_no_code_is_unknown(void **state)
{
    static const int numbers[] = {1, QN_ESTATE - 1, INT32_MIN, INT32_MAX};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(qn_err_name(numbers[i]), "?");
        assert_string_equal(qn_err_text(numbers[i]), "unknown error");
        assert_false(qn_err_is_transient(numbers[i]));
    }
}

static void transient_is_what_may_pass(void **state)
{
    (void)state;
    assert_true(qn_err_is_transient(QN_ECONN));
    assert_true(qn_err_is_transient(QN_EFULL));
    assert_false(qn_err_is_transient(QN_EINVAL));
    assert_false(qn_err_is_transient(QN_OK));
}

static void fail_fills_the_error_and_returns_the_code(void **state)
{
    struct qn_err err = {.sys = 5};

    (void)state;
    assert_int_equal(qn_fail(&err, QN_EINVAL, "queue: %s", "bad"), QN_EINVAL);
    assert_int_equal(err.code, QN_EINVAL);
    assert_int_equal(err.sys, 0);
    assert_string_equal(err.msg, "queue: bad");
    assert_int_equal(qn_fail(NULL, QN_ELOST, "nobody reads this"), QN_ELOST);
}

static void a_text_may_be_made_of_itself(void **state)
{
    struct qn_err err;

    (void)state;
    qn_fail(&err, QN_EINVAL, "inner");
    qn_fail(&err, QN_EINVAL, "outer: %s", err.msg);
    assert_string_equal(err.msg, "outer: inner");
}

static void fail_sys_appends_the_reason_and_keeps_errno(void **state)
{
    struct qn_err err;

    (void)state;
    errno = ENOENT;
    assert_int_equal(qn_fail_sys(&err, "opening %s", "x"), QN_ESYS);
    assert_int_equal(err.sys, ENOENT);
    assert_int_equal(errno, ENOENT);
    assert_string_equal(err.msg, "opening x: No such file or directory");
    assert_int_equal(qn_fail_sys(NULL, "nobody reads this"), QN_ESYS);
}

static void a_long_text_is_cut_between_characters(void **state)
{
    struct qn_err err;
    char text[QN_ERR_TEXT_MAX * 2];

    (void)state;
    memset(text, 'a', sizeof(text));
    memcpy(text + QN_ERR_TEXT_MAX - 2, "\xc3\xa9", 2);
    text[sizeof(text) - 1] = '\0';
    qn_fail(&err, QN_EINVAL, "%s", text);
    assert_int_equal(strlen(err.msg), QN_ERR_TEXT_MAX - 2);
    assert_int_equal(err.msg[QN_ERR_TEXT_MAX - 3], 'a');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_name_and_a_text),
        cmocka_unit_test(a_number_that_is_no_code_is_unknown),
        cmocka_unit_test(transient_is_what_may_pass),
        cmocka_unit_test(fail_fills_the_error_and_returns_the_code),
        cmocka_unit_test(a_text_may_be_made_of_itself),
        cmocka_unit_test(fail_sys_appends_the_reason_and_keeps_errno),
        cmocka_unit_test(a_long_text_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
