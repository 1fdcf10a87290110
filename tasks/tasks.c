#include "tasks.h"

#include "tasks/bench/noop.h"
#include "tasks/mail/welcome.h"
#include "tasks/orders/orders.h"
#include "tasks/reports/sales.h"
#include <stddef.h>

/* clang-format off */
const struct qn_task *const qn_builtin_tasks[] = {
    &sales_task,
    &orders_process_task,
    &orders_create_task,
    &mail_welcome_task,
    &noop_task,
    NULL,
};
/* clang-format on */
