/* doctor_broker.c - Redis: whether it keeps jobs, and has room for them. */
#include "common/clock.h"
#include "common/str.h"
#include "common/url.h"
#include "doctor.h"
#include "jsontext.h"
#include "link_operate.h"
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE   256
#define MAJOR_LEAST 7
#define NEARLY_FULL 80 /* percent */
#define NO_ROOM     90 /* percent of maxmemory from which on the broker takes no new jobs */
#define CLOCK_MS    2000

struct told {
    struct cli_answer base;
    struct qn_buf *text;
};

static void on_server(void *arg, const struct qn_reply *reply)
{
    struct told *told = arg;

    if (cli_answer_take(&told->base, reply))
        told->base.rc = qn_buf_add(told->text, reply->text.data, reply->text.len);
}

static void show_url(const struct cli_doctor *doctor, const char *setting, char *out, size_t size)
{
    const struct qn_config *config = &doctor->cli->config;

    qn_config_show(config, (size_t)(qn_config_value(config, setting) - config->values), out, size);
}

static void add(struct cli_doctor *doctor, const struct qn_verdict *verdict, const char *what)
{
    qn_verdict_add(&doctor->verdicts, verdict, "%s", what);
}

static void text_of(const struct cli_doctor *doctor, const char *member, char out[TEXT_SIZE])
{
    cli_json_text(doctor->server, member, out, TEXT_SIZE);
}

static int64_t number_of(const struct cli_doctor *doctor, const char *member)
{
    return cli_json_number(doctor->server, member, -1);
}

/* ---- is it there ---- */

static void ask_server(struct cli_doctor *doctor, const char *name)
{
    struct told told = {.text = &doctor->server_text};
    struct qn_broker *broker = doctor->link.broker;
    struct qn_err err = {0};

    broker->ops->server(broker, on_server, &told);
    if (cli_link_finish(&doctor->link, &told.base, &err) == QN_OK &&
        qn_json_check(told.text->data, told.text->len, NULL, &err) == QN_OK)
        doctor->server = (struct qn_span){told.text->data, told.text->len};
    else
        add(doctor,
            &(struct qn_verdict){name, QN_VERDICT_WARNING,
                                 "nothing can be said of eviction, persistence and memory",
                                 "let the broker's user run INFO and CONFIG GET"},
            err.msg);
}

static void check_broker(struct cli_doctor *doctor, const char *name)
{
    char url[TEXT_SIZE];
    struct qn_err err = {0};
    int rc = cli_link_open_to_inspect(&doctor->link, doctor->cli, &err);

    doctor->linked = rc == QN_OK;
    show_url(doctor, "broker-url", url, sizeof(url));
    if (doctor->linked) {
        cli_doctor_ok(doctor, name, "answers at %s", url);
        ask_server(doctor, name);
        return;
    }
    qn_verdict_add(&doctor->verdicts,
                   &(struct qn_verdict){name, QN_VERDICT_WRONG, "without it no job is taken or run",
                                        rc == QN_EUNSUPPORTED
                                            ? "use programs of one version on a namespace"
                                            : "start Redis, or set QUERN_BROKER_URL"},
                   "%s (looked for at %s)", err.msg, url);
}

static void check_version(struct cli_doctor *doctor, const char *name)
{
    char version[TEXT_SIZE];

    text_of(doctor, "redis_version", version);
    if (version[0] == '\0')
        return;
    if (strtol(version, NULL, 10) >= MAJOR_LEAST || strcmp(version, "mem") == 0)
        cli_doctor_ok(doctor, name, "Redis %s", version);
    else
        qn_verdict_add(&doctor->verdicts,
                       &(struct qn_verdict){name, QN_VERDICT_WRONG,
                                            "all programs refuse to work with it",
                                            "install Redis 7.0 or newer"},
                       "Redis %s is too old", version);
}

/* ---- does it keep jobs ---- */

static void check_eviction(struct cli_doctor *doctor, const char *name)
{
    char policy[TEXT_SIZE];

    text_of(doctor, "maxmemory_policy", policy);
    if (policy[0] == '\0')
        return;
    if (strcmp(policy, "noeviction") == 0)
        cli_doctor_ok(doctor, name, "noeviction");
    else
        qn_verdict_add(&doctor->verdicts,
                       &(struct qn_verdict){name, QN_VERDICT_WRONG,
                                            "when memory is full Redis throws jobs away; all "
                                            "programs refuse to work with it",
                                            "redis-cli CONFIG SET maxmemory-policy noeviction, "
                                            "and in redis.conf"},
                       "maxmemory-policy is %s", policy);
}

static void check_aof(struct cli_doctor *doctor, const char *name)
{
    char sync[TEXT_SIZE];

    text_of(doctor, "appendfsync", sync);
    if (strcmp(sync, "always") == 0)
        cli_doctor_ok(doctor, name, "AOF, synced before each answer");
    else if (strcmp(sync, "everysec") == 0)
        cli_doctor_ok(doctor, name,
                      "AOF, synced every second: when the machine dies, the last second is lost");
    else if (sync[0] == '\0')
        cli_doctor_ok(doctor, name, "AOF; Redis does not tell how often it is synced");
    else
        qn_verdict_add(&doctor->verdicts,
                       &(struct qn_verdict){name, QN_VERDICT_WARNING,
                                            "when the machine dies, what the kernel had not "
                                            "written is lost: some 30 seconds",
                                            "redis-cli CONFIG SET appendfsync everysec"},
                       "AOF, but appendfsync is %s", sync);
}

