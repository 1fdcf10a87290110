#include "common/clock.h"
#include "common/json.h"
#include "jobview.h"
#include <string.h>

static void add_text(struct qn_buf *out, const char *key, const char *text)
{
    if (text[0] == '\0')
        return;
    qn_json_add_key(out, key);
    qn_json_add_str(out, text);
}

static void add_number(struct qn_buf *out, const char *key, int64_t number)
{
    qn_json_add_key(out, key);
    qn_json_add_i64(out, number);
}

static void add_time(struct qn_buf *out, const char *key, int64_t wall_ms)
{
    char text[QN_TIME_TEXT_SIZE];

    if (wall_ms <= 0)
        return;
    qn_time_to_str(wall_ms, text);
    add_text(out, key, text);
}

/* What is JSON on the broker; as a string when it is not, which cannot be. */
static void add_json(struct qn_buf *out, const char *key, const char *json, size_t len)
{
    if (len == 0)
        return;
    qn_json_add_key(out, key);
    if (qn_json_check(json, len, NULL, NULL) == QN_OK)
        qn_buf_add(out, json, len);
    else
        qn_json_add_string(out, json, len);
}

static void add_lines(struct qn_buf *out, const char *key, const char *lines)
{
    const char *comma = "";

    if (lines[0] == '\0')
        return;
    qn_json_add_key(out, key);
    qn_buf_add_byte(out, '[');
    while (*lines != '\0') {
        size_t len = strcspn(lines, "\n");
        if (len > 0 && qn_json_check(lines, len, NULL, NULL) == QN_OK) {
            qn_buf_add_str(out, comma);
            qn_buf_add(out, lines, len);
            comma = ",";
        }
        lines += len + (lines[len] == '\n');
    }
    qn_buf_add_byte(out, ']');
}

static void add_counts(struct qn_buf *out, const struct qn_job_info *info)
{
    add_number(out, "priority", info->priority);
    add_number(out, "attempts", info->attempts);
    if (info->max_attempts > 0)
        add_number(out, "max_attempts", info->max_attempts);
    if (info->deaths > 0)
        add_number(out, "deaths", info->deaths);
    if (info->cancel_requested)
        add_json(out, "cancel_requested", "true", 4);
}

static void add_times(struct qn_buf *out, const struct qn_job_info *info)
{
    add_time(out, "enqueued_at", info->enqueued_ms);
    add_time(out, "due_at", info->due_ms);
    add_time(out, "expires_at", info->expires_ms);
    add_time(out, "started_at", info->started_ms);
    add_time(out, "ended_at", info->ended_ms);
}

int cli_job_json(const struct qn_job_info *info, bool whole, struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    add_text(out, "id", info->id);
    add_text(out, "task", info->task);
    qn_json_add_key(out, "queue");
    qn_json_add_string(out, info->id, strcspn(info->id, "."));
    add_text(out, "state", qn_state_name(info->state));
    add_text(out, "cause", qn_cause_name(info->cause));
    add_text(out, "error", info->error);
    add_counts(out, info);
    add_times(out, info);
    add_json(out, "progress", info->progress, strlen(info->progress));
    add_json(out, "tags", info->tags, strlen(info->tags));
    add_text(out, "request_id", info->request_id);
    add_text(out, "worker", info->worker);
    if (whole) {
        add_json(out, "args", info->args, info->args_len);
        add_json(out, "result", info->result, info->result_len);
        add_json(out, "artifacts", info->artifacts, strlen(info->artifacts));
        add_lines(out, "history", info->history);
    }
    qn_buf_add_byte(out, '}');
    return qn_buf_status(out);
}
