/* attach.h - bytes in memory become a file of the job's result.
 *
 * Not here: writing one piece by piece (qn_job_artifact_open in quern/job.h).
 */
#ifndef TASKS_LIB_ATTACH_H
#define TASKS_LIB_ATTACH_H

#include "common/buf.h"
#include <quern/job.h>

struct qn_attachment {
    const char *name;       /* as in quern/job.h */
    const char *media_type; /* "text/csv; charset=utf-8" */
};

QN_MUST_CHECK int qn_attach(struct qn_job *job, const struct qn_attachment *what,
                            struct qn_span bytes, struct qn_err *reterr);

#endif
