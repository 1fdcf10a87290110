/* model_files.h - models as files, for readers that have no PostgreSQL.
 *
 *   QUERN_ARTIFACT_DIR/models/NAME/index.json     versions; which is current, which newest
 *   QUERN_ARTIFACT_DIR/models/NAME/V.json|yaml|md|mmd|html
 *
 * Each file is written beside its place and renamed, index.json last: a reader sees the
 * old state or the new one. Files of versions that the index no longer names are removed.
 * The files can be made again from the database at any time; docs/protocol.md has the form.
 */
#ifndef TASKS_LIB_MODEL_MODEL_FILES_H
#define TASKS_LIB_MODEL_MODEL_FILES_H

#include "common/buf.h"

struct qn_model_file {
    const char *suffix; /* "json" */
    struct qn_span bytes;
};

/* The files of one version, then the index: that of qn_model_index. Of two who publish at once the
 * index with the larger revision stays. suffix: 1 to 8 of [a-z]. */
QN_MUST_CHECK int qn_model_publish(const char *artifact_dir, const char *datasource,
                                   int64_t version, const struct qn_model_file *files,
                                   size_t n_files, struct qn_span index, struct qn_err *reterr);
/* All of a datasource at once; fine when there is nothing. */
QN_MUST_CHECK int qn_model_unpublish(const char *artifact_dir, const char *datasource,
                                     struct qn_err *reterr);

#endif
