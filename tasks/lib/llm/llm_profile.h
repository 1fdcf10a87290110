/* llm_profile.h - what is known of each kind of server, and what its tokens cost. Pure.
 *
 * Prices are those that the providers published when this was written and they change: an
 * operator sets his own (QUERN_LLM_PRICES).
 */
#ifndef TASKS_LIB_LLM_LLM_PROFILE_H
#define TASKS_LIB_LLM_LLM_PROFILE_H

#include "common/buf.h"

#define QN_LLM_PROFILES 6
#define QN_LLM_COST_MAX INT64_C(1000000000000000) /* micro */

struct qn_llm_profile {
    const char *name;
    const char *host;     /* part of the address by which it is known; NULL */
    const char *currency; /* "" where nobody is paid */
    int64_t context;      /* tokens of prompt and answer */
    int64_t max_output;
    bool json;          /* takes response_format json_object */
    bool stream_usage;  /* takes stream_options.include_usage */
    bool no_finish;     /* finish_reason may be null, when the answer is JSON that parses */
    bool cuts_silently; /* drops the front of a prompt that is too long, and says nothing */
    bool paid;
};
extern const struct qn_llm_profile qn_llm_profiles[QN_LLM_PROFILES]; /* the last is generic */

/* By name; by the address when name is "". NULL for a name that is none. */
const struct qn_llm_profile *qn_llm_profile_find(const char *name, const char *url);

/* Micro-units for a million tokens. */
struct qn_llm_price {
    int64_t input, cached, output;
};
/* Of a model: out of the setting, else of the table. false: not known.
 *
 * The setting is "in/cached/out" for all models, or several with names, "a=1/0.5/2,b=0/0/0":
 * numbers with at most six digits behind the point, of the currency, for a million tokens. */
bool qn_llm_price_find(const char *setting, const struct qn_llm_profile *profile, const char *model,
                       struct qn_llm_price *ret);
QN_MUST_CHECK int qn_llm_prices_check(const char *setting, struct qn_err *reterr);

/* "12.5" to micro: 12500000. Six digits behind the point at most, no sign. */
QN_MUST_CHECK int qn_llm_micro(const char *text, size_t len, int64_t *ret);

struct qn_llm_tokens {
    int64_t prompt; /* cached ones are within */
    int64_t cached;
    int64_t completion; /* reasoning is within */
    int64_t reasoning;
    bool told; /* by the provider */
};
/* (prompt - cached) * input + cached * cached + completion * output, rounded up once. */
int64_t qn_llm_cost(const struct qn_llm_price *price, const struct qn_llm_tokens *tokens);
/* Tokens of a text, rather too many: the larger one of bytes / 3 and a count by script. */
int64_t qn_llm_estimate(struct qn_span text);

#endif
