/* test_retry.c - retry policies as words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "broker-client/retry.h"
#include <string.h>

static void words_become_a_policy_and_the_same_words_again(void **state)
{
    static const char *const texts[] = {
        "fixed",
        "fixed:10s",
        "linear:1s500ms:1m",
        "exponential:2s:10m",
        "list:1s:10s:1m",
        "list:1d",
        "list:1s:2s:3s:4s:5s:6s:7s:8s:9s:10s:11s:12s:13s:14s:15s:16s",
    };
    struct qn_retry retry;
    struct qn_err err;
    char out[QN_RETRY_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(qn_retry_parse(texts[i], &retry, &err), QN_OK);
        qn_retry_print(&retry, out);
        assert_string_equal(out, texts[i]);
    }
    assert_int_equal(qn_retry_parse("list:1s:10s:1m", &retry, &err), QN_OK);
    assert_int_equal(retry.kind, QN_BACKOFF_LIST);
    assert_int_equal(retry.delays_ms[1], 10000);
    assert_int_equal(retry.delays_ms[3], 0);
}

static void no_policy_is_no_word(void **state)
{
    const struct qn_retry none = {.kind = QN_BACKOFF_DEFAULT};
    char out[QN_RETRY_TEXT_SIZE];

    (void)state;
    qn_retry_print(&none, out);
    assert_string_equal(out, "");
    assert_int_equal(qn_retry_check(&none, NULL), QN_OK);
}

static void what_the_words_cannot_leave_out_is_spelled(void **state)
{
    static const struct {
        struct qn_retry retry;
        const char *words;
    } cases[] = {
        {{.base_ms = 5000}, "exponential:5s"},
        {{.cap_ms = 60000}, "exponential:2s:1m"},
        {{.kind = QN_BACKOFF_LINEAR, .cap_ms = 60000}, "linear:2s:1m"},
        {{.kind = QN_BACKOFF_LINEAR, .cap_ms = 500}, "linear:500ms:500ms"},
    };
    struct qn_retry again;
    char out[QN_RETRY_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(qn_retry_check(&cases[i].retry, NULL), QN_OK);
        qn_retry_print(&cases[i].retry, out);
        assert_string_equal(out, cases[i].words);
        assert_int_equal(qn_retry_parse(out, &again, NULL), QN_OK);
        assert_int_equal(again.cap_ms, cases[i].retry.cap_ms);
    }
}

static void what_is_no_policy_is_refused_and_shown(void **state)
{
    static const char *const texts[] = {
        "",
        "often",
        "fixed:",
        "fixed:0s",
        "fixed:1x",
        "fixed:1s:2s:3s",
        "exponential:-1s",
        "list",
        "list:",
        "list:1s:",
        "exponential:2s:1s",
        "fixed:2d",
        "linear:1s:8d",
        "list:8d",
        "list:1s:2s:3s:4s:5s:6s:7s:8s:9s:10s:11s:12s:13s:14s:15s:16s:17s",
    };
    struct qn_retry retry = {.base_ms = 77};
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(qn_retry_parse(texts[i], &retry, &err), QN_EINVAL);
        assert_int_equal(retry.base_ms, 77);
        assert_true(strlen(err.msg) > 0);
    }
}

static void numbers_out_of_bounds_are_refused(void **state)
{
    struct qn_retry retry = {.kind = (enum qn_backoff)5};

    (void)state;
    assert_int_equal(qn_retry_check(&retry, NULL), QN_EINVAL);
    retry = (struct qn_retry){.kind = QN_BACKOFF_FIXED, .base_ms = -1};
    assert_int_equal(qn_retry_check(&retry, NULL), QN_EINVAL);
    retry = (struct qn_retry){.kind = QN_BACKOFF_LIST, .delays_ms = {1, -1}};
    assert_int_equal(qn_retry_check(&retry, NULL), QN_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_become_a_policy_and_the_same_words_again),
        cmocka_unit_test(no_policy_is_no_word),
        cmocka_unit_test(what_the_words_cannot_leave_out_is_spelled),
        cmocka_unit_test(what_is_no_policy_is_refused_and_shown),
        cmocka_unit_test(numbers_out_of_bounds_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
