#include "tasks/lib/llm/llm_gate_local.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#define T0 INT64_C(1000000000)

static struct qn_llm_gate_local local;

static int fresh(void **state)
{
    (void)state;
    local = (struct qn_llm_gate_local){.touches = 0};
    return 0;
}

static struct qn_llm_turn turn_of(const char *job, int64_t reserve)
{
    struct qn_llm_turn turn = {.n_budgets = 2, .reserve = reserve, .breaker = "b"};

    snprintf(turn.budgets[0].key, sizeof(turn.budgets[0].key), "job:%s", job);
    snprintf(turn.budgets[1].key, sizeof(turn.budgets[1].key), "month");
    turn.budgets[0].most = 100;
    turn.budgets[1].most = 1000;
    return turn;
}

static enum qn_llm_gate_says says(const struct qn_llm_turn *turn, struct qn_llm_gate_word *ret)
{
    qn_llm_gate_local_begin(&local, turn, 0, T0, ret);
    return ret->says;
}

static void a_reserve_is_settled_to_what_it_cost(void **state)
{
    struct qn_llm_turn turn = turn_of("a", 60);
    struct qn_llm_gate_word word;

    (void)state;
    assert_int_equal(says(&turn, &word), QN_LLM_GATE_GO);
    assert_int_equal(word.percent, 60);
    assert_int_equal(says(&turn, &word), QN_LLM_GATE_BUDGET); /* both would be too much */
    assert_int_equal(word.budget, 0);
    qn_llm_gate_local_end(&local, &turn, 40, QN_LLM_GOOD, T0);
    assert_int_equal(says(&turn, &word), QN_LLM_GATE_GO);
    assert_int_equal(word.percent, 100);
    qn_llm_gate_local_end(&local, &turn, 0, QN_LLM_GOOD, T0);
    assert_int_equal(says(&turn, &word), QN_LLM_GATE_GO);
}

static void many_jobs_are_remembered_and_the_month_is_never_forgotten(void **state)
{
    struct qn_llm_gate_word word;
    char name[16];

    (void)state;
    for (int i = 0; i < 100; i++) {
        struct qn_llm_turn turn;

        snprintf(name, sizeof(name), "%d", i);
        turn = turn_of(name, 10);
        assert_int_equal(says(&turn, &word), QN_LLM_GATE_GO);
        qn_llm_gate_local_end(&local, &turn, 10, QN_LLM_GOOD, T0);
    }
    assert_int_equal(says(&(struct qn_llm_turn){.n_budgets = 0, .breaker = "b"}, &word),
                     QN_LLM_GATE_GO);
    struct qn_llm_turn next = turn_of("z", 1);
    assert_int_equal(says(&next, &word), QN_LLM_GATE_BUDGET);
    assert_int_equal(word.budget, 1);
}

static void a_refusal_takes_nothing(void **state)
{
    struct qn_llm_turn turn = turn_of("a", 101), small = turn_of("a", 100);
    struct qn_llm_gate_word word;

    (void)state;
    for (int i = 0; i < 10; i++) {
        qn_llm_breaker_tell(&local.models[0].breaker, T0 - 40000, QN_LLM_BAD);
    }
    snprintf(local.models[0].key, sizeof(local.models[0].key), "b");
    assert_int_equal(says(&turn, &word), QN_LLM_GATE_BUDGET);
    assert_int_equal(says(&small, &word), QN_LLM_GATE_GO); /* the probe was still to be had */
    assert_int_equal(says(&small, &word), QN_LLM_GATE_OPEN);
}

static void a_minute_has_its_number_at_once_and_then_one_by_one(void **state)
{
    struct qn_llm_turn turn = {.breaker = "b"};
    struct qn_llm_gate_word word;

    (void)state;
    for (int i = 0; i < 20; i++) {
        qn_llm_gate_local_begin(&local, &turn, 20, T0, &word);
        assert_int_equal(word.says, QN_LLM_GATE_GO);
    }
    qn_llm_gate_local_begin(&local, &turn, 20, T0, &word);
    assert_int_equal(word.says, QN_LLM_GATE_BUSY);
    assert_int_equal(word.wait_ms, 3000);
    qn_llm_gate_local_begin(&local, &turn, 20, T0 + 3000, &word);
    assert_int_equal(word.says, QN_LLM_GATE_GO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_reserve_is_settled_to_what_it_cost, fresh),
        cmocka_unit_test_setup(many_jobs_are_remembered_and_the_month_is_never_forgotten, fresh),
        cmocka_unit_test_setup(a_refusal_takes_nothing, fresh),
        cmocka_unit_test_setup(a_minute_has_its_number_at_once_and_then_one_by_one, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
