/* wait.h - wait for the end of a job, with its progress on a terminal. */
#ifndef CLI_WAIT_H
#define CLI_WAIT_H

#include "cli.h"
#include <quern/client.h>

/* What is shown at the end: the job, its result when it succeeded, nothing (then its log is all
 * that stdout gets), or nothing when it succeeded and else the job. */
enum cli_show { CLI_SHOW_JOB, CLI_SHOW_RESULT, CLI_SHOW_LOG, CLI_SHOW_FAILURE };

struct cli_waiting {
    int64_t timeout_ms; /* -1: as long as it takes */
    enum cli_show show;
    bool follow; /* its log lines too, on stderr; with CLI_SHOW_LOG on stdout */
};

/* Returns the exit code: 0 succeeded, 1 ended in another way, 5 not yet. */
int cli_wait(const struct cli *cli, struct qn_client *client, const char *id,
             const struct cli_waiting *waiting);

/* job.c: prints a job as cli says. */
QN_MUST_CHECK int cli_show_job(const struct cli *cli, const struct qn_job_info *info,
                               struct qn_err *reterr);

#endif
