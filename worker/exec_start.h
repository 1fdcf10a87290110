/* exec_start.h - the program of a task as a process: its start, and all there is to know
 * of it while it lives.
 */
#ifndef WORKER_EXEC_START_H
#define WORKER_EXEC_START_H

#include "common/buf.h"
#include "exec.h"
#include "fence.h"
#include <sys/types.h>

/* Of descriptors -1 is none. */
struct worker_exec_process {
    pid_t pid;     /* its group's number too */
    int pid_fd;    /* readable when it has ended */
    int output_fd; /* its stdout and stderr; reads do not wait */
    int says_fd;   /* its descriptor 3; the same */
};

struct worker_exec_gift {
    struct qn_span args; /* what it finds on stdin */
    char *const *env;    /* for execve */
    const struct worker_fence *fence;
};

/* QN_ESYS: "cannot start ./a.py: Permission denied"; then nothing of it is left. */
QN_MUST_CHECK int worker_exec_start(struct worker_exec_process *ret, const struct worker_exec *exec,
                                    const struct worker_exec_gift *gift, struct qn_err *reterr);

/* To its group, and to it alone should it have left that. Until it is reaped. */
void worker_exec_signal(const struct worker_exec_process *process, int signo);

/* Ends what is left of the group, and of the program; its status as waitpid has it. */
int worker_exec_reap(struct worker_exec_process *process);

#endif
