#include "tasks/lib/llm/llm_profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void micro_is(const char *text, int64_t expected)
{
    int64_t micro = -1;

    assert_int_equal(qn_llm_micro(text, strlen(text), &micro), expected < 0 ? QN_EINVAL : QN_OK);
    assert_int_equal(micro, expected < 0 ? -1 : expected);
}

static void money_is_read_to_the_millionth(void **state)
{
    (void)state;
    micro_is("0", 0);
    micro_is("12.5", 12500000);
    micro_is("0.000001", 1);
    micro_is("1000000000", 1000000000000000);
    micro_is("", -1);
    micro_is(".5", -1);
    micro_is("1.", -1);
    micro_is("-1", -1);
    micro_is("1.-5", -1);
    micro_is("+1", -1);
    micro_is("1.0000001", -1);
    micro_is("1000000001", -1);
    micro_is("1e3", -1);
    micro_is("1,5", -1);
}

static int64_t cost(int64_t prompt, int64_t cached, int64_t completion)
{
    const struct qn_llm_price price = {280000, 28000, 420000};
    const struct qn_llm_tokens tokens = {
        .prompt = prompt, .cached = cached, .completion = completion};

    return qn_llm_cost(&price, &tokens);
}

static void a_cost_is_exact_and_rounded_up_once(void **state)
{
    (void)state;
    assert_int_equal(cost(0, 0, 0), 0);
    assert_int_equal(cost(1000000, 0, 0), 280000);
    assert_int_equal(cost(1000000, 1000000, 0), 28000);
    assert_int_equal(cost(1000000, 400000, 1000000), 168000 + 11200 + 420000);
    assert_int_equal(cost(1, 0, 0), 1);  /* 0.28 */
    assert_int_equal(cost(1, 0, 1), 1);  /* 0.70 */
    assert_int_equal(cost(1, 1, 3), 2);  /* 0.028 + 1.26 */
    assert_int_equal(cost(1, 99, 0), 1); /* no more cached than there are */
    assert_int_equal(cost(-5, -5, -5), 0);
}

static void a_cost_never_wraps(void **state)
{
    const struct qn_llm_price most = {QN_LLM_COST_MAX, QN_LLM_COST_MAX, QN_LLM_COST_MAX};
    const struct qn_llm_tokens tokens = {.prompt = INT64_MAX, .completion = INT64_MAX};

    (void)state;
    assert_int_equal(qn_llm_cost(&most, &tokens), QN_LLM_COST_MAX);
}

static void a_price_is_that_of_the_setting_else_of_the_table(void **state)
{
    const struct qn_llm_profile *openai = qn_llm_profile_find("openai", "");
    const struct qn_llm_profile *vllm = qn_llm_profile_find("vllm", "");
    struct qn_llm_price price;

    (void)state;
    assert_true(qn_llm_price_find("", openai, "gpt-4o-mini", &price));
    assert_int_equal(price.output, 600000);
    assert_false(qn_llm_price_find("", openai, "gpt-99", &price));
    assert_true(qn_llm_price_find("", vllm, "any", &price));
    assert_int_equal(price.output, 0);
    assert_true(qn_llm_price_find("1/0.5/2", openai, "gpt-99", &price));
    assert_int_equal(price.cached, 500000);
    assert_true(qn_llm_price_find("1/1/1,b=2/2/3", openai, "b", &price));
    assert_int_equal(price.output, 3000000);
    assert_true(qn_llm_price_find("b=2/2/3,1/1/1", openai, "c", &price));
    assert_int_equal(price.output, 1000000);
    assert_true(qn_llm_price_find("b=2/2/3", openai, "gpt-4o", &price));
    assert_int_equal(price.output, 10000000);
}

static void prices_that_are_none_are_refused(void **state)
{
    static const char *const wrong[] = {"1",       "1/2",    "1/2/3/4", "a=",     "=1/2/3",
                                        "1/2/3,x", "1/-2/3", "a/b/c",   "1/2/3;", ",1/2/3"};
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(qn_llm_prices_check(wrong[i], &err), QN_EINVAL);
    }
    assert_int_equal(qn_llm_prices_check("", &err), QN_OK);
    assert_int_equal(qn_llm_prices_check("a=0.28/0.028/0.42,b=1/1/1,0/0/0", &err), QN_OK);
}

static void profiles_are_known_by_name_and_address(void **state)
{
    (void)state;
    assert_string_equal(qn_llm_profile_find("", "https://api.deepseek.com/v1")->name, "deepseek");
    assert_string_equal(qn_llm_profile_find("", "http://127.0.0.1:11434/v1")->name, "ollama");
    assert_string_equal(qn_llm_profile_find("", "https://example.org/v1")->name, "generic");
    assert_string_equal(qn_llm_profile_find("vllm", "https://api.deepseek.com")->name, "vllm");
    assert_null(qn_llm_profile_find("gpt", ""));
}

static int64_t estimate(const char *text)
{
    return qn_llm_estimate((struct qn_span){text, strlen(text)});
}

static void an_estimate_is_rather_too_much(void **state)
{
    (void)state;
    assert_int_equal(estimate(""), 0);
    assert_int_equal(estimate("a"), 1);
    assert_int_equal(estimate("abcdefg"), 2);
    assert_int_equal(estimate("\xe4\xb8\xad\xe6\x96\x87"), 2);
    assert_int_equal(estimate("\xff\xff\xff\xff"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_is_read_to_the_millionth),
        cmocka_unit_test(a_cost_is_exact_and_rounded_up_once),
        cmocka_unit_test(a_cost_never_wraps),
        cmocka_unit_test(a_price_is_that_of_the_setting_else_of_the_table),
        cmocka_unit_test(prices_that_are_none_are_refused),
        cmocka_unit_test(profiles_are_known_by_name_and_address),
        cmocka_unit_test(an_estimate_is_rather_too_much),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
