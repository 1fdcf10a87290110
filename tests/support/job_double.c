#include "job_double.h"

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
}

void job_double_release(struct qn_job *job)
{
    for (size_t i = 0; i < job->n_files; i++) {
        qn_job_artifact_abandon(&job->files[i]);
        qn_buf_release(&job->files[i].content);
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

void *qn_job_state(const struct qn_job *job)
{
    return job->state;
}

const char *qn_job_args(const struct qn_job *job, size_t *ret_len)
{
    *ret_len = strlen(job->args);
    return job->args;
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

int qn_job_stop_fd(const struct qn_job *job)
{
    return job->stop[0];
}

bool qn_job_should_stop(const struct qn_job *job)
{
    struct pollfd fd = {.fd = job->stop[0], .events = POLLIN};

    return poll(&fd, 1, 0) == 1;
}
