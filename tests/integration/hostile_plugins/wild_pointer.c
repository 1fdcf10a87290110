/* wild_pointer.c - a name that points nowhere. */
#include "plugin.h"

static const struct qn_task task = {.name = (const char *)8, .summary = "Wild", .run = fine};
static const struct qn_task *const tasks[] = {&task, NULL};

QN_PLUGIN(tasks);
