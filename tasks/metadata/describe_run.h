/* describe_run.h - the part of an analysis that asks a language model: from the settings and the
 * job's arguments to describe.h, and what it did as JSON.
 */
#ifndef TASKS_METADATA_DESCRIBE_RUN_H
#define TASKS_METADATA_DESCRIBE_RUN_H

#include "analyze_args.h"
#include "describe.h"
#include "home.h"
#include "tasks/lib/analysis.h"

struct describe_run {
    struct qn_llm *llm; /* NULL: nobody is asked */
    struct describe_told told;
    bool done;
};

/* Before the analysis: describe without a language model is the caller's mistake, QN_EINVAL. */
QN_MUST_CHECK int describe_run_open(struct describe_run *ret, const struct analyze_args *args,
                                    const struct metadata_home *home, struct qn_err *reterr);
void describe_run_close(struct describe_run *run);

/* Lays into the model what is kept of the datasource ("": none is) and what is asked for now. */
QN_MUST_CHECK int describe_run(struct describe_run *run, const struct analyze_args *args,
                               const struct metadata_home *home, const char *datasource,
                               struct qn_analysis *analysis, struct qn_err *reterr);
/* What it did as an object; nothing when nobody was asked. Failure is in out's status. */
void describe_run_json(const struct describe_run *run, struct qn_buf *out);

#endif
