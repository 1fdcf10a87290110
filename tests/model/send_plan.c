/* send_plan.c - what beats and people do to schedules, and how these stand after it. */
#include "ops.h"

#define SCHEDULES 3
#define LEASE_MS  INT64_C(1000000000000) /* it ends when it is given back */

enum what { DEFINE, TELL_FILE, DROP, PAUSE, RESUME, LEAD, LEAVE, CLAIM, NOTE, WHATS };

static const char *const names[SCHEDULES] = {"a", "b", "c"};
static const char *const holders[] = {"one", "two"};
static const char *const jsons[] = {"{\"every\":\"1h\"}", "{\"every\":\"2h\"}"};
static const char *const notes[] = {"{\"n\":1}", "{\"n\":2}"};
static const char *const queues[] = {"default", "other"};

/* name: of the schedule; worker: who; number: what; age: which of two; time: planned. */
void model_choose_plan(struct model_random *random, struct model_args *args)
{
    static const enum what often[] = {DEFINE, TELL_FILE, DROP,  PAUSE, RESUME, LEAD, LEAD,
                                      LEAVE,  CLAIM,     CLAIM, CLAIM, NOTE,   NOTE, NOTE};

    args->number = (int)often[model_random_below(random, (int)(sizeof(often) / sizeof(often[0])))];
    args->name[0] = model_random_below(random, SCHEDULES);
    args->worker = model_random_below(random, 2);
    args->age[0] = model_random_below(random, 2);
    args->time = model_random_below(random, 8);
    args->life = model_random_below(random, 7); /* a version */
}

void model_say_plan(const struct model_args *args, struct qn_buf *out)
{
    static const char *const words[WHATS] = {"define", "tell file", "drop",  "pause", "resume",
                                             "lead",   "leave",     "claim", "note"};

    qn_buf_printf(out, " %s %s by %s, %d, time %lld, version %lld", words[args->number],
                  names[args->name[0]], holders[args->worker], args->age[0], (long long)args->time,
                  (long long)args->life);
}

static void on_defined(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    if (!out)
        return;
    qn_buf_printf(out, "%s removed %lld revision %lld:", reply->defined->lost ? " lost" : "",
                  (long long)reply->defined->removed, (long long)reply->defined->revision);
    for (size_t i = 0; i < reply->defined->n; i++)
        qn_buf_printf(out, " %d", reply->defined->code[i]);
}

static void on_claimed(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    if (!out)
        return;
    qn_buf_printf(out, "%s revision %lld:", reply->claimed->lost ? " lost" : "",
                  (long long)reply->claimed->revision);
    for (size_t i = 0; i < reply->claimed->n; i++)
        qn_buf_printf(out, " %d", reply->claimed->code[i]);
}

static void on_lead(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    if (out)
        qn_buf_printf(out, " %d %s %lld", reply->lead->ours, reply->lead->holder,
                      (long long)reply->lead->revision);
}

static void on_number(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    if (out)
        qn_buf_printf(out, " %lld", (long long)reply->number);
}

static void on_codes(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    for (size_t i = 0; out && i < reply->codes->n; i++)
        qn_buf_printf(out, " %d", reply->codes->code[i]);
}

static void on_fires(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    for (size_t i = 0; out && i < reply->entries->n; i++)
        qn_buf_printf(out, " %.*s", (int)reply->entries->entries[i].value.len,
                      reply->entries->entries[i].value.data);
}

static void on_timetable(void *side, const struct qn_reply *reply)
{
    struct qn_buf *out = model_heard(side, reply);

    for (size_t i = 0; out && i < reply->timetable->n; i++) {
        const struct qn_schedule_row *row = &reply->timetable->rows[i];
        qn_buf_printf(
            out, " [%.*s %.*s paused %lld at %lld %s%s passed %lld version %lld last %.*s]",
            (int)row->name.len, row->name.data, (int)row->definition.len, row->definition.data,
            (long long)row->paused_ms, (long long)row->planned.at_ms, row->planned.queue,
            row->planned.open ? " open" : "", (long long)row->planned.passed_ms,
            (long long)row->planned.version, (int)row->last.len,
            row->last.data ? row->last.data : "");
    }
}

static void define(struct model_side *side, const struct model_args *args, bool from_file)
{
    const char *json = jsons[args->age[0]];
    const struct qn_definition all[] = {
        {names[args->name[0]], from_file ? "file f:1" : "api", {json, 14}},
        {names[SCHEDULES - 1], "file f:2", {json, 14}},
    };

    side->broker->ops->define(side->broker, from_file ? holders[args->worker] : NULL, all,
                              from_file ? 1 + (size_t)(args->time % 2) : 1, on_defined, side);
}

static void send_one(struct model_side *side, const struct model_args *args)
{
    const struct qn_broker_ops *ops = side->broker->ops;
    const char *name = names[args->name[0]], *holder = holders[args->worker];
    int64_t at_ms = MODEL_T0 + 1000 * args->time;
    const struct qn_claim claim = {name, at_ms, queues[args->age[0]], args->life};
    const struct qn_fire_note note = {name, args->time > 0 ? at_ms : 0, {notes[args->age[0]], 7}};

    switch ((enum what)args->number) {
    case DEFINE:
    case TELL_FILE:
        define(side, args, args->number == TELL_FILE);
        break;
    case DROP:
        ops->drop(side->broker, name, on_number, side);
        break;
    case PAUSE:
    case RESUME:
        ops->pause(side->broker, name, args->number == PAUSE, on_number, side);
        break;
    case LEAD:
    case LEAVE:
        ops->lead(side->broker, "beat", holder, args->number == LEAD ? LEASE_MS : 0, on_lead, side);
        break;
    case CLAIM:
        ops->claim(side->broker, holder, &claim, 1, on_claimed, side);
        break;
    default:
        ops->note_fires(side->broker, &note, 1, on_codes, side);
    }
}

void model_send_plan(struct model_side *side, const struct model_sending *sending)
{
    const struct qn_broker_ops *ops = side->broker->ops;

    side->awaited += 2;
    send_one(side, &sending->args);
    ops->timetable(side->broker, names, SCHEDULES, on_timetable, side);
    ops->fires(side->broker, names[sending->args.name[0]], on_fires, side);
}
