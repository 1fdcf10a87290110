/* bench_drain.c - a full queue, emptied by one worker. */
#include "bench.h"
#include "bench_server.h"
#include "link_operate.h"

#define FIRST_LOOK_MS 20
#define LOOK_MS_MIN   2
#define LOOK_MS_MAX   250
#define STALLED_MS    60000

static const struct cli_figure_kind rate = {"drain_%d_executors", "drain, %d executors", "jobs/s"};
static const struct cli_figure_kind cpu = {"drain_%d_redis_cpu", "  CPU of Redis", "us/job"};
static const struct cli_figure_kind batch = {"drain_%d_jobs_per_call", "  jobs per script call",
                                             "jobs"};

/* From the first job let go to the last end. */
struct drain {
    int64_t done;
    int64_t start_ns, end_ns;
    int64_t moved_ns; /* when a job ended last */
    bool told;        /* the two below */
    struct cli_server_work before, after;
};

int64_t cli_bench_next_look_ms(int64_t done, int64_t all, int64_t elapsed_ms)
{
    if (done <= 0)
        return FIRST_LOOK_MS;
    double left_ms = (double)elapsed_ms * (double)(all - done) / (double)done;
    if (left_ms > 2 * LOOK_MS_MAX)
        return LOOK_MS_MAX;
    return left_ms > 2 * LOOK_MS_MIN ? (int64_t)(left_ms / 2) : LOOK_MS_MIN;
}

static int count(struct cli_bench *bench, struct drain *drain, struct qn_err *reterr)
{
    struct qn_stats stats;
    int64_t now_ms;
    int rc = cli_link_figures(&bench->room.link, CLI_BENCH_QUEUE, &stats, &now_ms, reterr);

    if (rc != QN_OK)
        return rc;
    drain->end_ns = cli_bench_ns();
    if (stats.succeeded > drain->done)
        drain->moved_ns = drain->end_ns;
    drain->done = stats.succeeded;
    if (stats.failures + stats.cancelled + stats.expired + stats.failed > 0)
        return qn_fail(reterr, QN_ELOST, "a job that does nothing has failed");
    if (drain->end_ns - drain->moved_ns > STALLED_MS * INT64_C(1000000))
        return qn_fail(reterr, QN_ETIMEOUT, "no job has ended for %d s", STALLED_MS / 1000);
    return QN_OK;
}

static int watch(struct cli_bench *bench, struct drain *drain, struct qn_err *reterr)
{
    int64_t all = bench->options.jobs;
    int rc = QN_OK;

    while (rc == QN_OK && drain->done < all) {
        int64_t elapsed_ms = (drain->end_ns - drain->start_ns) / 1000000;
        rc = cli_bench_room_look(&bench->room, cli_bench_next_look_ms(drain->done, all, elapsed_ms),
                                 reterr);
        if (rc == QN_OK)
            rc = count(bench, drain, reterr);
    }
    return rc;
}

/* A server that does not tell is no reason to measure nothing. */
static int ask_work(struct cli_bench *bench, struct drain *drain, struct cli_server_work *ret,
                    struct qn_err *reterr)
{
    int rc = cli_server_work(&bench->room.link, ret, reterr);

    drain->told = drain->told && rc == QN_OK;
    if (rc != QN_EUNSUPPORTED)
        return rc;
    bench->untold = *reterr;
    return QN_OK;
}

static int let_go(struct cli_bench *bench, struct drain *drain, struct qn_err *reterr)
{
    bool changed;
    int rc = ask_work(bench, drain, &drain->before, reterr);

    if (rc != QN_OK)
        return rc;
    drain->start_ns = drain->end_ns = drain->moved_ns = cli_bench_ns();
    rc = cli_link_gate(&bench->room.link, CLI_BENCH_QUEUE, QN_GATE_OPEN, &changed, reterr);
    if (rc == QN_OK)
        rc = watch(bench, drain, reterr);
    return rc == QN_OK ? ask_work(bench, drain, &drain->after, reterr) : rc;
}

static int keep(struct cli_bench *bench, const struct drain *drain, int executors,
                struct qn_err *reterr)
{
    double jobs = (double)bench->options.jobs;
    double seconds = (double)(drain->end_ns - drain->start_ns) / 1e9;
    double cpu_us = (double)(drain->after.cpu_us - drain->before.cpu_us);
    double calls = (double)(drain->after.scripts - drain->before.scripts);
    int rc = cli_figures_add(&bench->figures, &rate, executors, jobs / seconds, reterr);

    if (rc == QN_OK && drain->told)
        rc = cli_figures_add(&bench->figures, &cpu, executors, cpu_us / jobs, reterr);
    if (rc == QN_OK && drain->told && calls > 0)
        rc = cli_figures_add(&bench->figures, &batch, executors, jobs / calls, reterr);
    return rc;
}

int cli_bench_drain(struct cli_bench *bench, int executors, struct qn_err *reterr)
{
    struct drain drain = {.told = true};
    int64_t fill_ns;
    bool changed;
    int rc = cli_link_gate(&bench->room.link, CLI_BENCH_QUEUE, QN_GATE_PAUSED, &changed, reterr);

    if (rc == QN_OK)
        rc = cli_bench_fill(bench, bench->options.jobs, &fill_ns, reterr);
    if (rc == QN_OK)
        rc = cli_bench_room_hire(&bench->room, executors, reterr);
    if (rc == QN_OK)
        rc = let_go(bench, &drain, reterr);
    if (rc == QN_OK)
        rc = cli_bench_room_clear(&bench->room, reterr);
    return rc == QN_OK ? keep(bench, &drain, executors, reterr) : rc;
}
