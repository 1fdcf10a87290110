/* prompt_data.h - a question, and names, in a prompt: data, never instructions.
 *
 * Other texts are strings of JSON (tasks/lib/llm/llm_data.h).
 */
#ifndef TASKS_NL2SQL_PROMPT_PROMPT_DATA_H
#define TASKS_NL2SQL_PROMPT_PROMPT_DATA_H

#include "common/buf.h"

/* A question as it is, but for control and direction characters, and tags of the prompt, whose "<"
 * becomes "&lt;". */
void prompt_data_add_question(struct qn_buf *out, const char *text);

/* May a name be shown: nothing in it is invisible, or could be a tag. */
bool prompt_data_is_name(const char *name);

#endif
