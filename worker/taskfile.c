#include "taskfile.h"

#include "definition.h"
#include "exec.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct loading {
    struct worker_registry *registry;
    const char *file;
    char shown[WORKER_FILE_TEXT_SIZE]; /* the file, in errors */
    bool told;                         /* the error names the file already */
};

static const char *hint_for(int why)
{
    return why == EACCES ? " (is it a file, and executable? chmod +x makes it so)" : "";
}

static int take_task(void *arg, int line, struct worker_definition *definition_take,
                     struct worker_exec *exec_take, struct qn_err *reterr)
{
    struct loading *loading = arg;
    char program[PATH_MAX];
    struct qn_err why;

    if (worker_exec_locate(exec_take, program, &why) != QN_OK) {
        worker_definition_free(definition_take);
        worker_exec_free(exec_take);
        return qn_fail(reterr, QN_EINVAL, "%d: command: %s%s", line, why.msg, hint_for(why.sys));
    }
    loading->told = true;
    int rc = worker_registry_add_outside(loading->registry, definition_take, exec_take,
                                         loading->file, reterr);
    loading->told = rc != QN_OK;
    return rc;
}

static int parse(struct loading *loading, struct qn_span text, struct qn_err *reterr)
{
    const struct worker_taskfile_sink sink = {loading, take_task};
    char folder[PATH_MAX];
    struct qn_err why;

    if (!realpath(loading->file, folder))
        return qn_fail_sys(reterr, "%s", loading->shown);
    char *slash = strrchr(folder, '/');
    slash[slash == folder] = '\0';
    int rc = worker_taskfile_parse(text, folder, &sink, &why);
    if (rc == QN_OK)
        return QN_OK;
    return loading->told ? qn_fail(reterr, rc, "%s", why.msg)
                         : qn_fail(reterr, rc, "%s:%s", loading->shown, why.msg);
}

/* The buffer tells when it was too much. -1: errno says why. */
static int read_file(const char *file, struct qn_buf *out)
{
    char block[4096];
    struct stat info;
    ssize_t n = 1;
    int fd = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    errno = EINVAL;
    if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode))
        n = -1;
    while (n > 0 && qn_buf_status(out) == QN_OK) {
        n = read(fd, block, sizeof(block));
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n > 0)
            qn_buf_add(out, block, (size_t)n);
    }
    close(fd);
    return n < 0 ? -1 : 0;
}

int worker_taskfile_add(struct worker_registry *registry, const char *file, struct qn_err *reterr)
{
    struct loading loading = {.registry = registry, .file = file};
    struct qn_buf text;
    int rc;

    worker_file_text(file, loading.shown);
    qn_buf_init(&text, WORKER_TASKFILE_MAX);
    if (read_file(file, &text) < 0)
        rc = qn_fail_sys(reterr, "%s", loading.shown);
    else if (qn_buf_status(&text) == QN_ELIMIT)
        rc = qn_fail(reterr, QN_EINVAL, "%s: over %d bytes", loading.shown, WORKER_TASKFILE_MAX);
    else if (qn_buf_status(&text) != QN_OK)
        rc = qn_fail(reterr, QN_ENOMEM, "%s: out of memory", loading.shown);
    else
        rc = parse(&loading, (struct qn_span){.data = text.data, .len = text.len}, reterr);
    qn_buf_release(&text);
    return rc;
}
