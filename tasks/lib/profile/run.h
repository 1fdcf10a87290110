/* run.h - the profile of one table while it is made, for the files of this folder.
 *
 * A step that the table is to blame for leaves QN_OK, what it could not do undone, and a word
 * in trouble; a failure ends the profile.
 */
#ifndef TASKS_LIB_PROFILE_RUN_H
#define TASKS_LIB_PROFILE_RUN_H

#include "gather.h"
#include "select.h"

#define QN_RUN_SQL_MAX ((size_t)1024 * 1024)

struct qn_run {
    struct qn_profile_table *ret;
    struct qn_arena *arena;
    struct qn_pg *pg;
    const struct qn_catalog_table *table;
    const struct qn_profile_wish *wish;
    int64_t deadline_ms; /* mono */
    struct qn_sample sample;
    bool sampling;    /* sample is settled */
    bool *given_up;   /* columns that fail by themselves */
    int64_t spare_ms; /* of the time, for the tiers below */
};

enum qn_run_end {
    QN_RUN_DONE,
    QN_RUN_REFUSED, /* by what the statement reads: other columns may do */
    QN_RUN_OUT,     /* out of time, locked: no more of this tier */
    QN_RUN_FAILED,  /* no connection, stopped, no memory */
};

/* One statement in a transaction of its own. Of err, REFUSED and OUT tell why in it. */
enum qn_run_end qn_run_statement(struct qn_run *run, const char *sql, qn_pg_row_fn *fn, void *arg,
                                 struct qn_err *err);

/* The first trouble stays. */
void qn_run_trouble(struct qn_run *run, const char *what, const struct qn_err *err);

/* Every value of these columns, by run->sample, into one gather each, which are init. */
enum qn_run_end qn_run_gather(struct qn_run *run, const size_t *columns, size_t n,
                              struct qn_gather *gathers, struct qn_err *err);

#endif
