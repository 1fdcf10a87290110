#include "job_double.h"

#include "common/json.h"
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void job_double_init(struct qn_job *job, const char *args, void *state)
{
    *job = (struct qn_job){.args = args, .state = state};
    if (pipe2(job->stop, O_CLOEXEC) != 0) {
        abort();
    }
    qn_buf_init(&job->log, QN_JOB_LOG_MAX);
    qn_buf_init(&job->error, 4096);
    qn_buf_init(&job->result, QN_RESULT_MAX);
    for (size_t i = 0; i < JOB_DOUBLE_TEXTS; i++) {
        qn_buf_init(&job->texts[i], 65536);
    }
}

void job_double_release(struct qn_job *job)
{
    for (size_t i = 0; i < job->n_files; i++) {
        qn_job_artifact_abandon(&job->files[i]);
        qn_buf_release(&job->files[i].content);
    }
    for (size_t i = 0; i < JOB_DOUBLE_TEXTS; i++) {
        qn_buf_release(&job->texts[i]);
    }
    qn_buf_release(&job->log);
    qn_buf_release(&job->error);
    qn_buf_release(&job->result);
    close(job->stop[0]);
    close(job->stop[1]);
}

void job_double_stop(struct qn_job *job)
{
    ssize_t written = write(job->stop[1], "x", 1);

    (void)written;
}

const char *qn_job_id(const struct qn_job *job)
{
    (void)job;
    return "default.double";
}

const char *qn_job_task(const struct qn_job *job)
{
    (void)job;
    return "task.double";
}

const char *qn_job_request_id(const struct qn_job *job)
{
    (void)job;
    return "";
}

void *qn_job_state(const struct qn_job *job)
{
    return job->state;
}

const char *qn_job_args(const struct qn_job *job, size_t *ret_len)
{
    *ret_len = strlen(job->args);
    return job->args;
}

static bool find(const struct qn_job *job, const char *name, enum qn_json_type type,
                 struct qn_json_item *ret)
{
    return qn_json_find(job->args, strlen(job->args), name, ret) && ret->type == type;
}

const char *qn_job_arg_string(struct qn_job *job, const char *name)
{
    struct qn_json_item item;
    struct qn_buf *text = &job->texts[job->n_texts];

    if (!find(job, name, QN_JSON_STRING, &item)) {
        return NULL;
    }
    if (job->n_texts == JOB_DOUBLE_TEXTS || qn_json_unescape(item.value, text) != QN_OK) {
        abort();
    }
    job->n_texts++;
    return text->data;
}

int64_t qn_job_arg_integer(struct qn_job *job, const char *name, int64_t preset)
{
    struct qn_json_item item;
    int64_t value = 0;

    return find(job, name, QN_JSON_NUMBER, &item) && qn_json_is_integer(item.value, &value)
               ? value
               : preset;
}

bool qn_job_arg_boolean(struct qn_job *job, const char *name, bool preset)
{
    struct qn_json_item item;

    return find(job, name, QN_JSON_BOOLEAN, &item) ? qn_span_is(item.value, "true") : preset;
}

int qn_job_attempt(const struct qn_job *job)
{
    (void)job;
    return 1;
}

int qn_job_max_attempts(const struct qn_job *job)
{
    (void)job;
    return 1;
}

int64_t qn_job_time_left_ms(const struct qn_job *job)
{
    (void)job;
    return (int64_t)1800 * 1000;
}

void qn_job_progress(struct qn_job *job, int64_t done, int64_t total, const char *text)
{
    (void)text;
    job->done = done;
    job->total = total;
    job->told++;
}

void qn_job_log(struct qn_job *job, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    qn_buf_vprintf(&job->log, fmt, args);
    va_end(args);
    qn_buf_add_byte(&job->log, '\n');
}

int qn_job_result(struct qn_job *job, const char *json, size_t len, struct qn_err *reterr)
{
    qn_buf_reset(&job->result);
    if (qn_buf_add(&job->result, json, len) != QN_OK) {
        return qn_fail(reterr, QN_ELIMIT, "the result is too large");
    }
    return QN_OK;
}

int qn_job_artifact_open(struct qn_job *job, const char *name, const char *media_type,
                         struct qn_artifact **ret, FILE **ret_stream, struct qn_err *reterr)
{
    struct qn_artifact *file = &job->files[job->n_files];

    if (job->n_files == JOB_DOUBLE_FILES) {
        return qn_fail(reterr, QN_ELIMIT, "%s: too many files", name);
    }
    *file = (struct qn_artifact){.job = job, .stream = tmpfile()};
    snprintf(file->name, sizeof(file->name), "%s", name);
    snprintf(file->media_type, sizeof(file->media_type), "%s", media_type);
    qn_buf_init(&file->content, (size_t)64 * 1024 * 1024);
    job->n_files++;
    *ret = file;
    *ret_stream = file->stream;
    return QN_OK;
}

int qn_job_artifact_commit(struct qn_artifact *artifact, struct qn_err *reterr)
{
    char part[4096];
    size_t n;

    (void)reterr;
    rewind(artifact->stream);
    while ((n = fread(part, 1, sizeof(part), artifact->stream)) > 0) {
        qn_buf_add(&artifact->content, part, n);
    }
    artifact->committed = true;
    qn_job_artifact_abandon(artifact);
    return qn_buf_status(&artifact->content);
}

void qn_job_artifact_abandon(struct qn_artifact *artifact)
{
    if (artifact->stream != NULL) {
        fclose(artifact->stream);
        artifact->stream = NULL;
    }
}

void qn_job_error(struct qn_job *job, const char *fmt, ...)
{
    va_list args;

    qn_buf_reset(&job->error);
    va_start(args, fmt);
    qn_buf_vprintf(&job->error, fmt, args);
    va_end(args);
}

enum qn_outcome qn_job_reject(struct qn_job *job, const char *fmt, ...)
{
    va_list args;

    qn_buf_reset(&job->error);
    va_start(args, fmt);
    qn_buf_vprintf(&job->error, fmt, args);
    va_end(args);
    job->rejected = true;
    return QN_FAIL;
}

void qn_job_delay(struct qn_job *job, int64_t delay_ms)
{
    job->delay_ms = delay_ms;
}

int qn_job_stop_fd(const struct qn_job *job)
{
    return job->stop[0];
}

bool qn_job_is_local(const struct qn_job *job)
{
    return job->local;
}

bool qn_job_should_stop(const struct qn_job *job)
{
    struct pollfd fd = {.fd = job->stop[0], .events = POLLIN};

    return poll(&fd, 1, 0) == 1;
}
