/* task.h - what a task is: a name, its parameters, its limits, its code.
 *
 * A task author fills one const struct qn_task. The worker runs it in an
 * executor, a child process that runs one job at a time: init once after the
 * fork, then run for job after job, done before the process ends. run may block
 * as it likes; time limits are kept from outside.
 *
 * Not here: what a running job may do (job.h), producing jobs (client.h).
 */
#ifndef QUERN_TASK_H
#define QUERN_TASK_H

#include <quern/err.h>
#include <quern/retry.h>
#include <stdint.h>

#pragma GCC visibility push(default)

struct qn_job;

/* A handler's answer. */
enum qn_outcome {
    QN_DONE,   /* succeeded; the result is what qn_job_result() was given */
    QN_RETRY,  /* failed, try again: after the policy's delay or qn_job_delay() */
    QN_FAIL,   /* failed for good: no further attempt */
    QN_SNOOZE, /* not now: run again after qn_job_delay(), no attempt used */
};

enum qn_type {
    QN_STRING,
    QN_INTEGER, /* a JSON number without fraction or exponent, 64 bit */
    QN_NUMBER,
    QN_BOOLEAN,
    QN_DATE, /* a string "YYYY-MM-DD" that exists in the calendar */
    QN_ARRAY,
    QN_OBJECT,
};

/* One parameter. Arguments are a JSON object; a member that no parameter names
 * is refused before a job is made. */
struct qn_param {
    const char *name;
    enum qn_type type;
    bool required;
    const char *doc;
    const char *choices; /* "day|week|month" for a QN_STRING, else NULL */
    const char *preset;  /* the value used when absent, for humans, or NULL */
};

struct qn_task {
    const char *name;              /* dotted lower case, 1-64 of [a-z0-9_.-] */
    const char *summary;           /* one line */
    const struct qn_param *params; /* ends with a NULL name; NULL: none */
    const char *queue;             /* where its jobs go unless told; NULL: "default" */

    int64_t soft_limit_ms; /* 0: the worker's default */
    int64_t hard_limit_ms; /* 0: the worker's default */
    int max_attempts;      /* 0: the worker's default */
    struct qn_retry retry; /* of a job that has none of its own */
    /* For its limits (cause "timeout") and for ends of its process ("crashed",
     * "out_of_memory"). A worker that is lost is not of this kind: it uses no attempt. */
    struct qn_retry_cause on_timeout, on_crash;

    /* What one run may use, each process of it (setrlimit(2)); 0: the worker's default. */
    int64_t memory_limit_bytes; /* heap and private mappings; more is refused: ENOMEM */
    int64_t cpu_limit_ms;       /* in whole seconds, up; over it: cause "timeout" */
    int64_t max_open_files;     /* 64 at least */

    /* Of all its jobs in one queue, whichever workers run them; 0: none. What an operator sets
     * for the task goes before. At most 1,000,000; the time of a rate up to 31 days. */
    int64_t concurrency;         /* runs at the same time */
    int64_t rate, per_ms, burst; /* starts: rate in per_ms, burst saved up at most (0: rate) */

    /* Once per executor, before the first job of this task. What it stores in
     * *ret_state comes back from qn_job_state(). A failure ends the job that
     * asked for it with QN_RETRY and its text. May be NULL. */
    int (*init)(void **ret_state, struct qn_err *reterr);
    enum qn_outcome (*run)(struct qn_job *job);
    void (*done)(void *state); /* may be NULL */
};

#pragma GCC visibility pop

#endif
