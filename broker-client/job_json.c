#include "job_json.h"

#include "common/json.h"
#include "common/json_member.h"
#include "unique.h"
#include <string.h>

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

static void add_unique(struct qn_buf *out, const struct qn_unique *unique)
{
    if (unique->until == QN_UNIQUE_NO)
        return;
    qn_json_add_key(out, "unique");
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "until", qn_unique_untils[unique->until]);
    if (unique->for_ms > 0)
        qn_json_member_number(out, "for_ms", unique->for_ms);
    qn_json_member_text(out, "conflict", qn_unique_conflicts[unique->conflict]);
    qn_buf_add_byte(out, '}');
}

static void add_on_failed(struct qn_buf *out, const struct qn_job_info *info, bool whole)
{
    if (info->on_failed[0] == '\0')
        return;
    qn_json_add_key(out, "on_failed");
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "task", info->on_failed);
    if (whole)
        qn_json_member_raw(out, "args", info->on_failed_args, strlen(info->on_failed_args));
    qn_json_member_text(out, "id", info->on_failed_id);
    qn_buf_add_byte(out, '}');
}

static void add_counts(struct qn_buf *out, const struct qn_job_info *info)
{
    qn_json_member_number(out, "priority", info->priority);
    qn_json_member_number(out, "attempts", info->attempts);
    if (info->max_attempts > 0)
        qn_json_member_number(out, "max_attempts", info->max_attempts);
    if (info->deaths > 0)
        qn_json_member_number(out, "deaths", info->deaths);
    if (info->cancel_requested)
        qn_json_member_flag(out, "cancel_requested", true);
}

static void add_times(struct qn_buf *out, const struct qn_job_info *info)
{
    qn_json_member_time(out, "enqueued_at", info->enqueued_ms);
    qn_json_member_time(out, "due_at", info->due_ms);
    qn_json_member_time(out, "expires_at", info->expires_ms);
    qn_json_member_time(out, "started_at", info->started_ms);
    qn_json_member_time(out, "ended_at", info->ended_ms);
}

int qn_job_json(struct qn_buf *out, const struct qn_job_info *info, unsigned parts)
{
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "id", info->id);
    qn_json_member_text(out, "task", info->task);
    add_queue(out, info);
    qn_json_member_text(out, "state", qn_state_name(info->state));
    qn_json_member_text(out, "cause", qn_cause_name(info->cause));
    qn_json_member_text(out, "error", info->error);
    add_counts(out, info);
    add_times(out, info);
    qn_json_member_raw(out, "progress", info->progress, strlen(info->progress));
    qn_json_member_raw(out, "tags", info->tags, strlen(info->tags));
    qn_json_member_text(out, "request_id", info->request_id);
    qn_json_member_text(out, "limit_key", info->limit_key);
    qn_json_member_text(out, "behind_limit", info->behind_limit);
    add_unique(out, &info->unique);
    qn_json_member_text(out, "parent", info->parent);
    add_on_failed(out, info, parts & QN_JOB_WHOLE);
    qn_json_member_text(out, "worker", info->worker);
    if (parts & QN_JOB_LINKS) {
        qn_json_add_key(out, "url");
        qn_buf_printf(out, "\"/v1/jobs/%s\"", info->id);
    }
    if (parts & QN_JOB_WHOLE) {
        qn_json_member_raw(out, "args", info->args, info->args_len);
        qn_json_member_raw(out, "result", info->result, info->result_len);
        if (parts & QN_JOB_LINKS)
            add_files(out, info);
        else
            qn_json_member_raw(out, "artifacts", info->artifacts, strlen(info->artifacts));
        qn_json_member_lines(out, "history", info->history);
    }
    qn_buf_add_byte(out, '}');
    return qn_buf_status(out);
}
