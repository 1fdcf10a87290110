/* llm_gate.h - the turn before each request: breaker, budgets, places, requests per minute.
 *
 * Shared by all processes through Redis, one script before a request and one after it; kept by
 * this process alone without Redis, and for QN_LLM_GATE_PAUSE_MS after it failed.
 *
 * Budgets that are no longer held by Redis (it may evict) begin anew.
 */
#ifndef TASKS_LIB_LLM_LLM_GATE_H
#define TASKS_LIB_LLM_LLM_GATE_H

#include "common/clock.h"
#include "common/id.h"
#include "llm_plan.h"

#define QN_LLM_GATE_PAUSE_MS   5000
#define QN_LLM_GATE_TIMEOUT_MS 1000 /* of one command */
#define QN_LLM_GATE_KEY_SIZE   160
#define QN_LLM_GATE_BUDGETS    3
#define QN_LLM_GATE_LOCAL      32 /* budgets that a process remembers */

struct qn_llm_gate;

struct qn_llm_gate_options {
    const char *redis; /* "": none */
    const char *ns;
    const struct qn_clock *clock;
    int64_t places, per_minute; /* 0: any number; of each endpoint */
    int64_t place_ms;           /* a place without an end is free again */
    void (*on_trouble)(void *arg, const char *text);
    void *arg;
};
QN_MUST_CHECK int qn_llm_gate_create(struct qn_llm_gate **ret,
                                     const struct qn_llm_gate_options *options,
                                     struct qn_err *reterr);
void qn_llm_gate_free(struct qn_llm_gate *gate); /* NULL is fine */
void qn_llm_gate_heed(struct qn_llm_gate *gate, int stop_fd);
int64_t qn_llm_gate_errors(const struct qn_llm_gate *gate);

struct qn_llm_gate_budget {
    char key[QN_LLM_GATE_KEY_SIZE];
    int64_t most, life_ms;
};
/* One request. The caller fills endpoint, model, budgets and reserve; it is the same struct at
 * the end. */
struct qn_llm_turn {
    const char *endpoint, *model;
    struct qn_llm_gate_budget budgets[QN_LLM_GATE_BUDGETS];
    size_t n_budgets;
    int64_t reserve;
    /* the gate's own */
    char token[QN_TOKEN_TEXT_SIZE];
    char breaker[QN_LLM_GATE_KEY_SIZE], places[QN_LLM_GATE_KEY_SIZE], minute[QN_LLM_GATE_KEY_SIZE];
    bool shared;
};

enum qn_llm_gate_says { QN_LLM_GATE_GO, QN_LLM_GATE_OPEN, QN_LLM_GATE_BUSY, QN_LLM_GATE_BUDGET };
struct qn_llm_gate_word {
    enum qn_llm_gate_says says;
    int64_t wait_ms; /* OPEN, BUSY */
    int64_t percent; /* of the fullest budget; -1 none */
    size_t budget;   /* which one that is, or has no room */
};
/* QN_ENOMEM, QN_ESYS, QN_ELOST for the stop; Redis makes no errors. */
QN_MUST_CHECK int qn_llm_gate_begin(struct qn_llm_gate *gate, struct qn_llm_turn *turn,
                                    struct qn_llm_gate_word *ret, struct qn_err *reterr);
/* After GO only. Not stopped by the stop fd: what was reserved is settled. */
void qn_llm_gate_end(struct qn_llm_gate *gate, const struct qn_llm_turn *turn, int64_t cost,
                     enum qn_llm_verdict verdict);
/* The key of a budget: kind, and whose, of any bytes. */
QN_MUST_CHECK int qn_llm_gate_budget_key(const struct qn_llm_gate *gate, const char *kind,
                                         const char *whose, char out[QN_LLM_GATE_KEY_SIZE],
                                         struct qn_err *reterr);

#endif