static void check_persistence(struct cli_doctor *doctor, const char *name)
{
    static const char todo[] = "redis-cli CONFIG SET appendonly yes, and in redis.conf";
    struct qn_json_item save;
    char points[TEXT_SIZE];

    if (number_of(doctor, "aof_enabled") == 1) {
        check_aof(doctor, name);
        return;
    }
    if (number_of(doctor, "aof_enabled") != 0)
        return;
    text_of(doctor, "save", points);
    if (points[0] != '\0')
        qn_verdict_add(&doctor->verdicts,
                       &(struct qn_verdict){name, QN_VERDICT_WARNING,
                                            "a crash loses all jobs since the last snapshot, and "
                                            "jobs that had ended since run again",
                                            todo},
                       "snapshots only (save %s), no AOF", points);
    else if (cli_json_at(doctor->server, "save", &save))
        add(doctor,
            &(struct qn_verdict){name, QN_VERDICT_WRONG, "all jobs vanish at a restart of Redis",
                                 todo},
            "neither AOF nor snapshots");
    else
        add(doctor,
            &(struct qn_verdict){name, QN_VERDICT_WARNING,
                                 "a crash loses the jobs since the last snapshot, or all", todo},
            "no AOF; Redis does not tell whether there are snapshots");
}

static void check_writes(struct cli_doctor *doctor, const char *name)
{
    static const struct {
        const char *member, *what;
        enum qn_verdict_state state;
    } rows[] = {
        {"aof_last_write_status", "the last write of the AOF failed", QN_VERDICT_WRONG},
        {"rdb_last_bgsave_status", "the last snapshot failed", QN_VERDICT_WRONG},
        {"aof_last_bgrewrite_status", "the last rewrite of the AOF failed", QN_VERDICT_WARNING},
    };
    bool well = true;
    char status[TEXT_SIZE];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        text_of(doctor, rows[i].member, status);
        if (status[0] == '\0' || strcmp(status, "ok") == 0)
            continue;
        well = false;
        add(doctor,
            &(struct qn_verdict){name, rows[i].state,
                                 rows[i].state == QN_VERDICT_WRONG
                                     ? "Redis may refuse jobs until one succeeds"
                                     : "the file grows without end",
                                 "look into Redis's log; is its disk full, its folder writable?"},
            rows[i].what);
    }
    if (well && doctor->server.len > 0)
        cli_doctor_ok(doctor, name, "its files were written the last time");
}

/* ---- has it room ---- */

static bool is_above(int64_t used, int64_t most, int percent)
{
    return (double)used > (double)most * percent / 100;
}

static const char *why_memory(bool bounded, bool no_room)
{
    if (!bounded)
        return "there is no maxmemory: the kernel may kill Redis";
    return no_room ? "new jobs are refused, with the word to come later, until there is room again"
                   : "above 90 % new jobs are refused, with the word to come later";
}

static void check_memory(struct cli_doctor *doctor, const char *name)
{
    int64_t used = number_of(doctor, "used_memory"), most = number_of(doctor, "maxmemory");
    int64_t machine = number_of(doctor, "total_system_memory");
    int64_t bound = most > 0 ? most : machine;
    char used_text[QN_MS_TEXT_SIZE], bound_text[QN_MS_TEXT_SIZE];

    if (used < 0 || most < 0)
        return;
    qn_bytes_to_str(used / 1024 * 1024, used_text);
    qn_bytes_to_str(bound > 0 ? bound / 1024 * 1024 : 0, bound_text);
    bool no_room = is_above(used, bound, most > 0 ? NO_ROOM : 100);
    if (bound > 0 && is_above(used, bound, NEARLY_FULL))
        qn_verdict_add(
            &doctor->verdicts,
            &(struct qn_verdict){
                name, no_room ? QN_VERDICT_WRONG : QN_VERDICT_WARNING,
                why_memory(most > 0, no_room),
                "quern stats shows what is kept; result-ttl and failed-ttl say how long; or give "
                "Redis more: redis-cli CONFIG SET maxmemory BYTES"},
            "%s of %s are used", used_text, bound_text);
    else if (most > 0)
        cli_doctor_ok(doctor, name, "%s of %s are used", used_text, bound_text);
    else
        cli_doctor_ok(doctor, name,
                      "%s are used; no maxmemory is set, so nobody is told to come later "
                      "before memory ends: redis-cli CONFIG SET maxmemory BYTES, and in "
                      "redis.conf, gives the mark (90 %% of it)",
                      used_text);
}

