/* id.h - random and time-ordered names.
 *
 * 16 bytes in 22 characters of an alphabet in ASCII order
 * (-0-9A-Z_a-z, 6 bits each), so names sort as their bytes do. A job's name is
 * a UUIDv7 (RFC 9562): 48 bits of Unix ms, a counter of 12 bits that begins at a
 * random place in each ms, 62 random bits. Names increase within a process, also
 * when the clock goes back (then the time in them stands still) and between
 * threads.
 */
#ifndef COMMON_ID_H
#define COMMON_ID_H

#include <quern/err.h>
#include <stddef.h>
#include <stdint.h>

#define QN_ID_BYTES        16
#define QN_ID_TEXT_SIZE    23 /* 22 characters and NUL */
#define QN_TOKEN_TEXT_SIZE 12 /* 8 random bytes: 11 characters and NUL */

void qn_id_encode(const uint8_t bytes[QN_ID_BYTES], char out[QN_ID_TEXT_SIZE]);
/* The one text that encode makes of these bytes; another one is QN_EINVAL. */
QN_MUST_CHECK int qn_id_decode(const char *text, uint8_t out[QN_ID_BYTES]);
/* QN_EINVAL for a time that 48 bits do not hold, QN_ESYS without random bytes. */
QN_MUST_CHECK int qn_id_make(int64_t wall_ms, char out[QN_ID_TEXT_SIZE], struct qn_err *reterr);
QN_MUST_CHECK int qn_token_make(char out[QN_TOKEN_TEXT_SIZE], struct qn_err *reterr);
QN_MUST_CHECK int qn_random(void *out, size_t len, struct qn_err *reterr); /* getrandom(2) */

/* Random bytes in advance: one call of the kernel does for many names. Zeroed it is empty. It
 * must not live on in a child process: both would hand out the same. */
struct qn_random_pool {
    uint8_t bytes[1024];
    size_t left;
};
/* The same as above, from a pool. */
QN_MUST_CHECK int qn_id_make_from(struct qn_random_pool *pool, int64_t wall_ms,
                                  char out[QN_ID_TEXT_SIZE], struct qn_err *reterr);
QN_MUST_CHECK int qn_token_make_from(struct qn_random_pool *pool, char out[QN_TOKEN_TEXT_SIZE],
                                     struct qn_err *reterr);

#endif
