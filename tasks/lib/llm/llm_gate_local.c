#include "llm_gate_local.h"

#include "common/str.h"
#include <string.h>

#define MINUTE_MS 60000

static struct qn_llm_breaker *breaker_of(struct qn_llm_gate_local *local, const char *key)
{
    size_t i;

    for (i = 0; i < QN_LLM_GATE_MODELS; i++) {
        if (strcmp(local->models[i].key, key) == 0) {
            return &local->models[i].breaker;
        }
    }
    i = local->next_model++ % QN_LLM_GATE_MODELS;
    local->models[i].breaker = (struct qn_llm_breaker){.good = 0};
    qn_str_copy(local->models[i].key, QN_LLM_GATE_KEY_SIZE, key);
    return &local->models[i].breaker;
}

/* The one that was used longest ago makes room. */
static int64_t *budget_of(struct qn_llm_gate_local *local, const char *key)
{
    size_t oldest = 0;

    for (size_t i = 0; i < QN_LLM_GATE_LOCAL; i++) {
        if (strcmp(local->budgets[i].key, key) == 0) {
            local->budgets[i].touched = ++local->touches;
            return &local->budgets[i].used;
        }
        if (local->budgets[i].touched < local->budgets[oldest].touched) {
            oldest = i;
        }
    }
    qn_str_copy(local->budgets[oldest].key, QN_LLM_GATE_KEY_SIZE, key);
    local->budgets[oldest].used = 0;
    local->budgets[oldest].touched = ++local->touches;
    return &local->budgets[oldest].used;
}

/* Whether all have room. */
static bool look_at_budgets(struct qn_llm_gate_local *local, const struct qn_llm_turn *turn,
                            struct qn_llm_gate_word *ret)
{
    for (size_t i = 0; i < turn->n_budgets; i++) {
        const struct qn_llm_gate_budget *budget = &turn->budgets[i];
        int64_t then = *budget_of(local, budget->key) + turn->reserve;

        if (then > budget->most) {
            *ret = (struct qn_llm_gate_word){.says = QN_LLM_GATE_BUDGET, .budget = i};
            return false;
        }
        if (then * 100 / budget->most > ret->percent) {
            ret->percent = then * 100 / budget->most;
            ret->budget = i;
        }
    }
    return true;
}

static bool take_minute(struct qn_llm_gate_local *local, int64_t per_minute, int64_t now_ms,
                        int64_t *ret_wait_ms)
{
    int64_t each = per_minute > 0 ? MINUTE_MS / per_minute : 0;
    int64_t due = (local->due_ms > now_ms ? local->due_ms : now_ms) + each;

    *ret_wait_ms = due - now_ms - MINUTE_MS;
    if (per_minute > 0 && *ret_wait_ms > 0) {
        return false;
    }
    local->due_ms = due;
    return true;
}

void qn_llm_gate_local_begin(struct qn_llm_gate_local *local, const struct qn_llm_turn *turn,
                             int64_t per_minute, int64_t now_ms, struct qn_llm_gate_word *ret)
{
    struct qn_llm_breaker *breaker = breaker_of(local, turn->breaker);
    struct qn_llm_breaker before = *breaker;

    *ret = (struct qn_llm_gate_word){.says = QN_LLM_GATE_OPEN, .percent = -1};
    if (!qn_llm_breaker_ask(breaker, now_ms, &ret->wait_ms)) {
        return;
    }
    if (!look_at_budgets(local, turn, ret)) {
        *breaker = before;
        return;
    }
    if (!take_minute(local, per_minute, now_ms, &ret->wait_ms)) {
        *breaker = before;
        ret->says = QN_LLM_GATE_BUSY;
        return;
    }
    for (size_t i = 0; i < turn->n_budgets; i++) {
        *budget_of(local, turn->budgets[i].key) += turn->reserve;
    }
    ret->says = QN_LLM_GATE_GO;
    ret->wait_ms = 0;
}

void qn_llm_gate_local_end(struct qn_llm_gate_local *local, const struct qn_llm_turn *turn,
                           int64_t cost, enum qn_llm_verdict verdict, int64_t now_ms)
{
    for (size_t i = 0; i < turn->n_budgets; i++) {
        *budget_of(local, turn->budgets[i].key) += cost - turn->reserve;
    }
    qn_llm_breaker_tell(breaker_of(local, turn->breaker), now_ms, verdict);
}