static void check_clients(struct cli_doctor *doctor, const char *name)
{
    int64_t n = number_of(doctor, "connected_clients"), most = number_of(doctor, "maxclients");

    if (n < 0 || most <= 0)
        return;
    if (is_above(n, most, NEARLY_FULL))
        qn_verdict_add(&doctor->verdicts,
                       &(struct qn_verdict){name, QN_VERDICT_WARNING,
                                            "further programs are refused at the limit",
                                            "redis-cli CONFIG SET maxclients 10000"},
                       "%lld of %lld connections are used", (long long)n, (long long)most);
    else
        cli_doctor_ok(doctor, name, "%lld of %lld connections", (long long)n, (long long)most);
}

static void check_idle(struct cli_doctor *doctor, const char *name)
{
    int64_t seconds = number_of(doctor, "timeout");

    if (seconds == 0)
        cli_doctor_ok(doctor, name, "idle connections are kept");
    else if (seconds > 0)
        qn_verdict_add(&doctor->verdicts,
                       &(struct qn_verdict){name, QN_VERDICT_WARNING,
                                            "connections of quiet programs break again and again, "
                                            "and what was just being sent fails",
                                            "redis-cli CONFIG SET timeout 0"},
                       "Redis closes connections that are idle for %lld s", (long long)seconds);
}

/* ---- is it the right one ---- */

static void check_role(struct cli_doctor *doctor, const char *name)
{
    char role[TEXT_SIZE];

    text_of(doctor, "role", role);
    if (role[0] == '\0')
        return;
    if (strcmp(role, "master") == 0)
        cli_doctor_ok(doctor, name, "master");
    else
        qn_verdict_add(&doctor->verdicts,
                       &(struct qn_verdict){name, QN_VERDICT_WRONG,
                                            "a replica takes no writes, so no jobs",
                                            "set QUERN_BROKER_URL to its master"},
                       "this Redis is a replica (%s)", role);
}

static void check_clock(struct cli_doctor *doctor, const char *name)
{
    int64_t before = qn_wall_ms(&qn_clock_system), now = 0;
    struct qn_stats stats;
    struct qn_err err = {0};

    if (cli_link_figures(&doctor->link, "default", &stats, &now, &err) != QN_OK) {
        add(doctor,
            &(struct qn_verdict){name, QN_VERDICT_WRONG,
                                 "the broker does not answer questions about jobs",
                                 "let its user run all commands on the namespace's keys"},
            err.msg);
        return;
    }
    int64_t after = qn_wall_ms(&qn_clock_system);
    doctor->ahead_ms = now > after ? now - after : now < before ? now - before : 0;
    if (llabs(doctor->ahead_ms) <= CLOCK_MS) {
        cli_doctor_ok(doctor, name, "agrees with this machine's");
        return;
    }
    qn_verdict_add(&doctor->verdicts,
                   &(struct qn_verdict){name, QN_VERDICT_WARNING,
                                        "the broker's clock decides when delayed jobs run and "
                                        "schedules come; times in logs do not fit together",
                                        "synchronise both clocks: timedatectl set-ntp true"},
                   "the broker's clock is %lld.%lld s %s this machine's",
                   llabs(doctor->ahead_ms) / 1000, llabs(doctor->ahead_ms) / 100 % 10,
                   doctor->ahead_ms > 0 ? "before" : "behind");
}

static bool is_same_server(const struct qn_url *a, const struct qn_url *b)
{
    return a->scheme == b->scheme && strcmp(a->host, b->host) == 0 &&
           (a->scheme != QN_URL_TCP || a->port == b->port);
}

static void check_cache(struct cli_doctor *doctor, const char *name)
{
    const char *text = qn_config_text(&doctor->cli->config, "cache-url");
    static const char todo[] = "set QUERN_CACHE_URL to a Redis of its own, with maxmemory and "
                               "maxmemory-policy allkeys-lru";
    struct qn_url cache, broker;
    struct qn_err err = {0};

    if (text[0] == '\0')
        return;
    if (qn_url_parse(text, &cache, &err) != QN_OK ||
        qn_url_parse(qn_config_text(&doctor->cli->config, "broker-url"), &broker, &err) != QN_OK)
        qn_verdict_add(&doctor->verdicts,
                       &(struct qn_verdict){name, QN_VERDICT_WRONG, "tasks have no cache", todo},
                       "cache-url: %s", err.msg);
    else if (!is_same_server(&cache, &broker))
        cli_doctor_ok(doctor, name, "another Redis than the broker");
    else
        add(doctor,
            &(struct qn_verdict){
                name, cache.db == broker.db ? QN_VERDICT_WRONG : QN_VERDICT_WARNING,
                "nothing is evicted there: caches fill the memory of the jobs", todo},
            cache.db == broker.db ? "cache-url is the broker itself"
                                  : "cache-url is the broker's Redis, with another database");
}

const struct cli_doctor_check cli_doctor_broker[] = {
    {"broker", check_broker},
    {"version", check_version},
    {"role", check_role},
    {"eviction", check_eviction},
    {"persistence", check_persistence},
    {"writes", check_writes},
    {"memory", check_memory},
    {"clients", check_clients},
    {"idle", check_idle},
    {"clock", check_clock},
    {"cache", check_cache},
    {NULL, NULL},
};
