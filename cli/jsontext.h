/* jsontext.h - values of a JSON text that passed the check, by path. */
#ifndef CLI_JSONTEXT_H
#define CLI_JSONTEXT_H

#include "common/json.h"

/* The member "a.b.c" of nested objects. */
bool cli_json_at(struct qn_span json, const char *path, struct qn_json_item *ret);
/* Its text: a string decoded, another value as it is written, "" when it is not there
 * or null. Cut to fit. */
void cli_json_text(struct qn_span json, const char *path, char *out, size_t size);
/* Begins a walk over the array at a path; false: there is none. */
bool cli_json_list(struct qn_span json, const char *path, struct qn_json_walk *ret);
/* Appends the text of a value: a string decoded, another as it is written. */
void cli_json_add_text(struct qn_buf *out, const struct qn_json_item *item);
/* Appends the texts of an array's items, with a comma between. */
void cli_json_add_list(struct qn_buf *out, struct qn_span json, const char *path);
int64_t cli_json_number(struct qn_span json, const char *path, int64_t preset);

#endif
