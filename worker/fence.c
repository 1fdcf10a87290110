#include "fence.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#define FILES_MIN 64 /* fewer would be too few for the executor itself */

static const __rlimit_resource_t kinds[WORKER_FENCE_KINDS] = {RLIMIT_DATA, RLIMIT_CPU,
                                                              RLIMIT_NOFILE};

static int64_t first_set(int64_t a, int64_t b)
{
    return a > 0 ? a : b;
}

static int64_t at_least_few(int64_t files)
{
    return files > 0 && files < FILES_MIN ? FILES_MIN : files;
}

void worker_fence_choose(struct worker_fence *ret, const struct qn_task *task,
                         const struct worker_options *options)
{
    *ret = (struct worker_fence){
        .memory_bytes = first_set(task->memory_limit_bytes, options->memory_limit_bytes),
        .cpu_ms = first_set(task->cpu_limit_ms, options->cpu_limit_ms),
        .files = at_least_few(first_set(task->max_open_files, options->open_files)),
        .cores = options->cores,
    };
}

void worker_fence_begin(void)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static void set_cores(bool cores)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_CORE, &limit) < 0)
        return;
    limit.rlim_cur = cores ? limit.rlim_max : 0;
    setrlimit(RLIMIT_CORE, &limit);
}

/* Seconds of CPU that this process has used, up. */
static int64_t cpu_used_s(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) < 0)
        return 0;
    int64_t us = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    return (int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (us + 999999) / 1000000;
}

static int64_t wanted(const struct worker_fence *fence, int kind, int64_t cpu_used)
{
    switch (kind) {
    case RLIMIT_DATA:
        return fence->memory_bytes;
    case RLIMIT_CPU:
        return fence->cpu_ms > 0 ? cpu_used + (fence->cpu_ms + 999) / 1000 : 0;
    case RLIMIT_NOFILE:
    default:
        return fence->files;
    }
}

/* Never above the hard one, which may be the operator's. */
static rlim_t within(int64_t want, rlim_t most)
{
    return most == RLIM_INFINITY || (rlim_t)want < most ? (rlim_t)want : most;
}

void worker_fence_enter(const struct worker_fence *fence, struct worker_fence_outside *ret)
{
    int64_t used = fence->cpu_ms > 0 ? cpu_used_s() : 0;

    set_cores(fence->cores);
    for (size_t i = 0; i < WORKER_FENCE_KINDS; i++) {
        int64_t want = wanted(fence, (int)kinds[i], used);
        ret->entered[i] = want > 0 && getrlimit(kinds[i], &ret->before[i]) == 0;
        if (!ret->entered[i])
            continue;
        struct rlimit limit = ret->before[i];
        limit.rlim_cur = within(want, limit.rlim_max);
        ret->entered[i] = setrlimit(kinds[i], &limit) == 0;
    }
}

void worker_fence_leave(const struct worker_fence_outside *outside)
{
    for (size_t i = 0; i < WORKER_FENCE_KINDS; i++) {
        if (outside->entered[i])
            setrlimit(kinds[i], &outside->before[i]);
    }
}

bool worker_fence_lock(const struct worker_fence *fence)
{
    for (size_t i = 0; i < WORKER_FENCE_KINDS; i++) {
        int64_t want = wanted(fence, (int)kinds[i], 0);
        struct rlimit limit;
        if (want <= 0)
            continue;
        if (getrlimit(kinds[i], &limit) < 0)
            return false;
        limit.rlim_cur = within(want, limit.rlim_max);
        /* Who catches XCPU gets a second to end; then KILL. */
        limit.rlim_max = within(want + (kinds[i] == RLIMIT_CPU), limit.rlim_max);
        if (setrlimit(kinds[i], &limit) < 0)
            return false;
    }
    return true;
}
