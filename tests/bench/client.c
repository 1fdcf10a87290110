/* client.c - how fast the public C client is, beside a bare Redis round trip on the same socket.
 *
 *   bench_client --url unix:///path --mode one|bulk|submit|bare|roundtrip
 *                [--jobs 100000] [--payload 100] [--namespace bench]
 *
 * one        qn_client_enqueue, in turns with bare LPUSHes: both rates, and how many times
 *            as long a job takes
 * bare       the LPUSHes alone: hiredis, one at a time, of as many bytes
 * bulk       qn_client_enqueue_many
 * submit     qn_client_submit, with a loop of its own
 * roundtrip  qn_client_enqueue, then qn_client_wait: needs a worker that serves the queue
 *            "default" of the namespace with the task bench.noop
 *
 * All but roundtrip publish that task themselves. Prints a line of JSON per figure. The server
 * should be a private one: what was written stays there.
 */
#include <quern/client.h>

#include "common/str.h"
#include <getopt.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TASK        "bench.noop"
#define CHUNK       10000 /* jobs of one enqueue_many */
#define PENDING_MAX 5000  /* submitted and not told */
#define TURN        200   /* enqueues, then as many bare commands */
#define WAIT_MS     10000
#define PAYLOAD_MAX 100000

struct options {
    const char *url, *mode, *space;
    int64_t jobs, payload;
};

struct bench {
    struct options opt;
    struct qn_client *client;
    redisContext *bare;
    char *args;
    struct qn_enqueue job;
    int64_t told;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_client: %s: %s\n", what, why);
    exit(2);
}

static void must(int rc, const struct qn_err *err)
{
    if (rc != QN_OK)
        die("failed", err->msg);
}

static void *memory(size_t n, size_t size)
{
    void *block = calloc(n, size);

    if (!block)
        die("memory", "there is none");
    return block;
}

static double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void print(const char *name, double value, const char *unit)
{
    printf("{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"%s\"}\n", name, value, unit);
}

static void print_rate(const char *name, int64_t jobs, double us)
{
    print(name, 1e6 * (double)jobs / us, "jobs/s");
}

/* ---- one at a time ---- */

static void enqueue_one(struct bench *bench)
{
    struct qn_err err;

    must(qn_client_enqueue(bench->client, &bench->job, NULL, &err), &err);
}

static void push_one(struct bench *bench)
{
    redisReply *reply =
        redisCommand(bench->bare, "LPUSH {bench}:bare %b", bench->args, bench->job.args_len);

    if (!reply || reply->type != REDIS_REPLY_INTEGER)
        die("LPUSH", "no answer");
    freeReplyObject(reply);
}

static double time_of(struct bench *bench, void (*step)(struct bench *bench), int64_t n)
{
    double start = now_us();

    for (int64_t i = 0; i < n; i++)
        step(bench);
    return now_us() - start;
}

static void run_one(struct bench *bench)
{
    double ours = 0, bare = 0;
    int64_t n = 0;

    for (; n < bench->opt.jobs; n += TURN) {
        ours += time_of(bench, enqueue_one, TURN);
        bare += time_of(bench, push_one, TURN);
    }
    print_rate("client_enqueue_one", n, ours);
    print("bare_roundtrip", bare / (double)n, "us");
    print("ratio", ours / bare, "times");
}

static void run_bare(struct bench *bench)
{
    double us = time_of(bench, push_one, bench->opt.jobs);

    print("bare_roundtrip", us / (double)bench->opt.jobs, "us");
}

/* ---- many ---- */

static void run_bulk(struct bench *bench)
{
    struct qn_enqueue *jobs = memory(CHUNK, sizeof(*jobs));
    struct qn_receipt *receipts = memory(CHUNK, sizeof(*receipts));
    struct qn_err err;
    int64_t n = 0;

    for (size_t i = 0; i < CHUNK; i++)
        jobs[i] = bench->job;
    double start = now_us();
    for (; n < bench->opt.jobs; n += CHUNK) {
        must(qn_client_enqueue_many(bench->client, jobs, CHUNK, receipts, &err), &err);
        for (size_t i = 0; i < CHUNK; i++) {
            if (receipts[i].code != QN_OK)
                die("enqueue_many", receipts[i].msg);
        }
    }
    print_rate("client_enqueue_bulk", n, now_us() - start);
    free(jobs);
    free(receipts);
}

static void on_told(void *arg, const struct qn_receipt *receipt)
{
    struct bench *bench = arg;

    if (receipt->code != QN_OK)
        die("submit", receipt->msg);
    bench->told++;
}

static void serve(struct bench *bench)
{
    struct pollfd fd = {.fd = qn_client_fd(bench->client),
                        .events = qn_client_events(bench->client)};
    struct qn_err err;

    poll(&fd, 1, (int)qn_client_wait_ms(bench->client));
    must(qn_client_service(bench->client, &err), &err);
}

static void run_submit(struct bench *bench)
{
    struct qn_err err;
    double start = now_us();

    for (int64_t n = 0; bench->told < bench->opt.jobs;) {
        for (; n < bench->opt.jobs && n - bench->told < PENDING_MAX; n++)
            must(qn_client_submit(bench->client, &bench->job, on_told, bench, &err), &err);
        serve(bench);
    }
    print_rate("client_submit", bench->opt.jobs, now_us() - start);
}

/* ---- there and back ---- */

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return left < right ? -1 : left > right;
}

