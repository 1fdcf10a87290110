/* same_name.c - one task that is there twice. */
#include "plugin.h"

static const struct qn_task task = FINE_TASK("same");
static const struct qn_task *const tasks[] = {&task, &task, NULL};

QN_PLUGIN(tasks);
