#include "common/str.h"
#include "llm.h"
#include <stdlib.h>
#include <string.h>

static const char *setting(const char *name)
{
    const char *value = getenv(name);

    return value != NULL ? value : "";
}

static int read_budgets(struct qn_llm_options *options, struct qn_err *reterr)
{
    static const char *const names[QN_LLM_BUDGETS] = {
        "QUERN_LLM_BUDGET_CALL", "QUERN_LLM_BUDGET_JOB", "QUERN_LLM_BUDGET_KEY",
        "QUERN_LLM_BUDGET_MONTH"};

    for (size_t i = 0; i < QN_LLM_BUDGETS; i++) {
        const char *text = setting(names[i]);

        options->budget_micro[i] = 0;
        if (text[0] != '\0' &&
            qn_llm_micro(text, strlen(text), &options->budget_micro[i]) != QN_OK) {
            return qn_fail(reterr, QN_EINVAL, "llm-budget-%s: must be money like 2.50",
                           qn_llm_budget_names[i]);
        }
    }
    return QN_OK;
}

/* The worker checked them; who runs a task without one may have written anything. */
static int read_numbers(struct qn_llm_options *options, struct qn_err *reterr)
{
    const struct {
        const char *env, *name;
        int64_t *to;
        int (*read)(const char *text, int64_t *ret);
    } rows[] = {
        {"QUERN_LLM_CONCURRENCY", "llm-concurrency", &options->concurrency, qn_str_to_i64},
        {"QUERN_LLM_RPM", "llm-rpm", &options->rpm, qn_str_to_i64},
        {"QUERN_LLM_CONTEXT", "llm-context", &options->context, qn_str_to_i64},
        {"QUERN_LLM_FIRST_BYTE", "llm-first-byte", &options->first_byte_ms, qn_str_to_ms},
        {"QUERN_LLM_TIMEOUT", "llm-timeout", &options->total_ms, qn_str_to_ms},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *text = setting(rows[i].env);

        if (text[0] != '\0' && (rows[i].read(text, rows[i].to) != QN_OK || *rows[i].to < 0)) {
            return qn_fail(reterr, QN_EINVAL, "%s: is no number of its kind", rows[i].name);
        }
    }
    return QN_OK;
}

static void read_texts(struct qn_llm_options *options)
{
    options->url = setting("QUERN_LLM_URL");
    options->key = setting("QUERN_LLM_KEY");
    options->model = setting("QUERN_LLM_MODEL");
    options->model_of[QN_LLM_DESCRIBE] = setting("QUERN_LLM_MODEL_DESCRIBE");
    options->model_of[QN_LLM_SQL] = setting("QUERN_LLM_MODEL_SQL");
    options->model_of[QN_LLM_REPAIR] = setting("QUERN_LLM_MODEL_REPAIR");
    options->fallback = setting("QUERN_LLM_MODEL_FALLBACK");
    options->profile = setting("QUERN_LLM_PROFILE");
    options->prices = setting("QUERN_LLM_PRICES");
    options->ca_file = setting("QUERN_LLM_CA_FILE");
    options->proxy = setting("QUERN_LLM_PROXY");
    options->redis = setting("QUERN_CACHE_URL");
    options->ns = setting("QUERN_NAMESPACE");
}

int qn_llm_create_from_env(struct qn_llm **ret, const struct qn_llm_options *options,
                           struct qn_err *reterr)
{
    struct qn_llm_options all = {.concurrency = 4,
                                 .rpm = 20,
                                 .kv = options->kv,
                                 .clock = options->clock,
                                 .on_usage = options->on_usage,
                                 .on_note = options->on_note,
                                 .arg = options->arg};
    int rc;

    read_texts(&all);
    if (all.url[0] == '\0') {
        return qn_fail(reterr, QN_ENOTFOUND, "QUERN_LLM_URL is not set");
    }
    if (all.ns[0] == '\0') {
        all.ns = "quern";
    }
    rc = read_budgets(&all, reterr);
    if (rc == QN_OK) {
        rc = read_numbers(&all, reterr);
    }
    return rc == QN_OK ? qn_llm_create(ret, &all, reterr) : rc;
}
