/* crew.h - what the workers that are alive mean for one job. Pure.
 *
 * Reads their descriptions (worker/alive.h writes them). One that does not pass the
 * check is passed over. A worker that does not say which tasks it has, or not all of
 * them, may have any.
 */
#ifndef BROKER_CLIENT_CREW_H
#define BROKER_CLIENT_CREW_H

#include "broker-client/broker.h"

#define QN_CREW_TEXT 65

struct qn_crew {
    size_t serving; /* workers of the queue */
    size_t taking;  /* of these, those that take jobs: not told to be quiet, not stopping */
    size_t able;    /* of these, those that have the task */
    int64_t executors, idle;        /* of the able ones */
    char oldest_task[QN_CREW_TEXT]; /* what one of these has run for longest, "" nothing */
    int64_t oldest_ms;              /* since when */
    bool runner;                    /* the worker that has the job is alive: */
    char host[QN_CREW_TEXT];
    int64_t pid;
    char state[16];
    int64_t since_ms, soft_ms, hard_ms; /* as it says of the run; 0 it does not */
};

/* incarnation: of the worker that has the job, "" none. */
void qn_crew_read(const struct qn_entries *workers, const struct qn_job_info *job,
                  const char *incarnation, struct qn_crew *ret);

#endif
