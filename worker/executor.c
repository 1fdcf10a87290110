#include "executor.h"

#include "common/mem.h"
#include "executor_fork.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_TURNS   16   /* of one wake-up: others want to be served */
#define DRAIN_TURNS  1024 /* after its death: more than a socket holds */
#define EOF_GRACE_MS 500  /* a stream ends before the process has ended */
#define OUT_MAX      (2 * (size_t)WORKER_FRAME_MAX + 1024) /* a job and a quit */
#define OUT_KEEP     (64 * 1024)

struct worker_executor {
    struct qn_loop *loop;
    struct worker_executor_events events;
    struct worker_down *down;
    struct worker_up *up;
    uint32_t seen; /* messages of the box up */
    pid_t pid;
    int fd, stop_fd, pid_fd, statm_fd;
    struct qn_watch *socket_watch;
    struct qn_watch *pid_watch;
    struct qn_timer *silence; /* set at the end of the stream */
    struct qn_frame_reader reader;
    struct qn_buf out;
    bool eof;  /* of the socket */
    bool deaf; /* nothing that it says is heard any more */
};

/* ---- in ---- */

static void give_up(struct worker_executor *executor, const char *why)
{
    executor->deaf = true;
    qn_watch_want(executor->socket_watch, 0);
    executor->events.broken(executor->events.arg, why);
}

static void hand_on(struct worker_executor *executor)
{
    struct qn_frame frame;
    int rc = QN_OK;

    while (!executor->deaf && (rc = qn_frame_next(&executor->reader, &frame)) == QN_OK)
        executor->events.frame(executor->events.arg, &frame);
    if (!executor->deaf && rc == QN_EPROTO)
        give_up(executor, "a frame that is none");
}

/* What a large result needed is given back. */
static void shrink(struct worker_executor *executor)
{
    struct qn_frame_reader *reader = &executor->reader;

    if (reader->used == reader->buf.len && reader->buf.cap > OUT_KEEP) {
        qn_frame_reader_release(reader);
        qn_frame_reader_init(reader, WORKER_FRAME_MAX);
    }
}

static void still_alive(void *arg)
{
    give_up(arg, "it closed its socket");
}

/* Most often it is about to end: the pidfd tells. */
static void stream_ended(struct worker_executor *executor)
{
    executor->eof = true;
    qn_watch_want(executor->socket_watch, 0);
    qn_timer_set(executor->silence, EOF_GRACE_MS);
}

static bool is_open(const struct worker_executor *executor)
{
    return !executor->deaf && !executor->eof;
}

