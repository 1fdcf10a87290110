#include "fork.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <unistd.h>

/* All blocked until the child has reset them: a handler of the parent must not run in
 * the child, and a signal for the child must not get lost. */
static void block_all(sigset_t *ret_before)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, ret_before);
}

static void reset_signals(void)
{
    struct sigaction plain = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int signo = 1; signo < NSIG; signo++)
        sigaction(signo, &plain, NULL); /* fails for KILL, STOP and those of libc */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_between(int first, int last)
{
    if (first <= last)
        close_range((unsigned)first, (unsigned)last, 0);
}

/* The smallest that is kept from low on. */
static int next_kept(const int keep[WORKER_FORK_KEEP], int low)
{
    int next = INT32_MAX;

    for (int i = 0; i < WORKER_FORK_KEEP; i++)
        next = keep[i] >= low && keep[i] < next ? keep[i] : next;
    return next;
}

static void close_all_but(const int keep[WORKER_FORK_KEEP])
{
    int low = STDERR_FILENO + 1;

    while (low < INT32_MAX) {
        int kept = next_kept(keep, low);
        close_between(low, kept - 1);
        low = kept < INT32_MAX ? kept + 1 : kept;
    }
}

/* Nothing to read, and what a handler prints goes where the log goes. */
static void set_streams(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null >= 0)
        dup2(null, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    if (null > STDERR_FILENO)
        close(null);
}

/* When memory ends, an executor goes before its supervisor. */
static void volunteer_for_oom(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    if (write(fd, "500", 3) < 0)
        errno = 0; /* it was higher: fine */
    close(fd);
}

static _Noreturn void be_child(const struct worker_fork *how, pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EX_OSERR); /* it died before the line above */
    prctl(PR_SET_NAME, how->name);
    volunteer_for_oom();
    close_all_but(how->keep);
    set_streams();
    reset_signals();
    _exit(how->run(how->arg));
}

int worker_fork(const struct worker_fork *how, pid_t *ret, struct qn_err *reterr)
{
    pid_t parent = getpid();
    sigset_t before;

    block_all(&before);
    pid_t pid = fork();
    if (pid == 0)
        be_child(how, parent);
    int rc = pid < 0 ? qn_fail_sys(reterr, "%s: no process", how->name) : QN_OK;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (rc != QN_OK)
        return rc;
    setpgid(pid, pid); /* whoever is first */
    *ret = pid;
    return QN_OK;
}
