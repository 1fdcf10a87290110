/* judge.h - what the values of a column mean: shape, personal data, alerts; and what of them
 * leaves the module, and how masked. Pure.
 *
 * Not here: the numbers it judges by (gather.h, statistics.c).
 */
#ifndef TASKS_LIB_PROFILE_JUDGE_H
#define TASKS_LIB_PROFILE_JUDGE_H

#include "pii.h"
#include "values.h"

#define QN_JUDGE_VALUES 4000 /* different values looked at */

struct qn_judge {
    enum qn_family family;
    double shapes[QN_SHAPES];
    struct qn_pii_counts pii;
    struct qn_values folded; /* in one case, without outer blanks */
    size_t n, n_folded;
};

void qn_judge_init(struct qn_judge *judge, enum qn_family family);
void qn_judge_release(struct qn_judge *judge);

/* One of the different values. weight: how often. QN_ENOMEM. */
QN_MUST_CHECK int qn_judge_add(struct qn_judge *judge, struct qn_span text, double weight);

/* Shape, pii, and the alert of variants. column: a place in table's columns. */
void qn_judge_finish(const struct qn_judge *judge, const struct qn_catalog_table *table,
                     size_t column, struct qn_profile_column *ret);

/* The other alerts, of numbers that are settled. rows: of the whole table. */
void qn_judge_alerts(enum qn_family family, double rows, struct qn_profile_column *column);

/* Takes away what no mask can be made for: top values and bounds of families and texts that may
 * hold anything (JSON, arrays, bytes, composites, places, ...); top values that were seen once,
 * but for short labels that are all a category or a small table holds; bounds of prose and of
 * texts that mostly differ and are no codes. seen: rows that shares are of. */
void qn_judge_withhold(const struct qn_catalog_table *table, size_t place, double seen,
                       struct qn_profile_column *column);

/* Masks top, bounds and numbers by pii. Failures are the arena's. */
void qn_judge_mask(struct qn_profile_column *column, struct qn_arena *arena);

#endif
