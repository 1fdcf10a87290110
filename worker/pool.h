/* pool.h - the executors: born, given jobs, watched, replaced.
 *
 * A slot holds one executor. It is replaced after max-jobs-per-child jobs, above
 * max-memory-per-child, and after any death; when executors die before they are ready,
 * the next one waits with backoff. How a run ended is told once, as a fate with what is
 * known; the pool does not know what that means for the job.
 *
 * Not here: taking jobs (fetch.h), what becomes of them (settle.h).
 */
#ifndef WORKER_POOL_H
#define WORKER_POOL_H

#include "base.h"
#include "common/frame.h"
#include "link.h"
#include "settle.h"
#include <sys/types.h>

struct worker_pool;

/* changed: an executor became idle, or ended. ended: the run is the caller's again. note:
 * a PROGRESS, LOG or FOLLOW frame; false when it is out of bounds. */
struct worker_pool_events {
    void *arg;
    void (*changed)(void *arg);
    void (*ended)(void *arg, struct worker_run *run, const struct worker_end *end);
    bool (*note)(void *arg, struct worker_run *run, const struct qn_frame *frame);
};

/* Forks nothing yet. */
QN_MUST_CHECK int worker_pool_create(struct worker_pool **ret, struct worker_base *base,
                                     const struct worker_pool_events *events,
                                     struct qn_err *reterr);
/* Kills what is there; no events any more. */
void worker_pool_free(struct worker_pool *pool);

void worker_pool_start(struct worker_pool *pool); /* forks all */
/* No new executors; idle ones end. */
void worker_pool_close(struct worker_pool *pool);

/* Before each wait of the loop, after everything else: answers that came without a ring. From
 * here on executors ring. */
void worker_pool_collect(struct worker_pool *pool);

size_t worker_pool_idle(const struct worker_pool *pool);
size_t worker_pool_busy(const struct worker_pool *pool);
size_t worker_pool_alive(const struct worker_pool *pool);     /* have been ready */
size_t worker_pool_processes(const struct worker_pool *pool); /* not reaped */

/* To an idle executor. When it fails, most often for want of one, the run stays the
 * caller's. */
QN_MUST_CHECK int worker_pool_give(struct worker_pool *pool, struct worker_run *run);

/* Asks it to stop, and kills it after cancel-grace. False when none has the run. */
bool worker_pool_cancel(struct worker_pool *pool, struct worker_run *run);
/* SIGKILL; ended tells RELEASED, with an answer if one was on its way. */
void worker_pool_release(struct worker_pool *pool);
/* SIGKILL to the executor of that run, when one has it; ended tells as always. */
bool worker_pool_kill(struct worker_pool *pool, struct worker_run *run);
void worker_pool_lease(struct worker_pool *pool, int64_t until_ms);

/* After a child of this process has ended: orphans are reaped, and killed. */
void worker_pool_sweep(struct worker_pool *pool);
/* Now and then: also deadlines that a sleep of the machine hid. */
void worker_pool_check(struct worker_pool *pool);

/* Who runs what, for the description. NULL when the slot has no job. */
const struct worker_run *worker_pool_run_at(const struct worker_pool *pool, size_t slot,
                                            pid_t *ret_pid);

#endif
