/* fuzz_kept.c - what a cache says a report is: read in one way only, and no name of a file but
 * a hash. */
#include "fuzz.h"

#include "tasks/reports/sales_cache.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qn_span bytes = {(const char *)data, size};
    struct sales_kept kept;
    struct qn_buf again;

    if (!sales_kept_decode(bytes, &kept)) {
        return 0;
    }
    for (size_t i = 0; i < SALES_FILES; i++) {
        size_t len = kept.formats & (unsigned)sales_files[i].format ? QN_DIGEST_SIZE - 1 : 0;

        FUZZ_REQUIRE(strlen(kept.sha256[i]) == len);
        FUZZ_REQUIRE(strspn(kept.sha256[i], "0123456789abcdef") == len);
    }
    qn_buf_init(&again, size);
    FUZZ_REQUIRE(sales_kept_encode(&kept, &again) == QN_OK);
    FUZZ_REQUIRE(again.len == size && memcmp(again.data, data, size) == 0);
    qn_buf_release(&again);
    return 0;
}
