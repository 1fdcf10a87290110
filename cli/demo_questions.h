/* demo_questions.h - three questions to the sample shop, one of them Chinese, as an HTTP client
 * asks them.
 */
#ifndef CLI_DEMO_QUESTIONS_H
#define CLI_DEMO_QUESTIONS_H

#include "demo.h"

/* Asks, waits, shows statements, rows and what they mean, and fetches a page of each. With
 * QUERN_LLM_URL set a language model is asked, else the rules answer, and it says which.
 * *ret_succeeded: false when a question was not answered, which is told. */
QN_MUST_CHECK int cli_demo_questions(const struct cli_demo *demo, bool *ret_succeeded,
                                     struct qn_err *reterr);

#endif
