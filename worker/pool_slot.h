/* pool_slot.h - one place of the pool, for pool.c and pool_slot.c. */
#ifndef WORKER_POOL_SLOT_H
#define WORKER_POOL_SLOT_H

#include "executor.h"
#include "limits.h"
#include "pool.h"

enum worker_slot_state {
    WORKER_SLOT_EMPTY,    /* no process; its timer may be set for the next one */
    WORKER_SLOT_STARTING, /* forked, not ready */
    WORKER_SLOT_IDLE,
    WORKER_SLOT_BUSY,
    WORKER_SLOT_ENDING, /* told to quit, or killed without a job */
};

/* Why the supervisor killed it. */
enum worker_kill {
    WORKER_KILL_NONE,
    WORKER_KILL_HARD,
    WORKER_KILL_CANCEL,
    WORKER_KILL_RELEASE,
    WORKER_KILL_BROKEN, /* what it sent is no frame */
    WORKER_KILL_LOST,
};

struct worker_slot {
    struct worker_pool *pool;
    struct worker_slot *next_idle;
    enum worker_slot_state state;
    struct worker_executor *executor;
    struct worker_run *run;
    struct worker_limits limits;
    struct qn_timer *timer; /* limits, birth, or end of a quiet exit */
    enum worker_kill killed;
    char broken[64];
    int64_t jobs;
    int64_t given_ms;   /* when the run under way began */
    int64_t weighed_ms; /* when its memory was looked at last */
    int64_t notes;      /* frames of it so far */
};

struct worker_pool {
    struct worker_base *base;
    struct worker_pool_events events;
    struct worker_slot *slots;
    size_t n;
    struct worker_slot *idle_list; /* the one that became idle last is first: it is warm */
    size_t idle, busy;
    struct worker_bell *bell;
    bool closed;
    bool trouble;                 /* executors die at start, and that was said */
    int failures;                 /* deaths before READY, in a row */
    int64_t oom_last, oom_before; /* counts of oom.h at the last two checks */
    int64_t lease_until_ms;
};

void worker_slot_spawn(struct worker_slot *slot);
QN_MUST_CHECK int worker_slot_give(struct worker_slot *slot, struct worker_run *run);
void worker_slot_kill(struct worker_slot *slot, enum worker_kill why);
void worker_slot_quit(struct worker_slot *slot);
void worker_slot_cancel(struct worker_slot *slot);
void worker_slot_timer(void *arg); /* also called when the time may be over */
void worker_slot_enter(struct worker_slot *slot, enum worker_slot_state state);

#endif
