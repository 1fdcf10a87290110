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

struct qn_estimate {
    double distinct; /* first-order jackknife of Haas and Stokes, as ANALYZE has it */
    double most;     /* every value seen once stands for as many as were left out */
};

/* values were seen of all (neither NULL), among them distinct, of those once seen once. */
struct qn_estimate qn_estimate_distinct(double all, double values, double distinct, double once);

/* True when the estimate holds within a few percent whatever the spread of the values is. */
bool qn_estimate_is_safe(double all, double values, double distinct, double once);

#endif
