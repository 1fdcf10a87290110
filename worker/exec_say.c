#include "exec_say.h"

#include "job.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_SIZE 16384

void worker_exec_said_init(struct worker_exec_said *said, struct qn_job *job, int folder_fd)
{
    *said = (struct worker_exec_said){
        .job = job,
        .folder_fd = folder_fd,
        .snooze_ms = -1,
        .retry_ms = -1,
    };
    qn_buf_init(&said->line, WORKER_EXEC_LINE_MAX);
    qn_buf_init(&said->texts, WORKER_EXEC_LINE_MAX + 1);
}

void worker_exec_said_release(struct worker_exec_said *said)
{
    qn_buf_release(&said->line);
    qn_buf_release(&said->texts);
}

/* ---- files ---- */

static int open_file(const struct worker_exec_said *said, const struct worker_exec_line *line,
                     off_t *ret_size, struct qn_err *reterr)
{
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    struct stat info;
    int fd = openat(said->folder_fd, line->path, flags);

    if (fd < 0) {
        qn_fail_sys(reterr, "artifact \"%.80s\": path \"%.80s\"", line->name, line->path);
        return -1;
    }
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
        *ret_size = info.st_size;
        return fd;
    }
    qn_fail(reterr, QN_EINVAL, "artifact \"%.80s\": path \"%.80s\" is no file", line->name,
            line->path);
    close(fd);
    return -1;
}

/* As much as there was when it was opened: one that still grows has an end too. */
static int copy(FILE *to, int from, off_t size, struct qn_err *reterr)
{
    char block[COPY_SIZE];
    ssize_t n = 1;

    while (size > 0 && n > 0) {
        n = read(from, block, size < COPY_SIZE ? (size_t)size : COPY_SIZE);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n < 0 || (n > 0 && fwrite(block, 1, (size_t)n, to) != (size_t)n))
            return qn_fail_sys(reterr, "artifact: copying");
        else
            size -= n;
    }
    return QN_OK;
}

static int store(struct worker_exec_said *said, const struct worker_exec_line *line,
                 struct qn_err *reterr)
{
    struct qn_artifact *artifact;
    off_t size = 0;
    FILE *stream;
    int fd = open_file(said, line, &size, reterr);

    if (fd < 0)
        return QN_EINVAL;
    int rc = qn_job_artifact_open(said->job, line->name, line->type, &artifact, &stream, reterr);
    if (rc == QN_OK) {
        rc = copy(stream, fd, size, reterr);
        if (rc == QN_OK)
            rc = qn_job_artifact_commit(artifact, reterr);
        else
            qn_job_artifact_abandon(artifact);
    }
    close(fd);
    return rc;
}

/* ---- lines ---- */

static void log_lines(struct qn_job *job, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        worker_job_log(job, (struct qn_span){.data = text, .len = len});
        text += len + (text[len] == '\n');
    }
}

static int obey(struct worker_exec_said *said, const struct worker_exec_line *line,
                struct qn_err *reterr)
{
    switch (line->word) {
    case WORKER_EXEC_PROGRESS:
        qn_job_progress(said->job, line->done, line->total, line->text);
        return QN_OK;
    case WORKER_EXEC_LOG:
        log_lines(said->job, line->text);
        return QN_OK;
    case WORKER_EXEC_RESULT:
        return qn_job_result(said->job, line->json.data, line->json.len, reterr);
    case WORKER_EXEC_ERROR:
        qn_job_error(said->job, "%s", line->text);
        said->error = true;
        return QN_OK;
    case WORKER_EXEC_REJECTED:
        (void)qn_job_reject(said->job, "%s", line->text);
        said->rejected = true;
        return QN_OK;
    case WORKER_EXEC_SNOOZE:
        said->snooze_ms = line->ms;
        return QN_OK;
    case WORKER_EXEC_RETRY:
        said->retry_ms = line->ms;
        return QN_OK;
    case WORKER_EXEC_ARTIFACT:
        return store(said, line, reterr);
    case WORKER_EXEC_FOLLOW_UP:
    default:
        return qn_job_follow_up(said->job, line->task, line->queue, line->json.data, line->json.len,
                                reterr);
    }
}

/* An empty line says nothing. */
static int hear(struct worker_exec_said *said, struct qn_span text, struct qn_err *reterr)
{
    struct worker_exec_line line;

    if (text.len == 0)
        return QN_OK;
    int rc = worker_exec_line_read(&line, text, &said->texts, reterr);
    return rc == QN_OK ? obey(said, &line, reterr) : rc;
}

/* The line that was begun, and this. */
static int hear_rest(struct worker_exec_said *said, struct qn_span text, struct qn_err *reterr)
{
    int rc = qn_buf_add(&said->line, text.data, text.len);

    if (rc != QN_OK)
        return qn_fail(reterr, rc, "a line of descriptor 3: %s", qn_err_text(rc));
    rc = hear(said, (struct qn_span){.data = said->line.data, .len = said->line.len}, reterr);
    qn_buf_reset(&said->line);
    return rc;
}

int worker_exec_said_add(struct worker_exec_said *said, struct qn_span bytes, struct qn_err *reterr)
{
    int rc = QN_OK;

    while (rc == QN_OK && bytes.len > 0) {
        const char *end = memchr(bytes.data, '\n', bytes.len);
        struct qn_span part = {.data = bytes.data,
                               .len = end ? (size_t)(end - bytes.data) : bytes.len};
        size_t used = part.len + (end != NULL);
        if (said->line.len + part.len > WORKER_EXEC_LINE_MAX)
            return qn_fail(reterr, QN_ELIMIT, "it wrote a line of over %d bytes to descriptor 3",
                           WORKER_EXEC_LINE_MAX);
        if (!end)
            rc = qn_buf_add(&said->line, part.data, part.len);
        else
            rc = said->line.len > 0 ? hear_rest(said, part, reterr) : hear(said, part, reterr);
        bytes.data += used;
        bytes.len -= used;
    }
    if (rc == QN_ENOMEM)
        qn_fail(reterr, rc, "a line of descriptor 3: out of memory");
    return rc;
}

int worker_exec_said_end(struct worker_exec_said *said, struct qn_err *reterr)
{
    return hear_rest(said, (struct qn_span){.data = "", .len = 0}, reterr);
}
