/* box.h - a message in memory that two processes share, and a count to sleep on.
 *
 * One writes, the other reads, one message at a time: what is put replaces what was there,
 * so the writer waits until the other side has answered in some way. A message that is too
 * large for the box is left out of it, and comes over the socket.
 *
 * Nothing that the other process wrote is believed: a length is cut to what the box holds,
 * and bytes are copied before they are looked at.
 *
 * Not here: what the bytes mean (link.h), who maps the memory (executor.c).
 */
#ifndef WORKER_BOX_H
#define WORKER_BOX_H

#include "common/buf.h"
#include <stdatomic.h>

#define WORKER_BOX_BYTES 7680

struct worker_box {
    _Atomic uint32_t count; /* messages so far, those that come over the socket too */
    uint32_t len;           /* 0: the last one comes over the socket */
    char bytes[WORKER_BOX_BYTES];
};

/* False when it does not fit: nothing was done. */
bool worker_box_put(struct worker_box *box, const char *bytes, size_t len);
/* One has come over the socket. */
void worker_box_point(struct worker_box *box);
/* To whoever sleeps on it: a system call. */
void worker_box_wake(struct worker_box *box);

/* Is there a message after the one that was the seen-th? */
bool worker_box_has(const struct worker_box *box, uint32_t seen);
/* Sleeps until then. False after max_wait_ms. */
bool worker_box_wait(const struct worker_box *box, uint32_t seen, int64_t max_wait_ms);
/* Of the last one; 0: look at the socket. */
size_t worker_box_len(const struct worker_box *box);

#endif
