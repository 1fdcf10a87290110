#include "orphans.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void worker_orphans_adopt(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
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

/* One line of numbers with blanks between. */
static size_t sweep_file(FILE *file, const struct worker_orphans_who *who)
{
    size_t killed = 0;
    int pid;

    while (fscanf(file, "%d", &pid) == 1)
        killed += settle((pid_t)pid, who);
    return killed;
}

size_t worker_orphans_sweep(const struct worker_orphans_who *who)
{
    char path[64];
    size_t killed = 0;

    /* One thread: the main one. */
    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    killed = sweep_file(file, who);
    fclose(file);
    return killed;
}
