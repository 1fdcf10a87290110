#include "answer.h"

enum qn_outcome qn_answer(struct qn_job *job, int rc, const struct qn_err *err)
{
    if (rc == QN_OK) {
        return QN_DONE;
    }
    qn_job_error(job, "%s", err->msg);
    return qn_err_is_transient(rc) ? QN_RETRY : QN_FAIL;
}
