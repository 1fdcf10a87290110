/* draft.h - one job as somebody wrote it as a JSON object: bytes to numbers and spans.
 *
 * The words of POST /v1/jobs (docs/http-api.md), of the lines of quern enqueue --batch,
 * and of what beat tells of its schedules. Pure: no broker, no clock. The text has passed
 * qn_json_check(). Arguments and tags stay the bytes they were; nothing is written again.
 *
 * Not here: whether the task exists and its arguments fit, names of jobs that have none.
 */
#ifndef BROKER_CLIENT_DRAFT_H
#define BROKER_CLIENT_DRAFT_H

#include "broker-client/broker.h"
#include "broker-client/unique.h"

#define QN_DRAFT_FIELD_SIZE 96

struct qn_draft {
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
    char limit_key[QN_LIMIT_KEY_MAX + 1]; /* "" none */
    struct qn_unique unique;
    char unique_what[QN_UNIQUE_MAX + 1]; /* "" the args */
    char unique_key[QN_UNIQUE_KEY_SIZE]; /* what the broker compares; "" none */
    bool accept_unknown;
    char on_failed[65];            /* the task of its follow-up, "" none */
    struct qn_span on_failed_args; /* of the text; "" for {} */
};

/* What is taken beyond the words of the API. */
struct qn_draft_rules {
    const char *task;    /* of a job that names none; NULL: it must */
    bool accept_unknown; /* the member accept_unknown may be there */
};

/* QN_OK, or QN_EINVAL and what is wrong; field gets the member, "" when it is the
 * whole. rules NULL: nothing more is taken. */
QN_MUST_CHECK int qn_draft_parse(struct qn_span json, const struct qn_draft_rules *rules,
                                 struct qn_draft *ret, char field[QN_DRAFT_FIELD_SIZE],
                                 struct qn_err *reterr);

/* The fields of the record and of the enqueue operation that come from the
 * draft. name and body are the caller's to set. */
void qn_draft_body(const struct qn_draft *draft, struct qn_body *ret);
void qn_draft_job(const struct qn_draft *draft, struct qn_new_job *ret);

/* The same for the client. The job points into the draft and into *tags, which holds the
 * decoded ones. */
struct qn_draft_tags {
    const char *list[QN_TAGS_MAX + 1];
    char text[QN_TAGS_MAX][QN_TAG_MAX + 1];
};
void qn_draft_enqueue(const struct qn_draft *draft, struct qn_draft_tags *tags,
                      struct qn_enqueue *ret);

#endif
