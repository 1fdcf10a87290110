/* bench_jobs.h - the jobs of quern bench, all alike, made through the public client. */
#ifndef CLI_BENCH_JOBS_H
#define CLI_BENCH_JOBS_H

#include <quern/client.h>

struct cli_bench_jobs {
    struct qn_enqueue job;
    char *args;
    struct qn_enqueue *many; /* the same again and again */
    struct qn_receipt *receipts;
};

/* payload: bytes of text in the arguments. */
QN_MUST_CHECK int cli_bench_jobs_init(struct cli_bench_jobs *jobs, int64_t payload,
                                      struct qn_err *reterr);
void cli_bench_jobs_release(struct cli_bench_jobs *jobs); /* zeroed is fine */

/* One, which is refused like any other; id is of its receipt. */
QN_MUST_CHECK int cli_bench_jobs_one(struct cli_bench_jobs *jobs, struct qn_client *client,
                                     struct qn_receipt *ret, struct qn_err *reterr);
/* In one call, as many as are left but no more than fit into it: *ret_n. */
QN_MUST_CHECK int cli_bench_jobs_many(struct cli_bench_jobs *jobs, struct qn_client *client,
                                      int64_t left, size_t *ret_n, struct qn_err *reterr);

#endif
