/* exec_line.h - what a program says on its descriptor 3: one line of JSON. Pure.
 *
 * A line is an object with exactly one member, a known one (exec.h lists them), whose
 * value has the right shape; everything else is an error that says what is wrong.
 *
 * Not here: gathering lines (exec_read.h), what follows from one (exec_say.h).
 */
#ifndef WORKER_EXEC_LINE_H
#define WORKER_EXEC_LINE_H

#include "common/buf.h"
#include <quern/job.h>

/* A result as large as one may be, and what stands around it. */
#define WORKER_EXEC_LINE_MAX (QN_RESULT_MAX + 64 * 1024)

enum worker_exec_word {
    WORKER_EXEC_PROGRESS,
    WORKER_EXEC_LOG,
    WORKER_EXEC_RESULT,
    WORKER_EXEC_ERROR,
    WORKER_EXEC_REJECTED,
    WORKER_EXEC_SNOOZE,
    WORKER_EXEC_RETRY,
    WORKER_EXEC_ARTIFACT,
    WORKER_EXEC_FOLLOW_UP,
};

/* Set is what the word has; the rest is 0 and NULL. Spans are of the line, texts of the
 * buffer that was given. */
struct worker_exec_line {
    enum worker_exec_word word;
    int64_t done, total;
    int64_t ms;
    const char *text;
    struct qn_span json; /* a result, or the arguments of a follow-up */
    const char *name, *type, *path;
    const char *task, *queue;
};

/* line: without its end. texts: what was in it is gone, its maximum is at least
 * line.len + 1. QN_EINVAL, or QN_ENOMEM. */
QN_MUST_CHECK int worker_exec_line_read(struct worker_exec_line *ret, struct qn_span line,
                                        struct qn_buf *texts, struct qn_err *reterr);

#endif
