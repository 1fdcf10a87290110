/* schedule_parse.c - a definition, as somebody wrote it or as the broker keeps it. */
#include "schedule.h"

#include "bounds.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/str.h"
#include "plans.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX     (QN_SCHEDULE_WHEN_MAX + 1) /* of a decoded string: all of ours are shorter */
#define EVERY_MAX_MS QN_DAYS_MS(366)
#define JITTER_MAX   QN_DAYS_MS(1)
#define KEPT_MAX     (QN_SCHEDULE_JSON_MAX + QN_SOURCE_MAX + 64)
#define WHEN_RULE    "one of cron, every and at is required"

struct reading {
    struct qn_schedule *out;
    const struct qn_schedule_rules *rules;
    char *field;
    struct qn_err *err;
    const struct member *member; /* under way */
    bool whens, max_given;
};

struct member {
    const char *name;
    int (*read)(struct reading *r, const struct qn_json_item *item);
    const char *const *words; /* of which it is one */
    bool kept;                /* of kept definitions only */
};

static int refuse_field(struct reading *r, const char *field, const char *reason)
{
    qn_str_copy(r->field, QN_DRAFT_FIELD_SIZE, field);
    return qn_fail(r->err, QN_EINVAL, "%s%s%s", field, *field ? " " : "", reason);
}

static int refuse(struct reading *r, const char *reason)
{
    return refuse_field(r, r->member->name, reason);
}

static int no_memory(struct reading *r)
{
    return qn_fail(r->err, QN_ENOMEM, "schedule: out of memory");
}

static int read_text(struct reading *r, const struct qn_json_item *item, char text[TEXT_MAX])
{
    struct qn_buf buf;

    if (item->type != QN_JSON_STRING)
        return refuse(r, "must be a string");
    qn_buf_init(&buf, TEXT_MAX - 1);
    int rc = qn_json_unescape(item->value, &buf);
    if (rc == QN_OK)
        memcpy(text, buf.data, buf.len + 1);
    qn_buf_release(&buf);
    if (rc == QN_ENOMEM)
        return no_memory(r);
    return rc == QN_OK ? QN_OK : refuse(r, "is too long");
}

/* ---- when it is due ---- */

static int begin_when(struct reading *r, const struct qn_json_item *item, char text[TEXT_MAX])
{
    if (r->whens)
        return refuse_field(r, r->member->name, "and another of cron, every and at are given");
    r->whens = true;
    if (item->type != QN_JSON_NUMBER)
        return read_text(r, item, text);
    snprintf(text, TEXT_MAX, "%.*s", (int)(item->value.len < 20 ? item->value.len : 20),
             item->value.data);
    return QN_OK;
}

static int read_cron(struct reading *r, const struct qn_json_item *item)
{
    struct qn_err why = {0};

    if (item->type == QN_JSON_NUMBER)
        return refuse(r, "must be a string");
    int rc = begin_when(r, item, r->out->when);
    r->out->kind = QN_SCHEDULE_CRON;
    if (rc == QN_OK && qn_cron_parse(&r->out->cron, r->out->when, &why) < 0) {
        qn_str_copy(r->field, QN_DRAFT_FIELD_SIZE, "cron");
        return qn_fail(r->err, QN_EINVAL, "cron: %s", why.msg);
    }
    return rc;
}

static int read_every(struct reading *r, const struct qn_json_item *item)
{
    int64_t ms = 0;
    int rc = begin_when(r, item, r->out->when);

    r->out->kind = QN_SCHEDULE_EVERY;
    if (rc != QN_OK)
        return rc;
    if (qn_str_to_ms(r->out->when, &ms) < 0 || ms < 1000 || ms % 1000 != 0 || ms > EVERY_MAX_MS)
        return refuse(r, "must be a duration of whole seconds, 1s to 366d");
    r->out->cron.every_s = ms / 1000;
    qn_ms_to_str(ms, r->out->when);
    return QN_OK;
}

/* A fraction of a second is rounded up: not before the time. */
static int read_second(struct reading *r, const char *text, int64_t *ret_s)
{
    int64_t ms;

    if (qn_time_from_str(text, &ms) < 0 || ms <= 0)
        return refuse(r, "must be a time such as \"2026-01-31T08:00:00+01:00\"");
    *ret_s = (ms + 999) / 1000;
    return QN_OK;
}

static int read_at(struct reading *r, const struct qn_json_item *item)
{
    int rc = begin_when(r, item, r->out->when);

    r->out->kind = QN_SCHEDULE_AT;
    return rc == QN_OK ? read_second(r, r->out->when, &r->out->at_s) : rc;
}

static int read_starts(struct reading *r, const struct qn_json_item *item)
{
    char text[TEXT_MAX];
    int rc = read_text(r, item, text);

    return rc == QN_OK ? read_second(r, text, &r->out->starts_s) : rc;
}

static int read_ends(struct reading *r, const struct qn_json_item *item)
{
    char text[TEXT_MAX];
    int rc = read_text(r, item, text);

    return rc == QN_OK ? read_second(r, text, &r->out->ends_s) : rc;
}

