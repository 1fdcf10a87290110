/* dispatch.h - what happens with a taken job: checked, handed to an executor, and when
 * its run has ended, settled and written.
 *
 * Not here: when to take (fetch.h), when to stop (supervisor.h).
 */
#ifndef WORKER_DISPATCH_H
#define WORKER_DISPATCH_H

#include "base.h"
#include "follow.h"
#include "notes.h"
#include "outbox.h"
#include "pool.h"

struct worker_dispatch {
    struct worker_base *base;
    struct worker_pool *pool;
    struct worker_outbox *outbox;
    struct worker_notes *notes;
    struct worker_follow *follow;
};

void worker_dispatch_taken(struct worker_dispatch *dispatch, size_t queue,
                           const struct qn_take_entry *entry, int64_t now_ms);
bool worker_dispatch_note(struct worker_dispatch *dispatch, struct worker_run *run,
                          const struct qn_frame *frame);
void worker_dispatch_ended(struct worker_dispatch *dispatch, struct worker_run *run,
                           const struct worker_end *end);
/* The broker's answer to the end, a code of enum qn_finish_code. */
void worker_dispatch_told(struct worker_dispatch *dispatch, struct worker_run *run, int code);

void worker_dispatch_cancel(struct worker_dispatch *dispatch, size_t queue, const char *name);
/* One job is somebody else's, or all are: killed, and nothing is written. */
void worker_dispatch_gone(struct worker_dispatch *dispatch, size_t queue, const char *name);
void worker_dispatch_lost(struct worker_dispatch *dispatch);

#endif
