/* retry.h - how long a job waits for its next attempt.
 *
 * Who decides: the delay that the handler names (qn_job_delay()); else the job's own policy, if its
 * producer gave one; else the task's, for the cause if it has one for that; else
 * exponential from 2 s to 10 min.
 *
 * Full jitter is that of "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015): uniform
 * from base to min(cap, base * 2^(attempt-1)).
 */
#ifndef QUERN_RETRY_H
#define QUERN_RETRY_H

#include <stdint.h>

#define QN_DELAYS_MAX 16

enum qn_backoff {
    QN_BACKOFF_DEFAULT,     /* none of its own */
    QN_BACKOFF_FIXED,       /* base each time */
    QN_BACKOFF_LINEAR,      /* base * attempt */
    QN_BACKOFF_EXPONENTIAL, /* base * 2^(attempt-1), full jitter */
    QN_BACKOFF_LIST,        /* delays_ms, one after the other */
};

struct qn_retry {
    enum qn_backoff kind;
    int64_t base_ms;                  /* 0: 2 s */
    int64_t cap_ms;                   /* 0: 10 min when exponential, else a day */
    int64_t delays_ms[QN_DELAYS_MAX]; /* QN_BACKOFF_LIST: before the 2nd, 3rd ... attempt; 0 ends
                                         it, and the last one holds for all further ones */
};

/* What is special about failures of one cause. */
struct qn_retry_cause {
    struct qn_retry retry;
    int max_attempts; /* with such an end at this attempt, or a later one, the job has failed; 0:
                         as for all */
};

#endif
