/* analysis_result.h - the result of metadata.analyze as JSON: what was found, in short. The whole
 * of it is in the files beside it. The page of the task shows the form.
 *
 * A result has a maximum. Relations come first; of a database with very many the evidence is left
 * out, then those that are least sure, then tables: "left_out" counts them.
 */
#ifndef TASKS_METADATA_ANALYSIS_RESULT_H
#define TASKS_METADATA_ANALYSIS_RESULT_H

#include "tasks/lib/analysis.h"

struct analysis_result {
    const struct qn_analysis *analysis;
    const char *datasource;   /* "" of a database by URL */
    bool stored;              /* the model has a version */
    bool fresh;               /* the version is new */
    struct qn_span described; /* JSON of what a language model did; empty: none was asked */
    struct qn_span changes;   /* JSON of the diff with the run before; empty: there was none */
    const char *const *warnings;
    size_t n_warnings;
};

/* At most max bytes; failure is in out's status. */
int analysis_result_to_json(const struct analysis_result *result, size_t max, struct qn_buf *out);

/* "table", or "schema.table" where several schemas have that name. */
int analysis_add_table_name(const struct qn_catalog *catalog, size_t table, struct qn_buf *out);

#endif
