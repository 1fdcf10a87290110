#include "schedule_json.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/json_member.h"
#include "common/mem.h"
#include "common/str.h"
#include "cron/words.h"
#include <stdio.h>
#include <string.h>

const char *const qn_schedule_states[] = {
    [QN_SCHEDULE_ACTIVE] = "active",
    [QN_SCHEDULE_PAUSED] = "paused",
    [QN_SCHEDULE_OVER] = "over",
    [QN_SCHEDULE_DAMAGED] = "damaged",
};

static enum qn_schedule_state state_of(const struct qn_schedule_view *view)
{
    if (view->paused_ms != QN_NO_TIME)
        return QN_SCHEDULE_PAUSED;
    return qn_schedule_after(&view->schedule, view->now_ms / 1000) == INT64_MAX
               ? QN_SCHEDULE_OVER
               : QN_SCHEDULE_ACTIVE;
}

int qn_schedule_view_make(struct qn_schedule_view *ret, const struct qn_schedule_row *row,
                          int64_t now_ms, struct qn_zone_cache *zones, struct qn_err *reterr)
{
    const struct qn_schedule_rules rules = {.zones = zones, .kept = true};
    char field[QN_DRAFT_FIELD_SIZE];
    enum qn_json_type type;
    size_t len = row->name.len < QN_QUEUE_MAX ? row->name.len : QN_QUEUE_MAX;

    *ret = (struct qn_schedule_view){.now_ms = now_ms, .paused_ms = row->paused_ms};
    memcpy(ret->name, row->name.data, len);
    int rc =
        qn_schedule_parse(&ret->schedule, ret->name, row->definition, &rules, field, &ret->why);
    if (rc == QN_ENOMEM)
        return qn_fail(reterr, rc, "out of memory");
    ret->state = rc == QN_OK ? state_of(ret) : QN_SCHEDULE_DAMAGED;
    if (row->last.len > 0 && qn_json_check(row->last.data, row->last.len, &type, NULL) == QN_OK &&
        type == QN_JSON_OBJECT)
        ret->last = qn_strndup(row->last.data, row->last.len);
    return QN_OK;
}

void qn_schedule_view_release(struct qn_schedule_view *view)
{
    qn_schedule_release(&view->schedule);
    qn_free(view->last);
    *view = (struct qn_schedule_view){.now_ms = 0};
}

void qn_schedule_words(const struct qn_schedule *schedule, struct qn_buf *out)
{
    char text[QN_SCHEDULE_TIME_SIZE];

    if (schedule->kind == QN_SCHEDULE_AT) {
        qn_schedule_time(schedule, schedule->at_s, text);
        qn_buf_printf(out, "Once, at %s", text);
    } else if (schedule->cron.every_s > 0) { /* also @every: a schedule counts from 1970 */
        qn_ms_to_str(schedule->cron.every_s * 1000, text);
        qn_buf_printf(out, "Every %s, at multiples of it", text);
    } else {
        qn_cron_words(&schedule->cron, out);
    }
}

/* The member "text". */
static void add_words(struct qn_buf *out, const struct qn_schedule *schedule)
{
    struct qn_buf words;

    qn_buf_init(&words, QN_CRON_WORDS_MAX);
    qn_schedule_words(schedule, &words);
    if (qn_buf_status(&words) == QN_OK)
        qn_json_member_text(out, "text", words.data);
    qn_buf_release(&words);
}

void qn_schedule_time(const struct qn_schedule *schedule, int64_t second,
                      char out[QN_SCHEDULE_TIME_SIZE])
{
    int32_t offset = qn_zone_offset(schedule->zone, second);
    int32_t minutes = (offset < 0 ? -offset : offset) / 60;
    char text[QN_TIME_TEXT_SIZE];

    qn_time_to_str((second + offset) * 1000, text);
    text[strcspn(text, ".")] = '\0';
    snprintf(out, QN_SCHEDULE_TIME_SIZE, "%s%c%02d:%02d", text, offset < 0 ? '-' : '+',
             minutes / 60 % 100, minutes % 60);
}

int qn_schedule_json_next(struct qn_buf *out, const struct qn_schedule *schedule, int64_t after_s,
                          int times)
{
    char text[QN_SCHEDULE_TIME_SIZE];

    qn_buf_add_byte(out, '[');
    for (int i = 0; i < times; i++) {
        after_s = qn_schedule_after(schedule, after_s);
        if (after_s == INT64_MAX)
            break;
        qn_schedule_time(schedule, after_s, text);
        qn_buf_printf(out, "%s\"%s\"", i > 0 ? "," : "", text);
    }
    return qn_buf_add_byte(out, ']');
}

int qn_schedule_json_preview(struct qn_buf *out, const struct qn_schedule *schedule,
                             int64_t after_s, int times)
{
    qn_buf_add_byte(out, '{');
    add_words(out, schedule);
    qn_json_member_text(out, "zone", schedule->zone_name);
    qn_json_add_key(out, "next");
    qn_schedule_json_next(out, schedule, after_s, times);
    return qn_buf_add_byte(out, '}');
}

static void add_read(struct qn_buf *out, const struct qn_schedule_view *view, int times)
{
    const struct qn_schedule *schedule = &view->schedule;

    add_words(out, schedule);
    qn_json_add_key(out, "definition");
    qn_schedule_encode(schedule, out);
    qn_json_member_text(out, "source", schedule->source);
    qn_json_member_time(out, "changed_at", schedule->changed_ms);
    qn_json_member_time(out, "paused_since", view->paused_ms);
    qn_json_add_key(out, "next");
    qn_schedule_json_next(out, schedule, view->now_ms / 1000, times);
}

int qn_schedule_view_json(struct qn_buf *out, const struct qn_schedule_view *view, int times)
{
    qn_json_member_text(out, "name", view->name);
    qn_json_member_text(out, "state", qn_schedule_states[view->state]);
    if (view->state != QN_SCHEDULE_DAMAGED)
        add_read(out, view, times);
    else
        qn_json_member_text(out, "error", view->why.msg);
    return qn_json_member_raw(out, "last", view->last, view->last ? strlen(view->last) : 0);
}

int qn_schedule_json_fires(struct qn_buf *out, const char *name, const struct qn_entries *fires)
{
    bool first = true;

    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "name", name);
    qn_json_add_key(out, "fires");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < fires->n; i++) {
        struct qn_span json = fires->entries[i].value;
        enum qn_json_type type;
        if (qn_json_check(json.data, json.len, &type, NULL) != QN_OK || type != QN_JSON_OBJECT)
            continue;
        qn_buf_add_str(out, first ? "" : ",");
        first = false;
        qn_buf_add(out, json.data, json.len);
    }
    return qn_buf_add_str(out, "]}");
}
