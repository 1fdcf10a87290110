#include "exec_start.h"

#include "fork.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define SAYS_FD     3               /* in the program */
#define UNKNOWN_END (EX_OSERR << 8) /* as waitpid has it: not done, when nobody can tell */

/* What the child needs, made before the fork: it must not allocate. */
struct birth {
    const char *file;
    const char *folder;
    char *const *argv;
    char *const *env;
    const struct worker_fence *fence;
    int args_fd, output_fd, says_fd;
    int fault_fd; /* takes errno; closed when the program has begun */
};

struct channels {
    int args_fd;
    int output[2], says[2], fault[2];
};

/* ---- in the child ---- */

/* Out of the way of the numbers that the program is to find them at. */
static int up(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, SAYS_FD + 1);
}

static bool place(const struct birth *birth, int fault_fd)
{
    int args = up(birth->args_fd), output = up(birth->output_fd), says = up(birth->says_fd);

    return fault_fd >= 0 && args >= 0 && output >= 0 && says >= 0 &&
           dup2(args, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
           dup2(output, STDERR_FILENO) >= 0 && dup2(says, SAYS_FD) >= 0 &&
           chdir(birth->folder) == 0 && worker_fence_lock(birth->fence);
}

static int be_program(void *arg)
{
    const struct birth *birth = arg;
    int fault_fd = up(birth->fault_fd);

    if (place(birth, fault_fd))
        execve(birth->file, birth->argv, birth->env);
    int why = errno;
    if (write(fault_fd, &why, sizeof(why)) < 0)
        why = errno;
    return why & 0x7f;
}

/* ---- in the executor ---- */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_channels(struct channels *channels)
{
    close_fd(&channels->args_fd);
    for (int i = 0; i < 2; i++) {
        close_fd(&channels->output[i]);
        close_fd(&channels->says[i]);
        close_fd(&channels->fault[i]);
    }
}

static bool write_all(int fd, struct qn_span text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.data, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text.data += n;
        text.len -= (size_t)n;
    }
    return true;
}

/* A file and not a pipe: who does not read it makes nobody wait. */
static int open_args(struct qn_span args)
{
    static const struct qn_span end = {.data = "\n", .len = 1};
    int fd = memfd_create("arguments", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd >= 0 && write_all(fd, args) && write_all(fd, end) && lseek(fd, 0, SEEK_SET) == 0 &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
        return fd;
    close_fd(&fd);
    return -1;
}

/* Only this end: the program's may wait. */
static bool never_wait(int fd)
{
    return fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

static bool open_channels(struct channels *ret, struct qn_span args)
{
    *ret = (struct channels){-1, {-1, -1}, {-1, -1}, {-1, -1}};
    ret->args_fd = open_args(args);
    return ret->args_fd >= 0 && pipe2(ret->output, O_CLOEXEC) == 0 &&
           pipe2(ret->says, O_CLOEXEC) == 0 && pipe2(ret->fault, O_CLOEXEC) == 0 &&
           never_wait(ret->output[0]) && never_wait(ret->says[0]);
}

/* Why it did not begin; 0 when it did. */
static int await_begin(int fault_fd)
{
    int why = 0;
    ssize_t n;

    do
        n = read(fault_fd, &why, sizeof(why));
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof(why) ? why : 0;
}

/* The system's word is about the interpreter when the file is there. */
static const char *hint_for(int why)
{
    switch (why) {
    case ENOENT:
        return " (the program that its first line names is missing)";
    case ENOEXEC:
        return " (its first line is not #! and a program)";
    default:
        return "";
    }
}

static int refuse(const struct worker_exec *exec, int why, const char *hint, struct qn_err *reterr)
{
    char text[64];

    qn_fail(reterr, QN_ESYS, "cannot start %.100s: %s%s", exec->argv[0],
            strerror_r(why, text, sizeof(text)), hint);
    if (reterr)
        reterr->sys = why;
    return QN_ESYS;
}

static int begin(struct worker_exec_process *ret, struct birth *birth, struct channels *channels,
                 const struct worker_exec *exec, struct qn_err *reterr)
{
    const struct worker_fork how = {
        .name = "quern-program",
        .keep = {birth->args_fd, birth->output_fd, birth->says_fd, birth->fault_fd},
        .arg = birth,
        .run = be_program,
    };
    struct worker_exec_process made = {.pid_fd = -1, .output_fd = -1, .says_fd = -1};

    if (worker_fork(&how, &made.pid, NULL) != QN_OK)
        return refuse(exec, errno, "", reterr);
    close_fd(&channels->fault[1]);
    int why = await_begin(channels->fault[0]);
    made.pid_fd = why == 0 ? (int)syscall(SYS_pidfd_open, made.pid, 0) : -1;
    if (made.pid_fd < 0) {
        const char *hint = why != 0 ? hint_for(why) : "";
        why = why != 0 ? why : errno;
        worker_exec_reap(&made);
        return refuse(exec, why, hint, reterr);
    }
    made.output_fd = channels->output[0];
    made.says_fd = channels->says[0];
    channels->output[0] = channels->says[0] = -1;
    *ret = made;
    return QN_OK;
}

int worker_exec_start(struct worker_exec_process *ret, const struct worker_exec *exec,
                      const struct worker_exec_gift *gift, struct qn_err *reterr)
{
    struct channels channels = {-1, {-1, -1}, {-1, -1}, {-1, -1}};
    char file[PATH_MAX];
    struct qn_err why;
    int rc;

    signal(SIGCHLD, SIG_DFL); /* ignored by a task before this one, ends would not be told */
    if (worker_exec_locate(exec, file, &why) != QN_OK)
        return refuse(exec, why.sys, "", reterr);
    if (open_channels(&channels, gift->args)) {
        struct birth birth = {
            .file = file,
            .folder = exec->folder,
            .argv = exec->argv,
            .env = gift->env,
            .fence = gift->fence,
            .args_fd = channels.args_fd,
            .output_fd = channels.output[1],
            .says_fd = channels.says[1],
            .fault_fd = channels.fault[1],
        };
        rc = begin(ret, &birth, &channels, exec, reterr);
    } else {
        rc = refuse(exec, errno, "", reterr);
    }
    close_channels(&channels);
    return rc;
}

/* ---- while it lives ---- */

void worker_exec_signal(const struct worker_exec_process *process, int signo)
{
    kill(-process->pid, signo);
    if (getpgid(process->pid) != process->pid)
        kill(process->pid, signo);
}

int worker_exec_reap(struct worker_exec_process *process)
{
    int status = UNKNOWN_END;
    pid_t got;

    worker_exec_signal(process, SIGKILL);
    do
        got = waitpid(process->pid, &status, 0);
    while (got < 0 && errno == EINTR);
    close_fd(&process->pid_fd);
    close_fd(&process->output_fd);
    close_fd(&process->says_fd);
    return status;
}
