#include "backoff.h"

#define DAY_MS INT64_C(86400000)

/* value * 2^times, at most cap. */
static int64_t doubled(int64_t value, int times, int64_t cap)
{
    while (times-- > 0 && value < cap) {
        value = value > cap / 2 ? cap : value * 2;
    }
    return value < cap ? value : cap;
}

static int64_t multiplied(int64_t value, int64_t times, int64_t cap)
{
    return value > cap / times ? cap : value * times;
}

int64_t qn_backoff_ms(const struct qn_backoff_policy *policy, int attempt, uint64_t random)
{
    int64_t cap = policy->cap_ms > 0 ? policy->cap_ms : DAY_MS;
    int64_t base = policy->base_ms < 0 ? 0 : policy->base_ms < cap ? policy->base_ms : cap;
    int64_t top;

    attempt = attempt < 1 ? 1 : attempt;
    switch (policy->shape) {
    case QN_SHAPE_LINEAR:
        return multiplied(base, attempt, cap);
    case QN_SHAPE_EXPONENTIAL:
        top = base > 0 ? doubled(base, attempt - 1, cap) : 0;
        return base + (int64_t)(random % ((uint64_t)(top - base) + 1));
    case QN_SHAPE_FIXED:
    default:
        return base;
    }
}
