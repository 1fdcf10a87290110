/* relation_candidates.h - columns and the keys they may refer to, by name and type.
 *
 * Found through an index of the words of tables, not pair by pair: time grows with columns times
 * different words, and what is kept has a maximum per column and in all.
 *
 * Not here: looking into the data (relation_probe.h); scores (relation_score.h).
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_CANDIDATES_H
#define TASKS_LIB_RELATIONS_RELATION_CANDIDATES_H

#include "relation_names.h"

#define QN_RELATION_PER_COLUMN     20
#define QN_RELATION_CANDIDATES_MAX 100000
#define QN_RELATION_NAME_MIN       0.35 /* names that say less are not looked at */
#define QN_RELATION_NAME_GAP       0.4  /* nor those so far behind the best one */

struct qn_relation_candidate {
    size_t child, parent;
    size_t child_columns[QN_RELATION_COLUMNS_MAX];
    size_t parent_columns[QN_RELATION_COLUMNS_MAX];
    size_t n;
    size_t key; /* place in the schema's keys; QN_RELATION_NONE: nobody declared it */
    struct qn_relation_name name;
    bool probed;
    double tested; /* distinct values (rows of values) looked up */
    double hits;   /* of them, in the parent */
    double found;  /* share of the child's rows that have these hits */
    bool telling;  /* of several columns: each names the parent, or what both refer to */
    bool barred;   /* its supertype or subtype is meant */
    bool chosen;
    double logit;
    double score;
};

/* A list in an arena that doubles. */
struct qn_relation_candidates {
    struct qn_relation_candidate *items; /* by child, column */
    size_t n, room;
    bool full; /* there were more than the maximum */
};

/* Candidates of one column each; memory is the schema's arena's. */
void qn_relation_candidates_find(struct qn_relation_candidates *ret,
                                 const struct qn_relation_schema *schema);

/* False when there is no room. */
bool qn_relation_candidates_add(struct qn_relation_candidates *candidates, struct qn_arena *arena,
                                const struct qn_relation_candidate *candidate);

#endif
