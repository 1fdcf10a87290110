#include "job.h"

#include "broker-client/taskdef.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/str.h"
#include "job_type.h"
#include <string.h>
#include <unistd.h>

#define FOLLOWS_BYTES_MAX (4 * 1024 * 1024)

/* ---- life ---- */

int worker_job_create(struct qn_job **ret, const struct worker_job_setup *setup,
                      struct qn_err *reterr)
{
    struct qn_job *job = qn_zalloc(1, sizeof(*job));

    if (!job)
        return qn_fail(reterr, QN_ENOMEM, "job: out of memory");
    job->setup = *setup;
    qn_buf_init(&job->line, WORKER_LOG_CHUNK_MAX);
    qn_buf_init(&job->error, QN_ERROR_TEXT_MAX);
    qn_buf_init(&job->result, QN_RESULT_MAX);
    qn_buf_init(&job->artifacts, WORKER_ARTIFACTS_MAX);
    qn_buf_init(&job->follows, FOLLOWS_BYTES_MAX);
    *ret = job;
    return QN_OK;
}

void worker_job_free(struct qn_job *job)
{
    if (!job)
        return;
    worker_job_clear(job);
    qn_buf_release(&job->line);
    qn_buf_release(&job->error);
    qn_buf_release(&job->result);
    qn_buf_release(&job->artifacts);
    qn_buf_release(&job->follows);
    qn_free(job);
}

void worker_buffer_trim(struct qn_buf *buf)
{
    if (buf->cap > WORKER_BUFFER_KEEP)
        qn_buf_release(buf);
    else
        qn_buf_reset(buf);
}

/* False when it does not fit: it is not cut, for a name that was is another's. */
static bool copy_span(char *out, size_t size, struct qn_span text)
{
    if (text.len >= size)
        return false;
    if (text.len > 0)
        memcpy(out, text.data, text.len);
    out[text.len] = '\0';
    return true;
}

int worker_job_begin(struct qn_job *job, const struct worker_job_frame *frame,
                     const struct qn_record *record, void *state, struct qn_err *reterr)
{
    static const char none[] = "{}";
    char name[QN_NAME_MAX + 1];

    if (!copy_span(job->queue, sizeof(job->queue), frame->queue) ||
        !copy_span(name, sizeof(name), frame->name))
        return qn_fail(reterr, QN_EINVAL, "record: the queue's or the job's name is too long");
    if (!copy_span(job->task, sizeof(job->task), record->body.task) ||
        !copy_span(job->request_id, sizeof(job->request_id), record->body.request_id))
        return qn_fail(reterr, QN_EINVAL, "record: the task's name or the request id is too long");
    snprintf(job->id, sizeof(job->id), "%s.%s", job->queue, name);
    job->frame = *frame;
    job->args = record->body.args;
    if (job->args.len == 0)
        job->args = (struct qn_span){.data = none, .len = sizeof(none) - 1};
    job->state = state;
    job->delay_ms = -1;
    return QN_OK;
}

void worker_job_clear(struct qn_job *job)
{
    worker_job_abandon_all(job);
    worker_job_clear_texts(job);
    worker_buffer_trim(&job->line);
    worker_buffer_trim(&job->error);
    worker_buffer_trim(&job->result);
    worker_buffer_trim(&job->artifacts);
    worker_buffer_trim(&job->follows);
    job->cause = QN_CAUSE_NONE;
    job->progress = (struct worker_progress){.waiting = false};
    job->logged = 0;
    job->log_cut = false;
    job->n_artifacts = 0;
    job->n_follows = 0;
    job->sink_status = QN_OK;
}

/* ---- how it ended ---- */

static void send_follows(struct qn_job *job)
{
    struct qn_span rest = {.data = job->follows.data, .len = job->follows.len}, body;
    struct worker_follow_frame follow;
    uint32_t len;

    while (job->sink_status == QN_OK && qn_span_u32(&rest, &len) &&
           qn_span_bytes(&rest, len, &body)) {
        job->sink_status = worker_link_decode_follow(body, &follow);
        if (job->sink_status == QN_OK)
            job->sink_status = job->setup.sink.follow(job->setup.sink.arg, &follow);
    }
}

static struct qn_span span_of(const struct qn_buf *buf)
{
    return (struct qn_span){.data = buf->data, .len = buf->len};
}

static void explain(struct qn_job *job, enum qn_outcome outcome)
{
    if (outcome != QN_DONE && outcome != QN_RETRY && outcome != QN_FAIL && outcome != QN_SNOOZE)
        qn_job_error(job, "task %s answered %d, which is no outcome", job->task, (int)outcome);
    else if (job->error.len == 0)
        qn_job_error(job, "task %s gave no reason", job->task);
}

int worker_job_finish(struct qn_job *job, enum qn_outcome outcome, struct worker_result_frame *ret)
{
    struct worker_result_frame made = {
        .run = job->frame.run,
        .outcome = outcome,
        .delay_ms = job->delay_ms,
    };

    worker_job_abandon_all(job);
    worker_job_send_progress(job);
    if (outcome == QN_DONE) {
        made.result = span_of(&job->result);
        made.artifacts = span_of(&job->artifacts);
        send_follows(job);
    } else if (outcome != QN_SNOOZE) {
        explain(job, outcome);
        made.outcome = outcome == QN_RETRY ? QN_RETRY : QN_FAIL;
        made.cause = worker_link_cause_ok(made.outcome, job->cause) ? job->cause : QN_CAUSE_ERROR;
    }
    if (outcome != QN_DONE)
        made.error = span_of(&job->error);
    *ret = made;
    return job->sink_status;
}

