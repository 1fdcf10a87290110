/* pii_words.h - names of columns that hold personal data.
 *
 * Not here: how they are told (pii.c).
 */
#ifndef TASKS_LIB_PROFILE_PII_WORDS_H
#define TASKS_LIB_PROFILE_PII_WORDS_H

#include "profile.h"

#define QN_PII_NAME_MAX 256 /* bytes of a name as tokens */

/* A name's words in lower case, singular, parted and enclosed by '|': "|user|e|mail|". A word
 * ends before a capital, a digit, and at all that is no letter; bytes over 127 are letters. */
void qn_pii_tokens(const char *name, char out[QN_PII_NAME_MAX]);

/* By the name or the comment alone; tokens as above, text as it is. */
enum qn_pii qn_pii_of_name(const char *tokens, const char *text, enum qn_family family);

/* Of a table: rows are people. */
bool qn_pii_is_people(const char *tokens, const char *text);
/* Of a column: "|name|", "|display|name|". */
bool qn_pii_is_plain_name(const char *tokens, const char *text);
/* Of a column: a number of ours, though it looks like a telephone's. */
bool qn_pii_is_code(const char *tokens, const char *text);

#endif
