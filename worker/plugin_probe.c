#include "plugin_probe.h"

#include "broker-client/taskdef.h"
#include "common/clock.h"
#include "common/frame.h"
#include "common/str.h"
#include "fork.h"
#include "job.h"
#include "orphans.h"
#include "plugin_child.h"
#include "registry.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SPARED_MAX 64 /* children that this process had before */

struct probe {
    char shown[WORKER_FILE_TEXT_SIZE]; /* the file */
    worker_probe_fn *fn;
    void *arg;
    struct worker_probe_child child;
    pid_t pid;
    int fd; /* the pipe's end here, -1 at the end of the stream */
    int pid_fd;
    struct qn_frame_reader reader;
    size_t n, bytes; /* of definitions */
    bool told;       /* END came */
    bool died;
};

/* ---- frames ---- */

static int take_fault(const struct probe *probe, struct qn_span body, struct qn_err *reterr)
{
    struct qn_buf text;
    uint32_t number;

    if (!qn_span_u32(&body, &number))
        return qn_fail(reterr, QN_EINVAL, "%s: wrote into descriptors that are not its own",
                       probe->shown);
    int code = number == (uint32_t)-QN_EUNSUPPORTED ? QN_EUNSUPPORTED : QN_EINVAL;
    qn_buf_init(&text, QN_ERR_TEXT_MAX);
    worker_text_add(&text, body.data, body.len, "", QN_ERR_TEXT_MAX);
    qn_fail(reterr, code, "%s: %s", probe->shown, text.data);
    qn_buf_release(&text);
    return code;
}

static int take_definition(struct probe *probe, struct qn_span body, struct qn_err *reterr)
{
    probe->bytes += body.len;
    if (++probe->n > WORKER_TASKS_MAX || probe->bytes > WORKER_PROBE_BYTES_MAX)
        return qn_fail(reterr, QN_EINVAL, "%s: over %d tasks, or over %d bytes of definitions",
                       probe->shown, WORKER_TASKS_MAX, WORKER_PROBE_BYTES_MAX);
    return probe->fn(probe->arg, body, reterr);
}

static int take_frame(struct probe *probe, const struct qn_frame *frame, struct qn_err *reterr)
{
    switch (frame->type) {
    case WORKER_PROBE_DEFINITION:
        return take_definition(probe, frame->body, reterr);
    case WORKER_PROBE_FAULT:
        return take_fault(probe, frame->body, reterr);
    case WORKER_PROBE_END:
        probe->told = true;
        return QN_OK;
    default:
        return qn_fail(reterr, QN_EINVAL, "%s: wrote into descriptors that are not its own",
                       probe->shown);
    }
}

static int take_frames(struct probe *probe, struct qn_err *reterr)
{
    struct qn_frame frame;
    int rc = QN_OK;

    while (rc == QN_OK && !probe->told) {
        rc = qn_frame_next(&probe->reader, &frame);
        if (rc == QN_EPROTO)
            return qn_fail(reterr, QN_EINVAL, "%s: wrote into descriptors that are not its own",
                           probe->shown);
        if (rc == QN_OK)
            rc = take_frame(probe, &frame, reterr);
    }
    return rc == QN_EAGAIN ? QN_OK : rc;
}

static int receive(struct probe *probe, struct qn_err *reterr)
{
    char *into;
    size_t room;
    int rc = qn_frame_room(&probe->reader, &into, &room);

    if (rc != QN_OK)
        return qn_fail(reterr, rc, "%s: %s", probe->shown, qn_err_text(rc));
    ssize_t n = read(probe->fd, into, room);
    if (n < 0 && errno == EINTR)
        return QN_OK;
    if (n <= 0) {
        close(probe->fd);
        probe->fd = -1;
        return QN_OK;
    }
    qn_frame_filled(&probe->reader, (size_t)n);
    return take_frames(probe, reterr);
}

/* Until all was told, the process is dead and the pipe empty, or the time is over. A pipe
 * that stays open proves nothing: a grandchild may hold it. */
static int listen_to(struct probe *probe, int64_t load_ms, struct qn_err *reterr)
{
    int64_t until_ms = qn_mono_ms(&qn_clock_system) + load_ms;
    char time[QN_MS_TEXT_SIZE];
    int rc = QN_OK;

    while (rc == QN_OK && !probe->told && !probe->died) {
        struct pollfd wait[] = {{.fd = probe->fd, .events = POLLIN},
                                {.fd = probe->pid_fd, .events = POLLIN}};
        int64_t left_ms = until_ms - qn_mono_ms(&qn_clock_system);
        if (left_ms <= 0) {
            qn_ms_to_str(load_ms, time);
            return qn_fail(reterr, QN_ETIMEOUT, "%s: took longer than %s to load", probe->shown,
                           time);
        }
        if (poll(wait, 2, (int)left_ms) < 0 && errno != EINTR)
            return qn_fail_sys(reterr, "%s: poll", probe->shown);
        if (wait[0].revents)
            rc = receive(probe, reterr);
        else
            probe->died = wait[1].revents != 0;
    }
    return rc;
}

