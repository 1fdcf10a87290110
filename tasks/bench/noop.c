#include "noop.h"

#include <quern/job.h>

static const char answer[] = "{\"ok\":true}";

static enum qn_outcome run(struct qn_job *job)
{
    struct qn_err err;

    if (qn_job_result(job, answer, sizeof(answer) - 1, &err) == QN_OK)
        return QN_DONE;
    qn_job_error(job, "%s", err.msg);
    return QN_RETRY;
}

static const struct qn_param params[] = {
    {.name = "payload", .type = QN_STRING, .doc = "text that makes the job larger; it is not read"},
    {.name = NULL},
};

const struct qn_task noop_task = {
    .name = "bench.noop",
    .summary = "Does nothing: for quern bench, and to try a queue",
    .params = params,
    .run = run,
};
