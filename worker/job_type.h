/* job_type.h - the inside of struct qn_job, for the files that are its parts:
 * job.c, job_args.c, job_note.c, job_artifact.c. */
#ifndef WORKER_JOB_TYPE_H
#define WORKER_JOB_TYPE_H

#include "artifact.h"
#include "job.h"

/* A decoded string argument: found again by its name, freed at the end of the run. */
struct worker_text {
    struct worker_text *next;
    char *value;
    char name[];
};

struct qn_artifact {
    struct qn_artifact *next; /* open ones */
    struct qn_job *job;
    struct worker_artifact_file file;
    char name[WORKER_ARTIFACT_NAME_MAX + 1];
    char type[WORKER_ARTIFACT_TYPE_MAX + 1];
};

struct worker_progress {
    bool waiting; /* the last one told was not sent */
    int64_t done, total;
    char text[WORKER_PROGRESS_TEXT + 1];
    int64_t second_ms; /* when the second under count began */
    int sent;          /* in it */
};

struct qn_job {
    struct worker_job_setup setup;
    int sink_status; /* first failure of the sink in this run */
    bool swept;      /* leftovers were looked for, once in a process */

    struct worker_job_frame frame;
    struct qn_span args;
    void *state;
    char id[QN_ID_SIZE];
    char queue[QN_QUEUE_MAX + 1];
    char task[QN_NAME_MAX + 1];
    char request_id[QN_REQUEST_ID_MAX + 1];

    struct worker_text *texts;
    struct worker_progress progress;
    size_t logged; /* bytes sent */
    bool log_cut;
    struct qn_buf line; /* one log line or one progress */
    struct qn_buf error;
    enum qn_cause cause; /* when it is not the usual one of the answer */
    int64_t delay_ms;
    struct qn_buf result;
    struct qn_artifact *open;
    struct qn_buf artifacts; /* a JSON array, or empty */
    int n_artifacts;
    struct qn_buf follows; /* u32 length and body, each */
    int n_follows;
};

void worker_job_clear_texts(struct qn_job *job);
void worker_job_abandon_all(struct qn_job *job);

#endif
