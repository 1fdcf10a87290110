/* follow.h - jobs made by jobs.
 *
 * They are kept with the run until it is done, then made, and only when the broker
 * has acknowledged them is the end of the run sent: a crash in between makes them
 * again, under the same names, which come from the parent's id and their number.
 */
#ifndef WORKER_FOLLOW_H
#define WORKER_FOLLOW_H

#include "base.h"

#define WORKER_FOLLOWS_MAX 100 /* of one job */

struct worker_follow;

struct worker_follow_events {
    void *arg;
    void (*made)(void *arg, struct worker_run *run); /* all of them: the run goes on */
};

QN_MUST_CHECK int worker_follow_create(struct worker_follow **ret, struct worker_base *base,
                                       const struct worker_follow_events *events,
                                       struct qn_err *reterr);
void worker_follow_free(struct worker_follow *follow); /* after the broker */

/* Keeps the body of a FOLLOW frame. False when it is none, or one too many. */
bool worker_follow_keep(struct worker_run *run, struct qn_span body);
void worker_follow_send(struct worker_follow *follow, struct worker_run *run);
/* The connection is back: what was not acknowledged is made again. */
void worker_follow_resend(struct worker_follow *follow);
/* The lease was lost: the runs are the caller's again, nothing more is made. */
void worker_follow_drop(struct worker_follow *follow, void (*fn)(void *arg, struct worker_run *run),
                        void *arg);

/* The name of the nth follow-up of a job, from 0. */
QN_MUST_CHECK int worker_follow_name(const char *parent_id, int n, char out[QN_ID_TEXT_SIZE]);

#endif
