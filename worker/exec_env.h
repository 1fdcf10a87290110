/* exec_env.h - the environment that a program of a task gets: what exec.h lists, and
 * nothing of the worker's besides.
 */
#ifndef WORKER_EXEC_ENV_H
#define WORKER_EXEC_ENV_H

#include "exec.h"

#define WORKER_EXEC_ENV_OWN 16 /* names that each program gets, at most */

struct worker_exec_env {
    char *list[WORKER_EXEC_ENV_OWN + WORKER_EXEC_ENV_MAX + 1]; /* for execve */
    size_t n;
};

/* folder: of the run. QN_ENOMEM. */
QN_MUST_CHECK int worker_exec_env_init(struct worker_exec_env *ret, const struct qn_job *job,
                                       const struct worker_exec *exec, const char *folder,
                                       struct qn_err *reterr);
void worker_exec_env_release(struct worker_exec_env *env);

#endif
