/* describe.h - descriptions, synonyms and units by a language model, for people to review.
 *
 * One call for a table, wider ones in parts of DESCRIBE_COLUMNS_MAX columns; what an answer leaves
 * out is asked for once more. What is said becomes the layer QN_MODEL_LLM: under comments, hints
 * and people. Nothing hidden, no values of personal data and no rows are sent.
 *
 * For a datasource it is kept table by table (describe_store.h): each analysis lays it into the
 * model, also one that asks nobody.
 *
 * An answer that is not of the form, a budget that is used up, a key that is refused: it ends
 * with what there is, and note says so. A server that is busy, slow or not
 * there: the code of llm.h, since later it may answer, and what was said so far is kept.
 */
#ifndef TASKS_METADATA_DESCRIBE_H
#define TASKS_METADATA_DESCRIBE_H

#include "tasks/lib/llm/llm.h"
#include "tasks/lib/model/model.h"

struct describe_wish {
    struct qn_model *model; /* not sealed */
    const struct qn_catalog *catalog;
    struct qn_llm *llm; /* NULL: what is kept alone */
    struct qn_pg *pg;   /* Quern's own database; NULL: nothing is kept */
    const char *datasource;
    const char *language; /* "en" or "zh" */
    const char *job;
    int64_t max_cost_micro; /* 0: what the budgets allow; more by the estimate: nobody is asked */
    int64_t until_ms;       /* monotonic: no call begins later; 0: none */
    bool full;              /* also tables that were described before */
    void *arg;
    void (*progress)(void *arg, int64_t done, int64_t total, const char *text); /* may be NULL */
    void (*note)(void *arg, const char *text);                                  /* may be NULL */
};

struct describe_told {
    int64_t tables, kept, left; /* asked about; from before; not asked, or without an answer */
    int64_t unknown_names;      /* that no column has */
    int64_t missing_names;      /* columns that nothing was said of */
    int64_t requests, prompt, completion, cost_micro;
    const char *currency; /* "" none */
    const char *model;
    int64_t delay_ms; /* with QN_EAGAIN: when to come again */
};

QN_MUST_CHECK int metadata_describe(const struct describe_wish *wish, struct describe_told *ret,
                                    struct qn_err *reterr);

#endif
