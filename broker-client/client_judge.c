#include "client_type.h"

#include "bounds.h"
#include "common/id.h"
#include "common/json.h"
#include "common/str.h"
#include "limits.h"
#include "retry.h"
#include "unique.h"
#include <string.h>

#define TAGS_TEXT_MAX (8 * 1024)

static int judge_names(const struct qn_enqueue *job, struct qn_err *reterr)
{
    if (!job->task || !qn_task_name_ok(job->task))
        return qn_fail(reterr, QN_EINVAL, "task \"%.64s\": the name must be 1-64 of [a-z0-9_.-]",
                       job->task ? job->task : "");
    if (job->queue && !qn_queue_ok(job->queue))
        return qn_fail(reterr, QN_EINVAL, "queue \"%.64s\": must be 1-32 of [a-z0-9_-]",
                       job->queue);
    if (job->name && !qn_name_ok(job->name))
        return qn_fail(reterr, QN_EINVAL, "name \"%.64s\": must be 1-64 of [A-Za-z0-9_-]",
                       job->name);
    if (job->request_id && (strlen(job->request_id) > QN_REQUEST_ID_MAX ||
                            !qn_utf8_valid(job->request_id, strlen(job->request_id))))
        return qn_fail(reterr, QN_EINVAL, "request_id: must be at most %d bytes of UTF-8",
                       QN_REQUEST_ID_MAX);
    if (job->limit_key &&
        !qn_limit_key_ok((struct qn_span){job->limit_key, strlen(job->limit_key)}))
        return qn_fail(reterr, QN_EINVAL, "limit_key \"%.64s\": must be 1-64 of [A-Za-z0-9_.:@-]",
                       job->limit_key);
    return QN_OK;
}

static int judge_unique(const struct qn_enqueue *job, struct qn_err *reterr)
{
    if (job->unique_key && (job->unique_key[0] == '\0' || strlen(job->unique_key) > QN_UNIQUE_MAX))
        return qn_fail(reterr, QN_EINVAL, "unique.key: must be 1-%d bytes", QN_UNIQUE_MAX);
    if (job->unique_key && job->unique.until == QN_UNIQUE_NO)
        return qn_fail(reterr, QN_EINVAL,
                       "unique.until: it is required: started, finished or "
                       "window");
    return qn_unique_check(&job->unique, reterr);
}

static int judge_durations(const struct qn_enqueue *job, struct qn_err *reterr)
{
    const struct {
        const char *name;
        int64_t value, max;
    } durations[] = {
        {"delay", job->delay_ms, QN_DELAY_MAX_MS},
        {"expires", job->expires_in_ms, QN_DELAY_MAX_MS},
        {"soft_limit", job->soft_limit_ms, QN_LIMIT_MAX_MS},
        {"hard_limit", job->hard_limit_ms, QN_LIMIT_MAX_MS},
        {"result_ttl", job->result_ttl_ms, QN_RESULT_MAX_MS},
    };

    for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
        char given[QN_MS_TEXT_SIZE], most[QN_MS_TEXT_SIZE];
        int64_t value = durations[i].value;
        if (value >= 0 && value <= durations[i].max)
            continue;
        qn_ms_to_str(value, given);
        qn_ms_to_str(durations[i].max, most);
        return qn_fail(reterr, QN_EINVAL, "%s: %s is not from 0 to %s", durations[i].name, given,
                       most);
    }
    return QN_OK;
}

static int judge_numbers(const struct qn_enqueue *job, struct qn_err *reterr)
{
    const struct {
        const char *name;
        int64_t value, max;
    } numbers[] = {
        {"priority", job->priority, QN_PRIORITY_MAX},
        {"eta_ms", job->eta_ms, INT64_C(1) << 52},
        {"expires_at_ms", job->expires_at_ms, INT64_C(1) << 52},
        {"max_attempts", job->max_attempts, QN_ATTEMPTS_MAX},
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (numbers[i].value < 0 || numbers[i].value > numbers[i].max)
            return qn_fail(reterr, QN_EINVAL, "%s: %lld is not from 0 to %lld", numbers[i].name,
                           (long long)numbers[i].value, (long long)numbers[i].max);
    }
    int rc = qn_retry_check(&job->retry, reterr);
    return rc == QN_OK ? judge_durations(job, reterr) : rc;
}

