/* scripts.c - what the scripts of a job's life cost Redis: CPU and memory, without workers.
 *
 *   bench_scripts --url unix:///path [--batch 50] [--jobs 200000] [--payload 100]
 *                 [--depth 1000] [--delayed 0] [--flight 4]
 *
 * Fills a queue (which tells the bytes of a queued job), asks for bare commands in pipelines of
 * 16 (which tell how fast this machine is), then goes round and round: enqueues
 * some jobs, takes as many, finishes them, each in batches with several calls in flight, and
 * asks Redis for the CPU of its main thread in between. Prints a line of JSON per figure.
 * The server should be a private one: what was written stays there.
 */
#include "broker-client/broker.h"
#include "common/id.h"
#include "common/mem.h"
#include "common/str.h"
#include <getopt.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define QUEUE      "bench"
#define LEASE_MS   3600000
#define DAY_MS     INT64_C(86400000)
#define ROUND      200 /* jobs between two looks at the CPU: so many run at once */
#define FILL_BATCH QN_ENQUEUE_BATCH_MAX
#define LOOKS      1000
#define FLIGHT_MAX 64
#define STEP_MS    600000
#define BARE       160000
#define PIPELINE   16
#define EMPTY      "e0e1f9fabfc9d4800c877a703b823ac0578ff8db" /* SHA-1 of return 1 */
#define RESULT     "{\"answer\":4242}"

struct options {
    const char *url;
    int64_t jobs, batch, payload, depth, delayed, flight;
};

struct run {
    char name[QN_NAME_MAX + 1];
    char token[QN_TOKEN_SIZE];
    struct qn_buf ending;
};

struct bench {
    struct options opt;
    struct qn_loop *loop;
    struct qn_broker *broker;
    redisContext *info;
    double look_us; /* what a look itself costs Redis */
    char incarnation[QN_TOKEN_TEXT_SIZE];
    struct qn_buf body;
    struct run runs[ROUND];
    size_t n_taken;
    /* the step under way: calls of one kind, some of them in flight */
    void (*issue)(struct bench *bench, size_t at, size_t n);
    size_t wanted, batch, issued, done;
    bool over;
};

struct spent {
    double cpu_us, wall_us;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_scripts: %s: %s\n", what, why);
    exit(2);
}

static void must(int rc, const struct qn_err *err)
{
    if (rc != QN_OK)
        die("failed", err->msg);
}

/* ---- what Redis says of itself ---- */

/* The sum of some figures of a section. names ends with NULL. */
static double sum_of(struct bench *bench, const char *section, const char *const *names)
{
    redisReply *reply = redisCommand(bench->info, "INFO %s", section);
    double sum = 0;

    for (; *names; names++) {
        const char *at =
            reply && reply->type == REDIS_REPLY_STRING ? strstr(reply->str, *names) : NULL;
        if (!at)
            die("INFO does not tell", *names);
        sum += strtod(at + strlen(*names), NULL);
    }
    freeReplyObject(reply);
    return sum;
}

static double memory_of(struct bench *bench)
{
    static const char *const names[] = {"used_memory:", NULL};

    return sum_of(bench, "memory", names);
}

