/* checkpoint.h - what an analysis has found so far, in Quern's own database: profiles of tables,
 * so that a job that is tried again goes on where it was, and the catalogue as the last analysis
 * saw it, for what changed since. One run of a datasource at a time is let in.
 *
 * Both belong to a datasource and go with it. The texts are opaque here.
 */
#ifndef TASKS_METADATA_CHECKPOINT_H
#define TASKS_METADATA_CHECKPOINT_H

#include "tasks/lib/postgres.h"

struct checkpoint_table {
    const char *datasource;
    const char *schema, *name;
    const char *hash; /* of its definition: a profile of another one is none */
    int tier;         /* enum qn_profile_tier: what the profile has, or the least that will do */
};

/* Appends the table's profile to out. QN_ENOTFOUND when there is none, or of a lower tier, or
 * older than age_ms. */
QN_MUST_CHECK int checkpoint_load_profile(struct qn_pg *pg, const struct checkpoint_table *table,
                                          int64_t age_ms, struct qn_buf *out,
                                          struct qn_err *reterr);
/* In place of the one before. QN_ENOTFOUND: there is no such datasource any more. */
QN_MUST_CHECK int checkpoint_save_profile(struct qn_pg *pg, const struct checkpoint_table *table,
                                          struct qn_span profile, struct qn_err *reterr);

/* Appends the catalogue to out. QN_ENOTFOUND. */
QN_MUST_CHECK int checkpoint_load_catalog(struct qn_pg *pg, const char *datasource,
                                          struct qn_buf *out, struct qn_err *reterr);
QN_MUST_CHECK int checkpoint_save_catalog(struct qn_pg *pg, const char *datasource,
                                          const char *hash, struct qn_span catalog,
                                          struct qn_err *reterr);

/* All profiles of the datasource, not the catalogue: the next analysis begins anew. */
QN_MUST_CHECK int checkpoint_forget(struct qn_pg *pg, const char *datasource,
                                    struct qn_err *reterr);

/* The profiles of all but tables, JSON [{"s":schema,"n":name,"h":hash},...]: of what is gone, and
 * of what was defined, or hidden, otherwise then. */
QN_MUST_CHECK int checkpoint_forget_others(struct qn_pg *pg, const char *datasource,
                                           struct qn_span tables, struct qn_err *reterr);

/* *ret_taken false: another session has it. Until checkpoint_unlock, or the end of the session. */
QN_MUST_CHECK int checkpoint_lock(struct qn_pg *pg, const char *datasource, bool *ret_taken,
                                  struct qn_err *reterr);
void checkpoint_unlock(struct qn_pg *pg, const char *datasource);

#endif
