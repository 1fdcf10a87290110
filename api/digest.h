/* digest.h - what the API hashes: lists of texts for names, bodies, entity tags.
 */
#ifndef API_DIGEST_H
#define API_DIGEST_H

#include "broker-client/sha256.h"

#define API_DIGEST_BYTES QN_SHA256_BYTES
#define API_ETAG_SIZE    35 /* 32 hexadecimal digits in quotes and NUL */

/* Of the parts, each followed by a NUL so that no two lists give the same bytes
 * (none of the parts but the last may hold one). */
QN_MUST_CHECK int api_digest(const struct qn_span *parts, size_t n, uint8_t out[API_DIGEST_BYTES]);

/* A strong entity tag of the bytes. */
QN_MUST_CHECK int api_etag(struct qn_span bytes, char out[API_ETAG_SIZE]);
/* Whether an If-None-Match (NULL: none) names the tag. */
bool api_etag_matches(const char *if_none_match, const char *etag);

#endif
