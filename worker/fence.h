/* fence.h - what one run may use of the machine (setrlimit(2)), and what no run may do.
 *
 * In an executor a run's fence is the soft limit of the process, lifted when the run is over; a
 * program gets it as its hard one, and so do the processes that it starts, each for itself. Memory
 * is RLIMIT_DATA (heap, private writable mappings): what is over it is refused by the kernel, as
 * ENOMEM. CPU time over the limit ends the process with XCPU. Zero: no bound but that of the worker
 * itself.
 *
 * Not here: time on the wall (limits.h), memory after a run (max-memory-per-child), a bound for
 * a tree of processes as a whole, which only a cgroup has (MemoryMax= of systemd).
 */
#ifndef WORKER_FENCE_H
#define WORKER_FENCE_H

#include "options.h"
#include <quern/task.h>
#include <sys/resource.h>

#define WORKER_FENCE_KINDS 3

struct worker_fence {
    int64_t memory_bytes;
    int64_t cpu_ms; /* counted in whole seconds, up */
    int64_t files;  /* open descriptors */
    bool cores;     /* a crash may leave a core file */
};

/* The task's own, else those of the settings. */
void worker_fence_choose(struct worker_fence *ret, const struct qn_task *task,
                         const struct worker_options *options);

/* For good, of a new executor: no more rights by setuid programs (PR_SET_NO_NEW_PRIVS). */
void worker_fence_begin(void);

/* Around a run, in the executor. */
struct worker_fence_outside {
    struct rlimit before[WORKER_FENCE_KINDS];
    bool entered[WORKER_FENCE_KINDS];
};
void worker_fence_enter(const struct worker_fence *fence, struct worker_fence_outside *ret);
void worker_fence_leave(const struct worker_fence_outside *outside);

/* In a process that is about to become a program. False: errno says why. */
bool worker_fence_lock(const struct worker_fence *fence);

#endif
