/* json_text.h - the inside of JSON strings, for the json_*.c files only.
 *
 * Strings are given without their quotes.
 */
#ifndef COMMON_JSON_TEXT_H
#define COMMON_JSON_TEXT_H

#include "json.h"

#define QN_JSON_CHAR_MAX 4 /* bytes that one escape stands for, in UTF-8 */

/* Why an escape is refused; NULL when it is not. */
struct qn_json_escape {
    const char *wrong;
    size_t read;    /* characters of the text */
    size_t written; /* bytes of bytes */
    char bytes[QN_JSON_CHAR_MAX];
};
/* text begins with the backslash. */
void qn_json_escape_read(const char *text, size_t len, struct qn_json_escape *ret);

bool qn_json_is_blank(char c);
enum qn_json_type qn_json_type_of(char first); /* of a value, by its first character */

#endif
