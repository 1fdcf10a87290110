#include "estimate.h"

#include <math.h>

#define NEAR   1.06 /* the most that there can be is over what was seen by so much */
#define PAIRS  40   /* of equal values, expected if every value came twice */
#define UNEVEN 0.6  /* seen twice, of what equal frequencies make expect */

/* Every value seen once stands for as many as were left out. */
static double most(const struct qn_estimate_facts *facts)
{
    return fmin(facts->distinct + facts->once * (facts->all / facts->values - 1), facts->all);
}

double qn_estimate_distinct(const struct qn_estimate_facts *facts)
{
    double part = facts->values / facts->all;
    double even, expected;

    if (!(part < 1) || !(facts->values > 0)) {
        return facts->distinct;
    }
    even = facts->distinct / (1 - facts->once / facts->values * (1 - part));
    even = fmin(fmax(even, facts->distinct), most(facts));
    expected = facts->once * facts->values / even / 2;
    if (facts->twice < UNEVEN * expected) {
        return fmax(even, facts->distinct + facts->once * (sqrt(1 / part) - 1));
    }
    return even;
}

bool qn_estimate_is_safe(const struct qn_estimate_facts *facts)
{
    if (!(facts->all > facts->values) || !(facts->values > 0) ||
        most(facts) <= facts->distinct * NEAR) {
        return true;
    }
    return facts->once >= facts->values &&
           facts->values * facts->values / (2 * facts->all) >= PAIRS;
}
