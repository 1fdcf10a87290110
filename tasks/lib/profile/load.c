#include "load.h"

#include <stdlib.h>

/* state is hidden of what other roles run, unless ours is one that sees it: then every
 * connection of a client counts as active. */
static const char statement[] =
    "SELECT pg_catalog.count(*)::pg_catalog.float8 OPERATOR(pg_catalog./) "
    "pg_catalog.current_setting('max_connections')::pg_catalog.float8 "
    "FROM pg_catalog.pg_stat_activity AS a "
    "WHERE a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() "
    "AND a.datid IS NOT NULL AND COALESCE(a.state, 'active') OPERATOR(pg_catalog.=) 'active'";

int qn_profile_load(struct qn_pg *pg, double *ret_share, struct qn_err *reterr)
{
    struct qn_pg_rows *rows;
    int rc = qn_pg_query(pg, statement, NULL, 0, &rows, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    *ret_share = strtod(qn_pg_str(rows, 0, 0), NULL);
    qn_pg_rows_free(rows);
    return QN_OK;
}
