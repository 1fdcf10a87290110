#include "tasks.h"

#include "tasks/bench/noop.h"
#include "tasks/reports/sales.h"
#include <stddef.h>

const struct qn_task *const qn_builtin_tasks[] = {
    &sales_task,
    &noop_task,
    NULL,
};
