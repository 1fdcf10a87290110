#include "link.h"

#include "broker-client/record.h"
#include "broker-client/taskdef.h"
#include "common/json.h"
#include "common/str.h"
#include <limits.h>
#include <quern/job.h>
#include <string.h>

static void add_bytes(struct qn_buf *out, struct qn_span bytes)
{
    qn_buf_add_varint(out, bytes.len);
    qn_buf_add(out, bytes.data, bytes.len);
}

static bool get_bytes(struct qn_span *rest, size_t max, struct qn_span *ret)
{
    uint64_t len;

    return qn_span_varint(rest, &len) && len <= max && qn_span_bytes(rest, (size_t)len, ret);
}

static bool get_number(struct qn_span *rest, int64_t min, int64_t max, int64_t *ret)
{
    uint64_t value;

    if (!qn_span_varint(rest, &value) || value > (uint64_t)max || value < (uint64_t)min)
        return false;
    *ret = (int64_t)value;
    return true;
}

/* Names are short: a copy with a NUL serves the checks that the other folders use. */
static bool name_ok(struct qn_span name, bool (*check)(const char *))
{
    char text[QN_ID_SIZE];

    if (name.len == 0 || name.len >= sizeof(text) || memchr(name.data, '\0', name.len))
        return false;
    memcpy(text, name.data, name.len);
    text[name.len] = '\0';
    return check(text);
}

static bool json_ok(struct qn_span json, enum qn_json_type wanted)
{
    enum qn_json_type type;

    return qn_json_check(json.data, json.len, &type, NULL) == QN_OK && type == wanted;
}

int worker_link_encode_job(struct qn_buf *out, const struct worker_job_frame *job)
{
    if (job->run < 1 || job->attempt < 1 || job->max_attempts < 1)
        return QN_EINVAL;
    qn_buf_add_varint(out, (uint64_t)job->run);
    qn_buf_add_varint(out, (uint64_t)job->attempt);
    qn_buf_add_varint(out, (uint64_t)job->max_attempts);
    add_bytes(out, job->queue);
    add_bytes(out, job->name);
    add_bytes(out, job->record);
    return qn_buf_status(out);
}

int worker_link_decode_job(struct qn_span body, struct worker_job_frame *ret)
{
    struct worker_job_frame job = {0};
    int64_t attempt, max_attempts;

    if (!get_number(&body, 1, INT64_MAX, &job.run) || !get_number(&body, 1, INT_MAX, &attempt) ||
        !get_number(&body, 1, INT_MAX, &max_attempts) ||
        !get_bytes(&body, QN_QUEUE_MAX, &job.queue) || !get_bytes(&body, QN_NAME_MAX, &job.name) ||
        !get_bytes(&body, QN_RECORD_MAX, &job.record) || body.len != 0)
        return QN_EPROTO;
    if (!name_ok(job.queue, qn_queue_ok) || !name_ok(job.name, qn_name_ok))
        return QN_EPROTO;
    job.attempt = (int)attempt;
    job.max_attempts = (int)max_attempts;
    *ret = job;
    return QN_OK;
}

int worker_link_encode_follow(struct qn_buf *out, const struct worker_follow_frame *follow)
{
    add_bytes(out, follow->task);
    add_bytes(out, follow->queue);
    add_bytes(out, follow->args);
    return qn_buf_status(out);
}

int worker_link_decode_follow(struct qn_span body, struct worker_follow_frame *ret)
{
    struct worker_follow_frame follow = {0};

    if (!get_bytes(&body, QN_ID_SIZE, &follow.task) ||
        !get_bytes(&body, QN_QUEUE_MAX, &follow.queue) ||
        !get_bytes(&body, QN_ARGS_MAX, &follow.args) || body.len != 0)
        return QN_EPROTO;
    if (!name_ok(follow.task, qn_task_name_ok) || !json_ok(follow.args, QN_JSON_OBJECT) ||
        (follow.queue.len > 0 && !name_ok(follow.queue, qn_queue_ok)))
        return QN_EPROTO;
    *ret = follow;
    return QN_OK;
}

int worker_link_encode_result(struct qn_buf *out, const struct worker_result_frame *result)
{
    if (result->run < 1 || result->delay_ms < -1 || result->delay_ms > WORKER_DELAY_MAX_MS)
        return QN_EINVAL;
    qn_buf_add_varint(out, (uint64_t)result->run);
    qn_buf_add_varint(out, (uint64_t)result->outcome);
    qn_buf_add_varint(out, (uint64_t)result->cause);
    qn_buf_add_varint(out, (uint64_t)(result->delay_ms + 1));
    add_bytes(out, result->error);
    add_bytes(out, result->result);
    add_bytes(out, result->artifacts);
    return qn_buf_status(out);
}

bool worker_link_cause_ok(enum qn_outcome outcome, enum qn_cause cause)
{
    static const struct {
        enum qn_cause usual, other;
    } causes[] = {
        [QN_DONE] = {QN_CAUSE_NONE, QN_CAUSE_NONE},
        [QN_RETRY] = {QN_CAUSE_ERROR, QN_CAUSE_TIMEOUT},
        [QN_FAIL] = {QN_CAUSE_ERROR, QN_CAUSE_REJECTED},
        [QN_SNOOZE] = {QN_CAUSE_NONE, QN_CAUSE_NONE},
    };

    return cause == causes[outcome].usual || cause == causes[outcome].other;
}

static bool texts_ok(const struct worker_result_frame *result)
{
    return qn_utf8_valid(result->error.data, result->error.len) &&
           (result->result.len == 0 ||
            qn_json_check(result->result.data, result->result.len, NULL, NULL) == QN_OK) &&
           (result->artifacts.len == 0 || json_ok(result->artifacts, QN_JSON_ARRAY));
}

int worker_link_decode_result(struct qn_span body, struct worker_result_frame *ret)
{
    struct worker_result_frame result = {0};
    int64_t outcome, cause;

    if (!get_number(&body, 1, INT64_MAX, &result.run) ||
        !get_number(&body, 0, QN_SNOOZE, &outcome) ||
        !get_number(&body, 0, QN_CAUSE_REJECTED, &cause) ||
        !worker_link_cause_ok((enum qn_outcome)outcome, (enum qn_cause)cause) ||
        !get_number(&body, 0, WORKER_DELAY_MAX_MS + 1, &result.delay_ms))
        return QN_EPROTO;
    if (!get_bytes(&body, QN_ERROR_TEXT_MAX, &result.error) ||
        !get_bytes(&body, QN_RESULT_MAX, &result.result) ||
        !get_bytes(&body, WORKER_ARTIFACTS_MAX, &result.artifacts) || body.len != 0 ||
        !texts_ok(&result))
        return QN_EPROTO;
    result.delay_ms -= 1;
    result.outcome = (enum qn_outcome)outcome;
    result.cause = (enum qn_cause)cause;
    *ret = result;
    return QN_OK;
}
