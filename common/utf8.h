/* utf8.h - one character at a time, for the parsers and writers of this folder.
 *
 * Not here: checking and cutting whole texts (str.h).
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stddef.h>

/* Bytes of the character at the front of text, 1-4; 0 when it is none by
 * RFC 3629 or len ends before it does. */
size_t qn_utf8_char(const char *text, size_t len);

#endif
