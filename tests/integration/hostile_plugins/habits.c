/* habits.c - handlers that treat their process as if it were theirs alone. */
#include "plugin.h"

#include <string.h>
#include <unistd.h>

static enum qn_outcome twice(struct qn_job *job)
{
    return fork() < 0 ? QN_FAIL : fine(job);
}

static int init_twice(void **ret_state, struct qn_err *reterr)
{
    (void)reterr;
    *ret_state = NULL;
    return fork() < 0 ? -1 : 0;
}

static enum qn_outcome close_streams(struct qn_job *job)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        close(fd);
    return fine(job);
}

/* As many lines as a log has room for. */
static enum qn_outcome log_nothing(struct qn_job *job)
{
    for (int i = 0; i < QN_JOB_LOG_MAX; i++)
        qn_job_log(job, "%s", "");
    return fine(job);
}

#define TASK(what, function)                                                            \
    {                                                                                   \
        .name = "p." what, .summary = "Has a habit", .max_attempts = 1, .run = function \
    }

static const struct qn_task twice_task = TASK("twice", twice);
static const struct qn_task init_twice_task = {
    .name = "p.init_twice",
    .summary = "Has a habit",
    .max_attempts = 1,
    .init = init_twice,
    .run = fine,
};
static const struct qn_task close_streams_task = TASK("close_streams", close_streams);
static const struct qn_task log_nothing_task = TASK("log_nothing", log_nothing);
static const struct qn_task *const tasks[] = {
    &twice_task, &init_twice_task, &close_streams_task, &log_nothing_task, NULL,
};

QN_PLUGIN(tasks);
