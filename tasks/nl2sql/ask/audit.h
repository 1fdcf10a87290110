/* audit.h - lines that say who asked what (decision 16): appended to a file a day, nothing is ever
 * changed in it.
 *
 *     DIR/nl2sql-2025-06-30.jsonl
 *
 * A line is one write to a file that is opened for appending, so processes of one host never mix
 * theirs. The day is of UTC. Files are 0600, their folder, made where it is missing, 0700; a link,
 * or anything else that is no file, in the place of one is refused. A line that was cut by a full
 * disk is ended first, so that it takes no other one with it.
 *
 * Not here: what is in a line (ask_audit.h); taking old files away, which the operator does.
 */
#ifndef TASKS_NL2SQL_ASK_AUDIT_H
#define TASKS_NL2SQL_ASK_AUDIT_H

#include "common/buf.h"

#define AUDIT_LINE_MAX ((size_t)256 * 1024)

/* The folder: QUERN_AUDIT_DIR, else "audit" below QUERN_ARTIFACT_DIR. QN_ENOTFOUND when neither is
 * set. */
QN_MUST_CHECK int audit_folder(struct qn_buf *out, struct qn_err *reterr);
/* QUERN_AUDIT_REQUIRED: without its line a question has no answer. */
bool audit_is_required(void);

/* line: one JSON object, without a line's end; is there whole when this is QN_OK. QN_ESYS. */
QN_MUST_CHECK int audit_append(const char *dir, int64_t wall_ms, struct qn_span line,
                               struct qn_err *reterr);

#endif
