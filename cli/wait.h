/* wait.h - wait for the end of a job, with its progress on a terminal. */
#ifndef CLI_WAIT_H
#define CLI_WAIT_H

#include "cli.h"
#include <quern/client.h>

enum cli_show { CLI_SHOW_JOB, CLI_SHOW_RESULT };

/* timeout_ms -1: as long as it takes. Prints the job, or its result when it succeeded,
 * and returns the exit code: 0 succeeded, 1 ended in another way, 5 not yet. */
int cli_wait(const struct cli *cli, struct qn_client *client, const char *id, int64_t timeout_ms,
             enum cli_show show);

/* job.c: prints a job as cli says. */
QN_MUST_CHECK int cli_show_job(const struct cli *cli, const struct qn_job_info *info,
                               struct qn_err *reterr);

#endif
