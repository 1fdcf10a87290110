#include "digest.h"

#include <openssl/evp.h>

static int digest(const EVP_MD *kind, struct qn_span bytes, char *out, struct qn_err *reterr)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (EVP_Digest(bytes.data, bytes.len, hash, &len, kind, NULL) != 1) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a hash");
    }
    for (unsigned i = 0; i < len; i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
    out[2 * (size_t)len] = '\0';
    return QN_OK;
}

int qn_digest_text(struct qn_span bytes, char out[QN_DIGEST_SIZE], struct qn_err *reterr)
{
    return digest(EVP_sha256(), bytes, out, reterr);
}

int qn_sha1_text(struct qn_span bytes, char out[QN_SHA1_SIZE], struct qn_err *reterr)
{
    return digest(EVP_sha1(), bytes, out, reterr);
}
