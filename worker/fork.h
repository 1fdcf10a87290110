/* fork.h - a child process that has nothing of its parent but memory.
 *
 * Before run is called: a process group of its own, SIGKILL when the parent dies, every
 * signal unblocked and as the system has it, /dev/null on stdin, stdout going where
 * stderr goes, every other descriptor closed but those to keep, and ahead of the parent
 * when the kernel runs out of memory.
 */
#ifndef WORKER_FORK_H
#define WORKER_FORK_H

#include <quern/err.h>
#include <sys/types.h>

#define WORKER_FORK_KEEP 4

struct worker_fork {
    const char *name;           /* for ps, at most 15 bytes */
    int keep[WORKER_FORK_KEEP]; /* descriptors; 0 to 2 and the same one twice are fine */
    void *arg;
    int (*run)(void *arg); /* in the child; returns its exit code */
};

/* Returns in the parent only. */
QN_MUST_CHECK int worker_fork(const struct worker_fork *how, pid_t *ret, struct qn_err *reterr);

#endif
