#include <quern/job.h>
#include <quern/plugin.h>

static enum qn_outcome echo(struct qn_job *job)
{
    size_t len;
    const char *args = qn_job_args(job, &len);
    struct qn_err why;

    return qn_job_result(job, args, len, &why) == QN_OK ? QN_DONE : QN_FAIL;
}

static const struct qn_param params[] = {
    {.name = "a", .type = QN_INTEGER, .doc = "Anything"},
    {.name = NULL},
};

static const struct qn_task task = {
    .name = "outside.echo", .summary = "says it again", .params = params, .run = echo};

static const struct qn_task *const tasks[] = {&task, NULL};

QN_PLUGIN(tasks);
