/* load.h - how busy the server is, asked between tables.
 *
 * Not here: the waiting.
 */
#ifndef TASKS_LIB_PROFILE_LOAD_H
#define TASKS_LIB_PROFILE_LOAD_H

#include "tasks/lib/postgres.h"

#define QN_PROFILE_LOAD_MAX 0.8 /* a profile should wait while the share is above */

/* The share of max_connections that runs a statement now, this one not counted: those whose state
 * is active; where it is hidden from this role, those within a transaction, which may be idle in
 * it. Errors: those of postgres.h. */
QN_MUST_CHECK int qn_profile_load(struct qn_pg *pg, double *ret_share, struct qn_err *reterr);

#endif
