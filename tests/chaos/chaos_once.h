/* chaos_once.h - the task chaos.once: a row in a table, exactly once. */
#ifndef TESTS_CHAOS_CHAOS_ONCE_H
#define TESTS_CHAOS_CHAOS_ONCE_H

#include <quern/task.h>

/* Its lines in the ledger are those of chaos_worker.c; the row is the job's id in
 * chaos_effect of QUERN_DATABASE_URL. */
extern const struct qn_task chaos_once_task;

#endif
