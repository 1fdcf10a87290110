/* explain.h - why a job does not run, or ended as it did: statements, the most
 * important first. Pure.
 *
 * Each has a code that stays (docs/http-api.md lists them), a sentence, and where there
 * is something to do, a command with what it does.
 *
 * Not here: finding out the facts (explain_ask.h).
 */
#ifndef BROKER_CLIENT_EXPLAIN_H
#define BROKER_CLIENT_EXPLAIN_H

#include "broker-client/broker.h"
#include "common/str.h"

#define QN_REASONS_MAX     40
#define QN_REASON_TEXT_MAX 512

struct qn_reason {
    const char *code; /* static */
    char text[QN_REASON_TEXT_MAX];
    char hint[QN_REASON_TEXT_MAX / 2]; /* "" none */
    int64_t at_ms;                     /* the moment it speaks of, 0 none */
};

struct qn_explanation {
    size_t n;
    struct qn_reason all[QN_REASONS_MAX];
};

/* As qn_time_to_str() (common/clock.h); NULL means that. */
typedef void qn_print_time_fn(int64_t wall_ms, char out[QN_TIME_TEXT_SIZE]);

struct qn_facts {
    const struct qn_job_info *job;
    const struct qn_stats *stats;     /* of its queue */
    int64_t ahead;                    /* as the operation place tells */
    const struct qn_entries *workers; /* all that are alive */
    bool published;                   /* a worker has published the task */
    struct qn_span held;              /* as peek tells; empty: by no limit */
    int64_t now_ms;                   /* broker's clock */
    qn_print_time_fn *print_time;
};

void qn_explain(const struct qn_facts *facts, struct qn_explanation *ret);

/* {"id","state","reasons":[{"code","text","at","hint"}]} */
int qn_explain_json(struct qn_buf *out, const struct qn_job_info *job,
                    const struct qn_explanation *explanation);

#endif