/* What excludes each other. */
static int judge_whole(const struct qn_enqueue *job, struct qn_err *reterr)
{
    if (job->delay_ms && job->eta_ms)
        return qn_fail(reterr, QN_EINVAL, "delay and eta: only one of both may be given");
    if (job->expires_in_ms && job->expires_at_ms)
        return qn_fail(reterr, QN_EINVAL,
                       "expires_in_ms and expires_at_ms: only one of both may be given");
    return QN_OK;
}

/* The tags as a JSON array, nothing when there are none. */
static int judge_tags(const struct qn_enqueue *job, struct qn_buf *out, struct qn_err *reterr)
{
    size_t n = 0;

    for (; job->tags && job->tags[n]; n++) {
        size_t len = strlen(job->tags[n]);
        if (n == QN_TAGS_MAX)
            return qn_fail(reterr, QN_EINVAL, "tags: at most %d", QN_TAGS_MAX);
        if (len < 1 || len > QN_TAG_MAX || !qn_utf8_valid(job->tags[n], len))
            return qn_fail(reterr, QN_EINVAL, "tag %zu: must be 1-%d bytes of UTF-8", n + 1,
                           QN_TAG_MAX);
        qn_buf_add_byte(out, n ? ',' : '[');
        qn_json_add_string(out, job->tags[n], len);
    }
    if (n > 0)
        qn_buf_add_byte(out, ']');
    return qn_buf_status(out) == QN_OK
               ? QN_OK
               : qn_fail(reterr, qn_buf_status(out), "tags: %s", qn_err_text(qn_buf_status(out)));
}

static int judge_unknown_args(struct qn_span args, struct qn_err *reterr)
{
    enum qn_json_type type;
    struct qn_err why;

    if (args.len > QN_ARGS_MAX)
        return qn_fail(reterr, QN_ELIMIT, "arguments: %zu bytes, at most %d are allowed", args.len,
                       QN_ARGS_MAX);
    int rc = qn_json_check(args.data, args.len, &type, &why);
    if (rc != QN_OK)
        return qn_fail(reterr, rc, "arguments: %s", why.msg);
    if (type != QN_JSON_OBJECT)
        return qn_fail(reterr, QN_EINVAL, "arguments: must be a JSON object");
    return QN_OK;
}

static struct qn_span span_of(const char *text)
{
    return (struct qn_span){.data = text, .len = text ? strlen(text) : 0};
}

static size_t len_of(const char *args, size_t len)
{
    return args && len == 0 ? strlen(args) : len;
}

size_t qn_judge_args_len(const struct qn_enqueue *job)
{
    return len_of(job->args, job->args_len);
}

size_t qn_judge_on_failed_len(const struct qn_enqueue *job)
{
    return len_of(job->on_failed_args, job->on_failed_args_len);
}

static struct qn_span or_empty(const char *args, size_t len)
{
    return args ? (struct qn_span){.data = args, .len = len} : (struct qn_span){"{}", 2};
}

static struct qn_span args_of(const struct qn_enqueue *job)
{
    return or_empty(job->args, qn_judge_args_len(job));
}

static struct qn_span on_failed_args_of(const struct qn_enqueue *job)
{
    return or_empty(job->on_failed_args, qn_judge_on_failed_len(job));
}

/* Is the task known, are its arguments right? *ret_def NULL: it need not be. */
static int judge_args(const struct qn_client *client, const struct qn_enqueue *job,
                      const char *task, struct qn_span args, const struct qn_taskdef **ret_def,
                      struct qn_err *reterr)
{
    const struct qn_taskdef *def = qn_defs_task(&client->defs, task);

    *ret_def = def;
    if (!def && !job->accept_unknown)
        return qn_fail(reterr, QN_ENOTFOUND, "task \"%s\": no worker has published it", task);
    return def ? qn_taskdef_check(def, args.data, args.len, NULL, reterr)
               : judge_unknown_args(args, reterr);
}

static int judge_on_failed(const struct qn_client *client, const struct qn_enqueue *job,
                           struct qn_err *reterr)
{
    const struct qn_taskdef *def;
    struct qn_err why;

    if (!job->on_failed && job->on_failed_args)
        return qn_fail(reterr, QN_EINVAL, "on_failed: arguments, and no task");
    if (!job->on_failed)
        return QN_OK;
    if (!qn_task_name_ok(job->on_failed))
        return qn_fail(reterr, QN_EINVAL,
                       "on_failed: task \"%.64s\": the name must be 1-64 of [a-z0-9_.-]",
                       job->on_failed);
    int rc = judge_args(client, job, job->on_failed, on_failed_args_of(job), &def, &why);
    return rc == QN_OK ? rc : qn_fail(reterr, rc, "on_failed: %s", why.msg);
}