static void run_roundtrip(struct bench *bench)
{
    size_t n = (size_t)bench->opt.jobs;
    double *enqueued = memory(n, sizeof(*enqueued)), *ended = memory(n, sizeof(*ended));

    for (size_t i = 0; i < n; i++) {
        struct qn_receipt receipt;
        struct qn_job_info *info = NULL;
        struct qn_err err;
        double start = now_us();
        must(qn_client_enqueue(bench->client, &bench->job, &receipt, &err), &err);
        enqueued[i] = now_us() - start;
        must(qn_client_wait(bench->client, receipt.id, WAIT_MS, &info, &err), &err);
        ended[i] = now_us() - start;
        if (info->state != QN_SUCCEEDED)
            die("roundtrip", info->error);
        qn_job_info_free(info);
    }
    qsort(enqueued, n, sizeof(*enqueued), by_size);
    qsort(ended, n, sizeof(*ended), by_size);
    print("roundtrip_enqueued_p50", enqueued[n / 2], "us");
    print("roundtrip_p50", ended[n / 2], "us");
    print("roundtrip_p99", ended[n - 1 - n / 100], "us");
    free(enqueued);
    free(ended);
}

static const struct {
    const char *name;
    void (*run)(struct bench *bench);
    bool published; /* by a worker */
} modes[] = {
    {"one", run_one, false},       {"bulk", run_bulk, false},          {"bare", run_bare, false},
    {"submit", run_submit, false}, {"roundtrip", run_roundtrip, true},
};
#define MODES (sizeof(modes) / sizeof(modes[0]))

/* ---- before and after ---- */

static void make_job(struct bench *bench)
{
    static const char front[] = "{\"payload\":\"", back[] = "\"}";
    size_t frame = sizeof(front) + sizeof(back) - 2;
    size_t text = (size_t)bench->opt.payload > frame ? (size_t)bench->opt.payload - frame : 0;

    bench->args = memory(frame + text + 1, 1);
    memcpy(bench->args, front, sizeof(front) - 1);
    memset(bench->args + sizeof(front) - 1, 'x', text);
    memcpy(bench->args + sizeof(front) - 1 + text, back, sizeof(back));
    bench->job = (struct qn_enqueue){.task = TASK, .args = bench->args, .args_len = frame + text};
}

static void tell_redis(struct bench *bench, const char *format, const char *text)
{
    redisReply *reply = redisCommand(bench->bare, format, bench->opt.space, text);

    if (!reply || reply->type == REDIS_REPLY_ERROR)
        die(format, reply ? reply->str : "no answer");
    freeReplyObject(reply);
}

static void publish(struct bench *bench)
{
    tell_redis(bench, "SADD {%s}:queues %s", "default");
    tell_redis(bench, "HSET {%s}:tasks " TASK " %s",
               "{\"name\":\"" TASK "\",\"params\":[{\"name\":\"payload\",\"type\":\"string\"}]}");
}

static void connect_both(struct bench *bench)
{
    const struct qn_client_options options = {
        .url = bench->opt.url, .namespace_ = bench->opt.space, .timeout_ms = 60000};
    struct qn_err err;

    if (!qn_str_starts(bench->opt.url, "unix://"))
        die("--url", "must be unix:///path");
    bench->bare = redisConnectUnix(bench->opt.url + strlen("unix://"));
    if (!bench->bare || bench->bare->err)
        die(bench->opt.url, bench->bare ? bench->bare->errstr : "out of memory");
    must(qn_client_open(&bench->client, &options, &err), &err);
}

static size_t mode_of(const char *name)
{
    size_t i = 0;

    while (i < MODES && strcmp(modes[i].name, name) != 0)
        i++;
    if (i == MODES)
        die("--mode", "must be one, bulk, submit, bare or roundtrip");
    return i;
}

static void read_options(struct options *opt, int argc, char **argv)
{
    static const struct option words[] = {
        {"url", required_argument, NULL, 'u'},       {"mode", required_argument, NULL, 'm'},
        {"jobs", required_argument, NULL, 'j'},      {"payload", required_argument, NULL, 'p'},
        {"namespace", required_argument, NULL, 'n'}, {NULL, 0, NULL, 0},
    };
    int letter;

    while ((letter = getopt_long(argc, argv, "", words, NULL)) != -1) {
        int64_t *number = letter == 'j' ? &opt->jobs : letter == 'p' ? &opt->payload : NULL;
        const char **text = letter == 'u'   ? &opt->url
                            : letter == 'm' ? &opt->mode
                            : letter == 'n' ? &opt->space
                                            : NULL;
        if (text)
            *text = optarg;
        else if (!number || qn_str_to_i64(optarg, number) != QN_OK || *number < 0)
            die("options", "see the head of client.c");
    }
    if (!opt->url || !opt->mode || optind != argc)
        die("options", "--url and --mode are needed, and nothing behind the options");
    if (opt->jobs < 1 || opt->payload > PAYLOAD_MAX)
        die("options", "--jobs is at least 1, --payload at most 100000");
}

int main(int argc, char **argv)
{
    struct bench bench = {.opt = {.jobs = 100000, .payload = 100, .space = "bench"}};

    read_options(&bench.opt, argc, argv);
    size_t mode = mode_of(bench.opt.mode);
    make_job(&bench);
    connect_both(&bench);
    if (!modes[mode].published)
        publish(&bench);
    modes[mode].run(&bench);
    qn_client_close(bench.client);
    redisFree(bench.bare);
    free(bench.args);
    return 0;
}
