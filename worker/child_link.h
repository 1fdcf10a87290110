/* child_link.h - the executor's end of the link: frames from the supervisor, frames to it.
 *
 * Blocks. What the supervisor sends is a program's own, so a frame that is none is the end.
 *
 * Not here: what is done with a frame (child.h), the other end (executor.h).
 */
#ifndef WORKER_CHILD_LINK_H
#define WORKER_CHILD_LINK_H

#include "bell.h"
#include "common/frame.h"
#include "link.h"
#include <sys/types.h>

/* What an executor is born with. fd: a stream socket, blocking. */
struct worker_ends {
    int fd;
    int stop_fd; /* an eventfd, non-blocking */
    const struct worker_down *down;
    struct worker_up *up;
    struct worker_bell_rope rope;
};

struct worker_child_link {
    struct worker_ends ends;
    struct qn_frame_reader reader;
    struct qn_buf out;
    uint32_t seen;  /* messages of the box below */
    bool by_socket; /* the run has sent something over it */
    pid_t parent;
};

void worker_child_link_init(struct worker_child_link *link, const struct worker_ends *ends);
void worker_child_link_release(struct worker_child_link *link);

/* Waits for the next frame, which is borrowed until the next call. QN_EAGAIN when there is
 * no supervisor any more. */
QN_MUST_CHECK int worker_child_link_next(struct worker_child_link *link, struct qn_frame *ret);

QN_MUST_CHECK int worker_child_link_send(struct worker_child_link *link, enum worker_frame type,
                                         struct qn_span body);
QN_MUST_CHECK int worker_child_link_follow(struct worker_child_link *link,
                                           const struct worker_follow_frame *follow);
/* The last one of a run. */
QN_MUST_CHECK int worker_child_link_result(struct worker_child_link *link,
                                           const struct worker_result_frame *result);

#endif
