/* habits.c - handlers that treat their process as if it were theirs alone. */
#include "plugin.h"

#include <stdio.h>
#include <unistd.h>

static enum qn_outcome twice(struct qn_job *job)
{
    return fork() < 0 ? QN_FAIL : fine(job);
}

static int init_twice(void **ret_state, struct qn_err *reterr)
{
    (void)reterr;
    *ret_state = NULL;
    return fork() < 0 ? -1 : 0;
}

static enum qn_outcome close_streams(struct qn_job *job)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        close(fd);
    return fine(job);
}

/* As many lines as a log has room for. */
static enum qn_outcome log_nothing(struct qn_job *job)
{
    for (int i = 0; i < QN_JOB_LOG_MAX; i++)
        qn_job_log(job, "%s", "");
    return fine(job);
}

static _Noreturn void announce(int fd)
{
    pid_t pid = getpid();

    if (write(fd, &pid, sizeof(pid)) != sizeof(pid))
        _exit(1);
    for (;;)
        pause();
}

/* In the background, in a session of its own. */
static void go_away(int fd)
{
    if (fork() != 0)
        return;
    setsid();
    if (fork() == 0)
        announce(fd);
    _exit(0);
}

static void have_children(int fd)
{
    if (fork() != 0)
        return;
    if (fork() == 0)
        announce(fd);
    announce(fd);
}

static enum qn_outcome tell(struct qn_job *job, const pid_t *pids, size_t n)
{
    char text[128];
    size_t len = 0;

    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%c%d%s", i ? ',' : '[',
                                (int)pids[i], i + 1 < n ? "" : "]");
    return qn_job_result(job, text, len, NULL) == QN_OK ? QN_DONE : QN_FAIL;
}

/* Answers when all that it leaves behind are there. */
static enum qn_outcome leave_children(struct qn_job *job)
{
    pid_t pids[3];
    int fds[2];

    if (pipe(fds) < 0)
        return QN_FAIL;
    go_away(fds[1]);
    have_children(fds[1]);
    for (size_t i = 0; i < 3; i++)
        if (read(fds[0], &pids[i], sizeof(pids[i])) != sizeof(pids[i]))
            return QN_FAIL;
    close(fds[0]);
    close(fds[1]);
    return tell(job, pids, 3);
}

static int init_helper(void **ret_state, struct qn_err *reterr)
{
    static pid_t helper;

    (void)reterr;
    helper = fork();
    while (helper == 0)
        pause();
    *ret_state = &helper;
    return helper < 0 ? -1 : 0;
}

static enum qn_outcome ask_helper(struct qn_job *job)
{
    return tell(job, qn_job_state(job), 1);
}

#define TASK(what, function)                                                              \
    {                                                                                     \
        .name = "p." what, .summary = "Has a habit", .max_attempts = 1, .run = (function) \
    }

static const struct qn_task twice_task = TASK("twice", twice);
static const struct qn_task init_twice_task = {
    .name = "p.init_twice",
    .summary = "Has a habit",
    .max_attempts = 1,
    .init = init_twice,
    .run = fine,
};
static const struct qn_task close_streams_task = TASK("close_streams", close_streams);
static const struct qn_task log_nothing_task = TASK("log_nothing", log_nothing);
static const struct qn_task leave_children_task = TASK("leave_children", leave_children);
static const struct qn_task helper_task = {
    .name = "p.helper",
    .summary = "Has a habit",
    .max_attempts = 1,
    .init = init_helper,
    .run = ask_helper,
};
static const struct qn_task *const tasks[] = {
    &twice_task,
    &init_twice_task,
    &close_streams_task,
    &log_nothing_task,
    &leave_children_task,
    &helper_task,
    NULL,
};

QN_PLUGIN(tasks);
