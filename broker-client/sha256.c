#include "sha256.h"

#include "common/mem.h"
#include <openssl/evp.h>

struct qn_sha256 {
    EVP_MD_CTX *context;
};

int qn_sha256_create(struct qn_sha256 **ret, struct qn_err *reterr)
{
    struct qn_sha256 *sha = qn_zalloc(1, sizeof(*sha));

    if (sha)
        sha->context = EVP_MD_CTX_new();
    if (!sha || !sha->context || EVP_DigestInit_ex(sha->context, EVP_sha256(), NULL) != 1) {
        qn_sha256_free(sha);
        return qn_fail(reterr, QN_ENOMEM, "SHA-256: out of memory");
    }
    *ret = sha;
    return QN_OK;
}

int qn_sha256_add(struct qn_sha256 *sha, const void *bytes, size_t len)
{
    return EVP_DigestUpdate(sha->context, bytes, len) == 1 ? QN_OK : QN_ENOMEM;
}

int qn_sha256_end(struct qn_sha256 *sha, uint8_t out[QN_SHA256_BYTES])
{
    return EVP_DigestFinal_ex(sha->context, out, NULL) == 1 ? QN_OK : QN_ENOMEM;
}

void qn_sha256_free(struct qn_sha256 *sha)
{
    if (!sha)
        return;
    EVP_MD_CTX_free(sha->context);
    qn_free(sha);
}

int qn_sha256_of(struct qn_span bytes, uint8_t out[QN_SHA256_BYTES])
{
    return EVP_Digest(bytes.data, bytes.len, out, NULL, EVP_sha256(), NULL) == 1 ? QN_OK
                                                                                 : QN_ENOMEM;
}

static void to_hex(const uint8_t *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = '\0';
}

void qn_sha256_hex(const uint8_t bytes[QN_SHA256_BYTES], char out[QN_SHA256_HEX_SIZE])
{
    to_hex(bytes, QN_SHA256_BYTES, out);
}

int qn_sha1_hex(struct qn_span bytes, char out[QN_SHA1_HEX_SIZE])
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (EVP_Digest(bytes.data, bytes.len, hash, &len, EVP_sha1(), NULL) != 1)
        return QN_ENOMEM;
    to_hex(hash, (QN_SHA1_HEX_SIZE - 1) / 2, out);
    return QN_OK;
}
