/* outbox.h - ends of runs that the broker has not acknowledged yet.
 *
 * Ends of one turn travel in batches per queue. While WORKER_IN_FLIGHT batches are not
 * answered, more ends gather: so batches grow by themselves when the broker is the slower
 * one, and no end waits for others when it is not. One whose outcome is unknown stays and
 * is sent again when the connection is back, as often as it takes: the broker answers
 * a second time with "already". Until then nothing else is done for that job here.
 */
#ifndef WORKER_OUTBOX_H
#define WORKER_OUTBOX_H

#include "base.h"

struct worker_outbox;

/* told: the broker answered, with a code of enum qn_finish_code; the run is out. */
struct worker_outbox_events {
    void *arg;
    void (*told)(void *arg, struct worker_run *run, int code);
};

QN_MUST_CHECK int worker_outbox_create(struct worker_outbox **ret, struct worker_base *base,
                                       const struct worker_outbox_events *events,
                                       struct qn_err *reterr);
void worker_outbox_free(struct worker_outbox *outbox); /* before the runs */

void worker_outbox_add(struct worker_outbox *outbox, struct worker_run *run);
/* Sends what is not under way; nothing while there is no connection, or enough is in flight. */
void worker_outbox_flush(struct worker_outbox *outbox);
/* The lease was lost: told is called for all with QN_FIN_STALE, nothing more is sent. */
void worker_outbox_drop(struct worker_outbox *outbox);
size_t worker_outbox_count(const struct worker_outbox *outbox);

#endif
