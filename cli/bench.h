/* bench.h - quern bench: how fast this Redis, this machine and Quern are together.
 *
 * The parts share a room (bench_room.h) and leave their figures here. Each is one run of a
 * measurement; the queue is empty before and after it. They end with QN_ESTATE when a signal
 * asked for it.
 */
#ifndef CLI_BENCH_H
#define CLI_BENCH_H

#include "bench_figures.h"
#include "bench_jobs.h"
#include "bench_options.h"
#include "bench_room.h"

struct cli_bench {
    const struct cli *cli;
    struct cli_term bar; /* where progress is shown */
    struct cli_bench_options options;
    struct cli_bench_room room;
    struct cli_bench_jobs jobs;
    struct cli_figures figures;
    int64_t steps;        /* that were begun */
    struct qn_err untold; /* why the server's own figures are missing, code QN_OK: they are not */
};

int64_t cli_bench_ns(void); /* a clock that only runs forward */

/* Makes n jobs in bulk; *ret_ns: how long the client took for them. */
QN_MUST_CHECK int cli_bench_fill(struct cli_bench *bench, int64_t n, int64_t *ret_ns,
                                 struct qn_err *reterr);

QN_MUST_CHECK int cli_bench_enqueue(struct cli_bench *bench, struct qn_err *reterr);
QN_MUST_CHECK int cli_bench_drain(struct cli_bench *bench, int executors, struct qn_err *reterr);
QN_MUST_CHECK int cli_bench_roundtrip(struct cli_bench *bench, struct qn_err *reterr);

/* When to look again after done of all jobs have ended in elapsed_ms: often enough to see the
 * end, seldom enough to cost nothing. Pure. */
int64_t cli_bench_next_look_ms(int64_t done, int64_t all, int64_t elapsed_ms);

#endif
