/* relation_composite.h - references by several columns together, to composite keys.
 *
 * A table that has all columns of another one's key, by name or because they refer to the same
 * tables, may refer to it; the sets of values decide. Of a table without declared keys pairs of
 * columns are tried that another table has too, and that its data shows to be unique.
 *
 * Not here: single columns, which are chosen before.
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_COMPOSITE_H
#define TASKS_LIB_RELATIONS_RELATION_COMPOSITE_H

#include "relation_probe.h"

/* singles: after the choice. probe NULL: names and declared keys only. Candidates of a child are
 * together, by their columns. Memory is the schema's arena's. */
QN_MUST_CHECK int qn_relation_composite_find(struct qn_relation_candidates *ret,
                                             const struct qn_relation_schema *schema,
                                             const struct qn_relation_candidates *singles,
                                             struct qn_relation_probe *probe,
                                             struct qn_err *reterr);

/* Chooses among scored composites; singles that only name a part of an accepted one are no longer
 * chosen, but for those that follow from it: a part that the parent's own column refers to. */
void qn_relation_composite_settle(struct qn_relation_candidates *composites,
                                  const struct qn_relation_schema *schema,
                                  struct qn_relation_candidates *singles);

#endif
