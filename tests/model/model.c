#include "model.h"

#include "broker-client/redis/redis.h"
#include "common/url.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURN_MS 10000

/* Time is an argument of the scripts: theirs is a key. */
static const char now_text[] =
    "local function now() return tonumber(redis.call('GET', 'test:now')) end\n";

/* Keys live by the server's clock, which cannot be moved. So a life that a script has just
 * given is noted as a moment of the model's clock, and made very long. KEYS tag; ARGV now.
 * Returns how many elements of each line prove nothing, then when each name's record goes. */
static const char age_text[] =
    "local tag, now, HUGE = KEYS[1], tonumber(ARGV[1]), 2^40\n"
    "local ends = 'test:ends'\n"
    "for _, key in ipairs(redis.call('KEYS', tag .. ':*')) do\n"
    "  local left = redis.call('PTTL', key)\n"
    "  if left >= 0 and left < HUGE / 2 then\n"
    "    local whole = math.ceil(left / 60000) * 60000\n"
    "    redis.call('HSET', ends, key, string.format('%.0f', now + whole))\n"
    "    redis.call('PEXPIRE', key, HUGE)\n"
    "  elseif left == -1 then\n"
    "    redis.call('HDEL', ends, key)\n"
    "  end\n"
    "end\n"
    "local all = redis.call('HGETALL', ends)\n"
    "for i = 1, #all, 2 do\n"
    "  if tonumber(all[i + 1]) <= now or redis.call('EXISTS', all[i]) == 0 then\n"
    "    redis.call('DEL', all[i])\n"
    "    redis.call('HDEL', ends, all[i])\n"
    "  end\n"
    "end\n"
    "local reply, seen = {}, {}\n"
    "for p = 3, 0, -1 do\n"
    "  reply[p + 1] = 0\n"
    "  local line = redis.call('LRANGE', tag .. ':ready:' .. p, 0, -1)\n"
    "  for i = #line, 1, -1 do\n"
    "    local name = string.sub(line[i], 2)\n"
    "    local head = redis.call('GETRANGE', tag .. ':j:' .. name, 0, 2)\n"
    "    if seen[name] or string.sub(head, 2, 2) ~= 'L'\n"
    "        or redis.call('HEXISTS', tag .. ':running', name) == 1\n"
    "        or redis.call('ZSCORE', tag .. ':due', name)\n"
    "        or redis.call('ZSCORE', tag .. ':retry', name) then\n"
    "      reply[p + 1] = reply[p + 1] + 1\n"
    "    else seen[name] = true end\n"
    "  end\n"
    "end\n"
    "reply[5] = 0\n"
    "for _, member in ipairs(redis.call('ZRANGE', tag .. ':lanes', 0, -1)) do\n"
    "  local name = string.match(member, '%z...............(.*)$')\n"
    "  local head = redis.call('GETRANGE', tag .. ':j:' .. name, 0, 2)\n"
    "  if string.sub(head, 2, 2) ~= 'L' then reply[5] = reply[5] + 1 end\n"
    "end\n"
    "for i = 2, #ARGV do\n"
    "  reply[#reply + 1] = tonumber(redis.call('HGET', ends, tag .. ':j:' .. ARGV[i]) or '-1')\n"
    "end\n"
    "return reply\n";

static const char sweep_text[] =
    "local tag, name = KEYS[1], ARGV[1]\n"
    "if string.sub(redis.call('GETRANGE', tag .. ':j:' .. name, 0, 1), 2) ~= 'L' then\n"
    "  for p = 0, 3 do\n"
    "    redis.call('LREM', tag .. ':ready:' .. p, 0, '.' .. name)\n"
    "    redis.call('LREM', tag .. ':ready:' .. p, 0, '?' .. name)\n"
    "  end\n"
    "  for _, member in ipairs(redis.call('ZRANGE', tag .. ':lanes', 0, -1)) do\n"
    "    if string.match(member, '%z...............(.*)$') == name then\n"
    "      redis.call('ZREM', tag .. ':lanes', member)\n"
    "    end\n"
    "  end\n"
    "end\n"
    "return 0\n";

