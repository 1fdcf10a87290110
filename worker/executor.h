/* executor.h - one child process that runs jobs: fork, frames, death.
 *
 * The child has its own process group, default signal dispositions, nothing open but
 * the standard streams, its socket and stop_fd, and is killed when its supervisor
 * dies. Death is told by its pidfd and judged after its socket was read to the end:
 * a whole frame that it sent counts, whatever came after.
 *
 * What it sends is not believed: a frame out of place is told as broken, and the
 * owner kills it.
 *
 * Not here: which job, limits, replacement (pool.h).
 */
#ifndef WORKER_EXECUTOR_H
#define WORKER_EXECUTOR_H

#include "bell.h"
#include "broker-client/loop.h"
#include "common/frame.h"
#include "limits.h"
#include "link.h"
#include "registry.h"
#include <sys/types.h>

struct worker_executor;

struct worker_death {
    int exit_code; /* when no signal */
    int signal;    /* 0 none */
    int64_t max_rss_bytes;
    bool untaken; /* the job that it was given last was not taken: nothing of it has begun */
};

/* Called from the loop. died is the last call; it may free the executor. */
struct worker_executor_events {
    void *arg;
    void (*frame)(void *arg, const struct qn_frame *frame);
    void (*broken)(void *arg, const char *why);
    void (*died)(void *arg, const struct worker_death *death);
};

/* What all executors of a process share; borrowed. */
struct worker_executor_setup {
    struct qn_loop *loop;
    const struct worker_registry *registry;
    const struct worker_bell *bell;
    bool local; /* the jobs are of who started this program, not of a queue */
};

/* QN_ESYS when the system gave no process. */
QN_MUST_CHECK int worker_executor_spawn(struct worker_executor **ret,
                                        const struct worker_executor_setup *setup,
                                        const struct worker_executor_events *events,
                                        struct qn_err *reterr);
/* Kills it and what is in its group if it lives, and waits for its end. */
void worker_executor_free(struct worker_executor *executor);

/* Looks into its box: when the bell rang, and before sleeping. */
void worker_executor_collect(struct worker_executor *executor);

/* The page says until when, before the frame goes out. QN_ECONN when the child is
 * about to be told dead: it has not got the job. */
QN_MUST_CHECK int worker_executor_give(struct worker_executor *executor,
                                       const struct worker_job_frame *job,
                                       const struct worker_limits *limits,
                                       const struct worker_fence *fence);
void worker_executor_quit(struct worker_executor *executor);
void worker_executor_stop(struct worker_executor *executor, int64_t run, bool cancel);
void worker_executor_kill(struct worker_executor *executor); /* SIGKILL to the group */
void worker_executor_lease(struct worker_executor *executor, int64_t until_ms);

pid_t worker_executor_pid(const struct worker_executor *executor);
int64_t worker_executor_rss(const struct worker_executor *executor); /* bytes, 0 not known */

#endif
