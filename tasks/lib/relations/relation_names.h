/* relation_names.h - does the name of a column say that it refers to a key?
 *
 * Pure. A score of 1 is a name that leaves no doubt ("team_id" for teams.team_id), 0 one that says
 * nothing; the rule tells a person why.
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_NAMES_H
#define TASKS_LIB_RELATIONS_RELATION_NAMES_H

#include "relation_compare.h"

/* key: of one column. */
struct qn_relation_name qn_relation_names_compare(const struct qn_relation_schema *schema,
                                                  const struct qn_relation_asker *asker,
                                                  const struct qn_relation_key *key);

/* The column has another number than the key's table: zone2_id and zone1. */
bool qn_relation_names_other_number(const struct qn_relation_schema *schema,
                                    const struct qn_relation_asker *asker,
                                    const struct qn_relation_key *key);

/* For qn_relation_key.own. */
bool qn_relation_names_own(const struct qn_relation_schema *schema,
                           const struct qn_relation_key *key);

/* True when a number of this name is nobody's key: line_count, priority, sort_order. */
bool qn_relation_names_is_measure(const struct qn_relation_schema *schema,
                                  const struct qn_relation_label *label);

#endif
