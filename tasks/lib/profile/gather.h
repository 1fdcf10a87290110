/* gather.h - the metrics of one column, from its values one after the other.
 *
 * Pure: values come as PostgreSQL prints them. Memory has a bound whatever comes: see values.h;
 * of numbers QN_GATHER_NUMBERS_MAX are kept for quartiles and bins, then a random half of them,
 * a quarter, ...
 *
 * Not here: the statements (select.h); estimates for the whole table (estimate.h).
 */
#ifndef TASKS_LIB_PROFILE_GATHER_H
#define TASKS_LIB_PROFILE_GATHER_H

#include "profile.h"
#include "values.h"

#define QN_GATHER_NUMBERS_MAX ((size_t)256 * 1024)

struct qn_gather {
    const struct qn_catalog_column *column;
    double now; /* seconds since 1970 */
    uint64_t rows, nulls;
    struct qn_values values;
    double *numbers;
    size_t n_numbers, cap_numbers;
    unsigned thinned; /* one of 2^thinned numbers is kept */
    uint64_t random;
    double n, mean, m2, m3; /* of all finite numbers, by Welford */
    double zeros, negatives, empties, blanks, future;
    double low, high;
    char min[QN_PROFILE_TEXT + 1], max[QN_PROFILE_TEXT + 1];
    size_t min_label, max_label; /* of an enum */
    bool bounded;
    double length_min, length_max, length_sum, lengths;
    double doubt; /* once finished: how far quartiles of all rows may be from these, as a share
                     of them */
};

void qn_gather_init(struct qn_gather *gather, const struct qn_catalog_column *column,
                    int64_t now_ms);
void qn_gather_release(struct qn_gather *gather); /* zeroed is fine */

/* value {NULL, 0}: NULL. rest: what select.h asks of values that are too long to be sent,
 * "bytes characters hash", characters -1 when that would cost; {NULL, 0} when value is whole. */
QN_MUST_CHECK int qn_gather_add(struct qn_gather *gather, struct qn_span value, struct qn_span rest,
                                struct qn_err *reterr);

/* All but tier, shape, pii, alerts; distinct is that of the values seen. */
QN_MUST_CHECK int qn_gather_finish(struct qn_gather *gather, struct qn_arena *arena,
                                   struct qn_profile_column *ret, struct qn_err *reterr);

/* What nothing is known of. */
void qn_profile_column_init(struct qn_profile_column *column);

#endif
