/* empty_table.c - a table without a task. */
#include "plugin.h"

static const struct qn_task *const tasks[] = {NULL};

QN_PLUGIN(tasks);
