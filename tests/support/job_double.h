/* job_double.h - a job without a worker, for tests of task handlers: the qn_job_*
 * functions over plain memory and temporary files. Link it instead of the worker.
 */
#ifndef TESTS_SUPPORT_JOB_DOUBLE_H
#define TESTS_SUPPORT_JOB_DOUBLE_H

#include "common/buf.h"
#include <quern/job.h>

#define JOB_DOUBLE_FILES 8
#define JOB_DOUBLE_TEXTS 32

struct qn_artifact {
    struct qn_job *job;
    char name[101];
    char media_type[64];
    FILE *stream;
    struct qn_buf content; /* once committed */
    bool committed;
};

struct qn_job {
    const char *args;
    void *state;
    int stop[2]; /* pipe: a byte in it is the soft limit */
    struct qn_buf log;
    struct qn_buf error;
    bool rejected;
    struct qn_buf result;
    struct qn_artifact files[JOB_DOUBLE_FILES];
    size_t n_files;
    int64_t done, total; /* of progress */
    size_t told;         /* calls of progress */
    int64_t delay_ms;
    bool local;
    struct qn_buf texts[JOB_DOUBLE_TEXTS]; /* arguments that were asked for */
    size_t n_texts;
};

void job_double_init(struct qn_job *job, const char *args, void *state);
void job_double_release(struct qn_job *job);
void job_double_stop(struct qn_job *job);

#endif
