#include "estimate.h"

#include <math.h>

#define NEAR  1.06 /* most may be over what was seen by so much */
#define PAIRS 40   /* of equal values, expected if every value came twice */

struct qn_estimate qn_estimate_distinct(double all, double values, double distinct, double once)
{
    struct qn_estimate ret = {distinct, distinct};
    double divisor;

    if (!(all > values) || !(values > 0)) {
        return ret;
    }
    divisor = values - once + once * values / all;
    ret.most = fmin(distinct - once + once * all / values, all);
    ret.distinct = fmin(fmax(values * distinct / divisor, distinct), ret.most);
    return ret;
}

bool qn_estimate_is_safe(double all, double values, double distinct, double once)
{
    struct qn_estimate estimate = qn_estimate_distinct(all, values, distinct, once);

    if (estimate.most <= distinct * NEAR) {
        return true;
    }
    return once >= values && values * values / (2 * all) >= PAIRS;
}
