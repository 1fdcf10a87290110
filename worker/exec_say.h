/* exec_say.h - what a program says on its descriptor 3, done: bytes become lines, lines
 * progress, log, result and files of its job.
 *
 * What only its end decides on is kept until then: delays, and that it rejected its
 * arguments.
 *
 * Not here: reading the descriptor, the answer (exec_run.c).
 */
#ifndef WORKER_EXEC_SAY_H
#define WORKER_EXEC_SAY_H

#include "exec_line.h"

struct worker_exec_said {
    struct qn_job *job;
    int folder_fd; /* where the path of a file begins */
    struct qn_buf line;
    struct qn_buf texts;
    bool error;                  /* it said why it fails */
    bool rejected;               /* it said that the arguments do not hold */
    int64_t snooze_ms, retry_ms; /* -1 none */
};

/* Borrows both. */
void worker_exec_said_init(struct worker_exec_said *said, struct qn_job *job, int folder_fd);
void worker_exec_said_release(struct worker_exec_said *said);

/* Bytes as they come; end: there are no more. A failure ends the run: QN_ESYS and
 * QN_ENOMEM are not the program's fault, everything else is. */
QN_MUST_CHECK int worker_exec_said_add(struct worker_exec_said *said, struct qn_span bytes,
                                       struct qn_err *reterr);
QN_MUST_CHECK int worker_exec_said_end(struct worker_exec_said *said, struct qn_err *reterr);

#endif
