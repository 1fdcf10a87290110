/* local_args.h - words of a command line to a JSON object.
 *
 *   day=2025-06-30 rows=100 deep=yes formats=csv,html where={"a":1}
 *
 * The parameter's type decides how a value is read. What does not read as its type
 * becomes a string, so that the check of the arguments says what is wrong with it.
 *
 * Not here: that check (broker-client/taskdef.h).
 */
#ifndef WORKER_LOCAL_ARGS_H
#define WORKER_LOCAL_ARGS_H

#include "common/buf.h"
#include <quern/task.h>

/* Appends the object. QN_EINVAL for a word that is not key=value or no UTF-8. */
QN_MUST_CHECK int worker_local_args(const struct qn_task *task, int n, char *const *words,
                                    struct qn_buf *out, struct qn_err *reterr);

#endif
