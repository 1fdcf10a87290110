#include "fire_note.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/json_member.h"
#include "common/str.h"
#include <string.h>

const char *const qn_fire_whats[] = {[QN_FIRE_MADE] = "made",
                                     [QN_FIRE_SKIPPED] = "skipped",
                                     [QN_FIRE_REFUSED] = "refused",
                                     [QN_FIRE_RUN] = "run",
                                     NULL};

int qn_fire_encode(const struct qn_fire *fire, struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    qn_json_member_time(out, "planned_at", fire->planned_ms);
    qn_json_member_time(out, "at", fire->at_ms);
    qn_json_member_text(out, "what", qn_fire_whats[fire->what]);
    qn_json_member_text(out, "job", fire->job);
    qn_json_member_text(out, "error", fire->error);
    if (fire->missed > 0)
        qn_json_member_number(out, "missed", fire->missed);
    qn_json_member_text(out, "last_job", fire->last_job);
    return qn_buf_add_byte(out, '}');
}

/* Left empty when it is not there, or is no short text. */
static void text_of(struct qn_span json, const char *name, char *out, size_t size)
{
    struct qn_json_item item;
    struct qn_buf text;

    out[0] = '\0';
    if (!qn_json_find(json.data, json.len, name, &item) || item.type != QN_JSON_STRING)
        return;
    qn_buf_init(&text, size - 1);
    if (qn_json_unescape(item.value, &text) == QN_OK)
        qn_str_copy(out, size, text.data);
    qn_buf_release(&text);
}

static int64_t time_of(struct qn_span json, const char *name)
{
    char text[QN_TIME_TEXT_SIZE + 8];
    int64_t ms;

    text_of(json, name, text, sizeof(text));
    return qn_time_from_str(text, &ms) == QN_OK ? ms : 0;
}

static int what_of(struct qn_span json, enum qn_fire_what *ret)
{
    char text[16];

    text_of(json, "what", text, sizeof(text));
    for (int i = 0; qn_fire_whats[i]; i++)
        if (strcmp(text, qn_fire_whats[i]) == 0) {
            *ret = (enum qn_fire_what)i;
            return QN_OK;
        }
    return QN_ECORRUPT;
}

int qn_fire_decode(struct qn_fire *ret, struct qn_span json)
{
    enum qn_json_type type;
    struct qn_json_item item;

    *ret = (struct qn_fire){.planned_ms = 0};
    if (!json.data || qn_json_check(json.data, json.len, &type, NULL) != QN_OK ||
        type != QN_JSON_OBJECT || what_of(json, &ret->what) != QN_OK)
        return QN_ECORRUPT;
    ret->planned_ms = time_of(json, "planned_at");
    ret->at_ms = time_of(json, "at");
    text_of(json, "job", ret->job, sizeof(ret->job));
    text_of(json, "error", ret->error, sizeof(ret->error));
    text_of(json, "last_job", ret->last_job, sizeof(ret->last_job));
    if (qn_json_find(json.data, json.len, "missed", &item) && item.type == QN_JSON_NUMBER &&
        !qn_json_is_integer(item.value, &ret->missed))
        ret->missed = 0;
    return QN_OK;
}
