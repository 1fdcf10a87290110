#include "bench_jobs.h"

#include "bench_room.h"
#include "common/mem.h"
#include <string.h>

#define MANY       4500       /* ten batches of the client, some of them always under way */
#define MANY_BYTES (16 << 20) /* of arguments in one call, at most */

static const char before[] = "{\"payload\":\"", behind[] = "\"}";

static char *make_args(size_t payload, size_t *ret_len)
{
    size_t len = sizeof(before) - 1 + payload + sizeof(behind) - 1;
    char *args = qn_alloc(len + 1);

    if (!args)
        return NULL;
    memcpy(args, before, sizeof(before) - 1);
    memset(args + sizeof(before) - 1, 'x', payload);
    memcpy(args + sizeof(before) - 1 + payload, behind, sizeof(behind));
    *ret_len = len;
    return args;
}

int cli_bench_jobs_init(struct cli_bench_jobs *jobs, int64_t payload, struct qn_err *reterr)
{
    *jobs = (struct cli_bench_jobs){
        .job = {.task = "bench.noop", .queue = CLI_BENCH_QUEUE, .accept_unknown = true}};
    if (payload > 0)
        jobs->args = make_args((size_t)payload, &jobs->job.args_len);
    jobs->job.args = jobs->args;
    jobs->many = qn_zalloc(MANY, sizeof(*jobs->many));
    jobs->receipts = qn_zalloc(MANY, sizeof(*jobs->receipts));
    if (!jobs->many || !jobs->receipts || (payload > 0 && !jobs->args)) {
        cli_bench_jobs_release(jobs);
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    }
    for (size_t i = 0; i < MANY; i++)
        jobs->many[i] = jobs->job;
    return QN_OK;
}

void cli_bench_jobs_release(struct cli_bench_jobs *jobs)
{
    qn_free(jobs->args);
    qn_free(jobs->many);
    qn_free(jobs->receipts);
    *jobs = (struct cli_bench_jobs){.args = NULL};
}

static int judge(const struct qn_receipt *receipt, struct qn_err *reterr)
{
    return receipt->code == QN_OK
               ? QN_OK
               : qn_fail(reterr, receipt->code, "a job was refused: %s", receipt->msg);
}

int cli_bench_jobs_one(struct cli_bench_jobs *jobs, struct qn_client *client,
                       struct qn_receipt *ret, struct qn_err *reterr)
{
    int rc = qn_client_enqueue(client, &jobs->job, ret, reterr);

    return rc == QN_OK ? judge(ret, reterr) : rc;
}

int cli_bench_jobs_many(struct cli_bench_jobs *jobs, struct qn_client *client, int64_t left,
                        size_t *ret_n, struct qn_err *reterr)
{
    size_t fit = MANY_BYTES / (jobs->job.args_len + 1);
    size_t most = fit < MANY ? fit : MANY;
    size_t n = left < (int64_t)most ? (size_t)left : most;
    int rc = qn_client_enqueue_many(client, jobs->many, n, jobs->receipts, reterr);

    for (size_t i = 0; i < n && rc == QN_OK; i++)
        rc = judge(&jobs->receipts[i], reterr);
    *ret_n = n;
    return rc;
}
