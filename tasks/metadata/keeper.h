/* keeper.h - an analysis of a datasource keeps profiles between runs.
 *
 * A table's profile of the same definition, of the tier asked for or a better one, is taken
 * again when it is younger than KEEPER_AGE_MS. A full analysis begins by forgetting all; a run
 * of the same job after that goes on with what the run before it kept.
 */
#ifndef TASKS_METADATA_KEEPER_H
#define TASKS_METADATA_KEEPER_H

#include "tasks/lib/analysis.h"

#define KEEPER_AGE_MS ((int64_t)24 * 3600 * 1000)

struct keeper {
    struct qn_pg *pg; /* to Quern's own database */
    const char *datasource;
    enum qn_profile_tier tier;
    struct qn_analysis_keeper calls;
};

/* tier: the least that will do. */
void keeper_init(struct keeper *keeper, struct qn_pg *pg, const char *datasource,
                 enum qn_profile_tier tier);
/* Before the first run of a full analysis: nothing from before counts. */
QN_MUST_CHECK int keeper_forget(const struct keeper *keeper, struct qn_err *reterr);

/* What changed in the catalogue since the run before (catalog_diff.h), appended to out: nothing
 * when there was none. */
QN_MUST_CHECK int keeper_changes(const struct keeper *keeper, const struct qn_catalog *catalog,
                                 struct qn_buf *out, struct qn_err *reterr);
/* This catalogue takes the place of the one before, and profiles of other definitions go: the last
 * step of a run, so that one that is tried again tells the same changes. */
QN_MUST_CHECK int keeper_replace(const struct keeper *keeper, const struct qn_catalog *catalog,
                                 struct qn_err *reterr);

#endif
