/* jsontext.h - values of a JSON text that passed the check, by path. */
#ifndef CLI_JSONTEXT_H
#define CLI_JSONTEXT_H

#include "common/json.h"

/* The member "a.b.c" of nested objects. */
bool cli_json_at(struct qn_span json, const char *path, struct qn_json_item *ret);
/* Its text: a string decoded, another value as it is written, "" when it is not there
 * or null. Cut to fit. */
void cli_json_text(struct qn_span json, const char *path, char *out, size_t size);
int64_t cli_json_number(struct qn_span json, const char *path, int64_t preset);

#endif
