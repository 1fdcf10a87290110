/* dashboard_files.h - a dashboard as files of the job's result: dashboard.html (all widgets on one
 * page), dashboard.json (rows of all), WIDGET.csv (one for each that was answered).
 */
#ifndef TASKS_NL2SQL_DASHBOARD_DASHBOARD_FILES_H
#define TASKS_NL2SQL_DASHBOARD_DASHBOARD_FILES_H

#include "dashboard_args.h"
#include "dashboard_fetch.h"

struct dashboard_files {
    const struct dashboard *form;
    const struct dashboard_part *const *parts;
    size_t n;
    unsigned exports; /* of enum dashboard_export */
    const char *language;
    int64_t made_ms; /* wall */
};

QN_MUST_CHECK int dashboard_files_store(const struct dashboard_files *files, struct qn_job *job,
                                        struct qn_err *reterr);

#endif
