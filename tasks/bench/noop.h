/* noop.h - the task bench.noop: nothing, which is what a queue's own cost is measured with. */
#ifndef TASKS_BENCH_NOOP_H
#define TASKS_BENCH_NOOP_H

#include <quern/task.h>

extern const struct qn_task noop_task;

#endif
