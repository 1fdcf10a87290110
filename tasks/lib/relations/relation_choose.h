/* relation_choose.h - one answer for the whole schema: of each column at most one target.
 *
 * Pure. Sets chosen on candidates; the best score wins, then the primary key, then the shorter
 * name of the table. Of two tables that share a key only one refers to the other.
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_CHOOSE_H
#define TASKS_LIB_RELATIONS_RELATION_CHOOSE_H

#include "relation_candidates.h"

/* End of the candidates that have the child columns of the one at start. */
size_t qn_relation_choose_run(const struct qn_relation_candidates *candidates, size_t start);

/* Single columns; those under floor are nobody's choice. */
void qn_relation_choose(const struct qn_relation_schema *schema,
                        struct qn_relation_candidates *candidates, double floor);

#endif
