/* run.h - the runs a supervisor holds: from the take until the broker has
 * acknowledged how they ended.
 *
 * Memory of ended runs is kept for the next ones, so that a small job costs none.
 *
 * Not here: what happens with them (supervisor.h).
 */
#ifndef WORKER_RUN_H
#define WORKER_RUN_H

#include "broker-client/broker.h"
#include "broker-client/record.h"
#include "fence.h"

#define WORKER_RUN_PROGRESS_MAX 1024
#define WORKER_RUN_FOLLOWS_MAX  (5 * 1024 * 1024) /* bytes of follow-up jobs */

struct worker_run {
    struct worker_run *next; /* all that are held, or all that are spare */
    struct worker_run *prev;
    struct worker_run *queued; /* in the list of the part that has it */
    size_t queue;
    char name[QN_NAME_MAX + 1];
    char token[QN_TOKEN_SIZE];
    char task[QN_NAME_MAX + 1]; /* for people: log lines */
    char request_id[QN_REQUEST_ID_MAX + 1];
    int64_t number; /* of the run */

    struct qn_buf record; /* the live record's bytes; job points into it */
    struct qn_buf before; /* the try's bytes; tried points into it */
    struct qn_record job;
    struct qn_try tried;
    int max_attempts;
    int64_t soft_ms, hard_ms; /* limits */
    struct worker_fence fence;
    int64_t started_ms; /* broker's clock */
    bool soft_told;
    bool cancel_asked;
    bool doomed; /* the lease was lost: nothing is written for it */

    struct qn_buf progress; /* not sent yet */
    struct qn_buf log;      /* not sent yet */
    size_t logged;          /* bytes of log lines in all */
    bool noted;             /* in the list of notes.h */

    struct qn_buf follows; /* u32 length and FOLLOW body, each */
    int n_follows;
    int follows_left; /* not acknowledged */

    enum qn_finish_kind kind; /* how it is to be written */
    enum qn_cause cause;
    int64_t ms;
    struct qn_buf data;
    int64_t ended_ms;
    bool sent; /* and not answered */
};

struct worker_runs {
    struct worker_run *held;
    struct worker_run *spare;
    size_t n_held;
    size_t n_spare;
};

void worker_runs_init(struct worker_runs *runs);
void worker_runs_release(struct worker_runs *runs);

/* NULL without memory. */
struct worker_run *worker_runs_add(struct worker_runs *runs, size_t queue,
                                   const struct qn_take_entry *entry, const char *incarnation);
void worker_runs_drop(struct worker_runs *runs, struct worker_run *run);
/* A held one that is not doomed, or NULL. */
struct worker_run *worker_runs_find(const struct worker_runs *runs, size_t queue, const char *name);

#endif