/* And does anybody serve the queue? */
static int judge_task(const struct qn_client *client, const struct qn_enqueue *job,
                      char queue[QN_QUEUE_MAX + 1], struct qn_err *reterr)
{
    const struct qn_taskdef *def;
    int rc = judge_args(client, job, job->task, args_of(job), &def, reterr);

    if (rc == QN_OK)
        rc = judge_on_failed(client, job, reterr);
    if (rc != QN_OK)
        return rc;
    qn_str_copy(queue, QN_QUEUE_MAX + 1,
                job->queue ? job->queue
                : def      ? qn_taskdef_queue(def)
                           : "default");
    if (!job->accept_unknown && !qn_defs_queue(&client->defs, queue))
        return qn_fail(reterr, QN_ENOTFOUND, "queue \"%s\": no worker has served it", queue);
    return QN_OK;
}

static void fill_job(struct qn_new_job *to, const struct qn_enqueue *job)
{
    *to = (struct qn_new_job){
        .priority = job->priority,
        .due_ms = job->delay_ms ? job->delay_ms : job->eta_ms,
        .due_relative = job->delay_ms != 0,
        .expires_ms = job->expires_in_ms ? job->expires_in_ms : job->expires_at_ms,
        .expires_relative = job->expires_in_ms != 0,
        .keyed = job->limit_key != NULL,
        .unique = job->unique,
        .watch_ms = job->awaited ? QN_WATCH_MS : 0,
    };
}

static int make_unique_key(const struct qn_enqueue *job, struct qn_span args, struct qn_item *item,
                           struct qn_err *reterr)
{
    item->unique_key[0] = '\0';
    if (job->unique.until == QN_UNIQUE_NO)
        return QN_OK;
    return qn_unique_key(span_of(job->task), job->unique_key ? span_of(job->unique_key) : args,
                         item->unique_key, reterr);
}

static int encode(const struct qn_enqueue *job, const struct qn_item *item, struct qn_span args,
                  struct qn_span tags, struct qn_buf *out, struct qn_err *reterr)
{
    const struct qn_body body = {
        .task = span_of(job->task),
        .limit_key = span_of(job->limit_key),
        .unique_key = span_of(item->unique_key),
        .unique = job->unique,
        .args = args,
        .max_attempts = job->max_attempts,
        .retry = job->retry,
        .soft_limit_ms = job->soft_limit_ms,
        .hard_limit_ms = job->hard_limit_ms,
        .result_ttl_ms = job->result_ttl_ms,
        .tags = tags,
        .request_id = span_of(job->request_id),
        .on_failed = {.task = span_of(job->on_failed), .args = on_failed_args_of(job)},
    };
    int rc = qn_body_encode(&body, out);

    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "job: %s", qn_err_text(rc));
}

static int name_item(struct qn_client *client, const struct qn_enqueue *job, struct qn_item *item,
                     struct qn_err *reterr)
{
    if (!job->name)
        return qn_id_make_from(&client->random, qn_wall_ms(&qn_clock_system), item->name, reterr);
    qn_str_copy(item->name, sizeof(item->name), job->name);
    return QN_OK;
}

int qn_judge(const struct qn_client *client, const struct qn_enqueue *job,
             char queue[QN_QUEUE_MAX + 1], struct qn_err *reterr)
{
    int rc = judge_names(job, reterr);

    if (rc == QN_OK)
        rc = judge_numbers(job, reterr);
    if (rc == QN_OK)
        rc = judge_whole(job, reterr);
    if (rc == QN_OK)
        rc = judge_unique(job, reterr);
    if (rc == QN_OK)
        rc = judge_task(client, job, queue, reterr);
    return rc;
}

int qn_judge_fill(struct qn_client *client, const struct qn_enqueue *job, struct qn_item *item,
                  struct qn_buf *out, struct qn_err *reterr)
{
    struct qn_span args = args_of(job);
    struct qn_buf tags;
    size_t mark = out->len;

    qn_buf_init(&tags, TAGS_TEXT_MAX);
    int rc = judge_tags(job, &tags, reterr);
    if (rc == QN_OK)
        rc = name_item(client, job, item, reterr);
    if (rc == QN_OK)
        rc = make_unique_key(job, args, item, reterr);
    if (rc == QN_OK)
        rc = encode(job, item, args, (struct qn_span){.data = tags.data, .len = tags.len}, out,
                    reterr);
    qn_buf_release(&tags);
    fill_job(&item->job, job);
    item->body_at = mark;
    item->body_len = out->len - mark;
    return rc;
}
