#include "limits.h"

static int64_t first_set(int64_t a, int64_t b, int64_t c)
{
    return a > 0 ? a : b > 0 ? b : c;
}

void worker_limits_choose(const struct qn_body *body, const struct qn_task *task,
                          const struct worker_options *options, int64_t *ret_soft_ms,
                          int64_t *ret_hard_ms)
{
    int64_t soft = first_set(body->soft_limit_ms, task->soft_limit_ms, options->soft_limit_ms);
    int64_t hard = first_set(body->hard_limit_ms, task->hard_limit_ms, options->hard_limit_ms);

    *ret_soft_ms = soft < hard ? soft : hard;
    *ret_hard_ms = hard;
}

/* A record may ask for any number. */
static int64_t plus(int64_t mono_ms, int64_t ms)
{
    return ms > INT64_MAX / 2 ? INT64_MAX / 2 : mono_ms + ms;
}

void worker_limits_begin(struct worker_limits *limits, int64_t soft_ms, int64_t hard_ms,
                         int64_t mono_ms)
{
    *limits = (struct worker_limits){
        .soft_at_ms = plus(mono_ms, soft_ms),
        .hard_at_ms = plus(mono_ms, hard_ms),
    };
}

void worker_limits_cancel(struct worker_limits *limits, int64_t grace_ms, int64_t mono_ms)
{
    if (limits->cancel_at_ms == 0)
        limits->cancel_at_ms = plus(mono_ms, grace_ms);
}

enum worker_due worker_limits_due(struct worker_limits *limits, int64_t mono_ms,
                                  int64_t *ret_wait_ms)
{
    int64_t next = limits->hard_at_ms;
    enum worker_due due = WORKER_DUE_NOTHING;

    if (mono_ms >= limits->hard_at_ms)
        due = WORKER_DUE_HARD;
    else if (limits->cancel_at_ms > 0 && mono_ms >= limits->cancel_at_ms)
        due = WORKER_DUE_CANCEL;
    else if (!limits->soft_told && mono_ms >= limits->soft_at_ms)
        due = WORKER_DUE_SOFT;
    limits->soft_told = limits->soft_told || due == WORKER_DUE_SOFT;
    if (limits->cancel_at_ms > mono_ms && limits->cancel_at_ms < next)
        next = limits->cancel_at_ms;
    if (!limits->soft_told && limits->soft_at_ms < next)
        next = limits->soft_at_ms;
    *ret_wait_ms = next > mono_ms ? next - mono_ms : 0;
    return due;
}