static struct spent look(struct bench *bench)
{
    static const char *const names[] = {
        "used_cpu_user_main_thread:", "used_cpu_sys_main_thread:", NULL};
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (struct spent){.cpu_us = sum_of(bench, "cpu", names) * 1e6,
                          .wall_us = (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3};
}

static void add_since(struct bench *bench, struct spent *total, const struct spent *before)
{
    struct spent after = look(bench);

    total->cpu_us += after.cpu_us - before->cpu_us - bench->look_us;
    total->wall_us += after.wall_us - before->wall_us;
}

static void weigh_look(struct bench *bench)
{
    struct spent before = look(bench), after = before;

    for (int i = 0; i < LOOKS; i++)
        after = look(bench);
    bench->look_us = (after.cpu_us - before.cpu_us) / LOOKS;
}

/* ---- steps ---- */

static void issue_next(struct bench *bench)
{
    size_t left = bench->wanted - bench->issued;
    size_t n = left < bench->batch ? left : bench->batch;
    size_t at = bench->issued;

    bench->issued += n;
    if (n > 0)
        bench->issue(bench, at, n);
}

static void count_done(struct bench *bench, const struct qn_reply *reply, size_t n)
{
    if (reply->rc != QN_OK)
        die("an operation failed", reply->err->msg);
    bench->done += n;
    bench->over = bench->done == bench->wanted;
    issue_next(bench);
}

static void step(struct bench *bench, void (*issue)(struct bench *bench, size_t at, size_t n),
                 size_t wanted, size_t batch)
{
    struct qn_err err;

    bench->issue = issue;
    bench->wanted = wanted;
    bench->batch = batch;
    bench->issued = bench->done = 0;
    bench->over = wanted == 0;
    for (int64_t i = 0; i < bench->opt.flight; i++)
        issue_next(bench);
    must(qn_broker_pump(bench->loop, &bench->over, STEP_MS, &err), &err);
}

static void on_enqueued(void *arg, const struct qn_reply *reply)
{
    struct bench *bench = arg;

    for (size_t i = 0; reply->rc == QN_OK && i < reply->enqueued->n; i++) {
        if (reply->enqueued->code[i] != QN_ENQ_MADE)
            die("enqueue", "a job was not made");
    }
    count_done(bench, reply, reply->rc == QN_OK ? reply->enqueued->n : 0);
}

static void enqueue(struct bench *bench, size_t n, int64_t due_ms)
{
    struct qn_new_job jobs[QN_ENQUEUE_BATCH_MAX];
    char names[QN_ENQUEUE_BATCH_MAX][QN_ID_TEXT_SIZE];
    struct qn_err err;

    for (size_t i = 0; i < n; i++) {
        must(qn_id_make(qn_wall_ms(&qn_clock_system), names[i], &err), &err);
        jobs[i] = (struct qn_new_job){
            .name = names[i],
            .priority = 1,
            .due_ms = due_ms,
            .due_relative = due_ms > 0,
            .body = {.data = bench->body.data, .len = bench->body.len},
        };
    }
    bench->broker->ops->enqueue(bench->broker, QUEUE, jobs, n, on_enqueued, bench);
}

static void issue_enqueue(struct bench *bench, size_t at, size_t n)
{
    (void)at;
    enqueue(bench, n, 0);
}

static void issue_delayed(struct bench *bench, size_t at, size_t n)
{
    enqueue(bench, n, DAY_MS + (int64_t)at);
}

/* What the worker would send of a run that succeeded. */
static void keep_run(struct bench *bench, const struct qn_take_entry *entry)
{
    const struct qn_ending ending = {
        .attempts = 1,
        .started_ms = qn_wall_ms(&qn_clock_system),
        .result = {.data = RESULT, .len = strlen(RESULT)},
        .worker = {.data = bench->incarnation, .len = strlen(bench->incarnation)},
        .max_rss_bytes = 4 << 20,
    };
    struct run *run = &bench->runs[bench->n_taken++];

    qn_str_copy(run->name, sizeof(run->name), entry->name);
    snprintf(run->token, sizeof(run->token), "%s:%lld", bench->incarnation, (long long)entry->run);
    qn_buf_reset(&run->ending);
    if (qn_ending_encode(&ending, entry->record, &run->ending) != QN_OK)
        die("an ending", "was not encoded");
}

static void on_taken(void *arg, const struct qn_reply *reply)
{
    struct bench *bench = arg;
    size_t n = reply->rc == QN_OK ? reply->taken->n : 0;

    if (reply->rc == QN_OK && (n == 0 || bench->n_taken + n > ROUND))
        die("take", "too few jobs, or too many");
    for (size_t i = 0; i < n; i++)
        keep_run(bench, &reply->taken->entries[i]);
    count_done(bench, reply, n);
}

static void issue_take(struct bench *bench, size_t at, size_t n)
{
    (void)at;
    bench->broker->ops->take(bench->broker, QUEUE, bench->incarnation, (int)n, DAY_MS, on_taken,
                             bench);
}

static void on_finished(void *arg, const struct qn_reply *reply)
{
    struct bench *bench = arg;

    for (size_t i = 0; reply->rc == QN_OK && i < reply->finished->n; i++) {
        if (reply->finished->code[i] != QN_FIN_OK)
            die("finish", "a run did not end");
    }
    count_done(bench, reply, reply->rc == QN_OK ? reply->finished->n : 0);
}

static void issue_finish(struct bench *bench, size_t at, size_t n)
{
    struct qn_finish ends[QN_FINISH_BATCH_MAX];

    for (size_t i = 0; i < n; i++) {
        const struct run *run = &bench->runs[at + i];
        ends[i] = (struct qn_finish){
            .name = run->name,
            .token = run->token,
            .kind = QN_FIN_SUCCEEDED,
            .ms = DAY_MS,
            .data = {.data = run->ending.data, .len = run->ending.len},
        };
    }
    bench->broker->ops->finish(bench->broker, QUEUE, ends, n, DAY_MS, on_finished, bench);
}

static void on_joined(void *arg, const struct qn_reply *reply)
{
    count_done(arg, reply, 1);
}

static void issue_join(struct bench *bench, size_t at, size_t n)
{
    (void)at;
    (void)n;
    bench->broker->ops->join(bench->broker, QUEUE, bench->incarnation, LEASE_MS, on_joined, bench);
}

/* ---- measuring ---- */

static void print(const char *name, double value, const char *unit)
{
    printf("{\"name\":\"%s\",\"value\":%.2f,\"unit\":\"%s\"}\n", name, value, unit);
}

/* Both before the first round, with the server's tables still. */
static void fill(struct bench *bench, int64_t n, const char *name,
                 void (*issue)(struct bench *bench, size_t at, size_t n))
{
    double before = memory_of(bench);

    if (n <= 0)
        return;
    step(bench, issue, (size_t)n, FILL_BATCH);
    print(name, (memory_of(bench) - before) / (double)n, "bytes");
}

static void go_round(struct bench *bench)
{
    struct spent enqueued = {0}, taken = {0}, finished = {0}, before;
    size_t batch = (size_t)bench->opt.batch;
    int64_t n = 0;

    for (; n < bench->opt.jobs; n += ROUND) {
        before = look(bench);
        step(bench, issue_enqueue, ROUND, batch);
        add_since(bench, &enqueued, &before);
        bench->n_taken = 0;
        before = look(bench);
        step(bench, issue_take, ROUND, batch);
        add_since(bench, &taken, &before);
        before = look(bench);
        step(bench, issue_finish, ROUND, batch);
        add_since(bench, &finished, &before);
    }
    double jobs = (double)n;
    print("redis_us_enqueue", enqueued.cpu_us / jobs, "us");
    print("redis_us_take", taken.cpu_us / jobs, "us");
    print("redis_us_finish", finished.cpu_us / jobs, "us");
    print("redis_us_life", (enqueued.cpu_us + taken.cpu_us + finished.cpu_us) / jobs, "us");
    print("take_finish_ceiling", 1e6 * jobs / (taken.cpu_us + finished.cpu_us), "jobs/s");
    print("take_finish_rate", 1e6 * jobs / (taken.wall_us + finished.wall_us), "jobs/s");
}

static void send_bare(struct bench *bench, const char *command)
{
    for (int i = 0; i < PIPELINE; i++)
        redisAppendCommand(bench->info, command);
    for (int i = 0; i < PIPELINE; i++) {
        void *reply = NULL;
        if (redisGetReply(bench->info, &reply) != REDIS_OK || !reply ||
            ((redisReply *)reply)->type == REDIS_REPLY_ERROR)
            die("a bare command failed", command);
        freeReplyObject(reply);
    }
}

static void weigh_bare(struct bench *bench, const char *name, const char *command)
{
    struct spent total = {0}, before = look(bench);

    for (int i = 0; i < BARE; i += PIPELINE)
        send_bare(bench, command);
    add_since(bench, &total, &before);
    print(name, total.cpu_us / BARE, "us");
}

static void weigh_machine(struct bench *bench)
{
    freeReplyObject(redisCommand(bench->info, "SCRIPT LOAD %s", "return 1"));
    weigh_bare(bench, "redis_us_bare_lpush", "LPUSH bare 0123456789012345678901234567890123456789");
    weigh_bare(bench, "redis_us_bare_script", "EVALSHA " EMPTY " 0");
    freeReplyObject(redisCommand(bench->info, "DEL bare"));
}

static void make_body(struct bench *bench)
{
    static const char frame[] = "{\"text\":\"\"}";
    struct qn_buf args;
    size_t payload = (size_t)bench->opt.payload;

    qn_buf_init(&args, payload + sizeof(frame));
    qn_buf_add(&args, frame, sizeof(frame) - 3);
    while (args.len + 2 < payload)
        qn_buf_add_byte(&args, 'x');
    qn_buf_add_str(&args, "\"}");
    const struct qn_body body = {
        .task = {.data = "bench.noop", .len = 10},
        .args = {.data = args.data, .len = args.len},
    };
    qn_buf_init(&bench->body, QN_RECORD_MAX);
    if (qn_body_encode(&body, &bench->body) != QN_OK)
        die("the body", "was not encoded");
    qn_buf_release(&args);
}

static void connect_both(struct bench *bench)
{
    struct qn_broker_options options = {
        .clock = &qn_clock_system,
        .url = bench->opt.url,
        .namespace_ = "bench",
        .program = "bench_scripts",
        .timeout_ms = 60000,
    };
    struct qn_err err;

    if (!qn_str_starts(bench->opt.url, "unix://"))
        die("--url", "must be unix:///path");
    bench->info = redisConnectUnix(bench->opt.url + strlen("unix://"));
    if (!bench->info || bench->info->err)
        die(bench->opt.url, bench->info ? bench->info->errstr : "out of memory");
    must(qn_loop_create(&bench->loop, &err), &err);
    options.loop = bench->loop;
    must(qn_broker_open(&bench->broker, &options, &err), &err);
    must(qn_token_make(bench->incarnation, &err), &err);
}

/* ---- options ---- */

static const struct option words[] = {
    {"url", required_argument, NULL, 'u'},    {"jobs", required_argument, NULL, 'j'},
    {"batch", required_argument, NULL, 'b'},  {"payload", required_argument, NULL, 'p'},
    {"depth", required_argument, NULL, 'd'},  {"delayed", required_argument, NULL, 'l'},
    {"flight", required_argument, NULL, 'f'}, {NULL, 0, NULL, 0},
};

static int64_t *number_of(struct options *opt, int letter)
{
    switch (letter) {
    case 'j':
        return &opt->jobs;
    case 'b':
        return &opt->batch;
    case 'p':
        return &opt->payload;
    case 'd':
        return &opt->depth;
    case 'l':
        return &opt->delayed;
    case 'f':
        return &opt->flight;
    default:
        return NULL;
    }
}

static void read_options(struct options *opt, int argc, char **argv)
{
    int letter;

    while ((letter = getopt_long(argc, argv, "", words, NULL)) != -1) {
        int64_t *number = number_of(opt, letter);
        if (letter == 'u')
            opt->url = optarg;
        else if (!number || qn_str_to_i64(optarg, number) != QN_OK || *number < 0)
            die("options", "see the head of scripts.c");
    }
    if (!opt->url || optind != argc)
        die("options", "--url is needed, and nothing behind the options");
    if (opt->batch < 1 || opt->batch > QN_TAKE_BATCH_MAX || opt->flight < 1 ||
        opt->flight > FLIGHT_MAX || opt->payload > QN_RECORD_MAX / 2)
        die("options", "--batch is 1-100, --flight 1-64, --payload at most 2 MiB");
}

int main(int argc, char **argv)
{
    struct bench *bench = qn_zalloc(1, sizeof(*bench));

    if (!bench)
        die("memory", "there is none");
    bench->opt =
        (struct options){.jobs = 200000, .batch = 50, .payload = 100, .depth = 1000, .flight = 4};
    read_options(&bench->opt, argc, argv);
    for (size_t i = 0; i < ROUND; i++)
        qn_buf_init(&bench->runs[i].ending, QN_RECORD_MAX);
    make_body(bench);
    connect_both(bench);
    step(bench, issue_join, 1, 1);
    fill(bench, bench->opt.delayed, "redis_bytes_delayed_job", issue_delayed);
    fill(bench, bench->opt.depth, "redis_bytes_queued_job", issue_enqueue);
    weigh_look(bench);
    weigh_machine(bench);
    go_round(bench);
    for (size_t i = 0; i < ROUND; i++)
        qn_buf_release(&bench->runs[i].ending);
    qn_buf_release(&bench->body);
    qn_broker_close(bench->broker);
    qn_loop_free(bench->loop);
    redisFree(bench->info);
    qn_free(bench);
    return 0;
}
