#include "bench.h"
#include "bench_server.h"
#include "common/mem.h"
#include "folder.h"
#include "logfile.h"
#include "run.h"
#include <string.h>
#include <time.h>

#define TAIL_LINES 15
#define JSON_MAX   (64 * 1024)
#define TEXT_SIZE  256

int64_t cli_bench_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* ---- what is told ---- */

static void tell_place(struct cli_bench *bench)
{
    const struct qn_config *config = &bench->cli->config;
    FILE *out = bench->bar.out;
    char url[TEXT_SIZE], about[TEXT_SIZE];

    qn_config_show(config, (size_t)(qn_config_value(config, "broker-url") - config->values), url,
                   sizeof(url));
    cli_server_about(&bench->room.link, about, sizeof(about));
    fprintf(out, "Measures ");
    cli_say(&bench->bar, CLI_BOLD, url);
    if (about[0])
        fprintf(out, " (%s)", about);
    fprintf(out,
            "\nin a namespace of its own, %s, which is removed at the end. Other jobs on it are\n"
            "not touched, but slowed down meanwhile. Ctrl-C stops and removes as well.\n\n",
            bench->room.namespace_);
    fflush(out);
}

static int64_t all_steps(const struct cli_bench_options *options)
{
    int64_t parts = options->parts[CLI_BENCH_ENQUEUE] + options->parts[CLI_BENCH_ROUNDTRIP];

    if (options->parts[CLI_BENCH_DRAIN])
        parts += (int64_t)options->n_executors;
    return parts * options->runs;
}

static void tell_progress(struct cli_bench *bench, const char *what, int64_t run)
{
    int percent = (int)(bench->steps++ * 100 / all_steps(&bench->options));
    char text[TEXT_SIZE];

    snprintf(text, sizeof(text), "%s, run %lld of %lld", what, (long long)run,
             (long long)bench->options.runs);
    cli_bar_show(&bench->bar, percent, text);
}

static int tell_figures(struct cli_bench *bench, struct qn_err *reterr)
{
    cli_bar_clear(&bench->bar);
    int rc = cli_figures_print(&bench->figures, &bench->bar, reterr);

    if (rc == QN_OK && bench->untold.code != QN_OK)
        fprintf(bench->bar.out, "\nWhat Redis uses for it is not told: %s\n", bench->untold.msg);
    return rc;
}

static int write_figures(struct cli_bench *bench, struct qn_err *reterr)
{
    const char *file = bench->options.file;
    struct qn_buf out;

    qn_buf_init(&out, JSON_MAX);
    int rc = cli_figures_json(&out, &bench->figures);
    if (rc != QN_OK)
        qn_fail(reterr, rc, "the figures as JSON: %s", qn_err_text(rc));
    else if (strcmp(file, "-") == 0)
        fputs(out.data, bench->cli->term.out);
    else
        rc = cli_path_write(file, out.data, out.len, reterr);
    qn_buf_release(&out);
    return rc;
}

/* ---- the order ---- */

static int run_enqueue(struct cli_bench *bench, struct qn_err *reterr)
{
    int rc = QN_OK;

    for (int64_t run = 1; run <= bench->options.runs && rc == QN_OK; run++) {
        tell_progress(bench, "enqueue", run);
        rc = cli_bench_enqueue(bench, reterr);
    }
    return rc;
}

/* Run by run, so that all sizes see the same machine. */
static int run_drain(struct cli_bench *bench, struct qn_err *reterr)
{
    size_t n = bench->options.n_executors;
    char what[64];
    int rc = QN_OK;

    for (size_t i = 0; i < n * (size_t)bench->options.runs && rc == QN_OK; i++) {
        int executors = bench->options.executors[i % n];
        snprintf(what, sizeof(what), "drain, %d executors", executors);
        tell_progress(bench, what, (int64_t)(i / n) + 1);
        rc = cli_bench_drain(bench, executors, reterr);
    }
    return rc;
}

static int run_roundtrip(struct cli_bench *bench, struct qn_err *reterr)
{
    int rc = QN_OK;

    for (int64_t run = 1; run <= bench->options.runs && rc == QN_OK; run++) {
        tell_progress(bench, "round trip", run);
        rc = cli_bench_roundtrip(bench, reterr);
    }
    return rc;
}

