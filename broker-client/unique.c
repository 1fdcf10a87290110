#include "unique.h"

#include "bounds.h"
#include "common/str.h"
#include "sha256.h"
#include <string.h>

int qn_unique_key(struct qn_span task, struct qn_span what, char out[QN_UNIQUE_KEY_SIZE],
                  struct qn_err *reterr)
{
    struct qn_sha256 *sha;
    uint8_t bytes[QN_SHA256_BYTES];
    char hex[QN_SHA256_HEX_SIZE];

    int rc = qn_sha256_create(&sha, reterr);
    if (rc != QN_OK)
        return rc;
    if (qn_sha256_add(sha, task.data, task.len) != QN_OK || qn_sha256_add(sha, "", 1) != QN_OK ||
        qn_sha256_add(sha, what.data, what.len) != QN_OK || qn_sha256_end(sha, bytes) != QN_OK)
        rc = qn_fail(reterr, QN_ENOMEM, "unique key: no memory for its hash");
    qn_sha256_free(sha);
    if (rc != QN_OK)
        return rc;
    qn_sha256_hex(bytes, hex);
    memcpy(out, hex, QN_UNIQUE_KEY_SIZE - 1);
    out[QN_UNIQUE_KEY_SIZE - 1] = '\0';
    return QN_OK;
}

const char *const qn_unique_untils[] = {"", "started", "finished", "window", NULL};
const char *const qn_unique_conflicts[] = {"reject", "existing", "replace", NULL};

int qn_unique_check(const struct qn_unique *unique, struct qn_err *reterr)
{
    char most[QN_MS_TEXT_SIZE];

    if ((int)unique->until < 0 || unique->until > QN_UNIQUE_WINDOW)
        return qn_fail(reterr, QN_EINVAL, "unique.until: %d is none", (int)unique->until);
    if ((int)unique->conflict < 0 || unique->conflict > QN_UNIQUE_REPLACE)
        return qn_fail(reterr, QN_EINVAL, "unique.conflict: %d is none", (int)unique->conflict);
    if (unique->for_ms < 0 || unique->for_ms > QN_UNIQUE_FOR_MAX) {
        qn_ms_to_str(QN_UNIQUE_FOR_MAX, most);
        return qn_fail(reterr, QN_EINVAL, "unique.for: it is not from 0 to %s", most);
    }
    if (unique->until == QN_UNIQUE_WINDOW && unique->for_ms == 0)
        return qn_fail(reterr, QN_EINVAL, "unique.for: a window needs it");
    if (unique->until == QN_UNIQUE_NO && (unique->for_ms > 0 || unique->conflict > 0))
        return qn_fail(reterr, QN_EINVAL,
                       "unique.until: it is required: started, finished or "
                       "window");
    return QN_OK;
}
