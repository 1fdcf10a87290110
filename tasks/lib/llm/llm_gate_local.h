/* llm_gate_local.h - what one process knows alone: see llm_gate.h. Pure.
 *
 * Places are not counted: a process has one request at a time.
 */
#ifndef TASKS_LIB_LLM_LLM_GATE_LOCAL_H
#define TASKS_LIB_LLM_LLM_GATE_LOCAL_H

#include "llm_gate.h"

#define QN_LLM_GATE_MODELS 8

struct qn_llm_gate_local {
    struct {
        char key[QN_LLM_GATE_KEY_SIZE];
        struct qn_llm_breaker breaker;
    } models[QN_LLM_GATE_MODELS];
    struct {
        char key[QN_LLM_GATE_KEY_SIZE];
        int64_t used, touched;
    } budgets[QN_LLM_GATE_LOCAL];
    size_t next_model;
    int64_t touches;
    int64_t due_ms; /* of the minute */
};

void qn_llm_gate_local_begin(struct qn_llm_gate_local *local, const struct qn_llm_turn *turn,
                             int64_t per_minute, int64_t now_ms, struct qn_llm_gate_word *ret);
void qn_llm_gate_local_end(struct qn_llm_gate_local *local, const struct qn_llm_turn *turn,
                           int64_t cost, enum qn_llm_verdict verdict, int64_t now_ms);

#endif
