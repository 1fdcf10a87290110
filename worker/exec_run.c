#include "exec.h"

enum qn_outcome worker_exec_run(struct qn_job *job, const struct worker_exec *exec)
{
    qn_job_error(job, "cannot start %s", exec->argv[0]);
    return QN_RETRY;
}