static int measure(struct cli_bench *bench, struct qn_err *reterr)
{
    static int (*const parts[CLI_BENCH_PARTS])(struct cli_bench *, struct qn_err *) = {
        [CLI_BENCH_ENQUEUE] = run_enqueue,
        [CLI_BENCH_DRAIN] = run_drain,
        [CLI_BENCH_ROUNDTRIP] = run_roundtrip,
    };
    int rc = cli_bench_room_open(&bench->room, bench->cli, reterr);

    if (rc == QN_OK)
        rc = cli_bench_jobs_init(&bench->jobs, bench->options.payload, reterr);
    if (rc == QN_OK)
        tell_place(bench);
    for (int i = 0; i < CLI_BENCH_PARTS && rc == QN_OK; i++)
        if (bench->options.parts[i])
            rc = parts[i](bench, reterr);
    cli_bar_clear(&bench->bar);
    return rc;
}

static void tell_log(const struct cli_bench *bench)
{
    const char *log = bench->room.stack ? cli_stack_failed_log(bench->room.stack) : NULL;

    if (!log)
        return;
    fprintf(stderr, "The last lines of quern-worker:\n");
    cli_log_print_tail(stderr, log, TAIL_LINES);
}

static int tell_leftovers(const struct cli_bench *bench, const struct qn_err *err)
{
    char hint[TEXT_SIZE];

    snprintf(hint, sizeof(hint),
             "keys are left: redis-cli --scan --pattern '{%s[:}]*' | xargs redis-cli unlink",
             bench->room.namespace_);
    return cli_fail_as(bench->cli, CLI_EXIT_UNAVAILABLE, err, hint);
}

/* The figures come last: what was asked for is there only when all of it went well. */
static int run(struct cli_bench *bench)
{
    struct qn_err err = {0}, end = {0};
    int rc = measure(bench, &err);
    int signo = bench->room.stack ? cli_stack_signal(bench->room.stack) : 0;

    if (rc != QN_OK && signo == 0)
        tell_log(bench);
    int ended = cli_bench_room_close(&bench->room, &end);
    if (rc == QN_OK && ended == QN_OK)
        rc = tell_figures(bench, &err);
    if (rc == QN_OK && ended == QN_OK && bench->options.file)
        rc = write_figures(bench, &err);
    if (rc != QN_OK && signo == 0)
        rc = cli_fail(bench->cli, &err);
    if (ended != QN_OK)
        return tell_leftovers(bench, &end);
    if (signo == 0)
        return rc;
    fprintf(stderr, "quern bench: stopped; what it had made is removed\n");
    return 128 + signo;
}

/* A file that cannot be written is told before minutes have gone by. */
static int check_file(const char *path, struct qn_err *reterr)
{
    FILE *file = fopen(path, "ae");

    if (!file)
        return qn_fail_sys(reterr, "--json: %s", path);
    fclose(file);
    return QN_OK;
}

static int prepare(struct cli_bench *bench, struct qn_err *reterr)
{
    int rc = cli_bench_options_read(bench->cli, &bench->options, reterr);

    if (rc != QN_OK)
        return rc;
    const char *file = bench->options.file;
    bool alone = file && strcmp(file, "-") == 0;
    cli_term_init(&bench->bar, alone ? stderr : bench->cli->term.out);
    return file && !alone ? check_file(file, reterr) : QN_OK;
}

int cli_run_bench(struct cli *cli)
{
    struct qn_err err = {0};
    struct cli_bench *bench = qn_zalloc(1, sizeof(*bench));
    int code;

    if (!bench) {
        qn_fail(&err, QN_ENOMEM, "out of memory");
        return cli_fail(cli, &err);
    }
    bench->cli = cli;
    code = prepare(bench, &err) == QN_OK
               ? run(bench)
               : cli_fail_as(cli, CLI_EXIT_USAGE, &err, "see quern help bench");
    cli_bench_jobs_release(&bench->jobs);
    qn_free(bench);
    return code;
}
