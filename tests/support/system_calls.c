#include "system_calls.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_ALLOWED 77
#define CALL_STOP   (SIGTRAP | 0x80)

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static void run_child(const struct counted_work *work)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    work->prepare(work->arg);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
        _exit(NOT_ALLOWED);
    raise(SIGSTOP);
    work->work(work->arg);
    raise(SIGSTOP);
    work->clear_up(work->arg);
    _exit(0);
}

/* Until it stops itself. A call stops it twice; the last one is the call that stops it. */
static long count(pid_t pid)
{
    long stops = 0;
    int status = 0, signo = 0;

    while (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)signo) == 0 &&
           waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
        signo = WSTOPSIG(status);
        if (signo == SIGSTOP)
            return stops / 2;
        stops += signo == CALL_STOP;
        signo = signo == CALL_STOP ? 0 : signo;
    }
    die("the traced child ended early");
    return 0;
}

long system_calls_of(const struct counted_work *work)
{
    int status = 0;
    pid_t pid = fork();

    if (pid < 0)
        die("fork");
    if (pid == 0)
        run_child(work);
    if (waitpid(pid, &status, 0) != pid)
        die("waitpid");
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_ALLOWED)
        return -1;
    if (!WIFSTOPPED(status) || ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD) < 0)
        die("the child did not begin");
    long calls = count(pid);
    ptrace(PTRACE_DETACH, pid, NULL, NULL);
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        die("the child failed");
    return calls;
}
