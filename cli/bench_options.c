#include "bench_options.h"

#include "bench_figures.h"
#include "common/str.h"
#include <string.h>

#define JOBS_MAX      10000000
#define PAYLOAD_MAX   1000000
#define EXECUTORS_MAX 1000

static const char *const part_names[] = {
    [CLI_BENCH_ENQUEUE] = "enqueue",
    [CLI_BENCH_DRAIN] = "drain",
    [CLI_BENCH_ROUNDTRIP] = "roundtrip",
};

/* One word of a list. */
typedef int take_fn(struct cli_bench_options *options, const char *word, size_t len,
                    struct qn_err *reterr);

static int take_all(struct cli_bench_options *options, const char *list, take_fn *take,
                    struct qn_err *reterr)
{
    int rc = QN_OK;

    for (const char *at = list; at && rc == QN_OK;) {
        size_t len = strcspn(at, ",");
        rc = take(options, at, len, reterr);
        at = at[len] == ',' ? at + len + 1 : NULL;
    }
    return rc;
}

static int take_size(struct cli_bench_options *options, const char *word, size_t len,
                     struct qn_err *reterr)
{
    int64_t size;

    if (qn_strn_to_i64(word, len, &size) != QN_OK || size < 1 || size > EXECUTORS_MAX)
        return qn_fail(reterr, QN_EINVAL,
                       "--executors: \"%.*s\" is no number from 1 to %d; "
                       "several are written 2,4,16",
                       (int)(len < 40 ? len : 40), word, EXECUTORS_MAX);
    for (size_t i = 0; i < options->n_executors; i++)
        if (options->executors[i] == size)
            return qn_fail(reterr, QN_EINVAL, "--executors: %lld is there twice", (long long)size);
    if (options->n_executors == CLI_BENCH_SIZES_MAX)
        return qn_fail(reterr, QN_EINVAL, "--executors: at most %d numbers", CLI_BENCH_SIZES_MAX);
    options->executors[options->n_executors++] = (int)size;
    return QN_OK;
}

static int take_part(struct cli_bench_options *options, const char *word, size_t len,
                     struct qn_err *reterr)
{
    for (int i = 0; i < CLI_BENCH_PARTS; i++)
        if (qn_span_is((struct qn_span){word, len}, part_names[i])) {
            options->parts[i] = true;
            return QN_OK;
        }
    return qn_fail(reterr, QN_EINVAL, "--only: \"%.*s\" is none of enqueue, drain, roundtrip",
                   (int)(len < 40 ? len : 40), word);
}

static int read_number(const struct cli *cli, const char *name, int64_t least, int64_t most,
                       int64_t *value, struct qn_err *reterr)
{
    int rc = cli_option_number(cli, name, *value, value, reterr);

    if (rc == QN_OK && (*value < least || *value > most))
        rc = qn_fail(reterr, QN_EINVAL, "--%s: from %lld to %lld", name, (long long)least,
                     (long long)most);
    return rc;
}

int cli_bench_options_read(const struct cli *cli, struct cli_bench_options *ret,
                           struct qn_err *reterr)
{
    const char *executors = cli_option(cli, "executors"), *only = cli_option(cli, "only");

    *ret = (struct cli_bench_options){
        .jobs = 100000, .payload = 100, .runs = 3, .file = cli_option(cli, "json")};
    int rc = read_number(cli, "jobs", 1, JOBS_MAX, &ret->jobs, reterr);
    if (rc == QN_OK)
        rc = read_number(cli, "payload", 0, PAYLOAD_MAX, &ret->payload, reterr);
    if (rc == QN_OK)
        rc = read_number(cli, "runs", 1, CLI_RUNS_MAX, &ret->runs, reterr);
    if (rc == QN_OK)
        rc = take_all(ret, executors ? executors : "2,4,16,64", take_size, reterr);
    if (rc == QN_OK)
        rc = take_all(ret, only ? only : "enqueue,drain,roundtrip", take_part, reterr);
    return rc;
}
