/* broker.c - every operation of the contract, on both implementations. */
#include "subject.h"

#include "broker-client/redis/redis.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS     INT64_C(86400000)
#define LEASE_MS   15000
#define TIMEOUT_MS 10000

void torture_forget_calls(struct qn_broker *broker)
{
    if (broker->ops == &qn_redis_ops)
        qn_call_pool_release(&qn_redis_of(broker)->pool);
}

int torture_await(struct torture_room *room, const bool *done)
{
    return qn_broker_pump(room->loop, done, TIMEOUT_MS, NULL);
}

struct heard {
    bool done;
    int rc;
    struct qn_err err;
    char token[QN_TOKEN_SIZE];
    int64_t ended_ms;
};

static void on_reply(void *arg, const struct qn_reply *reply)
{
    struct heard *heard = arg;

    heard->done = true;
    heard->rc = reply->rc;
    if (reply->rc != QN_OK)
        heard->err = *reply->err;
}

static int end(struct torture_room *room, struct heard *heard, struct qn_err *reterr)
{
    int rc = torture_await(room, &heard->done);

    if (rc != QN_OK) {
        fprintf(stderr, "torture: no answer came\n");
        abort(); /* heard is on the stack */
    }
    if (heard->rc != QN_OK && reterr)
        *reterr = heard->err;
    return heard->rc;
}

static void want(struct torture_room *room, struct heard *heard)
{
    struct qn_err err;

    if (end(room, heard, &err) != QN_OK) {
        fprintf(stderr, "torture: %s\n", err.msg);
        abort();
    }
}

/* ---- what is there ---- */

static const char queue[] = TORTURE_QUEUE;
static const char worker[] = TORTURE_WORKER;
static char token[QN_TOKEN_SIZE]; /* of "running" */
static int64_t ended_ms;          /* of "ended" */
static char body[64];
static size_t body_len;

static void make_body(void)
{
    const struct qn_body parts = {.task = {.data = "t.one", .len = 5},
                                  .args = {.data = "{\"a\":1}", .len = 7}};
    struct qn_buf bytes;

    qn_buf_init(&bytes, sizeof(body));
    if (qn_body_encode(&parts, &bytes) != QN_OK)
        abort();
    memcpy(body, bytes.data, bytes.len);
    body_len = bytes.len;
    qn_buf_release(&bytes);
}

static struct qn_new_job job_of(const char *name, int64_t due_ms)
{
    return (struct qn_new_job){.name = name,
                               .priority = 1,
                               .due_ms = due_ms,
                               .due_relative = true,
                               .body = {.data = body, .len = body_len}};
}

static void on_taken(void *arg, const struct qn_reply *reply)
{
    on_reply(arg, reply);
    if (reply->rc == QN_OK && reply->taken->n == 1)
        snprintf(token, sizeof(token), "%s:%lld", worker, (long long)reply->taken->entries[0].run);
}

static void on_ended(void *arg, const struct qn_reply *reply)
{
    on_reply(arg, reply);
    ended_ms = reply->now_ms;
}

static void make_one(struct torture_room *room, const char *name, int64_t due_ms)
{
    const struct qn_new_job job = job_of(name, due_ms);
    struct heard heard = {0};

    room->broker->ops->enqueue(room->broker, queue, &job, 1, on_reply, &heard);
    want(room, &heard);
}

static void take_one(struct torture_room *room)
{
    struct heard heard = {0};

    room->broker->ops->take(room->broker, queue, worker, 1, DAY_MS, on_taken, &heard);
    want(room, &heard);
}

static int finish(struct torture_room *room, const char *name, char kind, qn_reply_fn *fn,
                  struct qn_err *reterr)
{
    static const char live[] = "\1L\0\0\0\0\0\0\0\0\0";
    char data[128];
    size_t len;

    if (strchr("RZQ", kind)) {
        len = (size_t)snprintf(data, sizeof(data), "1 0 0 %s\n{}\n", token);
    } else {
        memcpy(data, "\0\0\0\0", 4);
        memcpy(data + 4, live, sizeof(live) - 1);
        len = 4 + sizeof(live) - 1;
    }
    const struct qn_finish run = {.name = name,
                                  .token = token,
                                  .kind = (enum qn_finish_kind)kind,
                                  .ms = DAY_MS,
                                  .data = {.data = data, .len = len}};
    struct heard heard = {0};
    room->broker->ops->finish(room->broker, queue, &run, 1, DAY_MS, fn, &heard);
    return end(room, &heard, reterr);
}

void torture_fill(struct torture_room *room)
{
    struct heard heard = {0};

    make_body();
    room->broker->ops->join(room->broker, queue, worker, LEASE_MS, on_reply, &heard);
    want(room, &heard);
    make_one(room, "ended", 0);
    take_one(room);
    if (finish(room, "ended", 'F', on_ended, NULL) != QN_OK)
        abort();
    make_one(room, "running", 0);
    take_one(room);
    make_one(room, "queued", 0);
    make_one(room, "due", DAY_MS);
}

