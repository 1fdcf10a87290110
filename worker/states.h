/* states.h - the life of a worker, as a table. Pure. */
#ifndef WORKER_STATES_H
#define WORKER_STATES_H

enum worker_state {
    WORKER_STARTING,
    WORKER_RUNNING,
    WORKER_QUIET,     /* takes nothing, runs on what it has */
    WORKER_DRAINING,  /* the same, and ends then */
    WORKER_RELEASING, /* jobs are killed and given back */
    WORKER_LEAVING,   /* the leases are given back */
    WORKER_STOPPED,
};

enum worker_event {
    WORKER_JOINED,  /* the lease is held */
    WORKER_TERM,    /* SIGTERM, SIGINT */
    WORKER_HUSH,    /* SIGUSR1, or the message "quiet" */
    WORKER_DRAIN,   /* the message "stop": as TERM, but a second one hurries nobody */
    WORKER_EMPTY,   /* no job, no process */
    WORKER_TIME_UP, /* of the state's own deadline */
    WORKER_LEFT,
};

enum worker_state worker_state_next(enum worker_state state, enum worker_event event);
const char *worker_state_name(enum worker_state state);

#endif
