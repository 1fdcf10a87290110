/* check_place.h - the database that statements are checked against, kept from job to job: its
 * connection, the model of its catalogue, and the guard.
 *
 * For the state of an executor. Another database, or other hints, replaces what is kept; after
 * CHECK_PLACE_KEEP_MS it is read again.
 */
#ifndef TASKS_NL2SQL_CHECK_PLACE_H
#define TASKS_NL2SQL_CHECK_PLACE_H

#include "tasks/nl2sql/guard/guard.h"
#include "tasks/lib/analysis.h"
#include "tasks/lib/datasource.h"
#include <quern/job.h>

#define CHECK_PLACE_KEEP_MS 60000

struct check_place {
    struct qn_pg *quern; /* where datasources are; NULL: no database is configured */
    char *database, *hints_path;
    int64_t read_ms; /* monotonic */
    struct qn_datasource *source;
    struct qn_pg *pg;
    struct qn_buf hints;
    struct qn_analysis analysis;
    struct guard *guard; /* NULL: nothing is kept */
};

QN_MUST_CHECK int check_place_init(void **ret_place, struct qn_err *reterr);
void check_place_done(void *state);

/* Ready to be asked: place->guard, and place->pg outside of a transaction. hints_path: "" for
 * those of the datasource. QN_EINVAL and QN_ENOTFOUND are the caller's mistakes. */
QN_MUST_CHECK int check_place_ready(struct check_place *place, struct qn_job *job,
                                    const char *database, const char *hints_path,
                                    struct qn_err *reterr);

#endif