/* ---- the operations ---- */

#define OPERATION(name, ...)                                          \
    static int name(struct torture_room *room, struct qn_err *reterr) \
    {                                                                 \
        const struct qn_broker_ops *ops = room->broker->ops;          \
        struct qn_broker *b = room->broker;                           \
        struct heard heard = {0};                                     \
        __VA_ARGS__;                                                  \
        return end(room, &heard, reterr);                             \
    }

static const char *const names[] = {"ended", "running", "queued", "due"};
static const struct qn_entry entry = {.name = {.data = "t.one", .len = 5},
                                      .value = {.data = "{}", .len = 2}};
static const struct qn_trim trim_all = {.max_age_ms = DAY_MS, .max_bytes = 1};
static const struct qn_definition definition = {
    .name = "hourly", .source = "api", .json = {"{\"every\":\"1h\"}", 14}};
static const struct qn_claim a_claim = {.name = "hourly", .at_ms = 3600000, .queue = "torture"};
static const struct qn_fire_note fire_note = {.name = "hourly", .json = {"{\"what\":\"run\"}", 14}};
static const struct qn_limit limit = {
    .scope = "task:t.one", .concurrency = 2, .rate = 5, .per_ms = 1000};

static int enqueue(struct torture_room *room, struct qn_err *reterr)
{
    const struct qn_new_job jobs[] = {job_of("new", 0), job_of("newer", 1000)};
    struct heard heard = {0};

    room->broker->ops->enqueue(room->broker, queue, jobs, 2, on_reply, &heard);
    return end(room, &heard, reterr);
}

static int enqueue_of_schedule(struct torture_room *room, struct qn_err *reterr)
{
    struct qn_new_job job = job_of("planned", 0);
    struct heard heard = {0};

    job.schedule = "hourly";
    job.planned_ms = 1000;
    room->broker->ops->enqueue(room->broker, queue, &job, 1, on_reply, &heard);
    return end(room, &heard, reterr);
}

static int succeed(struct torture_room *room, struct qn_err *reterr)
{
    return finish(room, "running", 'S', on_reply, reterr);
}

static int retry(struct torture_room *room, struct qn_err *reterr)
{
    return finish(room, "running", 'R', on_reply, reterr);
}

static int release(struct torture_room *room, struct qn_err *reterr)
{
    return finish(room, "running", 'Q', on_reply, reterr);
}

static int note(struct torture_room *room, struct qn_err *reterr)
{
    const struct qn_note it = {.name = "running",
                               .token = token,
                               .progress = {.data = "{}", .len = 2},
                               .log = {.data = "a line\n", .len = 7}};
    struct heard heard = {0};

    room->broker->ops->note(room->broker, queue, &it, 1, on_reply, &heard);
    return end(room, &heard, reterr);
}

static int replay(struct torture_room *room, struct qn_err *reterr)
{
    const struct qn_ended_job it = {.name = "ended", .ended_ms = ended_ms};
    struct heard heard = {0};

    room->broker->ops->replay(room->broker, queue, &it, 1, on_reply, &heard);
    return end(room, &heard, reterr);
}

static int forget(struct torture_room *room, struct qn_err *reterr)
{
    const struct qn_ended_job it = {.name = "ended", .ended_ms = ended_ms};
    struct heard heard = {0};

    room->broker->ops->forget(room->broker, queue, &it, 1, on_reply, &heard);
    return end(room, &heard, reterr);
}

static int reconcile(struct torture_room *room, struct qn_err *reterr)
{
    const struct qn_held held[] = {{.name = "running", .token = token},
                                   {.name = "gone", .token = token}};
    struct heard heard = {0};

    room->broker->ops->reconcile(room->broker, queue, worker, held, 2, on_reply, &heard);
    return end(room, &heard, reterr);
}

static int recover(struct torture_room *room, struct qn_err *reterr)
{
    const struct qn_recover how = {.lease_ms = LEASE_MS, .max_deaths = 3, .limit = 100};
    struct heard heard = {0}, left = {0};

    room->broker->ops->leave(room->broker, queue, worker, on_reply, &left);
    int rc = end(room, &left, reterr);
    if (rc != QN_OK)
        return rc;
    room->broker->ops->recover(room->broker, queue, &how, on_reply, &heard);
    return end(room, &heard, reterr);
}

