/* llm_plan.h - when to try again, when not to ask at all. Pure: time and chance are arguments. */
#ifndef TASKS_LIB_LLM_LLM_PLAN_H
#define TASKS_LIB_LLM_LLM_PLAN_H

#include "llm_class.h"

#define QN_LLM_BACKOFF_MS       500
#define QN_LLM_BACKOFF_CAP_MS   8000
#define QN_LLM_SHORT_WAIT_MS    30000  /* a Retry-After up to this is waited in place */
#define QN_LLM_LONG_WAIT_MS     600000 /* where a server says no time: quota, balance */
#define QN_LLM_RETRY_PERCENT    20     /* of the requests of QN_LLM_WINDOW_MS */
#define QN_LLM_RETRIES_FREE     10     /* in it, whatever the percent say */
#define QN_LLM_WINDOW_MS        60000
#define QN_LLM_BUCKETS          6 /* of the window */
#define QN_LLM_BREAKER_CALLS    10
#define QN_LLM_BREAKER_PERCENT  50
#define QN_LLM_BREAKER_OPEN_MS  30000
#define QN_LLM_BREAKER_MOST_MS  300000
#define QN_LLM_BREAKER_GOOD     2
#define QN_LLM_BREAKER_PROBE_MS 100000 /* a probe without an end is given up */

/* Full jitter: anything from 0 to base * 2^(retry - 1), which is at most the cap. retry counts
 * from 1. */
int64_t qn_llm_backoff_ms(int64_t base_ms, int retry, uint64_t random);

/* Counts of the last QN_LLM_WINDOW_MS. */
struct qn_llm_window {
    int64_t bucket[QN_LLM_BUCKETS]; /* number of the bucket: time / its length */
    int64_t all[QN_LLM_BUCKETS], marked[QN_LLM_BUCKETS];
};
void qn_llm_window_add(struct qn_llm_window *window, int64_t now_ms, int64_t all, int64_t marked);
void qn_llm_window_sum(const struct qn_llm_window *window, int64_t now_ms, int64_t *ret_all,
                       int64_t *ret_marked);
/* Whether a further retry is within the share; all: requests, marked: retries among them. */
bool qn_llm_may_retry(const struct qn_llm_window *window, int64_t now_ms);

/* What to do after an attempt that failed. */
struct qn_llm_state_of_call {
    enum qn_llm_class class;
    int attempts;                /* sent so far, this model's */
    int same;                    /* failures of this class among them */
    int64_t elapsed_ms, wait_ms; /* of the call; what the server asked for, -1 nothing */
    int64_t backoff_ms;          /* the base */
    uint64_t random;
};
/* True: again after *ret_wait_ms. False: the call ends, and *ret_wait_ms is when the task may
 * be run again (0: that is the queue's policy). */
bool qn_llm_try_again(const struct qn_llm_state_of_call *call, int64_t *ret_wait_ms);

/* ---- the breaker of one process; lua/begin.lua and lua/end.lua are the shared one ---- */

enum qn_llm_breaker_state { QN_LLM_CLOSED, QN_LLM_HALF, QN_LLM_OPENED };
struct qn_llm_breaker {
    struct qn_llm_window window;
    int64_t open_until; /* 0: closed */
    int64_t open_ms;    /* length of the last opening */
    int64_t probe_until;
    int good;
};
/* Whether a request may be sent; *ret_wait_ms: when else. A probe is taken by asking. */
bool qn_llm_breaker_ask(struct qn_llm_breaker *breaker, int64_t now_ms, int64_t *ret_wait_ms);
enum qn_llm_verdict { QN_LLM_GOOD, QN_LLM_BAD, QN_LLM_NEITHER };
void qn_llm_breaker_tell(struct qn_llm_breaker *breaker, int64_t now_ms,
                         enum qn_llm_verdict verdict);
enum qn_llm_breaker_state qn_llm_breaker_state(const struct qn_llm_breaker *breaker,
                                               int64_t now_ms);

#endif
