#include "digest.h"
#include <stdio.h>
#include <string.h>

int api_digest(const struct qn_span *parts, size_t n, uint8_t out[API_DIGEST_BYTES])
{
    struct qn_sha256 *sha = NULL;
    int rc = qn_sha256_create(&sha, NULL);
    for (size_t i = 0; rc == QN_OK && i < n; i++) {
        rc = qn_sha256_add(sha, parts[i].data, parts[i].len);
        if (rc == QN_OK)
            rc = qn_sha256_add(sha, "", 1);
    }
    if (rc == QN_OK)
        rc = qn_sha256_end(sha, out);
    qn_sha256_free(sha);
    return rc;
}

int api_etag(struct qn_span bytes, char out[API_ETAG_SIZE])
{
    uint8_t digest[API_DIGEST_BYTES];
    char hex[QN_SHA256_HEX_SIZE];
    int rc = api_digest(&bytes, 1, digest);
    if (rc < 0)
        return rc;
    qn_sha256_hex(digest, hex);
    snprintf(out, API_ETAG_SIZE, "\"%.32s\"", hex);
    return QN_OK;
}

/* One entry of the list, without its W/: a GET compares weakly. */
static bool entry_is(const char *entry, size_t len, const char *etag)
{
    while (len > 0 && (entry[len - 1] == ' ' || entry[len - 1] == '\t'))
        len--;
    if (len > 2 && entry[0] == 'W' && entry[1] == '/') {
        entry += 2;
        len -= 2;
    }
    return (len == 1 && *entry == '*') || (len == strlen(etag) && memcmp(entry, etag, len) == 0);
}

bool api_etag_matches(const char *if_none_match, const char *etag)
{
    for (const char *at = if_none_match; at && *at != '\0';) {
        at += strspn(at, " \t,");
        size_t len = strcspn(at, ",");
        if (len > 0 && entry_is(at, len, etag))
            return true;
        at += len;
    }
    return false;
}
