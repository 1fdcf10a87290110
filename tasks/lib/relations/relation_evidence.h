/* relation_evidence.h - why a relation was found, in words for people. */
#ifndef TASKS_LIB_RELATIONS_RELATION_EVIDENCE_H
#define TASKS_LIB_RELATIONS_RELATION_EVIDENCE_H

#include "relation_candidates.h"

/* "the name is the table's; 1,874 of 1,874 values found; an index begins with it". In the
 * schema's arena. */
const char *qn_relation_evidence(const struct qn_relation_schema *schema,
                                 const struct qn_relation_candidate *candidate);

#endif