/* ---- the process ---- */

static int open_channels(struct probe *probe, struct qn_err *reterr)
{
    int fds[2];

    probe->child.phase = mmap(NULL, sizeof(*probe->child.phase), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (probe->child.phase == MAP_FAILED) {
        probe->child.phase = NULL;
        return qn_fail_sys(reterr, "%s: no shared memory", probe->shown);
    }
    if (pipe2(fds, O_CLOEXEC) < 0)
        return qn_fail_sys(reterr, "%s: no pipe", probe->shown);
    probe->fd = fds[0];
    probe->child.fd = fds[1];
    return QN_OK;
}

static int start(struct probe *probe, struct qn_err *reterr)
{
    const struct worker_fork how = {
        .name = "quern-plugin",
        .keep = {probe->child.fd, probe->child.fd},
        .arg = &probe->child,
        .run = worker_plugin_child,
    };
    int rc = worker_fork(&how, &probe->pid, reterr);

    close(probe->child.fd);
    probe->child.fd = -1;
    if (rc != QN_OK)
        return rc;
    probe->pid_fd = (int)syscall(SYS_pidfd_open, probe->pid, 0);
    return probe->pid_fd >= 0 ? QN_OK : qn_fail_sys(reterr, "%s: no pidfd", probe->shown);
}

/* The group goes before the process is reaped: until then its number is taken. */
static int end_process(struct probe *probe)
{
    int status = 0;
    pid_t got;

    if (probe->pid <= 0)
        return 0;
    kill(-probe->pid, SIGKILL);
    kill(probe->pid, SIGKILL); /* should it have left its group */
    do
        got = waitpid(probe->pid, &status, 0);
    while (got < 0 && errno == EINTR);
    return status;
}

static int judge(const struct probe *probe, int status, struct qn_err *reterr)
{
    static const char *const whens[] = {
        [WORKER_PROBE_LOADING] = "while it was loaded",
        [WORKER_PROBE_READING] = "while its tasks were read",
    };
    int phase = atomic_load(probe->child.phase);
    const char *when = whens[phase == WORKER_PROBE_READING ? phase : WORKER_PROBE_LOADING];

    if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));
        return qn_fail(reterr, QN_EINVAL, "%s: died of signal %d (SIG%s) %s", probe->shown,
                       WTERMSIG(status), name ? name : "?", when);
    }
    if (phase == WORKER_PROBE_CUT_OFF)
        return qn_fail(reterr, QN_EINVAL,
                       "%s: closed descriptors that are not its own while it was loaded",
                       probe->shown);
    return qn_fail(reterr, QN_EINVAL, "%s: exited with code %d %s", probe->shown,
                   WEXITSTATUS(status), when);
}

static void release(struct probe *probe)
{
    if (probe->fd >= 0)
        close(probe->fd);
    if (probe->child.fd >= 0)
        close(probe->child.fd);
    if (probe->pid_fd >= 0)
        close(probe->pid_fd);
    if (probe->child.phase)
        munmap(probe->child.phase, sizeof(*probe->child.phase));
    qn_frame_reader_release(&probe->reader);
}

static int run(struct probe *probe, int64_t load_ms, struct qn_err *reterr)
{
    int rc = open_channels(probe, reterr);

    if (rc == QN_OK)
        rc = start(probe, reterr);
    if (rc == QN_OK)
        rc = listen_to(probe, load_ms, reterr);
    int status = end_process(probe);
    if (rc == QN_OK && !probe->told)
        rc = judge(probe, status, reterr);
    return rc;
}

/* What a constructor started comes to this process when its own ends. */
int worker_plugin_probe(const char *file, int64_t load_ms, worker_probe_fn *fn, void *arg,
                        struct qn_err *reterr)
{
    struct probe probe = {.fn = fn, .arg = arg, .child = {.file = file, .fd = -1}};
    pid_t spared[SPARED_MAX];
    int adopts = 0;

    probe.fd = probe.pid_fd = -1;
    worker_file_text(file, probe.shown);
    qn_frame_reader_init(&probe.reader, 1 + QN_TASKDEF_MAX);
    size_t n = worker_orphans_list(spared, SPARED_MAX);
    prctl(PR_GET_CHILD_SUBREAPER, &adopts);
    worker_orphans_adopt();
    int rc = run(&probe, load_ms, reterr);
    worker_orphans_end(spared, n);
    prctl(PR_SET_CHILD_SUBREAPER, adopts);
    release(&probe);
    return rc;
}
