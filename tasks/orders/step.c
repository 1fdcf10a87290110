#include "step.h"

#include "common/json.h"
#include "tasks/lib/answer.h"

static int take_over(struct qn_job *job, const struct qn_once *once, struct qn_err *reterr)
{
    struct qn_span result = qn_once_result(once);
    struct qn_json_item by;

    if (result.len > 0 && qn_json_find(result.data, result.len, ORDERS_RELEASED_BY, &by)) {
        return qn_fail(reterr, QN_ESTATE, "what was reserved for it was given back, by %.*s",
                       (int)by.value.len, by.value.data);
    }
    qn_job_log(job, "an earlier run of this job did it: its result is given");
    return qn_job_result(job, result.data, result.len, reterr);
}

struct step {
    orders_step_fn *fn;
    void *arg;
};

static int make(struct qn_job *job, struct qn_once *once, const struct step *step,
                struct qn_err *reterr)
{
    struct qn_buf result;
    int rc;

    qn_buf_init(&result, ORDERS_RESULT_MAX);
    rc = step->fn(step->arg, qn_job_state(job), &result, reterr);
    if (rc == QN_OK && qn_buf_status(&result) != QN_OK) {
        rc = qn_fail(reterr, qn_buf_status(&result), "the result: %s",
                     qn_err_text(qn_buf_status(&result)));
    }
    if (rc == QN_OK) {
        rc = qn_once_commit(once, result.data, result.len, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_job_result(job, result.data, result.len, reterr);
    }
    qn_buf_release(&result);
    return rc;
}

enum qn_outcome orders_step(struct qn_job *job, const char *name, orders_step_fn *fn, void *arg)
{
    const struct step step = {fn, arg};
    struct qn_once once;
    struct qn_err err = {.code = QN_OK};
    int rc = qn_once_begin(&once, qn_job_state(job), job, name, &err);

    if (rc == QN_OK) {
        rc = qn_once_is_done(&once) ? take_over(job, &once, &err) : make(job, &once, &step, &err);
    }
    qn_once_release(&once);
    return qn_answer(job, rc, &err);
}
