/* supervisor.c - a worker through jobs that do nothing. Its executors are replaced on the way. */
#include "leaks.h"

#include "broker-client/settings.h"
#include "worker/registry.h"
#include "worker/serve.h"
#include <quern/client.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define BATCH   400
#define WAIT_MS 600000

static enum qn_outcome do_nothing(struct qn_job *job)
{
    (void)job;
    return QN_DONE;
}

static enum qn_outcome fail_now(struct qn_job *job)
{
    (void)job;
    return QN_FAIL;
}

static const struct qn_task nothing = {
    .name = "t.nothing", .summary = "does nothing", .run = do_nothing};
static const struct qn_task failing = {.name = "t.fail", .summary = "fails", .run = fail_now};
static const struct qn_task *const tasks[] = {&nothing, &failing, NULL};

static int serve(const char *url, struct leaks_page *page)
{
    static char name[] = "leaks", namespace_[] = "--namespace=leaks",
                concurrency[] = "--concurrency=4", level[] = "--log-level=error",
                result[] = "--result-ttl=10m", failed[] = "--failed-max=100",
                lease[] = "--lease=1s", replaced[] = "--max-jobs-per-child=500";
    char broker[200];
    char *const words[] = {name,   broker, namespace_, concurrency, level,
                           result, failed, lease,      replaced,    NULL};
    struct worker_registry *registry;
    struct qn_config config;
    struct qn_err err = {0};
    int used;

    (void)page;
    snprintf(broker, sizeof(broker), "--broker-url=%s", url);
    if (qn_settings_load(&config, QN_PROG_WORKER, 9, words, &used, &err) != QN_OK ||
        qn_settings_log(&config, "leaks", &err) != QN_OK ||
        worker_registry_create(&registry, tasks, &err) != QN_OK) {
        fprintf(stderr, "leaks: %s\n", err.msg);
        return 1;
    }
    return worker_serve(&config, registry);
}

/* Jobs that ended so far, of the queue's own figures. */
static long ended(redisContext *redis)
{
    redisReply *reply = redisCommand(redis, "HMGET {leaks:default}:meta succeeded failed");
    long sum = 0;

    for (size_t i = 0; reply && i < reply->elements; i++)
        sum += reply->element[i]->str ? strtol(reply->element[i]->str, NULL, 10) : 0;
    if (reply)
        freeReplyObject(reply);
    return sum;
}

static bool wait_for(redisContext *redis, long wanted)
{
    const struct timespec time = {.tv_nsec = 10 * 1000 * 1000};

    for (int i = 0; i < WAIT_MS / 10 && ended(redis) < wanted; i++)
        nanosleep(&time, NULL);
    return ended(redis) >= wanted;
}

static bool enqueue(struct qn_client *client, long n)
{
    static struct qn_receipt receipts[BATCH];
    static struct qn_enqueue jobs[BATCH];
    struct qn_err err;

    for (int i = 0; i < BATCH; i++)
        jobs[i] = (struct qn_enqueue){.task = i % 100 == 7 ? "t.fail" : "t.nothing",
                                      .result_ttl_ms = 600000,
                                      .accept_unknown = true};
    while (n > 0) {
        size_t some = n < BATCH ? (size_t)n : BATCH;
        if (qn_client_enqueue_many(client, jobs, some, receipts, &err) != QN_OK) {
            fprintf(stderr, "leaks: %s\n", err.msg);
            return false;
        }
        n -= (long)some;
    }
    return true;
}

static bool load(const char *url, struct leaks_page *page, long n, long done)
{
    const struct qn_client_options options = {.url = url, .namespace_ = "leaks"};
    struct qn_client *client = NULL;
    struct qn_err err;
    redisContext *redis = redisConnectUnix(strchr(url, '/') + 2);
    bool good = redis && !redis->err && qn_client_open(&client, &options, &err) == QN_OK;

    (void)page;
    good = good && enqueue(client, n) && wait_for(redis, done + n);
    qn_client_close(client);
    if (redis)
        redisFree(redis);
    return good;
}

const struct leaks_subject leaks_supervisor = {"supervisor", "jobs", serve, load};
