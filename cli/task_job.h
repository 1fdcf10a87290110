/* task_job.h - a command that is a job of a bundled task: made, waited for, its result read. */
#ifndef CLI_TASK_JOB_H
#define CLI_TASK_JOB_H

#include "cli.h"

struct cli_task_job {
    const struct cli *cli;
    const char *task;
    struct qn_buf args;   /* begins with "{"; the command adds members */
    struct qn_buf result; /* of the job that succeeded, checked; none with --json, which shows it */
};

void cli_task_job_init(struct cli_task_job *job, const struct cli *cli, const char *task);
void cli_task_job_release(struct cli_task_job *job);

/* Adds the array of an option's values; nothing when it was not given. */
void cli_task_job_add_list(struct cli_task_job *job, const char *option);

/* Makes the job and waits as --timeout, --queue, --follow and --json say: the exit code. rc and
 * err: of what came before; a failure is told. */
int cli_task_job_run(struct cli_task_job *job, int rc, struct qn_err *err);

#endif
