#include "tasks.h"

#include "tasks/reports/sales.h"
#include <stddef.h>

const struct qn_task *const qn_builtin_tasks[] = {
    &sales_task,
    NULL,
};
