/* llm_request.h - what is asked, and the JSON it becomes. Pure. */
#ifndef TASKS_LIB_LLM_LLM_REQUEST_H
#define TASKS_LIB_LLM_LLM_REQUEST_H

#include "common/buf.h"

enum qn_llm_purpose { QN_LLM_DESCRIBE, QN_LLM_SQL, QN_LLM_REPAIR, QN_LLM_CHAT };
#define QN_LLM_PURPOSES 4
extern const char *const qn_llm_purpose_names[QN_LLM_PURPOSES]; /* "describe", "sql", ... */

#define QN_LLM_PROMPT_MAX   ((size_t)1024 * 1024) /* bytes of the request */
#define QN_LLM_MESSAGES_MAX 64
#define QN_LLM_STOPS_MAX    4
#define QN_LLM_WORD_MAX     128 /* bytes of job, key, prompt_version */

struct qn_llm_message {
    const char *role; /* "system", "user", "assistant" */
    struct qn_span text;
};

/* Whether an answer may be kept: SQL that passed the guard, JSON that passed its schema. */
typedef bool qn_llm_valid_fn(void *arg, struct qn_span text);

struct qn_llm_request {
    enum qn_llm_purpose purpose;
    const char *model; /* NULL: that of the purpose */
    const struct qn_llm_message *messages;
    size_t n_messages;
    int64_t temperature_milli; /* 0 to 2000 */
    int64_t max_tokens;        /* 0: 1024 */
    int64_t seed;              /* 0: none is sent */
    const char *const *stops;
    size_t n_stops;
    bool json;   /* the answer is one JSON object, as far as the server can promise it */
    bool stream; /* read piece by piece; the reply is the same */

    const char *job, *key; /* whose budgets; NULL: none */

    bool cached;                /* an answer kept may be given; needs temperature 0 */
    const char *prompt_version; /* of the texts that make the prompt; NULL: "" */
    struct qn_span basis;       /* what else the answer depends on: the model's hash */
    qn_llm_valid_fn *valid;     /* NULL: all are */
    void *arg;
};

/* QN_EINVAL says what is wrong. */
QN_MUST_CHECK int qn_llm_request_check(const struct qn_llm_request *request, struct qn_err *reterr);

struct qn_llm_form {
    const char *model;
    int64_t max_tokens;
    unsigned without; /* bits of enum qn_llm_field that are left out, or renamed */
    bool stream_usage;
};
/* Appends the JSON. QN_ELIMIT over the maximum of out, QN_ENOMEM. */
QN_MUST_CHECK int qn_llm_request_write(const struct qn_llm_request *request,
                                       const struct qn_llm_form *form, struct qn_buf *out);
/* Tokens of the prompt, by qn_llm_estimate; bytes too when ret_bytes is not NULL. */
int64_t qn_llm_request_estimate(const struct qn_llm_request *request, int64_t *ret_bytes);

#endif
