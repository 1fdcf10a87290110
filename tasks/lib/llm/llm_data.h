/* llm_data.h - texts of others within a prompt: data, never instructions. Pure.
 *
 * What a database holds (comments, values, names) may have been written to be read by a language
 * model. It goes into a prompt as a JSON string, one line without what cannot be seen (qn_plain),
 * in which what looks like a tag is escaped: no text ends the block it stands in.
 */
#ifndef TASKS_LIB_LLM_LLM_DATA_H
#define TASKS_LIB_LLM_LLM_DATA_H

#include "common/buf.h"

#define QN_LLM_DATA_MAX 200 /* bytes of a comment, a name or a value */

/* Appends the text, quoted; cut between characters at max bytes. Failure is in out's status. */
void qn_llm_add_data(struct qn_buf *out, const char *text, size_t max);
/* Each of them: ["a", "b"]. */
void qn_llm_add_data_list(struct qn_buf *out, const char *const *texts, size_t n, size_t max);

#endif
