/* answer.h - how a handler answers a job by an error code.
 *
 *     return qn_answer(job, rc, &err);
 *
 * Not here: qn_job_reject (quern/job.h), for arguments that no later run can make better;
 * QN_SNOOZE.
 */
#ifndef TASKS_LIB_ANSWER_H
#define TASKS_LIB_ANSWER_H

#include <quern/err.h>
#include <quern/job.h>

/* QN_DONE for QN_OK, of which err is not read. Else the job has err's text, and the answer is
 * QN_RETRY for a code that qn_err_is_transient, QN_FAIL for any other. */
enum qn_outcome qn_answer(struct qn_job *job, int rc, const struct qn_err *err);

#endif
