/* limits.h - how long a run may take, and what is due when. Pure; times are
 * CLOCK_BOOTTIME ms.
 *
 * A limit comes from the record, else from the task, else from the settings. The
 * soft one is never above the hard one.
 *
 * Not here: stopping and killing (pool.h).
 */
#ifndef WORKER_LIMITS_H
#define WORKER_LIMITS_H

#include "broker-client/record.h"
#include "options.h"
#include <quern/task.h>

enum worker_due { WORKER_DUE_NOTHING, WORKER_DUE_SOFT, WORKER_DUE_HARD, WORKER_DUE_CANCEL };

struct worker_limits {
    int64_t soft_at_ms;
    int64_t hard_at_ms;
    int64_t cancel_at_ms; /* kill for a cancel, 0 none */
    bool soft_told;
};

void worker_limits_choose(const struct qn_body *body, const struct qn_task *task,
                          const struct worker_options *options, int64_t *ret_soft_ms,
                          int64_t *ret_hard_ms);

void worker_limits_begin(struct worker_limits *limits, int64_t soft_ms, int64_t hard_ms,
                         int64_t mono_ms);
void worker_limits_cancel(struct worker_limits *limits, int64_t grace_ms, int64_t mono_ms);
/* What is to be done now; SOFT is said once. *ret_wait_ms: until to ask again. */
enum worker_due worker_limits_due(struct worker_limits *limits, int64_t mono_ms,
                                  int64_t *ret_wait_ms);

#endif
