/* sha256.h - SHA-256 (FIPS 180-4). The one wrapper of libcrypto.
 *
 * Names that must be the same each time they are derived, hashes of request
 * bodies, names of artifacts; and SHA-1, by which Redis names scripts and nothing else is.
 */
#ifndef BROKER_CLIENT_SHA256_H
#define BROKER_CLIENT_SHA256_H

#include "common/buf.h"

#define QN_SHA256_BYTES    32
#define QN_SHA256_HEX_SIZE 65 /* 64 lower-case digits and NUL */

/* Of all bytes added between create and end. */
struct qn_sha256;
QN_MUST_CHECK int qn_sha256_create(struct qn_sha256 **ret, struct qn_err *reterr);
QN_MUST_CHECK int qn_sha256_add(struct qn_sha256 *sha, const void *bytes, size_t len);
QN_MUST_CHECK int qn_sha256_end(struct qn_sha256 *sha, uint8_t out[QN_SHA256_BYTES]);
void qn_sha256_free(struct qn_sha256 *sha); /* NULL is fine */

/* Of one span. QN_ENOMEM. */
QN_MUST_CHECK int qn_sha256_of(struct qn_span bytes, uint8_t out[QN_SHA256_BYTES]);

void qn_sha256_hex(const uint8_t bytes[QN_SHA256_BYTES], char out[QN_SHA256_HEX_SIZE]);

#define QN_SHA1_HEX_SIZE 41
QN_MUST_CHECK int qn_sha1_hex(struct qn_span bytes, char out[QN_SHA1_HEX_SIZE]);

#endif
