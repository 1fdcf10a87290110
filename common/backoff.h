/* backoff.h - how long to wait before the nth try. Pure.
 *
 * Fixed: base each time. Linear: base * n. Exponential: full jitter as in
 * "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015), uniform in
 * [base, min(cap, base * 2^(n-1))]. Never below base, unless the cap is: nothing
 * is ever above the cap.
 */
#ifndef COMMON_BACKOFF_H
#define COMMON_BACKOFF_H

#include <stdint.h>

enum qn_backoff_shape { QN_SHAPE_FIXED, QN_SHAPE_LINEAR, QN_SHAPE_EXPONENTIAL };

struct qn_backoff_policy {
    enum qn_backoff_shape shape;
    int64_t base_ms;
    int64_t cap_ms; /* 0: no cap but one day */
};

/* attempt counts from 1; random is any 64 random bits. Saturates, never wraps. A
 * negative base is 0. */
int64_t qn_backoff_ms(const struct qn_backoff_policy *policy, int attempt, uint64_t random);

#endif
