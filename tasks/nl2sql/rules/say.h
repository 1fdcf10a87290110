/* say.h - what a frame asks for, why a question is refused, and what else could be asked, in
 * words of English and Chinese. Pure.
 */
#ifndef TASKS_NL2SQL_SAY_H
#define TASKS_NL2SQL_SAY_H

#include "understand.h"

/* One sentence: "revenue by city, 2025-05-01 to 2025-05-31, the first 5". */
QN_MUST_CHECK int say_frame(const struct qn_model *model, const struct understood *understood,
                            struct qn_buf *out, struct qn_err *reterr);
/* detail: what was found later, "" nothing. */
QN_MUST_CHECK int say_why_not(const struct qn_model *model, const struct understood *understood,
                              const char *detail, struct qn_buf *out, struct qn_err *reterr);
QN_MUST_CHECK int say_suggestions(const struct qn_model *model, const char *language,
                                  struct rules_answer *ret, struct qn_err *reterr);

#endif