static int read_zone(struct reading *r, const struct qn_json_item *item)
{
    char text[TEXT_MAX];
    int rc = read_text(r, item, text);

    if (rc == QN_OK && !qn_str_copy(r->out->zone_name, sizeof(r->out->zone_name), text))
        return refuse(r, "is too long");
    return rc == QN_OK && text[0] == '\0' ? refuse(r, "must not be empty") : rc;
}

static int read_jitter(struct reading *r, const struct qn_json_item *item)
{
    char text[TEXT_MAX];
    int rc = QN_OK;

    if (item->type == QN_JSON_NUMBER)
        snprintf(text, sizeof(text), "%.*s", (int)(item->value.len < 20 ? item->value.len : 20),
                 item->value.data);
    else
        rc = read_text(r, item, text);
    if (rc == QN_OK &&
        (qn_str_to_ms(text, &r->out->jitter_ms) < 0 || r->out->jitter_ms > JITTER_MAX))
        return refuse(r, "must be a duration of at most 24h");
    return rc;
}

/* ---- how ---- */

static int read_word(struct reading *r, const struct qn_json_item *item, int *ret)
{
    char text[TEXT_MAX];
    int rc = read_text(r, item, text);

    for (int i = 0; rc == QN_OK && r->member->words[i]; i++)
        if (strcmp(text, r->member->words[i]) == 0) {
            *ret = i;
            return QN_OK;
        }
    if (rc != QN_OK)
        return rc;
    char reason[96];
    snprintf(reason, sizeof(reason), "must be %s, %s or %s", r->member->words[0],
             r->member->words[1], r->member->words[2]);
    return refuse(r, reason);
}

static int read_catch_up(struct reading *r, const struct qn_json_item *item)
{
    int word = QN_CATCH_UP_ONE, rc = read_word(r, item, &word);

    r->out->catch_up = (enum qn_catch_up)word;
    return rc;
}

static int read_overlap(struct reading *r, const struct qn_json_item *item)
{
    int word = QN_OVERLAP_ALLOW, rc = read_word(r, item, &word);

    r->out->overlap = (enum qn_overlap)word;
    return rc;
}

static int read_max(struct reading *r, const struct qn_json_item *item)
{
    int64_t *max = &r->out->catch_up_max;

    r->max_given = true;
    if (item->type != QN_JSON_NUMBER || !qn_json_is_integer(item->value, max) || *max < 1 ||
        *max > QN_CATCH_UP_MOST)
        return refuse(r, "must be a number from 1 to 1000");
    return QN_OK;
}

/* What of a job has no meaning in a schedule. */
static int refuse_job(struct reading *r)
{
    const struct qn_draft *draft = &r->out->draft;

    if (draft->name[0])
        return refuse_field(r, "job.name", "is made of the schedule's name and the planned time");
    if (draft->eta_ms > 0)
        return refuse_field(r, "job.eta", "is a single time; a schedule has its own");
    if (draft->expires_ms > 0 && !draft->expires_relative)
        return refuse_field(r, "job.expires", "must be a duration in a schedule");
    return QN_OK;
}

static int read_job(struct reading *r, const struct qn_json_item *item)
{
    char field[QN_DRAFT_FIELD_SIZE] = "";
    struct qn_err why = {0};
    int rc = qn_draft_parse(item->value, NULL, &r->out->draft, field, &why);

    r->out->job = item->value;
    if (rc == QN_OK)
        return refuse_job(r);
    if (rc == QN_ENOMEM)
        return no_memory(r);
    snprintf(r->field, QN_DRAFT_FIELD_SIZE, "job%s%.80s", field[0] ? "." : "", field);
    return qn_fail(r->err, QN_EINVAL, "job: %s", why.msg);
}

/* ---- what the broker adds ---- */

static int read_changed(struct reading *r, const struct qn_json_item *item)
{
    if (item->type != QN_JSON_NUMBER || !qn_json_is_integer(item->value, &r->out->changed_ms))
        return refuse(r, "must be a number");
    return QN_OK;
}

static int read_source(struct reading *r, const struct qn_json_item *item)
{
    char text[TEXT_MAX];
    int rc = read_text(r, item, text);

    if (rc == QN_OK && !qn_source_ok(text))
        return refuse(r, "must be 1-200 of printable ASCII");
    if (rc == QN_OK)
        qn_str_copy(r->out->source, sizeof(r->out->source), text);
    return rc;
}

static const struct member members[] = {
    {.name = "cron", .read = read_cron},
    {.name = "every", .read = read_every},
    {.name = "at", .read = read_at},
    {.name = "zone", .read = read_zone},
    {.name = "jitter", .read = read_jitter},
    {.name = "starts_at", .read = read_starts},
    {.name = "ends_at", .read = read_ends},
    {.name = "catch_up", .read = read_catch_up, .words = qn_catch_ups},
    {.name = "catch_up_max", .read = read_max},
    {.name = "overlap", .read = read_overlap, .words = qn_overlaps},
    {.name = "job", .read = read_job},
    {.name = "changed_at", .read = read_changed, .kept = true},
    {.name = "source", .read = read_source, .kept = true},
    {.name = NULL},
};

