#include "job_json.h"
#include "common/clock.h"
#include "common/json.h"
#include <string.h>

int api_json_add_raw(struct qn_buf *out, const char *key, const char *text, size_t len)
{
    if (len == 0)
        return qn_buf_status(out);
    qn_json_add_key(out, key);
    if (qn_json_check(text, len, NULL, NULL) == QN_OK)
        return qn_buf_add(out, text, len);
    return qn_json_add_string(out, text, len);
}

int api_json_add_text(struct qn_buf *out, const char *key, const char *text)
{
    if (text[0] == '\0')
        return qn_buf_status(out);
    qn_json_add_key(out, key);
    return qn_json_add_str(out, text);
}

int api_json_add_time(struct qn_buf *out, const char *key, int64_t wall_ms)
{
    char text[QN_TIME_TEXT_SIZE];
    if (wall_ms <= 0)
        return qn_buf_status(out);
    qn_time_to_str(wall_ms, text);
    return api_json_add_text(out, key, text);
}

int api_json_add_number(struct qn_buf *out, const char *key, int64_t value)
{
    qn_json_add_key(out, key);
    return qn_json_add_i64(out, value);
}

int api_json_add_flag(struct qn_buf *out, const char *key, bool value)
{
    qn_json_add_key(out, key);
    return qn_buf_add_str(out, value ? "true" : "false");
}

/* JSON lines as an array. */
static void add_history(struct qn_buf *out, const char *lines)
{
    if (lines[0] == '\0')
        return;
    qn_json_add_key(out, "history");
    qn_buf_add_byte(out, '[');
    const char *comma = "";
    while (*lines != '\0') {
        size_t len = strcspn(lines, "\n");
        if (len > 0 && qn_json_check(lines, len, NULL, NULL) == QN_OK) {
            qn_buf_add_str(out, comma);
            qn_buf_add(out, lines, len);
            comma = ",";
        }
        lines += len;
        lines += *lines == '\n';
    }
    qn_buf_add_byte(out, ']');
}

/* Each file with its address. The name is of the check's alphabet, so it needs no
 * encoding there. */
static void add_file(struct qn_buf *out, const struct qn_job_info *info, struct qn_span file)
{
    struct qn_json_item name;
    if (file.len < 3 || file.data[0] != '{' || !qn_json_find(file.data, file.len, "name", &name) ||
        name.type != QN_JSON_STRING || name.value.len < 3) {
        qn_buf_add(out, file.data, file.len);
        return;
    }
    qn_buf_add(out, file.data, file.len - 1);
    qn_buf_printf(out, ",\"url\":\"/v1/jobs/%s/artifacts/%.*s\"}", info->id,
                  (int)(name.value.len - 2), name.value.data + 1);
}

static void add_files(struct qn_buf *out, const struct qn_job_info *info)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    size_t len = strlen(info->artifacts);
    enum qn_json_type type;
    if (len == 0 || qn_json_check(info->artifacts, len, &type, NULL) < 0 || type != QN_JSON_ARRAY ||
        qn_json_walk_init(&walk, info->artifacts, len) < 0)
        return;
    qn_json_add_key(out, "artifacts");
    qn_buf_add_byte(out, '[');
    for (bool first = true; qn_json_walk_next(&walk, &item); first = false) {
        if (!first)
            qn_buf_add_byte(out, ',');
        add_file(out, info, item.value);
    }
    qn_buf_add_byte(out, ']');
}

static void add_queue(struct qn_buf *out, const struct qn_job_info *info)
{
    qn_json_add_key(out, "queue");
    qn_json_add_string(out, info->id, strcspn(info->id, "."));
}

static void add_counts(struct qn_buf *out, const struct qn_job_info *info)
{
    api_json_add_number(out, "priority", info->priority);
    api_json_add_number(out, "attempts", info->attempts);
    if (info->max_attempts > 0)
        api_json_add_number(out, "max_attempts", info->max_attempts);
    if (info->deaths > 0)
        api_json_add_number(out, "deaths", info->deaths);
    if (info->cancel_requested)
        api_json_add_flag(out, "cancel_requested", true);
}

static void add_times(struct qn_buf *out, const struct qn_job_info *info)
{
    api_json_add_time(out, "enqueued_at", info->enqueued_ms);
    api_json_add_time(out, "due_at", info->due_ms);
    api_json_add_time(out, "expires_at", info->expires_ms);
    api_json_add_time(out, "started_at", info->started_ms);
    api_json_add_time(out, "ended_at", info->ended_ms);
}

int api_job_json(struct qn_buf *out, const struct qn_job_info *info, enum api_job_parts parts)
{
    qn_buf_add_byte(out, '{');
    api_json_add_text(out, "id", info->id);
    api_json_add_text(out, "task", info->task);
    add_queue(out, info);
    api_json_add_text(out, "state", qn_state_name(info->state));
    api_json_add_text(out, "cause", qn_cause_name(info->cause));
    api_json_add_text(out, "error", info->error);
    add_counts(out, info);
    add_times(out, info);
    api_json_add_raw(out, "progress", info->progress, strlen(info->progress));
    api_json_add_raw(out, "tags", info->tags, strlen(info->tags));
    api_json_add_text(out, "request_id", info->request_id);
    api_json_add_text(out, "worker", info->worker);
    qn_json_add_key(out, "url");
    qn_buf_printf(out, "\"/v1/jobs/%s\"", info->id);
    if (parts == API_JOB_WHOLE) {
        api_json_add_raw(out, "args", info->args, info->args_len);
        api_json_add_raw(out, "result", info->result, info->result_len);
        add_files(out, info);
        add_history(out, info->history);
    }
    qn_buf_add_byte(out, '}');
    return qn_buf_status(out);
}
