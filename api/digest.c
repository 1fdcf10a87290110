#include "digest.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

int api_digest(const struct qn_span *parts, size_t n, uint8_t out[API_DIGEST_BYTES])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context)
        return QN_ENOMEM;
    bool ok = EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
    for (size_t i = 0; ok && i < n; i++)
        ok = EVP_DigestUpdate(context, parts[i].data, parts[i].len) == 1 &&
             EVP_DigestUpdate(context, "", 1) == 1;
    ok = ok && EVP_DigestFinal_ex(context, out, NULL) == 1;
    EVP_MD_CTX_free(context);
    return ok ? QN_OK : QN_ENOMEM;
}

int api_etag(struct qn_span bytes, char out[API_ETAG_SIZE])
{
    uint8_t digest[API_DIGEST_BYTES];
    int rc = api_digest(&bytes, 1, digest);
    if (rc < 0)
        return rc;
    out[0] = '"';
    for (int i = 0; i < 16; i++)
        snprintf(out + 1 + 2 * i, 3, "%02x", digest[i]);
    memcpy(out + 33, "\"", 2);
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
