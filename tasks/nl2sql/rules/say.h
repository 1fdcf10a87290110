/* say.h - why a question is refused, and what could be asked instead, in English and Chinese. Pure.
 *
 * Not here: what an answer says (write_say.h).
 */
#ifndef TASKS_NL2SQL_RULES_SAY_H
#define TASKS_NL2SQL_RULES_SAY_H

#include "understand.h"

/* detail: what was found later, "" nothing. */
QN_MUST_CHECK int say_why_not(const struct qn_model *model, const struct understood *understood,
                              const char *detail, struct qn_buf *out, struct qn_err *reterr);
QN_MUST_CHECK int say_suggestions(const struct qn_model *model, const char *language,
                                  struct rules_answer *ret, struct qn_err *reterr);

#endif
