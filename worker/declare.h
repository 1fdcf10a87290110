/* declare.h - the limits that tasks declare, told to each queue of the worker.
 *
 * A task without limits is told too, so that what an older worker declared of it goes. What
 * an operator set stays (docs/limits.md).
 */
#ifndef WORKER_DECLARE_H
#define WORKER_DECLARE_H

#include "base.h"

/* Goes out before the takes that follow in this connection. A failure is logged: the next
 * connect tries again. */
void worker_declare_limits(const struct worker_base *base);

#endif
