/* analysis_files.h - the files beside the result of metadata.analyze:
 *
 *   model.json model.yaml model.md model.mmd   the semantic model in four forms
 *   profile.json                               every metric of every column
 *   report.html                                all of it to look at
 */
#ifndef TASKS_METADATA_ANALYSIS_FILES_H
#define TASKS_METADATA_ANALYSIS_FILES_H

#include "tasks/lib/analysis.h"
#include "tasks/lib/model/model_files.h"
#include <quern/job.h>

#define ANALYSIS_FILE_MAX ((size_t)64 * 1024 * 1024)

/* report: the HTML. A file that would be larger than its maximum is left out, and the job's log
 * says so. */
QN_MUST_CHECK int analysis_files_write(struct qn_job *job, const struct qn_analysis *analysis,
                                       struct qn_span report, struct qn_err *reterr);

/* The forms of a sealed model that are published, in files up to *ret_n. Their bytes are in texts,
 * which the caller releases, also after a failure. One over ANALYSIS_FILE_MAX is left out; not
 * JSON: QN_ELIMIT. */
#define ANALYSIS_FORMS 4
QN_MUST_CHECK int analysis_forms_make(const struct qn_model *model,
                                      struct qn_buf texts[ANALYSIS_FORMS],
                                      struct qn_model_file files[ANALYSIS_FORMS], size_t *ret_n,
                                      struct qn_err *reterr);

#endif
