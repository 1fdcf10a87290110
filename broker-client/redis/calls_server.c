/* calls_server.c - what Redis tells of itself, in two calls: CONFIG GET, which it may
 * forbid, and INFO.
 */
#include "common/json.h"
#include "common/mem.h"
#include "common/str.h"
#include "redis.h"
#include <string.h>

#define TEXT_MAX 16384

struct look {
    qn_reply_fn *fn;
    void *arg;
    int calls; /* that have no answer yet */
    struct qn_buf json;
};

struct member {
    const char *name;
    bool number;
};

static const struct member of_info[] = {
    {"redis_version", false},
    {"maxmemory_policy", false},
    {"role", false},
    {"master_link_status", false},
    {"aof_last_write_status", false},
    {"aof_last_bgrewrite_status", false},
    {"rdb_last_bgsave_status", false},
    {"used_memory", true},
    {"maxmemory", true},
    {"total_system_memory", true},
    {"aof_enabled", true},
    {"uptime_in_seconds", true},
    {"connected_clients", true},
    {"maxclients", true},
};
static const struct member of_config[] = {
    {"save", false},
    {"appendfsync", false},
    {"timeout", true},
};
#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Numbers are checked: not every server that says it is Redis is one. */
static void add_member(struct qn_buf *out, const struct member *member, const char *value,
                       size_t len)
{
    int64_t number = 0;

    if (member->number && qn_strn_to_i64(value, len, &number) != QN_OK)
        return;
    qn_json_add_key(out, member->name);
    if (member->number)
        qn_json_add_i64(out, number);
    else
        qn_json_add_string(out, value, len);
}

/* Lines "name:value"; unknown ones are left out. */
static void add_info(struct qn_buf *out, const char *info)
{
    for (const char *line = info; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        size_t name = strcspn(line, ":\r\n");
        const char *value = line + name + (line[name] == ':');
        for (size_t i = 0; i < N(of_info); i++) {
            if (strlen(of_info[i].name) == name && memcmp(of_info[i].name, line, name) == 0)
                add_member(out, &of_info[i], value, strcspn(value, "\r\n"));
        }
    }
}

/* Name, value, name, value. */
static void add_config(struct qn_buf *out, const redisReply *answer)
{
    if (answer->type != REDIS_REPLY_ARRAY)
        return;
    for (size_t i = 0; i + 1 < answer->elements; i += 2) {
        const redisReply *name = answer->element[i], *value = answer->element[i + 1];
        if (name->type != REDIS_REPLY_STRING || value->type != REDIS_REPLY_STRING)
            continue;
        for (size_t m = 0; m < N(of_config); m++)
            if (strcmp(of_config[m].name, name->str) == 0)
                add_member(out, &of_config[m], value->str, value->len);
    }
}

static void leave(struct look *look)
{
    if (--look->calls > 0)
        return;
    qn_buf_release(&look->json);
    qn_free(look);
}

static void on_config(struct qn_call *call, int rc, const struct qn_err *err,
                      const redisReply *answer)
{
    struct look *look = call->arg;

    (void)err;
    if (rc == QN_OK)
        add_config(&look->json, answer);
    leave(look);
}

static void on_info(struct qn_call *call, int rc, const struct qn_err *err,
                    const redisReply *answer)
{
    struct look *look = call->arg;
    struct qn_reading r;

    if (!qn_reading_begin(&r, call, rc, err, answer, 0))
        return;
    add_info(&look->json, qn_reading_span(&r, answer).data);
    qn_buf_add_byte(&look->json, '}');
    if (qn_buf_status(&look->json) != QN_OK)
        qn_reading_fail(&r, qn_buf_status(&look->json), "INFO does not fit");
    r.reply.text = (struct qn_span){.data = look->json.data, .len = look->json.len};
    qn_reading_end(&r);
}

static void unheard(void *arg, const struct qn_reply *reply)
{
    (void)reply;
    leave(arg);
}

static void told(void *arg, const struct qn_reply *reply)
{
    struct look *look = arg;

    look->fn(look->arg, reply);
    leave(look);
}

static void ask_config(struct qn_broker *b, struct look *look)
{
    struct qn_call *call = qn_redis_plain(b, 2 + (int)N(of_config), on_config, unheard, look);

    if (!call)
        return;
    qn_call_add_str(call, "CONFIG");
    qn_call_add_str(call, "GET");
    for (size_t i = 0; i < N(of_config); i++)
        qn_call_add_str(call, of_config[i].name);
    qn_redis_send(b, call);
}

static void ask_info(struct qn_broker *b, struct look *look)
{
    struct qn_call *call = qn_redis_plain(b, 1, on_info, told, look);

    if (!call)
        return;
    qn_call_add_str(call, "INFO");
    qn_redis_send(b, call);
}

void qn_redis_server(struct qn_broker *b, qn_reply_fn *fn, void *arg)
{
    struct look *look = qn_zalloc(1, sizeof(*look));
    struct qn_err err;
    struct qn_reply none = {.err = &err};

    if (!look) {
        none.rc = qn_fail(&err, QN_ENOMEM, "broker: out of memory");
        fn(arg, &none);
        return;
    }
    *look = (struct look){.fn = fn, .arg = arg, .calls = 2};
    qn_buf_init(&look->json, TEXT_MAX);
    qn_buf_add_byte(&look->json, '{');
    ask_config(b, look);
    ask_info(b, look);
}
