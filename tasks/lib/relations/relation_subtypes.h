/* relation_subtypes.h - tables that share the key of another one: persons and companies of parties.
 *
 * What all refers to companies fits parties as well; the most specific table that holds all values
 * is meant, when that is no chance.
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_SUBTYPES_H
#define TASKS_LIB_RELATIONS_RELATION_SUBTYPES_H

#include "relation_candidates.h"

/* After a choice: bars of a column's candidates the supertype or the subtype, whichever is not
 * meant, and scores the others again. False: nothing changed, or no memory. */
bool qn_relation_subtypes_settle(const struct qn_relation_schema *schema,
                                 struct qn_relation_candidates *candidates);

/* S of a table that refers to P by its key: are all values in S by no chance? */
bool qn_relation_subtypes_meant(double tested, double hits, double rows, double parent_rows);

#endif