static void die(const char *what, const char *why)
{
    fprintf(stderr, "model: %s: %s\n", what, why);
    exit(2);
}

/* ---- names ---- */

const char *model_name(int name)
{
    static const char *const names[MODEL_NAMES] = {"ann", "bob", "cat", "dan", "eve", "fay",
                                                   "guy", "hal", "ida", "joe", "kim", "leo",
                                                   "mia", "ned", "ole", "pam"};

    return names[name];
}

int model_name_of(const char *name)
{
    int i = 0;

    while (i < MODEL_NAMES && strcmp(model_name(i), name) != 0)
        i++;
    return i < MODEL_NAMES ? i : -1;
}

const char *model_worker(int worker)
{
    static const char *const workers[MODEL_WORKERS] = {"AAAAAAAAAAA", "BBBBBBBBBBB", "CCCCCCCCCCC"};

    return workers[worker];
}

/* ---- the world ---- */

static struct qn_broker_options options_of(struct model *model, const char *url)
{
    return (struct qn_broker_options){
        .loop = model->loop,
        .clock = &model->clock.clock,
        .url = url,
        .namespace_ = "test",
        .program = "model",
        .timeout_ms = TURN_MS,
        .waits = true,
    };
}

static void open_redis(struct model *model)
{
    struct qn_broker_options options = options_of(model, model->server.url);
    struct qn_err err;
    struct qn_url url;

    options.clock = &qn_clock_system;
    if (qn_url_parse(options.url, &url, &err) != QN_OK ||
        qn_redis_open(&model->side[0].broker, &options, &url, now_text, &err) != QN_OK)
        die("redis", err.msg);
}

static void open_mem(struct model *model)
{
    const struct qn_broker_options options = options_of(model, "mem:");
    struct qn_err err;

    if (qn_broker_open(&model->side[1].broker, &options, &err) != QN_OK)
        die("mem", err.msg);
}

void model_open(struct model *model)
{
    struct qn_err err;

    memset(model, 0, sizeof(*model));
    redis_server_start(&model->server);
    if (qn_loop_create(&model->loop, &err) != QN_OK)
        die("loop", err.msg);
    for (int i = 0; i < 2; i++) {
        model->side[i].model = model;
        model->side[i].number = i;
        qn_buf_init(&model->side[i].said, 4 * 1024 * 1024);
    }
    open_redis(model);
}

void model_close(struct model *model)
{
    qn_broker_close(model->side[0].broker);
    qn_loop_free(model->loop);
    redis_server_stop(&model->server);
    for (int i = 0; i < 2; i++)
        qn_buf_release(&model->side[i].said);
}

void model_begin(struct model *model, bool loose)
{
    redis_server_do(&model->server, "FLUSHALL");
    model->loose = loose;
    model->token_sure = true;
    qn_fake_clock_init(&model->clock, 0, MODEL_T0);
    open_mem(model);
    model_set_now(model, MODEL_T0);
    model_age(model);
}

static void free_runs(struct model *model)
{
    for (struct model_run *run = model->runs, *next; run; run = next) {
        next = run->next;
        for (int i = 0; i < 2; i++) {
            qn_buf_release(&run->as[i].record);
            qn_buf_release(&run->as[i].attempt);
        }
        free(run);
    }
    model->runs = NULL;
}

void model_end(struct model *model)
{
    qn_broker_close(model->side[1].broker);
    model->side[1].broker = NULL;
    free_runs(model);
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < model->side[i].n_taken; k++) {
            qn_buf_release(&model->side[i].taken[k].record);
            qn_buf_release(&model->side[i].taken[k].attempt);
        }
        model->side[i].n_taken = 0;
    }
}

