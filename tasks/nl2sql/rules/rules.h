/* rules.h - a question becomes SQL by rules: no language model, no network, the same question the
 * same bytes.
 *
 * Nothing here knows a schema: all words come from the semantic model (names, comments, synonyms,
 * values, metrics, conditions) and from the files of the two languages. What is not understood
 * lowers the confidence; below RULES_LEAST it is refused, with what was understood, what was not,
 * and questions that would work. docs/tasks/questions.md says what can be asked.
 *
 * Pure. Made once of a model ("warm"), asked any number of times; not for threads.
 *
 * Not here: the choice between rules and a language model (ask.h); the guard, which its SQL passes
 * like any other.
 */
#ifndef TASKS_NL2SQL_RULES_RULES_H
#define TASKS_NL2SQL_RULES_RULES_H

#include "tasks/lib/model/model.h"

#define RULES_QUESTION_MAX ((size_t)2000) /* characters */
#define RULES_HISTORY_MAX  10
#define RULES_SURE         0.85 /* taken before a language model is asked */
#define RULES_LEAST        0.60
#define RULES_SUGGESTIONS  3
#define RULES_BYTES_MAX    ((size_t)64 * 1024 * 1024) /* of what is made of a model */

struct rules_question {
    const char *text;           /* UTF-8 */
    const char *language;       /* "en", "zh"; "" finds out */
    const char *today;          /* "2025-06-30" */
    const char *const *history; /* earlier questions of the thread, oldest first */
    size_t n_history;           /* the last RULES_HISTORY_MAX count */
};

/* What kind of no it is; the names are part of the interface. */
enum rules_refusal {
    RULES_ANSWERED,
    RULES_UNCLEAR,  /* too little was understood: a language model may try */
    RULES_BEYOND,   /* cohorts, causes, forecasts: a language model may try */
    RULES_MISSING,  /* the data does not hold it: nobody can answer */
    RULES_HIDDEN,   /* it asks for what is hidden */
    RULES_WRITE,    /* it wants to change something */
    RULES_NO_QUERY, /* small talk, advice, opinions, the schema: no question about data */
    RULES_REFUSALS,
};
extern const char *const rules_refusal_names[RULES_REFUSALS]; /* "answered", "unclear", ... */

struct rules_answer {
    struct qn_buf sql; /* empty: refused */
    enum rules_refusal refusal;
    double confidence;        /* 0 to 1 */
    struct qn_buf reason;     /* refused: why, for who asked, in their language; else what the
                                 statement does, in one sentence of their language */
    struct qn_buf understood; /* JSON: [{"text":"last month","as":"time","means":"..."}] in order */
    struct qn_buf suggestions[RULES_SUGGESTIONS]; /* questions that would work */
    size_t n_suggestions;
    bool share; /* parts of a whole were asked for: for the chart */
};
void rules_answer_init(struct rules_answer *answer);
void rules_answer_release(struct rules_answer *answer);

struct rules;
/* model: borrowed. */
QN_MUST_CHECK int rules_create(struct rules **ret, const struct qn_model *model,
                               struct qn_err *reterr);
void rules_free(struct rules *rules); /* NULL is fine */

/* A refusal is QN_OK. QN_EINVAL for a question that is none: too long, no UTF-8, a bad day. */
QN_MUST_CHECK int rules_ask(const struct rules *rules, const struct rules_question *question,
                            struct rules_answer *ret, struct qn_err *reterr);

#endif
