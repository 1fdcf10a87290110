/* llm_data.h - texts of others within a prompt: data, never instructions. Pure.
 *
 * What a database holds (comments, values, names) may have been written to be read by a language
 * model. It goes into a prompt as a JSON string that cannot close the block it stands in.
 */
#ifndef TASKS_LIB_LLM_LLM_DATA_H
#define TASKS_LIB_LLM_LLM_DATA_H

#include "common/buf.h"

#define QN_LLM_DATA_MAX 200 /* bytes of one text */

/* Appends text, quoted: at most QN_LLM_DATA_MAX bytes of it, cut between characters, "..." behind
 * what was cut. Control characters become blanks; zero-width characters and those that turn the
 * direction of writing go; "<" is "\u003c". Bytes that are no UTF-8 end it. */
int qn_llm_add_data(struct qn_buf *out, struct qn_span text);

#endif
