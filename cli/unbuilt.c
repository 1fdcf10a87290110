/* unbuilt.c - commands that are not there yet. */
#include "cli.h"
#include "run.h"

static int unbuilt(struct cli *cli)
{
    struct qn_err err;

    qn_fail(&err, QN_EUNSUPPORTED, "%s is not built yet", cli->command->name);
    return cli_fail(cli, &err);
}

int cli_run_doctor(struct cli *cli)
{
    return unbuilt(cli);
}
