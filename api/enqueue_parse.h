/* enqueue_parse.h - one job as a client wrote it: bytes to numbers and spans.
 *
 * Pure: no broker, no clock. The text has passed qn_json_check(). Arguments and
 * tags stay the bytes they were; nothing is written again.
 *
 * Not here: whether the task exists and its arguments fit (directory.h), names
 * of jobs that have none (jobs_enqueue.c).
 */
#ifndef API_ENQUEUE_PARSE_H
#define API_ENQUEUE_PARSE_H

#include "broker-client/broker.h"
#include "problem.h"

#define API_DURATION_MAX_MS (INT64_C(3650) * 86400 * 1000)

struct api_draft {
    char task[65];
    char queue[QN_QUEUE_MAX + 1]; /* "" the task's own */
    char name[QN_NAME_MAX + 1];   /* "" to be made */
    struct qn_span args;          /* of the text; "" for {} */
    struct qn_span tags;          /* of the text */
    int64_t priority;
    int64_t delay_ms;
    int64_t eta_ms; /* Unix; 0 none */
    int64_t expires_ms;
    bool expires_relative;
    int64_t max_attempts;
    struct qn_retry retry;
    int64_t soft_limit_ms;
    int64_t hard_limit_ms;
    int64_t result_ttl_ms;
};

/* QN_OK, or QN_EINVAL and what is wrong, with the member named. */
QN_MUST_CHECK int api_draft_parse(struct qn_span json, struct api_draft *ret,
                                  struct api_fault *fault);

/* The fields of the record and of the enqueue operation that come from the
 * draft. name and body are the caller's to set. */
void api_draft_body(const struct api_draft *draft, struct qn_body *ret);
void api_draft_job(const struct api_draft *draft, struct qn_new_job *ret);

#endif
