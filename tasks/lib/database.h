/* database.h - what a task needs whose work is on the setting database-url.
 *
 * Its state is one connection (postgres.h) that an executor keeps. Put both functions into
 * the row of the task:
 *
 *     .init = qn_database_init, .run = run, .done = qn_database_done,
 *
 * Not here: statements.
 */
#ifndef TASKS_LIB_DATABASE_H
#define TASKS_LIB_DATABASE_H

#include "postgres.h"
#include <quern/job.h>

/* A struct qn_pg by QUERN_DATABASE_URL, not connected yet; QN_EINVAL without that. */
QN_MUST_CHECK int qn_database_init(void **ret_state, struct qn_err *reterr);
void qn_database_done(void *state);

/* What a handler answers to err: transient failures may be tried again. */
enum qn_outcome qn_database_give_up(struct qn_job *job, const struct qn_err *err);

/* value as a parameter of a statement; out is its text. */
#define QN_PG_NUMBER_SIZE 24
struct qn_span qn_pg_number(int64_t value, char out[QN_PG_NUMBER_SIZE]);

#endif
