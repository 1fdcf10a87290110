/* orphans.h - what executors leave behind.
 *
 * The supervisor is a subreaper, so a process whose parent has ended becomes its
 * child, also when it left the executor's group by setsid. Such a child is killed and
 * reaped; one that is still in the group of a running job is spared until the job has
 * ended. An executor does the same for each of its jobs. After kill -9 of
 * the supervisor nobody does this: only the executors and the programs end with it, not
 * what those started.
 */
#ifndef WORKER_ORPHANS_H
#define WORKER_ORPHANS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* From now on orphans come to this process, or to one above it again. */
void worker_orphans_adopt(void);
void worker_orphans_disown(void);

struct worker_orphans_who {
    void *arg;
    bool (*is_executor)(void *arg, pid_t pid);
    bool (*has_job)(void *arg, pid_t group);
};
/* Looks once; returns how many were killed. */
size_t worker_orphans_sweep(const struct worker_orphans_who *who);
/* Are there children? Costs one system call. */
bool worker_orphans_any(void);
/* The children there are, at most max of them; returns how many. */
size_t worker_orphans_list(pid_t *ret, size_t max);
/* When no executor or program is left: kills and reaps every child but the n spared ones, and
 * theirs. One that may not be killed stays. */
void worker_orphans_end(const pid_t *spared, size_t n);

#endif
