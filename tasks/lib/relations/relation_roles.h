/* relation_roles.h - columns named after a role, not after a table: parent_id, created_by,
 * origin, depends_on.
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_ROLES_H
#define TASKS_LIB_RELATIONS_RELATION_ROLES_H

#include "relation_compare.h"

struct qn_relation_name qn_relation_roles(const struct qn_relation_schema *schema,
                                          const struct qn_relation_asker *asker,
                                          const struct qn_relation_label *label,
                                          const struct qn_relation_key *key);

/* False for names that play no role that people or places have. */
bool qn_relation_roles_maybe(const struct qn_relation_schema *schema,
                             const struct qn_relation_label *label);

#endif
