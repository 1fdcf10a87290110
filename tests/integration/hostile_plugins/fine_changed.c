/* fine_changed.c - as fine.c, but its definition is another one. */
#include "plugin.h"

static const struct qn_task task = {
    .name = "p.fine", .summary = "Otherwise", .max_attempts = 2, .run = fine};
static const struct qn_task *const tasks[] = {&task, NULL};

QN_PLUGIN(tasks);
