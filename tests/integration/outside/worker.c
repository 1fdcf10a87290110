#include <quern/job.h>
#include <quern/worker.h>
#include <stdio.h>
#include <string.h>

static enum qn_outcome add(struct qn_job *job)
{
    char result[64];
    struct qn_err why;

    snprintf(result, sizeof(result), "{\"sum\":%lld}",
             (long long)(qn_job_arg_integer(job, "a", 0) + qn_job_arg_integer(job, "b", 0)));
    return qn_job_result(job, result, strlen(result), &why) == QN_OK ? QN_DONE : QN_FAIL;
}

static const struct qn_param params[] = {
    {.name = "a", .type = QN_INTEGER, .required = true, .doc = "One"},
    {.name = "b", .type = QN_INTEGER, .required = true, .doc = "The other"},
    {.name = NULL},
};

static const struct qn_task task = {
    .name = "outside.add", .summary = "adds two numbers", .params = params, .run = add};

static const struct qn_task *const tasks[] = {&task, NULL};

int main(int argc, char **argv)
{
    return qn_worker_main(argc, argv, tasks);
}
