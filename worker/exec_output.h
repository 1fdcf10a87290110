/* exec_output.h - what a program prints: bytes become the lines of its job's log. */
#ifndef WORKER_EXEC_OUTPUT_H
#define WORKER_EXEC_OUTPUT_H

#include "job.h"

#define WORKER_EXEC_LAST_MAX 160 /* bytes of the last line that are kept */

struct worker_exec_output {
    struct qn_job *job;
    size_t len;
    char line[WORKER_LOG_LINE_MAX]; /* under way; what does not fit is dropped */
    size_t last_len;
    char last[WORKER_EXEC_LAST_MAX]; /* the last line that was not blank: often says why */
};

/* end: what was not ended by a newline is a line too. */
void worker_exec_output_init(struct worker_exec_output *output, struct qn_job *job);
void worker_exec_output_add(struct worker_exec_output *output, struct qn_span bytes);
void worker_exec_output_end(struct worker_exec_output *output);

#endif
