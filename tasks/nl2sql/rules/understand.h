/* understand.h - a question becomes a frame: words, spans, and what they mean together. Pure.
 *
 * words of the model and of the two languages (lexicon.h) ─▶ spans of the question (metric,
 * dimension, value, time, comparator, aggregate, order, limit, negation, comparison) ─▶ frame.
 * Each word that carries weight must be used, or the confidence falls.
 */
#ifndef TASKS_NL2SQL_RULES_UNDERSTAND_H
#define TASKS_NL2SQL_RULES_UNDERSTAND_H

#include "frame.h"
#include "rules.h"

struct lexicon; /* of a model; made once */
QN_MUST_CHECK int lexicon_create(struct lexicon **ret, const struct qn_model *model,
                                 struct qn_err *reterr);
void lexicon_free(struct lexicon *lexicon);

struct understood {
    struct qn_arena arena;
    struct frame frame;
    enum rules_refusal refusal;
    double confidence;
    const char *language; /* "en" or "zh" */
    const char *spans;    /* JSON, as rules_answer.understood */
    const char *unknown;  /* words that were not understood, ", " between; "" none */
};

/* before: the frame of the thread so far; NULL none. To be released in any case. */
QN_MUST_CHECK int understand_question(const struct lexicon *lexicon,
                                      const struct rules_question *question,
                                      const struct frame *before, struct understood *ret,
                                      struct qn_err *reterr);
void understood_release(struct understood *understood);

#endif
