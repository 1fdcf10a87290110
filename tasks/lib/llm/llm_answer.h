/* llm_answer.h - reading what a model said, whole or piece by piece, and judging it. Pure.
 *
 * Both readers fill the same struct. They take any bytes; what has no known shape is
 * QN_LLM_PROTOCOL.
 */
#ifndef TASKS_LIB_LLM_LLM_ANSWER_H
#define TASKS_LIB_LLM_LLM_ANSWER_H

#include "llm_class.h"
#include "llm_profile.h"

struct qn_llm_answer {
    struct qn_buf text;
    struct qn_buf reasoning;
    char finish[40]; /* finish_reason; "" none came */
    bool refusal;    /* the model said no, in the field for that */
    struct qn_llm_tokens tokens;
    bool done;                 /* [DONE] of a stream */
    enum qn_llm_class problem; /* what the pieces showed; QN_LLM_FINE */
};
void qn_llm_answer_init(struct qn_llm_answer *answer, size_t text_max);
void qn_llm_answer_release(struct qn_llm_answer *answer); /* zeroed is fine */

/* The body of an answer that came at once. */
void qn_llm_answer_read(struct qn_llm_answer *answer, struct qn_span body);
/* One event's data of a stream. */
void qn_llm_answer_add(struct qn_llm_answer *answer, struct qn_span data);

/* Takes "<think>...</think>", also without its beginning, from the text to the reasoning. */
void qn_llm_answer_part(struct qn_llm_answer *answer);

/* Whole or what is wrong: after _part, once nothing more comes. streamed: by _add. broken: the
 * transport did not end well. */
enum qn_llm_class qn_llm_answer_judge(const struct qn_llm_answer *answer,
                                      const struct qn_llm_profile *profile, bool streamed,
                                      bool broken);

#endif
