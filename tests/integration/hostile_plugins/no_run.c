/* no_run.c - a task without code. */
#include "plugin.h"

static const struct qn_task task = {.name = "p.no_run", .summary = "No run"};
static const struct qn_task *const tasks[] = {&task, NULL};

QN_PLUGIN(tasks);
