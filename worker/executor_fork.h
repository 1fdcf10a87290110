/* executor_fork.h - the moment of birth of an executor, for executor.c only. */
#ifndef WORKER_EXECUTOR_FORK_H
#define WORKER_EXECUTOR_FORK_H

#include "broker-client/loop.h"
#include "child.h"
#include <sys/types.h>

struct worker_birth {
    struct qn_loop *loop; /* the parent's, which the child forgets */
    const struct worker_registry *registry;
    struct worker_ends ends;
};

/* Returns in the parent only. */
QN_MUST_CHECK int worker_executor_fork(const struct worker_birth *birth, pid_t *ret,
                                       struct qn_err *reterr);

#endif
