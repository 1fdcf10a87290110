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
#define QN_RUN_SCAN_BYTES \
    ((int64_t)2 * 1024 * 1024 * 1024) /* a larger table is not scanned for a sample */

struct qn_run {
    struct qn_profile_table *ret;
    struct qn_arena *arena;
    struct qn_pg *pg;
    const struct qn_catalog_table *table;
    const struct qn_profile_wish *wish;
    int64_t deadline_ms; /* mono */
    struct qn_sample sample;
    bool settled; /* sample is */
    bool replanned;
    bool counted;     /* ret->rows is exact */
    bool *given_up;   /* columns that fail by themselves */
    double *twice;    /* of each column: values seen twice */
    double *doubt;    /* of each column: see gather.h */
    int64_t spare_ms; /* of the time, for the tiers below */
    int64_t least_ms; /* that a statement has in any case */
};

enum qn_run_end {
    QN_RUN_DONE,
    QN_RUN_REFUSED, /* by what the statement reads: other columns may do */
    QN_RUN_OUT,     /* out of time, locked: no more of this tier */
    QN_RUN_FAILED,  /* no connection, stopped, no memory */
};

struct qn_run_ask {
    const char *sql;
    const struct qn_span *params;
    size_t n_params;
    qn_pg_row_fn *fn;
    void *arg;
};

/* One statement in a transaction of its own. err says why it is not DONE. */
enum qn_run_end qn_run_statement(struct qn_run *run, const struct qn_run_ask *ask,
                                 struct qn_err *err);

/* The first trouble stays. */
void qn_run_trouble(struct qn_run *run, const char *what, const struct qn_err *err);

/* Every value of these columns, by run->sample, into one gather each, which are init. */
enum qn_run_end qn_run_gather(struct qn_run *run, const size_t *columns, size_t n,
                              struct qn_gather *gathers, struct qn_err *err);

/* How the table is read at this tier: as far as is known before the first rows came. */
void qn_run_plan(struct qn_run *run, enum qn_profile_tier tier);
/* After the first rows, of which seen came: true when they were too many or far too few, and
 * are to be read again by a better plan. */
enum qn_run_end qn_run_replan(struct qn_run *run, double seen, bool *ret_again, struct qn_err *err);
/* All rows were read, of seen. */
bool qn_run_has_all(const struct qn_run *run, double seen);

/* Distinct counts of the sampled columns for the whole table: by keys and by estimates, and by
 * a count of hashes in one scan where these are not safe and the scan is affordable. Without
 * time the estimates stay. DONE or FAILED. */
enum qn_run_end qn_run_whole(struct qn_run *run, struct qn_err *err);

/* The larger of the estimate and of what ANALYZE said, for the columns wanted, by their place:
 * equal values in one page make pages look poorer than rows that are drawn one by one. */
enum qn_run_end qn_run_blend(struct qn_run *run, const bool *wanted, struct qn_err *err);

/* What ANALYZE left, for the columns that have no tier yet. */
enum qn_run_end qn_run_statistics(struct qn_run *run, struct qn_err *err);

#endif
