/* chaos_ledger.h - lines of the chaos run's tasks in a file outside Redis.
 *
 * The lines are in chaos_worker.c. A line that cannot be written ends the process: a run
 * that is not in the ledger must not be.
 */
#ifndef TESTS_CHAOS_CHAOS_LEDGER_H
#define TESTS_CHAOS_CHAOS_LEDGER_H

#include <quern/err.h>

/* init and done of a task: what qn_job_state() gives is the ledger. */
int chaos_ledger_init(void **ret_state, struct qn_err *reterr);
void chaos_ledger_done(void *ledger);

void chaos_ledger_start(void *ledger, const char *id);
void chaos_ledger_write(void *ledger, const char *verb, const char *id, const char *more);

#endif
