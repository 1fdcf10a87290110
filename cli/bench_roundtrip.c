/* bench_roundtrip.c - one job after the other through an idle worker, to who waits for it. */
#include "bench.h"
#include "common/mem.h"
#include <stdlib.h>

#define JOBS_MAX  2000
#define WARM      50
#define EXECUTORS 2
#define WAIT_MS   30000
#define LOOK_EACH 50

static const struct cli_figure_kind p50 = {"roundtrip_p50", "enqueue to result, idle worker, p50",
                                           "us"};
static const struct cli_figure_kind p99 = {"roundtrip_p99", "  p99", "us"};

static int go_and_come(struct cli_bench *bench, int64_t *ret_ns, struct qn_err *reterr)
{
    struct qn_client *client = bench->room.client;
    struct qn_job_info *info = NULL;
    struct qn_receipt receipt;
    int64_t start = cli_bench_ns();
    int rc = cli_bench_jobs_one(&bench->jobs, client, &receipt, reterr);

    if (rc == QN_OK)
        rc = qn_client_wait(client, receipt.id, WAIT_MS, &info, reterr);
    *ret_ns = cli_bench_ns() - start;
    if (rc == QN_OK && info->state != QN_SUCCEEDED)
        rc =
            qn_fail(reterr, QN_ELOST, "a job that does nothing has %s", qn_state_name(info->state));
    qn_job_info_free(info);
    return rc;
}

static int measure(struct cli_bench *bench, int64_t *times, size_t n, struct qn_err *reterr)
{
    int64_t warm_ns;
    int rc = QN_OK;

    for (int i = 0; i < WARM && rc == QN_OK; i++)
        rc = go_and_come(bench, &warm_ns, reterr);
    for (size_t i = 0; i < n && rc == QN_OK; i++) {
        rc = go_and_come(bench, &times[i], reterr);
        if (rc == QN_OK && i % LOOK_EACH == 0)
            rc = cli_bench_room_look(&bench->room, 0, reterr);
    }
    return rc;
}

static int by_length(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int keep(struct cli_bench *bench, int64_t *times, size_t n, struct qn_err *reterr)
{
    qsort(times, n, sizeof(*times), by_length);
    int rc = cli_figures_add(&bench->figures, &p50, 0, (double)cli_percentile(times, n, 50) / 1000,
                             reterr);
    if (rc == QN_OK)
        rc = cli_figures_add(&bench->figures, &p99, 0, (double)cli_percentile(times, n, 99) / 1000,
                             reterr);
    return rc;
}

int cli_bench_roundtrip(struct cli_bench *bench, struct qn_err *reterr)
{
    size_t n = bench->options.jobs < JOBS_MAX ? (size_t)bench->options.jobs : JOBS_MAX;
    int64_t *times = qn_zalloc(n, sizeof(*times));
    int rc = times ? QN_OK : qn_fail(reterr, QN_ENOMEM, "out of memory");

    if (rc == QN_OK)
        rc = cli_bench_room_hire(&bench->room, EXECUTORS, reterr);
    bench->jobs.job.awaited = true;
    if (rc == QN_OK)
        rc = measure(bench, times, n, reterr);
    bench->jobs.job.awaited = false;
    if (rc == QN_OK)
        rc = cli_bench_room_clear(&bench->room, reterr);
    if (rc == QN_OK)
        rc = keep(bench, times, n, reterr);
    qn_free(times);
    return rc;
}
