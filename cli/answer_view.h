/* answer_view.h - an answer of nl2sql.ask as people read it: who wrote the statement and how sure
 * it is, the statement, rows, what it means. Or no, why, and what could be asked.
 */
#ifndef CLI_ANSWER_VIEW_H
#define CLI_ANSWER_VIEW_H

#include "common/json.h"
#include "term.h"

#define CLI_ANSWER_ROWS 20 /* shown unless told */

/* json: the job's result, checked. rows: shown at most. QN_EPROTO when it is no such answer. */
QN_MUST_CHECK int cli_answer_print(const struct cli_term *term, struct qn_span json, int64_t rows,
                                   struct qn_err *reterr);

#endif