/* False when there is nothing more to read now. */
static bool receive(struct worker_executor *executor)
{
    char *into;
    size_t room;
    int rc = qn_frame_room(&executor->reader, &into, &room);

    if (rc != QN_OK) {
        give_up(executor, "no memory for its frame");
        return false;
    }
    ssize_t n = recv(executor->fd, into, room, MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
        return true;
    if (n < 0 && errno == EAGAIN)
        return false;
    if (n <= 0) {
        stream_ended(executor);
        return false;
    }
    qn_frame_filled(&executor->reader, (size_t)n);
    hand_on(executor);
    return is_open(executor);
}

void worker_executor_collect(struct worker_executor *executor)
{
    const struct worker_box *box = &executor->up->box;

    if (executor->deaf || !worker_box_has(box, executor->seen))
        return;
    executor->seen++;
    if (qn_frame_feed(&executor->reader, box->bytes, worker_box_len(box)) != QN_OK)
        give_up(executor, "no memory for its frame");
    else
        hand_on(executor);
}

/* ---- out ---- */

/* QN_ECONN when it is dying, which its pidfd will tell. */
static int send_some(struct worker_executor *executor)
{
    struct qn_buf *out = &executor->out;
    int rc = QN_OK;

    while (out->len > 0) {
        ssize_t n = send(executor->fd, out->data, out->len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0)
            rc = QN_ECONN;
        qn_buf_drop(out, n < 0 ? out->len : (size_t)n);
    }
    if (out->len == 0 && out->cap > OUT_KEEP)
        qn_buf_release(out);
    if (is_open(executor))
        qn_watch_want(executor->socket_watch, out->len > 0 ? QN_IO_READ | QN_IO_WRITE : QN_IO_READ);
    return rc;
}

static void socket_ready(void *arg, int fd, unsigned ready)
{
    struct worker_executor *executor = arg;
    int turns = READ_TURNS;

    (void)fd;
    if (ready & QN_IO_WRITE)
        (void)send_some(executor);
    if (!(ready & QN_IO_READ) || !is_open(executor))
        return;
    while (turns-- > 0 && receive(executor))
        ;
    shrink(executor);
}

static int send_by_socket(struct worker_executor *executor)
{
    int rc = send_some(executor);

    worker_box_point(&executor->down->box);
    worker_box_wake(&executor->down->box);
    return rc;
}

/* mark: where the frame begins in out. */
static int send_frame(struct worker_executor *executor, size_t mark)
{
    struct qn_buf *out = &executor->out;

    if (mark > 0 || !worker_box_put(&executor->down->box, out->data, out->len))
        return send_by_socket(executor);
    qn_buf_reset(out);
    worker_box_wake(&executor->down->box);
    return QN_OK;
}

int worker_executor_give(struct worker_executor *executor, const struct worker_job_frame *job,
                         const struct worker_limits *limits, const struct worker_fence *fence)
{
    struct worker_page *page = &executor->down->page;
    size_t mark;

    page->soft_at_ms = limits->soft_at_ms;
    page->hard_at_ms = limits->hard_at_ms;
    page->fence = *fence;
    qn_frame_begin(&executor->out, WORKER_FRAME_JOB, &mark);
    worker_link_encode_job(&executor->out, job);
    int rc = qn_frame_end(&executor->out, mark);
    return rc == QN_OK ? send_frame(executor, mark) : rc;
}

void worker_executor_quit(struct worker_executor *executor)
{
    qn_frame_write(&executor->out, WORKER_FRAME_QUIT, "", 0);
    (void)send_by_socket(executor);
}

void worker_executor_stop(struct worker_executor *executor, int64_t run, bool cancel)
{
    const uint64_t one = 1;

    executor->down->page.stop_is_cancel = cancel;
    executor->down->page.stop_run = run;
    /* It cannot be full: the executor would have to leave 2^64 - 2 unread. */
    if (write(executor->stop_fd, &one, sizeof(one)) < 0)
        return;
}

void worker_executor_lease(struct worker_executor *executor, int64_t until_ms)
{
    executor->down->page.lease_until_ms = until_ms;
}

/* ---- death ---- */

void worker_executor_kill(struct worker_executor *executor)
{
    if (executor->pid <= 0)
        return;
    kill(-executor->pid, SIGKILL);
    kill(executor->pid, SIGKILL); /* should it have left its group */
}

/* The group goes before the process is reaped: until then its number is taken. */
static void reap(struct worker_executor *executor, struct worker_death *ret)
{
    struct rusage usage = {.ru_maxrss = 0};
    int status = 0;
    pid_t got;

    worker_executor_kill(executor);
    do
        got = wait4(executor->pid, &status, 0, &usage);
    while (got < 0 && errno == EINTR);
    executor->pid = 0;
    *ret = (struct worker_death){
        .untaken = atomic_load(&executor->up->taken) != atomic_load(&executor->down->box.count),
        .exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0,
        .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
        .max_rss_bytes = (int64_t)usage.ru_maxrss * 1024,
    };
}

static void ended(void *arg, int fd, unsigned ready)
{
    struct worker_executor *executor = arg;
    struct worker_death death;
    int turns = DRAIN_TURNS;

    (void)fd;
    (void)ready;
    worker_executor_kill(executor);
    while (is_open(executor) && turns-- > 0 && receive(executor))
        ;
    worker_executor_collect(executor);
    executor->deaf = true;
    qn_watch_want(executor->socket_watch, 0);
    qn_watch_want(executor->pid_watch, 0);
    qn_timer_clear(executor->silence);
    reap(executor, &death);
    executor->events.died(executor->events.arg, &death);
}

/* ---- life ---- */

static void *map_shared(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory != MAP_FAILED ? memory : NULL;
}

static int open_channels(struct worker_executor *executor, int *ret_child_fd, struct qn_err *reterr)
{
    int fds[2];

    executor->down = map_shared(sizeof(*executor->down));
    executor->up = map_shared(sizeof(*executor->up));
    if (!executor->down || !executor->up)
        return qn_fail_sys(reterr, "executor: no shared memory");
    executor->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (executor->stop_fd < 0)
        return qn_fail_sys(reterr, "executor: no eventfd");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return qn_fail_sys(reterr, "executor: no socket");
    executor->fd = fds[0];
    *ret_child_fd = fds[1];
    return QN_OK;
}

static int start(struct worker_executor *executor, int child_fd,
                 const struct worker_executor_setup *setup, struct qn_err *reterr)
{
    const struct worker_birth birth = {
        .loop = setup->loop,
        .registry = setup->registry,
        .ends = {.fd = child_fd,
                 .stop_fd = executor->stop_fd,
                 .down = executor->down,
                 .up = executor->up,
                 .rope = worker_bell_rope(setup->bell)},
    };
    char path[64];
    int rc;

    executor->down->page.local = setup->local;
    rc = worker_executor_fork(&birth, &executor->pid, reterr);

    if (rc != QN_OK)
        return rc;
    /* Its siblings to come do not get this memory. */
    madvise(executor->down, sizeof(*executor->down), MADV_DONTFORK);
    madvise(executor->up, sizeof(*executor->up), MADV_DONTFORK);
    executor->pid_fd = (int)syscall(SYS_pidfd_open, executor->pid, 0);
    if (executor->pid_fd < 0)
        return qn_fail_sys(reterr, "executor: no pidfd");
    snprintf(path, sizeof(path), "/proc/%d/statm", (int)executor->pid);
    executor->statm_fd = open(path, O_RDONLY | O_CLOEXEC);
    return QN_OK;
}

static int watch(struct worker_executor *executor, struct qn_err *reterr)
{
    int rc = qn_watch_create(&executor->socket_watch, executor->loop, executor->fd, socket_ready,
                             executor, reterr);

    if (rc == QN_OK)
        rc = qn_watch_create(&executor->pid_watch, executor->loop, executor->pid_fd, ended,
                             executor, reterr);
    if (rc == QN_OK)
        rc = qn_timer_create(&executor->silence, executor->loop, still_alive, executor, reterr);
    if (rc != QN_OK)
        return rc;
    qn_watch_want(executor->socket_watch, QN_IO_READ);
    qn_watch_want(executor->pid_watch, QN_IO_READ);
    return QN_OK;
}

int worker_executor_spawn(struct worker_executor **ret, const struct worker_executor_setup *setup,
                          const struct worker_executor_events *events, struct qn_err *reterr)
{
    struct worker_executor *executor = qn_zalloc(1, sizeof(*executor));
    int child_fd = -1;

    if (!executor)
        return qn_fail(reterr, QN_ENOMEM, "executor: out of memory");
    executor->loop = setup->loop;
    executor->events = *events;
    executor->fd = executor->stop_fd = executor->pid_fd = executor->statm_fd = -1;
    qn_frame_reader_init(&executor->reader, WORKER_FRAME_MAX);
    qn_buf_init(&executor->out, OUT_MAX);
    int rc = open_channels(executor, &child_fd, reterr);
    if (rc == QN_OK)
        rc = start(executor, child_fd, setup, reterr);
    if (child_fd >= 0)
        close(child_fd);
    if (rc == QN_OK)
        rc = watch(executor, reterr);
    if (rc == QN_OK)
        *ret = executor;
    else
        worker_executor_free(executor);
    return rc;
}

void worker_executor_free(struct worker_executor *executor)
{
    struct worker_death ignored;

    if (!executor)
        return;
    if (executor->pid > 0)
        reap(executor, &ignored);
    qn_watch_free(executor->socket_watch);
    qn_watch_free(executor->pid_watch);
    qn_timer_free(executor->silence);
    int fds[] = {executor->fd, executor->stop_fd, executor->pid_fd, executor->statm_fd};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
    if (executor->down)
        munmap(executor->down, sizeof(*executor->down));
    if (executor->up)
        munmap(executor->up, sizeof(*executor->up));
    qn_frame_reader_release(&executor->reader);
    qn_buf_release(&executor->out);
    qn_free(executor);
}

pid_t worker_executor_pid(const struct worker_executor *executor)
{
    return executor->pid;
}

/* "size resident shared ..." in pages. */
int64_t worker_executor_rss(const struct worker_executor *executor)
{
    char text[128];
    char *resident = NULL;
    ssize_t n = executor->statm_fd < 0 ? -1 : pread(executor->statm_fd, text, sizeof(text) - 1, 0);

    if (n > 0) {
        text[n] = '\0';
        resident = strchr(text, ' ');
    }
    return resident ? strtoll(resident, NULL, 10) * sysconf(_SC_PAGESIZE) : 0;
}
