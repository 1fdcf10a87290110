/* jobretry.c - quern job retry. */
#include "broker-client/state.h"
#include "link.h"
#include "run.h"

/* The exit code for one job; the text is on its way. */
static int retry_one(const struct cli *cli, struct qn_client *client, const char *id)
{
    enum qn_state state = QN_QUEUED;
    struct qn_err err = {0};
    int rc = qn_client_retry(client, id, &state, &err);

    if (rc == QN_ESTATE) {
        qn_fail(&err, QN_ESTATE, "%s %s %s", id,
                state == QN_SUCCEEDED || state == QN_EXPIRED ? "has" : "is", qn_state_name(state));
        return cli_fail_as(cli, CLI_EXIT_CONFLICT, &err,
                           state == QN_SUCCEEDED
                               ? "there is nothing to do again; quern enqueue makes another job"
                               : "it will run without this");
    }
    if (rc != QN_OK)
        return cli_fail(cli, &err);
    if (cli->json)
        fprintf(cli->term.out, "{\"id\":\"%s\",\"state\":\"queued\"}\n", id);
    else
        fprintf(cli->term.out, "%s is in line again\n", id);
    return CLI_EXIT_OK;
}

/* Each by itself; the exit code is the worst, which is the highest. */
int cli_run_job_retry(struct cli *cli)
{
    struct qn_client *client = NULL;
    struct qn_err err = {0};
    int code = CLI_EXIT_OK;

    if (cli_client_open(&client, cli, &err) != QN_OK)
        return cli_fail(cli, &err);
    for (int i = 0; i < cli->n_words && code != CLI_EXIT_UNAVAILABLE; i++) {
        int one = retry_one(cli, client, cli->words[i]);
        code = one > code ? one : code;
    }
    qn_client_close(client);
    return code;
}
