#include "database.h"

#include "common/str.h"
#include <stdlib.h>

int qn_database_init(void **ret_state, struct qn_err *reterr)
{
    const char *url = getenv("QUERN_DATABASE_URL");
    struct qn_pg *pg;
    int rc;

    if (url == NULL || url[0] == '\0') {
        return qn_fail(reterr, QN_EINVAL, "QUERN_DATABASE_URL is not set");
    }
    rc = qn_pg_create(&pg, url, reterr);
    if (rc == QN_OK) {
        *ret_state = pg;
    }
    return rc;
}

void qn_database_done(void *state)
{
    qn_pg_free(state);
}

struct qn_span qn_pg_number(int64_t value, char out[QN_PG_NUMBER_SIZE])
{
    return qn_pg_bytes(out, qn_i64_to_str(value, out));
}