/* ---- the whole ---- */

static int refuse_member(struct reading *r, struct qn_span key)
{
    char reason[QN_DRAFT_FIELD_SIZE + 40], name[65];

    snprintf(name, sizeof(name), "%.*s", (int)qn_utf8_cut(key.data, key.len, 64), key.data);
    snprintf(reason, sizeof(reason), "a schedule has no member \"%s\"", name);
    int rc = refuse_field(r, "", reason);
    qn_str_copy(r->field, QN_DRAFT_FIELD_SIZE, name);
    return rc;
}

static int read_members(struct reading *r, struct qn_span json)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    int rc = qn_json_walk_init(&walk, json.data, json.len);

    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        const struct member *m = members;
        while (m->name && (!qn_span_is(item.key, m->name) || (m->kept && !r->rules->kept)))
            m++;
        r->member = m;
        if (!m->name)
            rc = refuse_member(r, item.key);
        else if (item.type != QN_JSON_NULL) /* the same as absent */
            rc = m->read(r, &item);
    }
    return rc;
}

static int load_zone(struct reading *r)
{
    struct qn_schedule *s = r->out;
    struct qn_err why = {0};

    if (s->zone_name[0] == '\0')
        qn_str_copy(s->zone_name, sizeof(s->zone_name), r->rules->zone ? r->rules->zone : "UTC");
    int rc = r->rules->zones ? qn_zone_cache_get(r->rules->zones, s->zone_name, &s->zone, &why)
                             : qn_zone_load(&s->zone, s->zone_name, NULL, &why);
    if (rc == QN_ENOMEM)
        return no_memory(r);
    if (rc < 0) {
        qn_str_copy(r->field, QN_DRAFT_FIELD_SIZE, "zone");
        return qn_fail(r->err, QN_EINVAL, "zone: %s", why.msg);
    }
    return QN_OK;
}

/* What no single member tells. */
static int check_whole(struct reading *r)
{
    const struct qn_schedule *s = r->out;

    if (!r->whens)
        return refuse_field(r, "", WHEN_RULE);
    if (s->draft.task[0] == '\0')
        return refuse_field(r, "job", "is required");
    if (s->starts_s > s->ends_s)
        return refuse_field(r, "ends_at", "must not be before starts_at");
    if (r->max_given && s->catch_up != QN_CATCH_UP_ALL)
        return refuse_field(r, "catch_up_max", "has a meaning with catch_up \"all\" only");
    if (s->overlap == QN_OVERLAP_SKIP && s->draft.unique.until != QN_UNIQUE_NO)
        return refuse_field(r, "overlap", "\"skip\" and job.unique exclude each other");
    if (s->jitter_ms > 0 && s->draft.expires_ms > 0 &&
        s->jitter_ms + s->draft.delay_ms >= s->draft.expires_ms)
        return refuse_field(r, "jitter", "must be below job.expires: the job would expire before");
    return load_zone(r);
}

static int read_whole(struct reading *r, struct qn_span json)
{
    enum qn_json_type type;
    struct qn_err why = {0};

    if (json.len > (r->rules->kept ? KEPT_MAX : QN_SCHEDULE_JSON_MAX))
        return refuse_field(r, "", "a schedule's definition is at most 64 KiB");
    int rc = qn_json_check(json.data, json.len, &type, &why);
    if (rc == QN_ENOMEM)
        return no_memory(r);
    if (rc < 0)
        return refuse_field(r, "", why.msg);
    if (type != QN_JSON_OBJECT)
        return refuse_field(r, "", "a schedule must be an object");
    rc = read_members(r, json);
    return rc == QN_OK ? check_whole(r) : rc;
}

int qn_schedule_parse(struct qn_schedule *ret, const char *name, struct qn_span json,
                      const struct qn_schedule_rules *rules, char field[QN_DRAFT_FIELD_SIZE],
                      struct qn_err *reterr)
{
    struct reading r = {.out = ret, .rules = rules, .field = field, .err = reterr};

    *ret = (struct qn_schedule){
        .ends_s = INT64_MAX, .catch_up = QN_CATCH_UP_ONE, .catch_up_max = QN_CATCH_UP_USUAL};
    field[0] = '\0';
    if (!qn_str_is_name(name, QN_QUEUE_MAX))
        return refuse_field(&r, "name", "must be 1-32 of [a-z0-9_-]");
    qn_str_copy(ret->name, sizeof(ret->name), name);
    ret->text = qn_strndup(json.data ? json.data : "", json.len);
    ret->len = json.len;
    int rc = ret->text ? read_whole(&r, (struct qn_span){ret->text, json.len}) : no_memory(&r);
    if (rc != QN_OK)
        qn_schedule_release(ret);
    return rc;
}
