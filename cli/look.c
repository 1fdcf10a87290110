#include "look.h"

#include "common/mem.h"
#include "common/str.h"
#include "jsontext.h"
#include <stdlib.h>
#include <string.h>

void cli_look_release(struct cli_look *look)
{
    qn_free(look->queues);
    *look = (struct cli_look){0};
}

static int64_t older(int64_t a, int64_t b)
{
    return b == QN_NO_TIME || (a != QN_NO_TIME && a < b) ? a : b;
}

void cli_look_sum(const struct cli_look *look, struct qn_stats *ret)
{
    *ret = (struct qn_stats){
        .oldest_ms = QN_NO_TIME, .paused_ms = QN_NO_TIME, .draining_ms = QN_NO_TIME};
    for (size_t i = 0; i < look->n; i++) {
        const struct qn_stats *one = &look->queues[i].stats;
        for (int p = 0; p < 4; p++)
            ret->queued[p] += one->queued[p];
        ret->parked += one->parked;
        ret->running += one->running;
        ret->scheduled += one->scheduled;
        ret->retrying += one->retrying;
        ret->failed += one->failed;
        ret->ended += one->ended;
        ret->workers += one->workers;
        ret->oldest_ms = older(ret->oldest_ms, one->oldest_ms);
        ret->paused_ms = older(ret->paused_ms, one->paused_ms);
        ret->draining_ms = older(ret->draining_ms, one->draining_ms);
        ret->enqueued += one->enqueued;
        ret->succeeded += one->succeeded;
        ret->failures += one->failures;
        ret->cancelled += one->cancelled;
        ret->expired += one->expired;
        ret->retried += one->retried;
        ret->recovered += one->recovered;
        ret->replayed += one->replayed;
        ret->purged += one->purged;
    }
}

/* ---- the answers ---- */

static void fail(struct cli_looking *looking, int rc, const struct qn_err *err)
{
    if (looking->rc != QN_OK)
        return;
    looking->rc = rc;
    looking->err = *err;
}

/* False: it tells nothing. */
static bool take(struct cli_looking *looking, const struct qn_reply *reply)
{
    if (reply->rc != QN_OK)
        fail(looking, reply->rc, reply->err);
    else if (reply->now_ms > 0)
        looking->look->now_ms = reply->now_ms;
    return reply->rc == QN_OK && looking->rc == QN_OK;
}

static void finish_one(struct cli_looking *looking)
{
    if (--looking->pending > 0)
        return;
    if (looking->rc != QN_OK)
        cli_look_release(looking->look);
    looking->fn(looking->arg, looking->rc, &looking->err);
}

/* Replies come in the order of the questions. */
static void on_stats(void *arg, const struct qn_reply *reply)
{
    struct cli_looking *looking = arg;

    if (take(looking, reply))
        looking->look->queues[looking->answered].stats = *reply->stats;
    looking->answered++;
    finish_one(looking);
}