static void ignore(void *arg, const struct qn_reply *reply)
{
    (void)arg;
    (void)reply;
}

/* Messages whose life is over are gone, also when the clock goes back. */
static void tidy_mem(struct model *model)
{
    struct qn_broker *broker = model->side[1].broker;

    broker->ops->message(broker, MODEL_QUEUE, "ZZZZZZZZZZZ", "quiet", ignore, NULL);
}

void model_set_now(struct model *model, int64_t now_ms)
{
    model->clock.wall = now_ms;
    tidy_mem(model);
    redis_server_do(&model->server, "SET test:now %lld", (long long)now_ms);
}

bool model_turn(struct model *model)
{
    struct qn_err err;

    for (int i = 0; i < 2; i++) {
        struct model_side *side = &model->side[i];
        side->all_said = side->awaited == 0;
        if (!side->all_said && qn_broker_pump(model->loop, &side->all_said, TURN_MS, &err) != QN_OK)
            return false;
    }
    return true;
}

void model_sweep(struct model *model, int name)
{
    redis_server_do(&model->server, "EVAL %s 1 {test:" MODEL_QUEUE "} %s", sweep_text,
                    model_name(name));
}

void model_age(struct model *model)
{
    struct model_side *side = &model->side[0];
    const char *argv[5 + MODEL_NAMES] = {"EVAL", age_text, "1", "{test:" MODEL_QUEUE "}"};
    char now[32];

    snprintf(now, sizeof(now), "%lld", (long long)model->clock.wall);
    argv[4] = now;
    for (int i = 0; i < MODEL_NAMES; i++)
        argv[5 + i] = model_name(i);
    redisReply *reply = redisCommandArgv(model->server.control, 5 + MODEL_NAMES, argv, NULL);
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 5 + MODEL_NAMES)
        die("age", reply && reply->str ? reply->str : "no answer");
    for (int i = 0; i < 5; i++)
        side->ghosts[i] = (int)reply->element[i]->integer;
    for (int i = 0; i < MODEL_NAMES; i++)
        side->gone_ms[i] = reply->element[5 + i]->integer;
    freeReplyObject(reply);
}

bool model_has_ghosts(const struct model *model)
{
    int all = 0;

    for (int i = 0; i < 5; i++)
        all += model->side[0].ghosts[i];
    return all > 0;
}

/* ---- runs ---- */

static struct model_run *nth_run(const struct model *model, int name, int age, bool held)
{
    for (struct model_run *run = model->runs; run; run = run->next) {
        if (run->name == name && (!held || run->held) && age-- == 0)
            return run;
    }
    return NULL;
}

struct model_run *model_run_of(const struct model *model, int name, int age)
{
    struct model_run *run = age == 0 ? nth_run(model, name, 0, true) : NULL;

    return run ? run : nth_run(model, name, age, false);
}

void model_add_run(struct model *model, int worker, int taken)
{
    struct model_run *run = calloc(1, sizeof(*run));

    if (!run)
        die("run", "out of memory");
    run->name = model->side[0].taken[taken].name;
    run->worker = worker;
    run->held = true;
    for (int i = 0; i < 2; i++) {
        int k = 0; /* in a loose run they come in another order */
        while (k < model->side[i].n_taken && model->side[i].taken[k].name != run->name)
            k++;
        const struct model_taken *from = &model->side[i].taken[k];
        memcpy(run->as[i].token, from->token, sizeof(from->token));
        qn_buf_init(&run->as[i].record, QN_RECORD_MAX);
        qn_buf_init(&run->as[i].attempt, QN_RECORD_MAX);
        qn_buf_add(&run->as[i].record, from->record.data, from->record.len);
        if (from->attempt.len > 0)
            qn_buf_add(&run->as[i].attempt, from->attempt.data, from->attempt.len);
    }
    run->next = model->runs;
    model->runs = run;
}
