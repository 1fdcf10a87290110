/* settle.h - what becomes of a job when a run of it has ended. Pure.
 *
 * The table of docs/decisions/0004: which end uses up an attempt, which counts as a
 * death, where the job goes. Then the bytes for the broker: the data of a finish.
 *
 * Not here: finding out how it ended (pool.h), sending it (outbox.h).
 */
#ifndef WORKER_SETTLE_H
#define WORKER_SETTLE_H

#include "broker-client/broker.h"
#include <quern/task.h>

#define WORKER_SNOOZE_MS        5000 /* of a handler that names no delay */
#define WORKER_ERROR_HEAD_MAX   200  /* bytes of the error kept with each run */
#define WORKER_HISTORY_LINE_MAX 2048

enum worker_fate {
    WORKER_FATE_DONE,
    WORKER_FATE_RETRY,
    WORKER_FATE_FAIL,
    WORKER_FATE_SNOOZE,
    WORKER_FATE_REJECTED, /* the arguments, the task or the record */
    WORKER_FATE_TIMED_OUT,
    WORKER_FATE_CRASHED,
    WORKER_FATE_OUT_OF_MEMORY,
    WORKER_FATE_CANCELLED,
    WORKER_FATE_RELEASED,
};

/* How a run ended. Spans are borrowed. */
struct worker_end {
    enum worker_fate fate;
    bool soft_over;    /* its soft limit had passed */
    bool cancel_asked; /* it was asked to stop for a cancel */
    int64_t delay_ms;  /* that the handler named, -1 none */
    struct qn_span error;
    struct qn_span result;
    struct qn_span artifacts;
    int signal;            /* that killed the executor, 0 none */
    int64_t max_rss_bytes; /* 0 not known */
    int64_t started_ms, ended_ms;
};

struct worker_policy {
    int max_attempts;
    int max_deaths;
    struct qn_retry retry;      /* as the record has it */
    const struct qn_task *task; /* NULL: not known here */
    int64_t result_ttl_ms;
    int64_t failed_ttl_ms;
};

struct worker_verdict {
    enum qn_finish_kind kind;
    enum qn_cause cause;
    int64_t ms; /* life of the final record, or delay */
    int attempts, deaths, snoozes;
    /* Who said when it is tried again: "run", "job", "on_timeout", "on_crash", "task",
     * "default"; or why it is not, though it could be: "max_attempts", "max_deaths" or the
     * cause. NULL otherwise. */
    const char *by;
};

void worker_settle(const struct worker_end *end, const struct qn_try *before,
                   const struct worker_policy *policy, uint64_t random, struct worker_verdict *ret);

/* The run that ended: who it was, and what was there before it. */
struct worker_subject {
    const char *token;
    const char *incarnation;
    const struct qn_try *before;
    struct qn_span live; /* the live record, "" when there is none */
};
/* Appends the data of the finish. */
QN_MUST_CHECK int worker_settle_encode(const struct worker_verdict *verdict,
                                       const struct worker_end *end,
                                       const struct worker_subject *subject, struct qn_buf *out);

const char *worker_fate_name(enum worker_fate fate);      /* "timed_out" */
const char *worker_finish_name(enum qn_finish_kind kind); /* "retrying" */

#endif
