/* long_table.c - a table that does not end for long. */
#include "plugin.h"

static const struct qn_task task = FINE_TASK("long");
#define TEN     &task, &task, &task, &task, &task, &task, &task, &task, &task, &task
#define HUNDRED TEN, TEN, TEN, TEN, TEN, TEN, TEN, TEN, TEN, TEN
static const struct qn_task *const tasks[] = {HUNDRED, HUNDRED, HUNDRED, HUNDRED, HUNDRED, HUNDRED,
                                              HUNDRED, HUNDRED, HUNDRED, HUNDRED, HUNDRED, NULL};

QN_PLUGIN(tasks);
