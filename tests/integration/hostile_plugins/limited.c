/* limited.c - a task that declares limits. */
#include "plugin.h"

static const struct qn_task task = {.name = "p.limited",
                                    .summary = "Has limits",
                                    .run = fine,
                                    .concurrency = 3,
                                    .rate = 10,
                                    .per_ms = 60000,
                                    .burst = 5};
static const struct qn_task *const tasks[] = {&task, 0};
QN_PLUGIN(tasks);
