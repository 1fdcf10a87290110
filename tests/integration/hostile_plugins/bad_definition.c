/* bad_definition.c - the second task has a parameter that does not hold. */
#include "plugin.h"

static const struct qn_param params[] = {
    {.name = "n", .type = QN_INTEGER, .doc = "a number", .choices = "1|2"},
    {.name = NULL},
};
static const struct qn_task good = FINE_TASK("good");
static const struct qn_task bad = {
    .name = "p.bad", .summary = "Bad", .params = params, .run = fine};
static const struct qn_task *const tasks[] = {&good, &bad, NULL};

QN_PLUGIN(tasks);
