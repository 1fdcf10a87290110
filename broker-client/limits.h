/* limits.h - what a limit is called and may be, and what both brokers refuse. Pure.
 *
 * Not here: what is unique (unique.h), how limits hold (lua/lanes.lua).
 */
#ifndef BROKER_CLIENT_LIMITS_H
#define BROKER_CLIENT_LIMITS_H

#include "broker-client/broker.h"
#include "common/str.h"

#define QN_LIMIT_FIGURE_MAX INT64_C(1000000)    /* of concurrency, rate and burst */
#define QN_LIMIT_PER_MAX    INT64_C(2678400000) /* 31 days, of the time of a rate, ms */

#define QN_LIMIT_SCOPE_SIZE 80 /* of a scope's name, with NUL */

/* 1-64 of [A-Za-z0-9_.:@-] */
bool qn_limit_key_ok(struct qn_span key);
/* "task:<task>", "key:<limit key>" or "key:*" */
bool qn_limit_scope_ok(const char *scope);
/* NULL, or what is wrong. */
const char *qn_limits_fault(const struct qn_limit *limits, size_t n);
/* "10/1m", also "10/m": rate and the time that it is counted in, both over 0. False: neither is
 * set. */
bool qn_rate_read(struct qn_span text, int64_t *ret_rate, int64_t *ret_per_ms);
#define QN_RATE_TEXT_SIZE (QN_MS_TEXT_SIZE + 24)
void qn_rate_print(int64_t rate, int64_t per_ms, char out[QN_RATE_TEXT_SIZE]);

/* A rule that can be kept, and the digits of a key. */
bool qn_new_job_unique_ok(const struct qn_new_job *job);

#endif
