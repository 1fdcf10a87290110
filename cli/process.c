#include "process.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void clear_signals(void)
{
    sigset_t none;

    for (int signo = 1; signo < NSIG; signo++)
        (void)signal(signo, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool become(uid_t uid, gid_t gid)
{
    return uid == 0 || (setgroups(0, NULL) == 0 && setgid(gid) == 0 && setuid(uid) == 0);
}

/* The death signal comes after the change of user, which clears it. */
static bool tie_to(pid_t parent, int death_signal)
{
    return prctl(PR_SET_PDEATHSIG, death_signal) == 0 && getppid() == parent;
}

static bool set_output(int log)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    return null >= 0 && dup2(null, 0) >= 0 && dup2(log, 1) >= 0 && dup2(log, 2) >= 0 &&
           close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) == 0;
}

/* execvp wants writable words for history's sake only. */
union words {
    const char *const *given;
    char *const *wanted;
};

_Noreturn static void child(const struct cli_child_spec *spec, pid_t parent, int log)
{
    union words words = {.given = spec->argv};

    setpgid(0, 0);
    clear_signals();
    umask(077);
    if (set_output(log) && become(spec->uid, spec->gid) && tie_to(parent, spec->death_signal) &&
        (!spec->folder || chdir(spec->folder) == 0))
        execvp(words.wanted[0], words.wanted);
    dprintf(2, "%s: %s\n", spec->argv[0], strerror(errno));
    _exit(127);
}

int cli_process_start(const struct cli_child_spec *spec, const char *log, pid_t *ret_pid,
                      struct qn_err *reterr)
{
    sigset_t all, before;
    pid_t parent = getpid();
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (fd < 0)
        return qn_fail_sys(reterr, "%s", log);
    /* A signal between fork and exec must not reach the handlers of our loop. */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        child(spec, parent, fd);
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(fd);
    if (pid < 0)
        return qn_fail_sys(reterr, "%s: fork", spec->name);
    setpgid(pid, pid);
    *ret_pid = pid;
    return QN_OK;
}

void cli_process_how_ended(int status, char *out, size_t size)
{
    if (WIFSIGNALED(status))
        snprintf(out, size, "was ended by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(out, size, "ended with %d", WEXITSTATUS(status));
}

int cli_process_kill_children(void)
{
    char path[64];
    int pid, n = 0;

    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)gettid());
    FILE *file = fopen(path, "re");
    while (file && fscanf(file, "%d", &pid) == 1) {
        n++;
        (void)kill(pid, SIGKILL);
    }
    if (file)
        fclose(file);
    return n;
}

bool cli_process_may_enter(const char *folder, uid_t uid, gid_t gid)
{
    int status = 1;
    pid_t pid = fork();

    if (pid == 0)
        _exit(become(uid, gid) && access(folder, R_OK | X_OK) == 0 ? 0 : 1);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return pid > 0 && status == 0;
}
