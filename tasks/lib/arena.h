/* arena.h - memory that is given back all at once, for trees read from elsewhere.
 *
 * Blocks never move, are zeroed, and fit any type. A maximum bounds what a hostile source can
 * make of it. Failure is remembered: fill a tree without looking, then ask qn_arena_status once.
 *
 * Not here: giving back one block; sharing among threads.
 */
#ifndef TASKS_LIB_ARENA_H
#define TASKS_LIB_ARENA_H

#include "common/buf.h"

struct qn_arena_chunk;

struct qn_arena {
    struct qn_arena_chunk *chunks;
    size_t used; /* bytes given out */
    size_t max;
    int status; /* QN_OK, QN_ENOMEM, or QN_ELIMIT over max; sticks */
};

void qn_arena_init(struct qn_arena *arena, size_t max);
void qn_arena_release(struct qn_arena *arena);
int qn_arena_status(const struct qn_arena *arena, const char *what, struct qn_err *reterr);

/* NULL after any failure. */
void *qn_arena_alloc(struct qn_arena *arena, size_t count, size_t size);
/* A copy of items with one more place at its end, zeroed: arrays that grow seldom. */
void *qn_arena_grow(struct qn_arena *arena, const void *items, size_t count, size_t size);
/* A copy with a NUL behind it; "" after a failure, never NULL. */
const char *qn_arena_text(struct qn_arena *arena, const char *text, size_t len);
const char *qn_arena_str(struct qn_arena *arena, const char *text); /* NULL gives "" */
const char *qn_arena_printf(struct qn_arena *arena, const char *fmt, ...) QN_PRINTF(2, 3);

#endif