OPERATION(cancel, ops->cancel(b, queue, "queued", DAY_MS, on_reply, &heard))
OPERATION(cancel_running, ops->cancel(b, queue, "running", DAY_MS, on_reply, &heard))
OPERATION(join, ops->join(b, queue, "BBBBBBBBBBB", LEASE_MS, on_reply, &heard))
OPERATION(renew, ops->renew(b, queue, worker, LEASE_MS, on_reply, &heard))
OPERATION(leave, ops->leave(b, queue, worker, on_reply, &heard))
OPERATION(take, ops->take(b, queue, worker, 2, DAY_MS, on_reply, &heard))
OPERATION(forward, ops->forward(b, queue, on_reply, &heard))
OPERATION(trim, ops->trim(b, queue, &trim_all, on_reply, &heard))
OPERATION(peek, ops->peek(b, queue, names, 4, on_reply, &heard))
OPERATION(list, ops->list(b, queue, QN_QUEUED, 0, 10, on_reply, &heard))
OPERATION(log_of, ops->log(b, queue, "running", on_reply, &heard))
OPERATION(stats, ops->stats(b, queue, on_reply, &heard))
OPERATION(place, ops->place(b, queue, "queued", on_reply, &heard))
OPERATION(gate, ops->gate(b, queue, QN_GATE_PAUSED, on_reply, &heard))
OPERATION(budget, ops->budget(b, queue, 100, 100000, on_reply, &heard))
OPERATION(set_limit, ops->limit(b, queue, &limit, 1, on_reply, &heard))
OPERATION(limits, ops->limits(b, queue, on_reply, &heard))
OPERATION(purge, ops->purge(b, queue, QN_QUEUED, INT64_MAX / 2, on_reply, &heard))
OPERATION(message, ops->message(b, queue, worker, "quiet", on_reply, &heard))
OPERATION(survey, ops->survey(b, queue, 0, on_reply, &heard))
OPERATION(audit, ops->audit(b, queue, names, 4, QN_AUDIT_REPAIR, on_reply, &heard))
OPERATION(watch, ops->watch(b, queue, names, 4, true, 60000, on_reply, &heard))
OPERATION(publish, ops->publish(b, queue, &entry, 1, on_reply, &heard))
OPERATION(tasks, ops->tasks(b, on_reply, &heard))
OPERATION(queues, ops->queues(b, on_reply, &heard))
OPERATION(alive, ops->alive(b, worker, 1000, "{}", on_reply, &heard))
OPERATION(workers, ops->workers(b, on_reply, &heard))
OPERATION(define, ops->define(b, NULL, &definition, 1, on_reply, &heard))
OPERATION(define_file, ops->define(b, "me", &definition, 1, on_reply, &heard))
OPERATION(drop, ops->drop(b, "hourly", on_reply, &heard))
OPERATION(pause_schedule, ops->pause(b, "hourly", true, on_reply, &heard))
OPERATION(schedule_names, ops->schedule_names(b, on_reply, &heard))
OPERATION(timetable, ops->timetable(b, NULL, 0, on_reply, &heard))
OPERATION(timetable_of, ops->timetable(b, &definition.name, 1, on_reply, &heard))
OPERATION(claim, ops->claim(b, "me", &a_claim, 1, on_reply, &heard))
OPERATION(note_fires, ops->note_fires(b, &fire_note, 1, on_reply, &heard))
OPERATION(fires, ops->fires(b, "hourly", on_reply, &heard))
OPERATION(lead, ops->lead(b, "beat", "me", 1000, on_reply, &heard))
OPERATION(server, ops->server(b, on_reply, &heard))

#define ROW(what)                                          \
    {                                                      \
        .name = #what, .needs_broker = true, .run = (what) \
    }
static const struct torture_subject subjects[] = {
    ROW(enqueue),        ROW(enqueue_of_schedule),
    ROW(succeed),        ROW(retry),
    ROW(release),        ROW(note),
    ROW(replay),         ROW(forget),
    ROW(reconcile),      ROW(recover),
    ROW(cancel),         ROW(cancel_running),
    ROW(join),           ROW(renew),
    ROW(leave),          ROW(take),
    ROW(forward),        ROW(trim),
    ROW(peek),           ROW(list),
    ROW(log_of),         ROW(stats),
    ROW(place),          ROW(gate),
    ROW(budget),         ROW(set_limit),
    ROW(limits),         ROW(purge),
    ROW(message),        ROW(survey),
    ROW(audit),          ROW(watch),
    ROW(publish),        ROW(tasks),
    ROW(queues),         ROW(alive),
    ROW(workers),        ROW(lead),
    ROW(define),         ROW(define_file),
    ROW(schedule_names), ROW(timetable),
    ROW(timetable_of),   ROW(claim),
    ROW(note_fires),     ROW(fires),
    ROW(pause_schedule), ROW(drop),
    ROW(server),
};
const struct torture_table torture_broker = {"broker", subjects,
                                             sizeof(subjects) / sizeof(subjects[0])};
