#include "load.h"

#include <stdlib.h>

/* The state of what other roles run is hidden from most roles. The lock on a transaction's own
 * number is not: a connection that is idle between transactions, as in a pool, holds none. */
static const char statement[] =
    "SELECT pg_catalog.count(*)::pg_catalog.float8 OPERATOR(pg_catalog./) "
    "pg_catalog.current_setting('max_connections')::pg_catalog.float8 "
    "FROM pg_catalog.pg_stat_activity AS a "
    "WHERE a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() AND a.datid IS NOT NULL "
    "AND CASE WHEN a.state IS NOT NULL "
    "THEN a.state OPERATOR(pg_catalog.=) ANY (ARRAY['active', 'fastpath function call']) "
    "ELSE a.pid OPERATOR(pg_catalog.=) ANY (SELECT l.pid FROM pg_catalog.pg_locks AS l "
    "WHERE l.locktype OPERATOR(pg_catalog.=) 'virtualxid' "
    "AND l.mode OPERATOR(pg_catalog.=) 'ExclusiveLock') END";

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