static int by_name(const void *a, const void *b)
{
    const struct cli_look_queue *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static void keep_queue(struct cli_looking *looking, struct qn_span name)
{
    struct cli_look *look = looking->look;

    if (name.len > QN_QUEUE_MAX || (looking->queue && !qn_span_is(name, looking->queue)))
        return;
    if (look->n == CLI_LOOK_QUEUES_MAX)
        look->left_out++;
    else
        memcpy(look->queues[look->n++].name, name.data, name.len);
}

static void keep_queues(struct cli_looking *looking, const struct qn_entries *entries)
{
    struct cli_look *look = looking->look;
    struct qn_err err;

    look->queues = qn_zalloc(entries->n + 1, sizeof(*look->queues));
    if (!look->queues) {
        fail(looking, qn_fail(&err, QN_ENOMEM, "out of memory"), &err);
        return;
    }
    for (size_t i = 0; i < entries->n; i++)
        keep_queue(looking, entries->entries[i].name);
    qsort(look->queues, look->n, sizeof(*look->queues), by_name);
    if (looking->queue && look->n == 0)
        fail(
            looking,
            qn_fail(&err, QN_ENOTFOUND, "queue \"%.40s\": no worker has served it", looking->queue),
            &err);
}

static void on_queues(void *arg, const struct qn_reply *reply)
{
    struct cli_looking *looking = arg;
    struct qn_broker *broker = looking->broker;

    if (take(looking, reply))
        keep_queues(looking, reply->entries);
    if (looking->rc == QN_OK) {
        looking->pending += looking->look->n;
        for (size_t i = 0; i < looking->look->n; i++)
            broker->ops->stats(broker, looking->look->queues[i].name, on_stats, looking);
    }
    finish_one(looking);
}

/* ---- workers ---- */

static bool serves(struct qn_span json, const char *queue)
{
    struct qn_json_item list, item;
    struct qn_json_walk walk;
    char name[QN_QUEUE_MAX + 1];

    if (!queue)
        return true;
    if (!cli_json_at(json, "queues", &list) ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK)
        return false;
    while (qn_json_walk_next(&walk, &item)) {
        cli_json_text(item.value, "name", name, sizeof(name));
        if (strcmp(name, queue) == 0)
            return true;
    }
    return false;
}

static void keep_worker(struct cli_look_crew *crew, struct qn_span json)
{
    char state[16];

    cli_json_text(json, "state", state, sizeof(state));
    if (strcmp(state, "running") == 0)
        crew->running++;
    else if (strcmp(state, "quiet") == 0)
        crew->quiet++;
    else if (strcmp(state, "draining") == 0 || strcmp(state, "releasing") == 0)
        crew->stopping++;
    else
        crew->other++;
    crew->executors += cli_json_number(json, "concurrency", 0);
    crew->busy += cli_json_number(json, "busy", 0);
}

static void on_workers(void *arg, const struct qn_reply *reply)
{
    struct cli_looking *looking = arg;

    if (take(looking, reply)) {
        for (size_t i = 0; i < reply->entries->n; i++) {
            struct qn_span json = reply->entries->entries[i].value;
            if (qn_json_check(json.data, json.len, NULL, NULL) == QN_OK &&
                serves(json, looking->queue))
                keep_worker(&looking->look->crew, json);
        }
    }
    finish_one(looking);
}

/* ---- the server ---- */

static void keep_server(struct cli_look_server *server, struct qn_span json)
{
    if (qn_json_check(json.data, json.len, NULL, NULL) != QN_OK)
        return;
    cli_json_text(json, "redis_version", server->version, sizeof(server->version));
    cli_json_text(json, "maxmemory_policy", server->eviction, sizeof(server->eviction));
    cli_json_text(json, "role", server->role, sizeof(server->role));
    server->used_bytes = cli_json_number(json, "used_memory", 0);
    server->max_bytes = cli_json_number(json, "maxmemory", 0);
    server->clients = cli_json_number(json, "connected_clients", 0);
    server->uptime_s = cli_json_number(json, "uptime_in_seconds", 0);
    server->known = server->version[0] != '\0';
}

/* A user of Redis who may not ask for INFO still sees the rest. */
static void on_server(void *arg, const struct qn_reply *reply)
{
    struct cli_looking *looking = arg;

    if (reply->rc == QN_OK)
        keep_server(&looking->look->server, reply->text);
    else if (reply->rc != QN_EPROTO)
        fail(looking, reply->rc, reply->err);
    finish_one(looking);
}

void cli_look_begin(struct cli_looking *looking, struct cli_look *look)
{
    struct qn_broker *broker = looking->broker;

    cli_look_release(look);
    looking->look = look;
    looking->answered = 0;
    looking->rc = QN_OK;
    looking->pending = 3;
    broker->ops->server(broker, on_server, looking);
    broker->ops->workers(broker, on_workers, looking);
    broker->ops->queues(broker, on_queues, looking);
}
