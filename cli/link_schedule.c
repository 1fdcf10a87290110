#include "link_schedule.h"

#include "broker-client/fire_note.h"
#include "common/mem.h"
#include "common/str.h"
#include "link_operate.h"
#include <stdlib.h>
#include <string.h>

#define ZONES_MS 3600000 /* one run lasts no longer */

/* A question, and what came of it. */
struct question {
    struct cli_answer base;
    const char *name;
    bool paused;
    const struct qn_definition *definition;
    struct cli_schedules *schedules;
    struct qn_zone_cache *zones;
    struct qn_buf *out;
    char holder[QN_HOLDER_MAX + 1];
    int64_t number;
    bool lost; /* an answer was: it may have happened before */
};

static int ask(struct cli_link *link, struct question *question, cli_send_fn *send,
               struct qn_err *reterr)
{
    return cli_link_ask(link, &question->base, send, &question->lost, reterr);
}

/* ---- reading ---- */

void cli_schedules_release(struct cli_schedules *schedules)
{
    for (size_t i = 0; i < schedules->n; i++)
        qn_schedule_view_release(&schedules->all[i]);
    qn_free(schedules->all);
    *schedules = (struct cli_schedules){.n = 0};
}

static int by_name(const void *a, const void *b)
{
    const struct qn_schedule_view *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static int keep_rows(const struct question *question, const struct qn_reply *reply,
                     struct qn_err *reterr)
{
    struct cli_schedules *to = question->schedules;
    const struct qn_timetable *from = reply->timetable;
    int rc = QN_OK;

    cli_schedules_release(to);
    to->now_ms = reply->now_ms;
    to->all = qn_zalloc(from->n + 1, sizeof(*to->all));
    if (!to->all)
        return qn_fail(reterr, QN_ENOMEM, "schedules: out of memory");
    for (size_t i = 0; i < from->n && rc == QN_OK; i++) {
        rc = qn_schedule_view_make(&to->all[i], &from->rows[i], reply->now_ms, question->zones,
                                   reterr);
        to->n += rc == QN_OK;
    }
    qsort(to->all, to->n, sizeof(*to->all), by_name);
    return rc;
}

static void on_timetable(void *arg, const struct qn_reply *reply)
{
    struct question *question = arg;

    if (cli_answer_take(&question->base, reply))
        question->base.rc = keep_rows(question, reply, &question->base.err);
}

static void send_timetable(struct qn_broker *broker, void *arg)
{
    struct question *question = arg;

    broker->ops->timetable(broker, &question->name, question->name ? 1 : 0, on_timetable, question);
}

int cli_link_schedules(struct cli_link *link, struct cli_schedules *ret, struct qn_err *reterr)
{
    struct question question = {.schedules = ret,
                                .zones = qn_zone_cache_create(NULL, &qn_clock_system, ZONES_MS)};

    *ret = (struct cli_schedules){.n = 0};
    if (!question.zones)
        return qn_fail(reterr, QN_ENOMEM, "schedules: out of memory");
    int rc = ask(link, &question, send_timetable, reterr);
    qn_zone_cache_free(question.zones);
    return rc;
}

int cli_link_schedule(struct cli_link *link, const char *name, struct qn_schedule_view *ret,
                      struct qn_err *reterr)
{
    struct cli_schedules found = {.n = 0};
    struct question question = {.schedules = &found, .name = name};
    int rc =
        qn_str_is_name(name, QN_QUEUE_MAX) ? ask(link, &question, send_timetable, reterr) : QN_OK;

    *ret = (struct qn_schedule_view){.now_ms = 0};
    if (rc == QN_OK && found.n == 0)
        rc = qn_fail(reterr, QN_ENOTFOUND, "there is no schedule \"%.64s\"", name);
    if (rc == QN_OK) {
        *ret = found.all[0];
        found.n = 0;
    }
    cli_schedules_release(&found);
    return rc;
}

static void on_lead(void *arg, const struct qn_reply *reply)
{
    struct question *question = arg;

    if (cli_answer_take(&question->base, reply))
        qn_str_copy(question->holder, sizeof(question->holder), reply->lead->holder);
}

static void send_lead(struct qn_broker *broker, void *arg)
{
    broker->ops->lead(broker, "beat", "", 0, on_lead, arg);
}

int cli_link_leader(struct cli_link *link, char out[QN_HOLDER_MAX + 1], struct qn_err *reterr)
{
    struct question question = {.name = NULL};
    int rc = ask(link, &question, send_lead, reterr);

    memcpy(out, question.holder, sizeof(question.holder));
    return rc;
}

static void on_fires(void *arg, const struct qn_reply *reply)
{
    struct question *question = arg;

    if (cli_answer_take(&question->base, reply))
        question->base.rc = qn_schedule_json_fires(question->out, question->name, reply->entries);
}

static void send_fires(struct qn_broker *broker, void *arg)
{
    struct question *question = arg;

    broker->ops->fires(broker, question->name, on_fires, question);
}

int cli_link_fires(struct cli_link *link, const char *name, struct qn_buf *out,
                   struct qn_err *reterr)
{
    struct question question = {.name = name, .out = out};

    return ask(link, &question, send_fires, reterr);
}

/* ---- changing ---- */

static void on_defined(void *arg, const struct qn_reply *reply)
{
    struct question *question = arg;

    if (cli_answer_take(&question->base, reply))
        question->number = reply->defined->code[0];
}

static void send_define(struct qn_broker *broker, void *arg)
{
    struct question *question = arg;

    broker->ops->define(broker, NULL, question->definition, 1, on_defined, question);
}

int cli_link_define(struct cli_link *link, const struct qn_definition *definition,
                    enum qn_define_code *ret, struct qn_err *reterr)
{
    struct question question = {.definition = definition};
    int rc = ask(link, &question, send_define, reterr);

    *ret = (enum qn_define_code)question.number;
    if (question.lost && *ret == QN_DEFINE_SAME)
        *ret = QN_DEFINE_CHANGED;
    return rc;
}

static void on_changed(void *arg, const struct qn_reply *reply)
{
    struct question *question = arg;

    if (cli_answer_take(&question->base, reply))
        question->number = reply->number;
}

static void send_drop(struct qn_broker *broker, void *arg)
{
    struct question *question = arg;

    broker->ops->drop(broker, question->name, on_changed, question);
}

int cli_link_drop(struct cli_link *link, const char *name, enum qn_change_code *ret,
                  struct qn_err *reterr)
{
    struct question question = {.name = name};
    int rc = ask(link, &question, send_drop, reterr);

    *ret = (enum qn_change_code)question.number;
    if (question.lost && *ret == QN_CHANGE_NONE)
        *ret = QN_CHANGE_DONE;
    return rc;
}

static void send_pause(struct qn_broker *broker, void *arg)
{
    struct question *question = arg;

    broker->ops->pause(broker, question->name, question->paused, on_changed, question);
}

int cli_link_pause(struct cli_link *link, const char *name, bool paused, enum qn_change_code *ret,
                   struct qn_err *reterr)
{
    struct question question = {.name = name, .paused = paused};
    int rc = ask(link, &question, send_pause, reterr);

    *ret = (enum qn_change_code)question.number;
    if (question.lost && *ret == QN_CHANGE_SAME)
        *ret = QN_CHANGE_DONE;
    return rc;
}

static void on_noted(void *arg, const struct qn_reply *reply)
{
    struct question *question = arg;

    (void)cli_answer_take(&question->base, reply);
}

int cli_link_note_run(struct cli_link *link, const char *name, const char *job, int64_t now_ms,
                      struct qn_err *reterr)
{
    struct qn_fire fire = {.at_ms = now_ms, .what = QN_FIRE_RUN};
    struct qn_fire_note note = {.name = name};
    struct question question = {.name = name};
    struct qn_buf json;

    qn_str_copy(fire.job, sizeof(fire.job), job);
    qn_str_copy(fire.last_job, sizeof(fire.last_job), job);
    qn_buf_init(&json, QN_FIRE_JSON_MAX);
    int rc = qn_fire_encode(&fire, &json);
    note.json = (struct qn_span){json.data, json.len};
    if (rc == QN_OK) {
        link->broker->ops->note_fires(link->broker, &note, 1, on_noted, &question);
        rc = cli_link_finish(link, &question.base, reterr);
    }
    qn_buf_release(&json);
    return rc;
}
