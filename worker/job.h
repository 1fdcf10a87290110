/* job.h - the job under way in an executor: what is behind <quern/job.h>.
 *
 * One struct qn_job serves an executor for all its runs, so that a run costs no
 * memory of its own beyond what its handler asks for. A cycle is begin, the task's
 * run, finish, clear. What the job tells on its way goes to a sink.
 *
 * Not here: sockets, processes, the order of runs (child.h).
 */
#ifndef WORKER_JOB_H
#define WORKER_JOB_H

#include "broker-client/record.h"
#include "common/clock.h"
#include "link.h"
#include <quern/job.h>

#define WORKER_PROGRESS_PER_S   4
#define WORKER_PROGRESS_TEXT    200 /* bytes */
#define WORKER_LOG_LINE_MAX     4096
#define WORKER_ARTIFACTS_OF_JOB 64
#define WORKER_FOLLOWS_OF_JOB   100
#define WORKER_BUFFER_KEEP      (64 * 1024) /* an idle executor's buffer is no larger */

/* Where frames go. Spans are borrowed for the call. A failure is final: the job asks
 * no more, is told to stop, and finish returns it. */
struct worker_sink {
    void *arg;
    int (*progress)(void *arg, struct qn_span json);
    int (*log)(void *arg, struct qn_span lines); /* each ends with \n */
    int (*follow)(void *arg, const struct worker_follow_frame *follow);
};

struct worker_job_setup {
    const struct qn_clock *clock;
    const struct worker_page *page;
    int stop_fd;
    bool *rang; /* becomes true when the job itself makes stop_fd readable; may be NULL */
    struct worker_sink sink;
    const char *artifact_dir; /* NULL: none is set */
};

/* Borrows what setup points at. */
QN_MUST_CHECK int worker_job_create(struct qn_job **ret, const struct worker_job_setup *setup,
                                    struct qn_err *reterr);
void worker_job_free(struct qn_job *job); /* NULL is fine */

/* The arguments must have passed the check. frame and record are borrowed until clear. */
QN_MUST_CHECK int worker_job_begin(struct qn_job *job, const struct worker_job_frame *frame,
                                   const struct qn_record *record, void *state,
                                   struct qn_err *reterr);
/* Of the run under way. */
const struct worker_fence *worker_job_fence(const struct qn_job *job);
/* The progress that was told and not sent. */
void worker_job_send_progress(struct qn_job *job);
/* One log line of any bytes. */
void worker_job_log(struct qn_job *job, struct qn_span line);
/* Why the answer is QN_RETRY, which it returns: the stop that was asked for. */
enum qn_outcome worker_job_stopped(struct qn_job *job, const char *why);
/* Sends what is still to be sent, and says how the run ended; spans of *ret are
 * borrowed until clear. The outcome is what run returned, whatever that is. */
QN_MUST_CHECK int worker_job_finish(struct qn_job *job, enum qn_outcome outcome,
                                    struct worker_result_frame *ret);
void worker_job_clear(struct qn_job *job);

/* A buffer that became large is given back, a small one kept. */
void worker_buffer_trim(struct qn_buf *buf);

/* Appends text of any bytes as one line of valid UTF-8: control characters but those in
 * keep become \xNN, other bytes U+FFFD. Stops before max bytes were added. */
void worker_text_add(struct qn_buf *out, const char *text, size_t len, const char *keep,
                     size_t max);

#endif
