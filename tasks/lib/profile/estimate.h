/* estimate.h - how many different values a whole column has, by those of a sample.
 *
 * No sample can tell this for every column: a value seen once may stand for itself or for all
 * others. So the estimate comes with the largest number that the sample allows to expect, and
 * the caller counts for real where the two are far apart (whole.c).
 *
 * Not here: anything that asks the server.
 */
#ifndef TASKS_LIB_PROFILE_ESTIMATE_H
#define TASKS_LIB_PROFILE_ESTIMATE_H

#include <stdbool.h>

/* Of a column: all values (not NULL), those seen, the different ones among them, and how many
 * of these were seen once and twice. */
struct qn_estimate_facts {
    double all, values, distinct, once, twice;
};

/* First-order jackknife of Haas and Stokes, as ANALYZE has it, which holds for values that are
 * about equally frequent. Where too few were seen twice for that, the estimator of Charikar and
 * others, whose error is bounded for any spread: a value seen once stands for the square root of
 * as many as were left out. */
double qn_estimate_distinct(const struct qn_estimate_facts *facts);

/* True when the estimate holds within a few percent whatever the spread of the values is. */
bool qn_estimate_is_safe(const struct qn_estimate_facts *facts);

#endif
