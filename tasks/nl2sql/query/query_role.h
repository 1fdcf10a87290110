/* query_role.h - whether a role may do more than read.
 *
 * What it may by itself and as a member of others, whether or not it inherits that: SET ROLE is
 * enough. Temporary tables are tolerated. That a role is fine is known for QUERY_ROLE_KEEP_MS, of
 * QUERY_ROLES_KEPT addresses in this process; one that is too strong is asked for each time.
 */
#ifndef TASKS_NL2SQL_QUERY_QUERY_ROLE_H
#define TASKS_NL2SQL_QUERY_QUERY_ROLE_H

#include "tasks/lib/digest.h"

#define QUERY_ROLE_KEEP_MS 60000
#define QUERY_ROLES_KEPT   16

/* One row: the role's name; what is too strong, "" nothing. */
extern const char query_role_sql[];

bool query_role_is_known(const char url_digest[QN_DIGEST_SIZE], int64_t now_ms);
void query_role_keep(const char url_digest[QN_DIGEST_SIZE], int64_t now_ms);

/* What people are told. */
void query_role_say(struct qn_err *ret, const char *role, const char *strength);

#endif
