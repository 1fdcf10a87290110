/* job_json.h - a job as JSON, as API and CLI show it (docs/http-api.md). Pure.
 *
 * What workers and producers wrote as JSON (arguments, result, progress, files,
 * history) goes in as it is, after the strict check.
 */
#ifndef BROKER_CLIENT_JOB_JSON_H
#define BROKER_CLIENT_JOB_JSON_H

#include "common/buf.h"
#include <quern/client.h>

enum qn_job_parts {
    QN_JOB_BRIEF = 0, /* for lists: no arguments, result, files, history */
    QN_JOB_WHOLE = 1,
    QN_JOB_LINKS = 2, /* addresses of the HTTP API, of the job and of each file */
};

/* parts: bits of enum qn_job_parts. */
int qn_job_json(struct qn_buf *out, const struct qn_job_info *info, unsigned parts);

#endif
