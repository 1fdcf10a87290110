#include "orphans.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS_MAX 100000 /* processes that hide behind each other; more than there can be */

void worker_orphans_adopt(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void worker_orphans_disown(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* One thread: the main one. */
static FILE *open_children(void)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    return fopen(path, "re");
}

/* Killed ones are reaped by the sweep that their SIGCHLD brings. */
static bool settle(pid_t pid, const struct worker_orphans_who *who)
{
    if (who->is_executor(who->arg, pid) || waitpid(pid, NULL, WNOHANG) != 0)
        return false;
    pid_t group = getpgid(pid);
    if (group > 0 && who->has_job(who->arg, group))
        return false;
    return kill(pid, SIGKILL) == 0;
}

size_t worker_orphans_sweep(const struct worker_orphans_who *who)
{
    FILE *file = open_children();
    size_t killed = 0;
    int pid;

    while (file && fscanf(file, "%d", &pid) == 1)
        killed += settle((pid_t)pid, who);
    if (file)
        fclose(file);
    return killed;
}

bool worker_orphans_any(void)
{
    siginfo_t one;

    return waitid(P_ALL, 0, &one, WEXITED | WNOHANG | WNOWAIT) == 0;
}

size_t worker_orphans_list(pid_t *ret, size_t max)
{
    FILE *file = open_children();
    size_t n = 0;
    int pid;

    while (file && n < max && fscanf(file, "%d", &pid) == 1)
        ret[n++] = (pid_t)pid;
    if (file)
        fclose(file);
    return n;
}

static bool is_among(pid_t pid, const pid_t *list, size_t n)
{
    while (n > 0 && list[n - 1] != pid)
        n--;
    return n > 0;
}

/* The children of those that are reaped become ours. */
static bool end_generation(const pid_t *spared, size_t n)
{
    FILE *file = open_children();
    bool any = false;
    int pid;

    while (file && fscanf(file, "%d", &pid) == 1) {
        if (is_among((pid_t)pid, spared, n) || kill(pid, SIGKILL) < 0)
            continue;
        any = true;
        waitpid(pid, NULL, 0);
    }
    if (file)
        fclose(file);
    return any;
}

void worker_orphans_end(const pid_t *spared, size_t n)
{
    int rounds = ROUNDS_MAX;

    while (rounds-- > 0 && end_generation(spared, n))
        ;
}
