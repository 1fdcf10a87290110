/* sales_files.h - the files of a report: made, and stored with a job.
 *
 * Not here: what is in them (sales_write.h).
 */
#ifndef TASKS_REPORTS_SALES_FILES_H
#define TASKS_REPORTS_SALES_FILES_H

#include "sales_report.h"
#include <quern/job.h>

#define SALES_FILES      3
#define SALES_OUTPUT_MAX ((size_t)64 * 1024 * 1024)

struct sales_file {
    enum sales_format format;
    const char *name;
    const char *media_type;
};
extern const struct sales_file sales_files[SALES_FILES];

/* Its content, appended to out. */
QN_MUST_CHECK int sales_file_make(const struct sales_report *report, const struct sales_file *file,
                                  struct qn_buf *out, struct qn_err *reterr);
QN_MUST_CHECK int sales_file_store(struct qn_job *job, const struct sales_file *file,
                                   const struct qn_buf *content, struct qn_err *reterr);
/* The result of the job: the whole document, or without its lists where it would be too large. */
QN_MUST_CHECK int sales_result_make(const struct sales_report *report, struct qn_buf *out,
                                    struct qn_err *reterr);

#endif
