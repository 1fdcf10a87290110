/* bench_options.h - what quern bench is told to measure. */
#ifndef CLI_BENCH_OPTIONS_H
#define CLI_BENCH_OPTIONS_H

#include "cli.h"

#define CLI_BENCH_SIZES_MAX 10

enum cli_bench_part { CLI_BENCH_ENQUEUE, CLI_BENCH_DRAIN, CLI_BENCH_ROUNDTRIP, CLI_BENCH_PARTS };

struct cli_bench_options {
    int64_t jobs;    /* of each measurement */
    int64_t payload; /* bytes of text in each job's arguments */
    int64_t runs;
    int executors[CLI_BENCH_SIZES_MAX]; /* a worker of each size is drained with */
    size_t n_executors;
    bool parts[CLI_BENCH_PARTS];
    const char *file; /* for the figures as JSON; "-" stdout; NULL none */
};

/* QN_EINVAL names the option. */
QN_MUST_CHECK int cli_bench_options_read(const struct cli *cli, struct cli_bench_options *ret,
                                         struct qn_err *reterr);

#endif
