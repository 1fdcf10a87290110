/* step.h - a task that is one step on the database: once, with its result.
 *
 * Not here: what the step does.
 */
#ifndef TASKS_ORDERS_STEP_H
#define TASKS_ORDERS_STEP_H

#include "tasks/lib/once.h"

#define ORDERS_RESULT_MAX 4096

/* The step of orders.create, whose row orders.release may write in its place: a member of that
 * name says that, and who did. */
#define ORDERS_CREATE_STEP "create"
#define ORDERS_RELEASED_BY "released_by"

/* In the transaction of once: the effect on pg, and ret_result, one JSON object. */
typedef int orders_step_fn(void *arg, struct qn_pg *pg, struct qn_buf *ret_result,
                           struct qn_err *reterr);

/* Runs fn, or takes over what an earlier run of this job did, and answers. */
enum qn_outcome orders_step(struct qn_job *job, const char *name, orders_step_fn *fn, void *arg);

/* A moment as the results tell it: the SQL text of an expression of type timestamptz. */
#define ORDERS_TIME(sql) \
    "to_char((" sql ") AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"

#endif
