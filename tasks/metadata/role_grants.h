/* role_grants.h - the rights of a datasource's role. Within the transaction of role_make. */
#ifndef TASKS_METADATA_ROLE_GRANTS_H
#define TASKS_METADATA_ROLE_GRANTS_H

#include "role.h"

/* On the database, its schemas, and column by column; and the search path that follows. */
QN_MUST_CHECK int role_grant(struct qn_pg *admin, const struct role_wish *wish,
                             struct role_count *ret, struct qn_err *reterr);

#endif
