/* limits.h - what both brokers refuse of limits, unique jobs and budgets. Pure.
 *
 * NULL, or what is wrong. Not here: the names of keys and scopes (unique.h).
 */
#ifndef BROKER_CLIENT_LIMITS_H
#define BROKER_CLIENT_LIMITS_H

#include "broker-client/broker.h"

#define QN_LIMIT_FIGURE_MAX INT64_C(1000000)    /* of concurrency, rate and burst */
#define QN_LIMIT_PER_MAX    INT64_C(2678400000) /* 31 days, of the time of a rate, ms */

const char *qn_limits_fault(const struct qn_limit *limits, size_t n);
bool qn_new_job_unique_ok(const struct qn_new_job *job);

#endif
