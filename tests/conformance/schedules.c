#include "schedules.h"

#include <stdio.h>
#include <string.h>

#define SENT(got)                \
    world_turn(w, &(got)->done); \
    return got

static void on_defined(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    on_reply(arg, reply);
    if (reply->rc != QN_OK)
        return;
    got->flag = reply->defined->lost;
    got->number = reply->defined->removed;
    got->revision = reply->defined->revision;
    got->n = reply->defined->n;
    for (size_t i = 0; i < got->n && i < MANY; i++)
        got->code[i] = reply->defined->code[i];
}

struct got *op_define(struct world *w, const char *holder, const struct qn_definition *all,
                      size_t n)
{
    struct got *got = got_create();

    w->broker->ops->define(w->broker, holder, all, n, on_defined, got);
    SENT(got);
}

int define_one(struct world *w, const char *name, const char *json)
{
    const struct qn_definition one = {name, "api", {json, strlen(json)}};
    const struct got *got = op_define(w, NULL, &one, 1);

    assert_ok(got);
    assert_int_equal(got->n, 1);
    return got->code[0];
}

static void on_number(void *arg, const struct qn_reply *reply)
{
    on_reply(arg, reply);
    if (reply->rc == QN_OK)
        ((struct got *)arg)->number = reply->number;
}

struct got *op_drop(struct world *w, const char *name)
{
    struct got *got = got_create();

    w->broker->ops->drop(w->broker, name, on_number, got);
    SENT(got);
}

struct got *op_pause_schedule(struct world *w, const char *name, bool on)
{
    struct got *got = got_create();

    w->broker->ops->pause(w->broker, name, on, on_number, got);
    SENT(got);
}

static void on_claimed(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    on_reply(arg, reply);
    if (reply->rc != QN_OK)
        return;
    got->flag = reply->claimed->lost;
    got->revision = reply->claimed->revision;
    got->n = reply->claimed->n;
    for (size_t i = 0; i < got->n && i < MANY; i++)
        got->code[i] = reply->claimed->code[i];
}

struct got *op_claims(struct world *w, const char *holder, const struct qn_claim *claims, size_t n)
{
    struct got *got = got_create();

    w->broker->ops->claim(w->broker, holder, claims, n, on_claimed, got);
    SENT(got);
}

/* ---- the timetable ---- */

static void on_timetable(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    on_reply(arg, reply);
    if (reply->rc != QN_OK)
        return;
    got->revision = reply->timetable->revision;
    got->n = reply->timetable->n;
    for (size_t i = 0; i < got->n && i < MANY; i++) {
        const struct qn_schedule_row *row = &reply->timetable->rows[i];
        snprintf(got->name[i], sizeof(got->name[i]), "%.*s", (int)row->name.len, row->name.data);
        if (got->n > 1)
            continue;
        got->number = row->planned.version;
        snprintf(got->text, sizeof(got->text),
                 "%.*s paused %lld at %lld in %s %s passed %lld: %.*s", (int)row->definition.len,
                 row->definition.data, (long long)row->paused_ms, (long long)row->planned.at_ms,
                 row->planned.queue, row->planned.open ? "open" : "done",
                 (long long)row->planned.passed_ms, (int)row->last.len,
                 row->last.data ? row->last.data : "");
    }
}

struct got *op_timetable(struct world *w, const char *const *names, size_t n)
{
    struct got *got = got_create();

    w->broker->ops->timetable(w->broker, names, n, on_timetable, got);
    SENT(got);
}

static void on_names(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    on_reply(arg, reply);
    got->n = reply->rc == QN_OK ? reply->entries->n : 0;
    for (size_t i = 0; i < got->n && i < MANY; i++) {
        struct qn_span name = reply->entries->entries[i].name;
        snprintf(got->name[i], sizeof(got->name[i]), "%.*s", (int)name.len, name.data);
    }
}

struct got *op_schedule_names(struct world *w)
{
    struct got *got = got_create();

    w->broker->ops->schedule_names(w->broker, on_names, got);
    SENT(got);
}

const char *row_of(struct world *w, const char *name)
{
    const struct got *got = op_timetable(w, &name, 1);

    assert_ok(got);
    return got->n > 0 ? got->text : "";
}

struct got *op_claim(struct world *w, const char *holder, const char *name, int64_t at_ms,
                     const char *queue)
{
    const struct got *row = op_timetable(w, &name, 1);
    const struct qn_claim claim = {name, at_ms, queue, row->number};

    return op_claims(w, holder, &claim, 1);
}

/* ---- history ---- */

static void on_codes(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;

    on_reply(arg, reply);
    if (reply->rc != QN_OK)
        return;
    got->n = reply->codes->n;
    for (size_t i = 0; i < got->n && i < MANY; i++)
        got->code[i] = reply->codes->code[i];
}

struct got *op_note_fire(struct world *w, const char *name, int64_t at_ms, const char *json)
{
    const struct qn_fire_note note = {name, at_ms, {json, strlen(json)}};
    struct got *got = got_create();

    w->broker->ops->note_fires(w->broker, &note, 1, on_codes, got);
    SENT(got);
}

static void on_fires(void *arg, const struct qn_reply *reply)
{
    struct got *got = arg;
    size_t len = 0;

    on_reply(arg, reply);
    if (reply->rc != QN_OK)
        return;
    got->n = reply->entries->n;
    for (size_t i = 0; i < got->n && len < sizeof(got->text); i++) {
        const struct qn_span *json = &reply->entries->entries[i].value;
        len += (size_t)snprintf(got->text + len, sizeof(got->text) - len, "%.*s\n", (int)json->len,
                                json->data);
    }
}

struct got *op_fires(struct world *w, const char *name)
{
    struct got *got = got_create();

    w->broker->ops->fires(w->broker, name, on_fires, got);
    SENT(got);
}
