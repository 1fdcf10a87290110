/* prompt_data.h - texts of others in a prompt: data, never instructions.
 *
 * One line, without control, direction and invisible characters, cut on a character's border, as a
 * JSON string; what looks like a tag of the prompt is escaped, so that no text ends its frame.
 */
#ifndef TASKS_NL2SQL_PROMPT_PROMPT_DATA_H
#define TASKS_NL2SQL_PROMPT_PROMPT_DATA_H

#include "tasks/lib/arena.h"

/* A JSON string of at most `most` bytes of the text. */
void prompt_data_add(struct qn_buf *out, const char *text, size_t most);
/* ["a","b"] of the first ones; nothing when there is none. Returns whether it wrote. */
void prompt_data_add_list(struct qn_buf *out, const char *const *texts, size_t n, size_t most);

/* A question as it is, but for control and direction characters, and tags of the prompt, whose "<"
 * becomes "&lt;". */
void prompt_data_add_question(struct qn_buf *out, const char *text);

/* May a name be shown: nothing in it is invisible, or could be a tag. */
bool prompt_data_is_name(const char *name);

#endif
