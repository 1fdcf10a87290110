/* job_json.h - a job as JSON. Pure.
 *
 * What workers and producers wrote as JSON (arguments, result, progress, files,
 * history) goes in as it is, after the strict check: bytes that do not pass it
 * become a string, so one bad record cannot break the answer around it.
 */
#ifndef API_JOB_JSON_H
#define API_JOB_JSON_H

#include "common/buf.h"
#include <quern/client.h>

enum api_job_parts {
    API_JOB_BRIEF, /* for lists: no arguments, result, files, history */
    API_JOB_WHOLE,
};

int api_job_json(struct qn_buf *out, const struct qn_job_info *info, enum api_job_parts parts);

/* A member that holds JSON from elsewhere; left out when text is empty. */
int api_json_add_raw(struct qn_buf *out, const char *key, const char *text, size_t len);
/* A member that holds text; left out when empty. */
int api_json_add_text(struct qn_buf *out, const char *key, const char *text);
/* A member that holds a time, RFC 3339; left out when 0 or less. */
int api_json_add_time(struct qn_buf *out, const char *key, int64_t wall_ms);
int api_json_add_number(struct qn_buf *out, const char *key, int64_t value);
int api_json_add_flag(struct qn_buf *out, const char *key, bool value);

#endif
