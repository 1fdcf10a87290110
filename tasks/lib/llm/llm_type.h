/* llm_type.h - inside of a struct qn_llm, for the files of this folder. */
#ifndef TASKS_LIB_LLM_LLM_TYPE_H
#define TASKS_LIB_LLM_LLM_TYPE_H

#include "llm.h"
#include "llm_answer.h"
#include "llm_gate.h"
#include "llm_plan.h"
#include "tasks/lib/http.h"

#define QN_LLM_QUIRKS     8
#define QN_LLM_URL_MAX    512
#define QN_LLM_KEY_MAX    512
#define QN_LLM_NOTE_MS    60000
#define QN_LLM_NS_MAX     32
#define QN_LLM_FILE_MAX   1024
#define QN_LLM_PRICES_MAX 1024

/* What an operator is told, each at most once a minute. */
enum qn_llm_note { QN_LLM_NOTE_BUDGET, QN_LLM_NOTE_AUTH, QN_LLM_NOTE_SHARED, QN_LLM_NOTES };

struct qn_llm {
    char chat_url[QN_LLM_URL_MAX + 32], models_url[QN_LLM_URL_MAX + 32];
    char key[QN_LLM_KEY_MAX + 1], authorization[QN_LLM_KEY_MAX + 32];
    char models[QN_LLM_PURPOSES][QN_LLM_NAME_MAX + 1], fallback[QN_LLM_NAME_MAX + 1];
    char prices[QN_LLM_PRICES_MAX + 1];
    const struct qn_llm_profile *profile;
    int64_t context, budget_micro[QN_LLM_BUDGETS];
    int64_t connect_ms, first_byte_ms, idle_ms, total_ms, backoff_ms;

    struct qn_http *http;
    struct qn_llm_gate *gate;
    struct qn_kv *kv;
    const struct qn_clock *clock;
    void (*on_usage)(void *arg, const struct qn_llm_usage *usage);
    void (*on_note)(void *arg, const char *text);
    void *arg;

    int stop_fd;
    struct qn_llm_counters counters;
    struct qn_llm_window retries;
    struct {
        char model[QN_LLM_NAME_MAX + 1];
        unsigned without;
    } quirks[QN_LLM_QUIRKS];
    size_t n_quirks;
    int64_t noted[QN_LLM_NOTES]; /* mono ms; 0: never */
};

/* One qn_llm_ask. */
struct qn_llm_call {
    struct qn_llm *llm;
    const struct qn_llm_request *request;
    struct qn_llm_reply *reply;
    struct qn_kv_load *load; /* of the cache that waits for it; NULL */
    int64_t begin;           /* mono ms */
};

/* What one request over HTTP came to. */
struct qn_llm_attempt {
    const char *model;
    int64_t max_tokens;
    struct qn_llm_price price;
    enum qn_llm_class class;
    int64_t wait_ms; /* asked for by the server, or the gate; -1 nothing */
    bool sent;
    unsigned field; /* that a 400 named */
    struct qn_llm_answer answer;
    char detail[200];
};

/* Sends one request, within a turn of the gate; fills the attempt, adds to the usage. */
void qn_llm_attempt_run(struct qn_llm_call *call, struct qn_llm_attempt *attempt);
/* All attempts of a call, the fallback's too. */
int qn_llm_call_run(struct qn_llm_call *call, struct qn_err *reterr);
/* The same through the cache. */
int qn_llm_cache_run(struct qn_llm_call *call, struct qn_err *reterr);

void qn_llm_tell(struct qn_llm *llm, enum qn_llm_note note, const char *text);
unsigned qn_llm_without(const struct qn_llm *llm, const char *model);
void qn_llm_learn(struct qn_llm *llm, const char *model, unsigned fields);
const char *qn_llm_model_of(const struct qn_llm_call *call);
bool qn_llm_is_stopped(const struct qn_llm *llm);

#endif
