/* orders.h - the tasks on the orders of a shop.
 *
 * orders.process marks an order as processed, orders.create makes one out of stock,
 * orders.release gives back what was reserved for one that was not made. All of them
 * happen exactly once, however often their jobs run (tasks/lib/once.h).
 *
 * Not here: the door of a flash sale, which makes jobs of orders.create.
 */
#ifndef TASKS_ORDERS_ORDERS_H
#define TASKS_ORDERS_ORDERS_H

#include <quern/task.h>

extern const struct qn_task orders_process_task;
extern const struct qn_task orders_create_task;
extern const struct qn_task orders_release_task;

#endif
