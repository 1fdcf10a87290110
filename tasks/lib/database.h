/* database.h - what a task needs whose work is on the setting database-url.
 *
 * Its state is one connection (postgres.h) that an executor keeps. Put both functions into
 * the row of the task:
 *
 *     .init = qn_database_init, .run = run, .done = qn_database_done,
 *
 * A task that keeps more in its state calls them for the connection.
 *
 * Not here: statements; what to answer (answer.h).
 */
#ifndef TASKS_LIB_DATABASE_H
#define TASKS_LIB_DATABASE_H

#include "postgres.h"

/* A struct qn_pg by QUERN_DATABASE_URL, not connected yet; QN_EINVAL without that. */
QN_MUST_CHECK int qn_database_init(void **ret_state, struct qn_err *reterr);
void qn_database_done(void *state);

/* value as a parameter of a statement; out is its text. */
#define QN_PG_NUMBER_SIZE 24
struct qn_span qn_pg_number(int64_t value, char out[QN_PG_NUMBER_SIZE]);

#endif
