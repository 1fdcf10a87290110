#include "world_redis.h"

#include "broker-client/redis/redis.h"
#include "world.h"
#include <stdlib.h>

const char world_kind[] = "redis";
struct redis_server world_server;

/* Time is an argument of the scripts: theirs is a key. */
static const char now_text[] =
    "local function now() return tonumber(redis.call('GET', 'test:now')) end\n";

static struct qn_broker *open_one(struct world *w)
{
    const struct qn_broker_options options = {
        .loop = w->loop,
        .clock = &qn_clock_system,
        .url = world_server.url,
        .namespace_ = "test",
        .program = "conformance",
        .timeout_ms = 1000,
        .waits = true,
        .watches = true,
    };
    struct qn_broker *broker = NULL;
    struct qn_url url;
    struct qn_err err;

    if (qn_url_parse(options.url, &url, &err) != QN_OK ||
        qn_redis_open(&broker, &options, &url, now_text, &err) != QN_OK)
        fail_msg("%s", err.msg);
    return broker;
}

static void stop_server(void)
{
    redis_server_stop(&world_server);
}

void world_open(struct world *w)
{
    struct qn_err err;

    if (world_server.pid == 0) {
        redis_server_start(&world_server);
        atexit(stop_server);
    }
    redis_server_do(&world_server, "FLUSHALL");
    redis_server_do(&world_server, "CONFIG SET maxmemory 0");
    world_set_now(w, T0);
    if (qn_loop_create(&w->loop, &err) != QN_OK)
        fail_msg("%s", err.msg);
    w->broker = open_one(w);
    world_listen(w);
}

void world_close(struct world *w)
{
    qn_broker_close(w->broker);
    qn_loop_free(w->loop);
}

void world_set_now(struct world *w, int64_t now_ms)
{
    w->now_ms = now_ms;
    redis_server_do(&world_server, "SET test:now %lld", (long long)now_ms);
}

void world_pass(struct world *w, int64_t ms)
{
    static const char age[] = "for _, key in ipairs(redis.call('KEYS', '*')) do\n"
                              "    local left = redis.call('PTTL', key)\n"
                              "    if left >= 0 then\n"
                              "        redis.call('PEXPIRE', key, left - ARGV[1])\n"
                              "    end\n"
                              "end\n";

    world_advance(w, ms);
    redis_server_do(&world_server, "EVAL %s 0 %lld", age, (long long)ms);
}

struct qn_broker *world_second(struct world *w)
{
    return open_one(w);
}
