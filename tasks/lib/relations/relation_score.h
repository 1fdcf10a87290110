/* relation_score.h - how sure it is that a candidate is a relation: a logistic score of what the
 * name, the data and the definition say.
 *
 * Pure. The weights are one table (relation_score.c); decision 15 tells how they were found.
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_SCORE_H
#define TASKS_LIB_RELATIONS_RELATION_SCORE_H

#include "relation_candidates.h"

enum qn_relation_feature {
    QN_RELATION_BIAS,
    QN_RELATION_NAME,    /* of the name score */
    QN_RELATION_ORPHANS, /* share of values without a parent, up to 0.2, in fifths */
    QN_RELATION_PROOF,   /* inclusion that does not come by chance: texts, sparse numbers */
    QN_RELATION_REACH,   /* the values use the whole range of the key */
    QN_RELATION_SHORT,   /* they end well before it */
    QN_RELATION_COVER,   /* share of the key's values that are used, where the name is unsure */
    QN_RELATION_FEW,     /* some small numbers, which fit anywhere */
    QN_RELATION_INDEXED, /* an index begins with the column, or it is part of a key */
    QN_RELATION_RIVALS,  /* another key fits about as well, 0 to 1 */
    QN_RELATION_UNSEEN,  /* no data to look at */
    QN_RELATION_FEATURES,
};
extern const double qn_relation_weights[QN_RELATION_FEATURES];

/* All but RIVALS, which needs the others' scores. */
void qn_relation_score_features(const struct qn_relation_schema *schema,
                                const struct qn_relation_candidate *candidate,
                                double ret[QN_RELATION_FEATURES]);
/* How unlikely it is that numbers of something else are in the key: 0 when it is full from 1 on,
 * as surrogate keys are. */
double qn_relation_score_rarity(const struct qn_profile_column *key);

double qn_relation_score_logit(const double features[QN_RELATION_FEATURES]);
double qn_relation_score_of(double logit); /* 0 to 1, rounded to thousandths */

/* Sets logit and score of candidates of the same child columns. */
void qn_relation_score_column(const struct qn_relation_schema *schema,
                              struct qn_relation_candidate *candidates, size_t n);

#endif
