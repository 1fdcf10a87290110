/* client.c TASK ARGS - makes a job, waits for its end, prints the result. */
#include <quern/client.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    struct qn_client *client = NULL;
    struct qn_job_info *info = NULL;
    struct qn_receipt receipt = {0};
    struct qn_err err = {0};

    if (argc != 3)
        return 2;
    const struct qn_enqueue job = {.task = argv[1], .args = argv[2], .args_len = strlen(argv[2])};
    int rc = qn_client_open(&client, NULL, &err);
    if (rc == QN_OK)
        rc = qn_client_enqueue(client, &job, &receipt, &err);
    if (rc == QN_OK)
        rc = qn_client_wait(client, receipt.id, 20000, &info, &err);
    if (rc == QN_OK)
        printf("%s %s\n", qn_state_name(info->state), info->result);
    else
        fprintf(stderr, "client: %s\n", err.msg);
    qn_job_info_free(info);
    qn_client_close(client);
    return rc == QN_OK ? 0 : 1;
}
