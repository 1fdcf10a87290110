/* str.h - text to numbers and back, strictly.
 *
 * Every parser takes the whole string: blanks, signs where none belong,
 * overflow and trailing bytes are QN_EINVAL.
 */
#ifndef COMMON_STR_H
#define COMMON_STR_H

#include <quern/err.h>
#include <stddef.h>
#include <stdint.h>

QN_MUST_CHECK int qn_str_to_i64(const char *text, int64_t *ret);
QN_MUST_CHECK int qn_strn_to_i64(const char *text, size_t len, int64_t *ret);
QN_MUST_CHECK int qn_str_to_bool(const char *text, bool *ret); /* true|false|yes|no|on|off|1|0 */

/* "250ms", "90s", "15m", "1h30m", "7d"; a bare number is seconds. */
QN_MUST_CHECK int qn_str_to_ms(const char *text, int64_t *ret_ms);
/* "512", "64KiB", "1MiB", "2GiB" (KB, MB, GB mean the same). */
QN_MUST_CHECK int qn_str_to_bytes(const char *text, int64_t *ret_bytes);

#define QN_I64_TEXT_SIZE 21
size_t qn_i64_to_str(int64_t value, char out[QN_I64_TEXT_SIZE]); /* its length */

#define QN_MS_TEXT_SIZE 32
void qn_ms_to_str(int64_t ms, char out[QN_MS_TEXT_SIZE]);       /* "1m30s" */
void qn_bytes_to_str(int64_t bytes, char out[QN_MS_TEXT_SIZE]); /* "64MiB" */

bool qn_utf8_valid(const char *text, size_t len); /* RFC 3629: no overlong, no surrogate */
size_t qn_utf8_cut(const char *text, size_t len, size_t max); /* <= max, on a boundary */

/* Copies and always ends with NUL; false when it was cut. */
bool qn_str_copy(char *out, size_t size, const char *text);
bool qn_str_is_name(const char *text, size_t max); /* 1-max of [a-z0-9_-] */
bool qn_str_starts(const char *text, const char *prefix);

#endif