int qn_job_result(struct qn_job *job, const char *json, size_t len, struct qn_err *reterr)
{
    struct qn_err why;

    if (len > QN_RESULT_MAX)
        return qn_fail(reterr, QN_ELIMIT, "result: %zu bytes, at most %d are kept", len,
                       QN_RESULT_MAX);
    int rc = qn_json_check(json, len, NULL, &why);
    if (rc != QN_OK)
        return qn_fail(reterr, rc, "result: %s", why.msg);
    if (len > job->result.len && qn_buf_reserve(&job->result, len - job->result.len) != QN_OK)
        return qn_fail(reterr, QN_ENOMEM, "result: out of memory");
    qn_buf_reset(&job->result);
    return qn_buf_add(&job->result, json, len);
}

void qn_job_delay(struct qn_job *job, int64_t delay_ms)
{
    int64_t delay = delay_ms > 0 ? delay_ms : 0;

    job->delay_ms = delay < WORKER_DELAY_MAX_MS ? delay : WORKER_DELAY_MAX_MS;
}

static int check_follow(const struct qn_job *job, const struct worker_follow_frame *follow,
                        struct qn_err *reterr)
{
    enum qn_json_type type;
    struct qn_err why;

    if (!qn_task_name_ok(follow->task.data))
        return qn_fail(reterr, QN_EINVAL, "follow-up: \"%.80s\" is no task's name",
                       follow->task.data);
    if (follow->queue.len > 0 && !qn_queue_ok(follow->queue.data))
        return qn_fail(reterr, QN_EINVAL, "follow-up: \"%.80s\" is no queue's name",
                       follow->queue.data);
    if (follow->args.len > QN_ARGS_MAX || job->n_follows == WORKER_FOLLOWS_OF_JOB)
        return qn_fail(reterr, QN_ELIMIT, "follow-up: at most %d of a job, %d bytes of arguments",
                       WORKER_FOLLOWS_OF_JOB, QN_ARGS_MAX);
    int rc = qn_json_check(follow->args.data, follow->args.len, &type, &why);
    if (rc != QN_OK)
        return qn_fail(reterr, rc, "follow-up: arguments: %s", why.msg);
    if (type != QN_JSON_OBJECT)
        return qn_fail(reterr, QN_EINVAL, "follow-up: arguments: must be a JSON object");
    return QN_OK;
}

/* All of it or nothing. */
static int add_follow(struct qn_buf *out, const struct worker_follow_frame *follow)
{
    size_t mark = out->len;

    qn_buf_add_u32(out, 0);
    int rc = worker_link_encode_follow(out, follow);
    if (rc != QN_OK) {
        qn_buf_cut(out, mark);
        out->status = QN_OK;
        return rc;
    }
    uint32_t len = (uint32_t)(out->len - mark - 4);
    for (int i = 0; i < 4; i++)
        out->data[mark + (size_t)i] = (char)(len >> (8 * i));
    return QN_OK;
}

int qn_job_follow_up(struct qn_job *job, const char *task, const char *queue, const char *args,
                     size_t args_len, struct qn_err *reterr)
{
    struct worker_follow_frame follow = {
        .task = {.data = task, .len = strlen(task)},
        .queue = {.data = queue, .len = queue ? strlen(queue) : 0},
        .args = {.data = args ? args : "{}", .len = args ? args_len : 2},
    };
    int rc = check_follow(job, &follow, reterr);

    if (rc != QN_OK)
        return rc;
    rc = add_follow(&job->follows, &follow);
    if (rc != QN_OK)
        return qn_fail(reterr, rc, "follow-up: %s", qn_err_text(rc));
    job->n_follows++;
    return QN_OK;
}

/* ---- identity ---- */

const char *qn_job_id(const struct qn_job *job)
{
    return job->id;
}

const char *qn_job_task(const struct qn_job *job)
{
    return job->task;
}

const char *qn_job_queue(const struct qn_job *job)
{
    return job->queue;
}

const char *qn_job_request_id(const struct qn_job *job)
{
    return job->request_id;
}

int qn_job_attempt(const struct qn_job *job)
{
    return job->frame.attempt;
}

int qn_job_max_attempts(const struct qn_job *job)
{
    return job->frame.max_attempts;
}

void *qn_job_state(const struct qn_job *job)
{
    return job->state;
}

/* ---- time ---- */

const struct worker_fence *worker_job_fence(const struct qn_job *job)
{
    return &job->setup.page->fence;
}

/* The soft limit is seen in the page too, for a supervisor that is stopped tells
 * nothing; then the fd has to be made readable here. */
bool qn_job_should_stop(const struct qn_job *job)
{
    const struct worker_page *page = job->setup.page;
    const uint64_t one = 1;
    ssize_t written;

    if (page->stop_run == job->frame.run || job->sink_status != QN_OK)
        return true;
    int64_t soft_at_ms = page->soft_at_ms;
    if (soft_at_ms == 0 || qn_mono_ms(job->setup.clock) < soft_at_ms)
        return false;
    written = write(job->setup.stop_fd, &one, sizeof(one));
    (void)written; /* it fails when the fd is readable already */
    if (job->setup.rang)
        *job->setup.rang = true;
    return true;
}

int qn_job_stop_fd(const struct qn_job *job)
{
    return job->setup.stop_fd;
}

int64_t qn_job_time_left_ms(const struct qn_job *job)
{
    int64_t hard_at_ms = job->setup.page->hard_at_ms;

    if (hard_at_ms == 0)
        return INT64_MAX;
    int64_t left_ms = hard_at_ms - qn_mono_ms(job->setup.clock);
    return left_ms > 0 ? left_ms : 0;
}

bool qn_job_is_local(const struct qn_job *job)
{
    return job->setup.page->local;
}

bool qn_job_still_mine(const struct qn_job *job)
{
    return qn_mono_ms(job->setup.clock) < job->setup.page->lease_until_ms;
}
