/* bad_name.c - a name that would like to be two log lines. */
#include "plugin.h"

static const struct qn_task task = {.name = "a\n{\xff\"b\"}", .summary = "Bad name", .run = fine};
static const struct qn_task *const tasks[] = {&task, NULL};

QN_PLUGIN(tasks);
