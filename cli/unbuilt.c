/* unbuilt.c - commands that are not there yet. */
#include "cli.h"
#include "run.h"

static int unbuilt(struct cli *cli)
{
    struct qn_err err;

    qn_fail(&err, QN_EUNSUPPORTED, "%s is not built yet", cli->command->name);
    return cli_fail(cli, &err);
}

int cli_run_job_retry(struct cli *cli)
{
    return unbuilt(cli);
}

int cli_run_queue_drain(struct cli *cli)
{
    return unbuilt(cli);
}

int cli_run_queue_purge(struct cli *cli)
{
    return unbuilt(cli);
}

int cli_run_worker_quiet(struct cli *cli)
{
    return unbuilt(cli);
}

int cli_run_worker_stop(struct cli *cli)
{
    return unbuilt(cli);
}

int cli_run_dead_letter_list(struct cli *cli)
{
    return unbuilt(cli);
}

int cli_run_dead_letter_replay(struct cli *cli)
{
    return unbuilt(cli);
}

int cli_run_dead_letter_delete(struct cli *cli)
{
    return unbuilt(cli);
}

int cli_run_stats(struct cli *cli)
{
    return unbuilt(cli);
}

int cli_run_doctor(struct cli *cli)
{
    return unbuilt(cli);
}
