/* job.h - what a running job may do.
 *
 * Everything here is called from qn_task.run, in the executor, on the one
 * thread that runs it. Nothing here talks to the queue: it all goes to the
 * supervisor over a socket, so a handler needs no broker and can be tested
 * without one (quern-worker run TASK).
 *
 * Settings reach a handler as environment variables: the worker exports the
 * effective QUERN_... values before it starts executors.
 */
#ifndef QUERN_JOB_H
#define QUERN_JOB_H

#include <quern/task.h>
#include <stddef.h>
#include <stdio.h>

#pragma GCC visibility push(default)

#define QN_RESULT_MAX  (1024 * 1024) /* bytes of result JSON */
#define QN_JOB_LOG_MAX (64 * 1024)   /* bytes of log kept with a job */

/* Identity. Borrowed until run returns. */
const char *qn_job_id(const struct qn_job *job);
const char *qn_job_task(const struct qn_job *job);
const char *qn_job_queue(const struct qn_job *job);
const char *qn_job_request_id(const struct qn_job *job); /* "" when none */
int qn_job_attempt(const struct qn_job *job);            /* 1 on the first */
int qn_job_max_attempts(const struct qn_job *job);
void *qn_job_state(const struct qn_job *job); /* what init stored */

/* Arguments: the JSON object as it was enqueued, valid UTF-8, no duplicate
 * keys. The typed readers find a top-level member; NULL or the given preset
 * when absent or null. Strings are decoded and borrowed until run returns. */
const char *qn_job_args(const struct qn_job *job, size_t *ret_len);
const char *qn_job_arg_string(struct qn_job *job, const char *name);
int64_t qn_job_arg_integer(struct qn_job *job, const char *name, int64_t preset);
double qn_job_arg_number(struct qn_job *job, const char *name, double preset);
bool qn_job_arg_boolean(struct qn_job *job, const char *name, bool preset);

/* Tells how far the job is: done of total, and a short text (cut at 200 bytes).
 * Cheap to call often; what is sent on is limited to a few a second. */
void qn_job_progress(struct qn_job *job, int64_t done, int64_t total, const char *text);

/* A line that stays with the job, up to QN_JOB_LOG_MAX in all; more is dropped
 * and the drop is noted once. */
void qn_job_log(struct qn_job *job, const char *fmt, ...) QN_PRINTF(2, 3);

/* The result: one JSON value of at most QN_RESULT_MAX bytes, copied. The last
 * call counts. */
QN_MUST_CHECK int qn_job_result(struct qn_job *job, const char *json, size_t len,
                                struct qn_err *reterr);

/* A file that belongs to the result. Open gives a stream for the content;
 * commit closes it, stores the file under its sha256 in QUERN_ARTIFACT_DIR and
 * lists it with the result; abandon closes and forgets. Both end the artifact;
 * one that is still open when run returns is abandoned. name is
 * 1-100 of [A-Za-z0-9._-], not starting with a dot. */
struct qn_artifact;
QN_MUST_CHECK int qn_job_artifact_open(struct qn_job *job, const char *name, const char *media_type,
                                       struct qn_artifact **ret, FILE **ret_stream,
                                       struct qn_err *reterr);
QN_MUST_CHECK int qn_job_artifact_commit(struct qn_artifact *artifact, struct qn_err *reterr);
void qn_job_artifact_abandon(struct qn_artifact *artifact);

/* Why the answer is QN_RETRY or QN_FAIL: shown with the job. */
void qn_job_error(struct qn_job *job, const char *fmt, ...) QN_PRINTF(2, 3);

/* The arguments do not hold, in a way that the definition cannot say: ends the job
 * with cause "rejected". return qn_job_reject(job, "to is before from"); */
enum qn_outcome qn_job_reject(struct qn_job *job, const char *fmt, ...) QN_PRINTF(2, 3);

/* For QN_RETRY (instead of the policy's delay) and QN_SNOOZE. */
void qn_job_delay(struct qn_job *job, int64_t delay_ms);

/* The soft limit or a cancel: true from then on; the fd becomes readable at the
 * same moment (poll it, never read or close it). Time left is to the hard
 * limit, never negative. */
bool qn_job_should_stop(const struct qn_job *job);
int qn_job_stop_fd(const struct qn_job *job);
int64_t qn_job_time_left_ms(const struct qn_job *job);

/* False once the worker's lease ran out: what the job does from here may be
 * done by another run at the same time. */
bool qn_job_still_mine(const struct qn_job *job);

/* True in quern-worker run: the arguments are of who started this program, with the rights of
 * its user, and may name files and servers. False for every job of a queue. */
bool qn_job_is_local(const struct qn_job *job);

/* A job made by this one. Its id is derived from this job's id and the call's
 * number, so a retry makes none twice. args is a JSON object. queue NULL: the
 * queue of this job. It is sent when run returns QN_DONE. */
QN_MUST_CHECK int qn_job_follow_up(struct qn_job *job, const char *task, const char *queue,
                                   const char *args, size_t args_len, struct qn_err *reterr);

#pragma GCC visibility pop

#endif
