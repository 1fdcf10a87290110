/* role_check.h - what a datasource's role can do in the end, as verdicts (common/verdict.h):
 * whatever was granted, to it or to everybody, it is asked of PostgreSQL as that role.
 */
#ifndef TASKS_METADATA_ROLE_CHECK_H
#define TASKS_METADATA_ROLE_CHECK_H

#include "datasource_record.h"

struct role_found {
    bool reached;
    int64_t tables, columns; /* that it may read */
    int64_t wrong, warnings;
    struct qn_err why; /* not reached */
};

/* Adds verdicts. Connects by the record's url. */
void role_check(const struct datasource_record *record, struct qn_buf *verdicts,
                struct role_found *ret);

#endif
