#include "describe.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/json_member.h"
#include "common/str.h"
#include <stdio.h>
#include <string.h>

static void add_job(const struct beat_schedule *schedule, struct qn_buf *out)
{
    char expires[QN_MS_TEXT_SIZE] = "";

    if (schedule->expires_ms > 0)
        qn_ms_to_str(schedule->expires_ms, expires);
    qn_json_add_key(out, "job");
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "task", schedule->task);
    qn_json_member_raw(out, "args", schedule->args, strlen(schedule->args));
    qn_json_member_text(out, "queue", schedule->queue ? schedule->queue : "");
    if (schedule->priority > 0)
        qn_json_member_number(out, "priority", schedule->priority);
    qn_json_member_text(out, "expires", expires);
    if (schedule->max_attempts > 0)
        qn_json_member_number(out, "max_attempts", schedule->max_attempts);
    qn_buf_add_byte(out, '}');
}

/* "quern-schedule.conf:12" */
static void add_source(const struct beat_schedule *schedule, const char *file, struct qn_buf *out)
{
    char source[512];

    snprintf(source, sizeof(source), "%.400s:%d", file, schedule->line);
    qn_json_member_text(out, "source", source);
}

/* RFC 3339 with the zone's offset: the instant, and what the clocks there show. */
static void add_time(const struct qn_zone *zone, int64_t second, struct qn_buf *out)
{
    int32_t offset = qn_zone_offset(zone, second), minutes = (offset < 0 ? -offset : offset) / 60;
    char text[QN_TIME_TEXT_SIZE];

    qn_time_to_str((second + offset) * 1000, text);
    text[strcspn(text, ".")] = '\0';
    qn_buf_printf(out, "\"%s%c%02d:%02d\"", text, offset < 0 ? '-' : '+', minutes / 60,
                  minutes % 60);
}

static void add_next(const struct beat_schedule *schedule, const struct beat_about *about,
                     struct qn_buf *out)
{
    int64_t at = about->now_ms / 1000;

    qn_json_add_key(out, "next");
    qn_buf_add_byte(out, '[');
    for (int i = 0; i < about->times; i++) {
        at = beat_schedule_after(schedule, at);
        if (at == INT64_MAX)
            break;
        qn_buf_add_str(out, i > 0 ? "," : "");
        add_time(schedule->zone, at, out);
    }
    qn_buf_add_byte(out, ']');
}

int beat_describe(const struct beat_schedule *schedule, const struct beat_about *about,
                  struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "name", schedule->name);
    qn_json_member_text(out, schedule->every ? "every" : "cron", schedule->when);
    qn_json_member_text(out, "zone", schedule->zone_name);
    add_job(schedule, out);
    add_source(schedule, about->file, out);
    qn_json_member_time(out, "last_planned_at", schedule->last_s * 1000);
    qn_json_member_text(out, "last_job", schedule->last_job);
    qn_json_member_text(out, "last_error", schedule->last_error);
    add_next(schedule, about, out);
    if (about->leader) {
        qn_json_member_text(out, "leader", about->leader);
        qn_json_member_time(out, "told_at", about->now_ms);
    }
    qn_buf_add_byte(out, '}');
    return qn_buf_status(out);
}

static void text_of(const char *json, size_t len, const char *name, char *out, size_t size)
{
    struct qn_json_item item;
    struct qn_buf text;

    out[0] = '\0';
    if (!qn_json_find(json, len, name, &item) || item.type != QN_JSON_STRING)
        return;
    qn_buf_init(&text, size - 1);
    if (qn_json_unescape(item.value, &text) == QN_OK)
        qn_str_copy(out, size, text.data);
    qn_buf_release(&text);
}

void beat_recall(struct beat_schedule *schedule, const char *json, size_t len)
{
    char at[QN_TIME_TEXT_SIZE];
    enum qn_json_type type;
    int64_t ms;

    if (qn_json_check(json, len, &type, NULL) != QN_OK || type != QN_JSON_OBJECT)
        return;
    text_of(json, len, "last_planned_at", at, sizeof(at));
    if (qn_time_from_str(at, &ms) != QN_OK || ms / 1000 <= schedule->last_s)
        return;
    schedule->last_s = ms / 1000;
    text_of(json, len, "last_job", schedule->last_job, sizeof(schedule->last_job));
    text_of(json, len, "last_error", schedule->last_error, sizeof(schedule->last_error));
}
