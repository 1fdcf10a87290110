/* file.h - a whole file in memory.
 *
 * Not here: artifacts (quern/job.h); files that a job of a queue may name: there are none.
 */
#ifndef TASKS_LIB_FILE_H
#define TASKS_LIB_FILE_H

#include "common/buf.h"

/* Appends what is in the regular file path. QN_ELIMIT when it does not fit into out's maximum;
 * QN_ESYS, with errno in reterr->sys; QN_EINVAL for what is no file. */
QN_MUST_CHECK int qn_file_read(const char *path, struct qn_buf *out, struct qn_err *reterr);

#endif
